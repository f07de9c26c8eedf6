"""Sign in to "my card" by a card, the last four of the own ID number and a one-time code.

Whatever is wrong (a card that does not exist, the number, the code), the answer is one sentence
after the same work: one look-up, one number decrypted, one hash, one transaction that writes one
record. Limits per card and per network address are the pages' part (tries.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import compare_digest
from typing import Any

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.card_number import is_valid
from huimin.core.days import instant_text
from huimin.core.one_case import typed_number
from huimin.core.refusals import Refusal
from huimin.keys.personal_data import PersonalData
from huimin.my import queries
from huimin.my.one_time_codes import CODE_DIGITS, about_member, hashes_of, message_code
from huimin.my.sessions import Browser, begin_session
from huimin.settings import Settings
from huimin.storage.engine import Engine, Row, Transaction

LAST_DIGITS = 4
# Stands for a person where there is none: of no form that an id or a number may have.
NOBODY = "nobody"
# Of whom it is recorded that somebody tried a card that does not exist.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was typed or scanned: a card's number, the last four, the code; as they are compared."""

    number: str
    last_four: str
    code: str

    @classmethod
    def typed(cls, number: str, last_four: str, code: str) -> Proof:
        """What somebody typed, in any width and with blanks; an X in small letters too."""
        return cls(
            typed_number(number).replace("-", "")[:64],
            typed_number(last_four).upper()[:8],
            typed_number(code).replace("-", "")[:16],
        )


def sign_in(
    engine: Engine, secrets: PersonalData, proof: Proof, *, browser: Browser, now: datetime
) -> str:
    """Check the proof and begin a session; its secret. Raises Refusal `my_sign_in_failed`."""
    # Never ask the database for an impossible number: PostgreSQL refuses a NUL byte, for one.
    number = proof.number if is_valid(proof.number) else NOBODY
    person, codes = engine.read(lambda tx: _person_and_codes(tx, number, now))
    code = _fitting(secrets, proof, person, codes)

    def judge(tx: Transaction) -> str | None:
        used = queries.use_code(tx, id=code["id"] if code else NOBODY, now=instant_text(now))
        origin = tx.coming_from(browser.address)
        if used is None or person is None:
            holder_id = person["holder_id"] if person else UNKNOWN
            record(origin, "holder.my_sign_in_failed", holder_id, now=now, actor=UNKNOWN)
            return None
        member_id = used["member_id"]
        actor = f"member:{member_id}" if member_id else f"holder:{used['holder_id']}"
        record(
            origin,
            "holder.my_signed_in",
            used["holder_id"],
            new=about_member(member_id),
            now=now,
            actor=actor,
        )
        return begin_session(
            tx,
            holder_id=used["holder_id"],
            member_id=member_id,
            card_id=person["card_id"],
            browser=browser,
            now=now,
        )

    secret = engine.write(judge)
    if secret is None:
        raise Refusal("my_sign_in_failed")
    return secret


def ask_for_code(
    engine: Engine,
    settings: Settings,
    secrets: PersonalData,
    proof: Proof,
    *,
    origin: str | None,
    now: datetime,
) -> bool:
    """Let a code go to the phone on file, if the last four are the holder's; whether they were.

    The caller says the same in both cases. A message is sent beside the request
    (messages/send_code.py), so its time says nothing either.
    """
    number = proof.number if is_valid(proof.number) else NOBODY
    person, _codes = engine.read(lambda tx: _person_and_codes(tx, number, now))
    nobodys = secrets.encrypt(NOBODY, "holder.id_number")
    cipher = person["id_number_cipher"] if person else nobodys
    known = secrets.readable(cipher, "holder.id_number") or NOBODY
    fits = _same_end(known, proof) and person is not None

    def work(tx: Transaction) -> None:
        asked = tx.coming_from(origin)
        if fits and person is not None:
            holder_id = person["holder_id"]
            by: By = {"now": now, "actor": f"holder:{holder_id}"}
            message_code(asked, settings, secrets, holder_id, **by)
        else:
            holder_id = person["holder_id"] if person else UNKNOWN
            record(asked, "holder.my_sign_in_failed", holder_id, now=now, actor=UNKNOWN)

    engine.write(work)
    return fits


def number_of_copy(tx: Transaction, copy_id: str) -> str:
    """The number of a card copy; "" for one that nobody has."""
    return str(queries.number_of_copy(tx, copy_id=copy_id) or "")


def _person_and_codes(tx: Transaction, number: str, now: datetime) -> tuple[Row | None, list[Row]]:
    person = queries.person_of_card(tx, number=number)
    holder_id = NOBODY if person is None else person["holder_id"]
    return person, list(queries.open_codes(tx, holder_id=holder_id, now=instant_text(now)))


def _fitting(
    secrets: PersonalData, proof: Proof, person: Mapping[str, Any] | None, codes: list[Row]
) -> Row | None:
    """The open code that was typed, if the last four go with it; the same work for nobody's."""
    holder_id = NOBODY if person is None else person["holder_id"]
    hashes = hashes_of(secrets, holder_id, proof.code)
    nobodys = secrets.encrypt(NOBODY, "holder.id_number")
    cipher, purpose, fitting = nobodys, "holder.id_number", None
    for code in codes:
        if any(compare_digest(code["code_hash"], one) for one in hashes):
            fitting, cipher = code, code["id_number_cipher"]
            if code["member_id"]:
                purpose = "family_member.id_number"
    number = secrets.readable(cipher, purpose) or NOBODY  # type: ignore[arg-type]
    return fitting if _same_end(number, proof) and len(proof.code) == CODE_DIGITS else None


def _same_end(number: str, proof: Proof) -> bool:
    typed = proof.last_four.ljust(LAST_DIGITS)[: LAST_DIGITS + 1]
    return compare_digest(number[-LAST_DIGITS:].encode(), typed.encode())
