"""One-time codes for "my card": given at the counter on a slip, or sent to the phone on file.

A code lets in together with the last four of its person's ID number, once, and for a short time; a
newer one that comes by the same way ends those before it (who asks for messages can't void a slip).
The database keeps a keyed hash, so that a copy of it alone is not enough to try codes. Who may have
one is decided here: a holder with a card that may still open "my card", and a member of the family
whom the holder lets and whose ID number is known.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.keys.personal_data import PersonalData
from huimin.messages.send_code import send_code
from huimin.my import queries
from huimin.settings import Settings
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

# Digits alone can be read aloud, and typed by anybody.
CODE_DIGITS = 8
# A slip is taken home, where somebody may help; a message is read at once.
COUNTER_LASTS = timedelta(hours=24)
MESSAGE_LASTS = timedelta(minutes=15)
Way = Literal["counter", "message"]


def give_code(
    tx: Transaction,
    secrets: PersonalData,
    holder_id: str,
    member_id: str | None = None,
    *,
    lasts: timedelta = COUNTER_LASTS,
    **by: Unpack[By],
) -> str:
    """A fresh code of CODE_DIGITS digits for the holder, or for that member of the family.

    Raises FieldProblems on `person` where none can be given, and says why.
    """
    if queries.card_of_holder(tx, holder_id=holder_id) is None:
        raise field_problem("person", "这个人现在没有能用的卡，请先发卡，再给登录码。")
    if member_id is not None:
        _require_let(member_of(tx, holder_id, member_id), tx)
    code = _new_code()
    _keep(tx, secrets, holder_id, member_id, code, way="counter", lasts=lasts, **by)
    return code


def message_code(
    tx: Transaction, settings: Settings, secrets: PersonalData, holder_id: str, **by: Unpack[By]
) -> bool:
    """Let a fresh code go to the phone that the office knows of the holder; False if none can."""
    code, until = _new_code(), by["now"] + MESSAGE_LASTS
    queries.lock_person(tx, holder_id=holder_id)
    if not send_code(tx, settings, secrets, holder_id, code, expires_at=until, now=by["now"]):
        return False
    _keep(tx, secrets, holder_id, None, code, way="message", lasts=MESSAGE_LASTS, **by)
    return True


def _new_code() -> str:
    return "".join(randomness.choice("0123456789") for _ in range(CODE_DIGITS))


def _keep(
    tx: Transaction,
    secrets: PersonalData,
    holder_id: str,
    member_id: str | None,
    code: str,
    *,
    way: Way,
    lasts: timedelta,
    **by: Unpack[By],
) -> None:
    now, person = instant_text(by["now"]), {"holder_id": holder_id, "member_id": member_id}
    queries.lock_person(tx, holder_id=holder_id)
    queries.void_codes(tx, **person, way=way, now=now)
    queries.insert_code(
        tx,
        id=new_id(),
        **person,
        code_hash=secrets.lookup_hash(_spelt(holder_id, code)),
        way=way,
        made_at=now,
        made_by=by["actor"],
        expires_at=instant_text(by["now"] + lasts),
    )
    record(tx, "holder.my_code_given", holder_id, new=about_member(member_id), **by)


def member_of(tx: Transaction, holder_id: str, member_id: str) -> Row:
    """The family member's row. Raises Refusal `not_found` for nobody of today's family."""
    member: Row | None = queries.member_of_holder(tx, id=member_id, holder_id=holder_id)
    if member is None:
        raise Refusal("not_found")
    return member


def about_member(member_id: str | None) -> dict[str, str] | None:
    """What the record says beside an event that is about a member of the family."""
    return None if member_id is None else {"family_member": member_id}


def hashes_of(secrets: PersonalData, holder_id: str, code: str) -> tuple[str, str]:
    """The hashes under which a typed code may stand."""
    return secrets.lookup_hashes(_spelt(holder_id, code))


def _require_let(member: Mapping[str, Any], tx: Transaction) -> None:
    if member["id_number_cipher"] is None:
        raise field_problem(
            "person", "这位家庭成员没有登记身份证号码；请先在“家庭成员”里补上，再给登录码。"
        )
    if queries.is_allowed(tx, member_id=member["id"]) is None:
        raise field_problem(
            "person", "持卡人还没有让这位家庭成员看；持卡人在“我的卡”里打开以后才能给登录码。"
        )


def _spelt(holder_id: str, code: str) -> str:
    return f"my-code:{holder_id}:{code}"
