"""Issue a card: a random number, a random copy id, and an event with actor and reason.

It runs inside the caller's transaction. A partial unique index allows a holder one live card, so
that two issues at the same time still make only one.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Unpack

from huimin.audit.record import checked_reason
from huimin.cards import queries
from huimin.cards.events import record_event, record_expired
from huimin.core.acting import By
from huimin.core.card_number import make_number
from huimin.core.days import county_day, instant_text, parse_day
from huimin.core.refusals import field_problem
from huimin.divisions.load import county_code
from huimin.holders.people import may_come
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

CARD_YEARS = 3
CARD_YEARS_MAX = 20
SERIALS = 10**9
COPY_ID_BYTES = 7
# With a million cards, one random serial in a thousand is taken; 20 in a row never are.
TRIES_MAX = 20


def issue_card(
    tx: Transaction,
    *,
    holder_id: str,
    key_id: int,
    reason: str,
    expires_on: date | str | None = None,
    number_start: str | None = None,
    **by: Unpack[By],
) -> Row:
    """Give a holder a new active card and return its row.

    Its number begins with the county's six digits, or with `number_start` where a card must be no
    county's. `expires_on` is its last valid day; the default is `CARD_YEARS` years from today.
    Raises FieldProblems: holder unknown, erased or with a live card; expiry out of range; bad
    reason.
    """
    reason = checked_reason(reason)
    today = county_day(by["now"])
    last_day = _checked_expiry(expires_on, today)
    _require_holder(tx, holder_id)
    # An out-of-date card that was not marked yet must not block the new one.
    expired = list(queries.expire_due_of_holder(tx, holder_id=holder_id, today=today.isoformat()))
    record_expired(tx, expired, **by)
    card = _insert(
        tx,
        holder_id=holder_id,
        key_id=key_id,
        number_start=number_start or county_code(tx),
        today=today,
        last_day=last_day,
        now=by["now"],
    )
    record_event(tx, card["id"], "issued", reason=reason, new="active", **by)
    queries.fulfil_applications(tx, holder_id=holder_id, fulfilled_at=instant_text(by["now"]))
    return card


def require_aid(tx: Transaction, holder_id: str, today: date) -> None:
    """A new person's card needs an aid in force or to come, whoever issues it.

    Raises FieldProblems on `holder`. A card that is replaced or renewed has rules of its own.
    """
    _require_holder(tx, holder_id)
    if not may_come(tx, holder_id, today):
        raise field_problem("holder", "目前没有有效的保障资格，不能发卡。")


def default_expiry(today: date, years: int = CARD_YEARS) -> date:
    """The last day of a card issued today: the same date `years` later (29 Feb → 28 Feb)."""
    try:
        return today.replace(year=today.year + years)
    except ValueError:
        return today.replace(year=today.year + years, day=28)


def _insert(
    tx: Transaction,
    *,
    holder_id: str,
    key_id: int,
    today: date,
    last_day: date,
    now: datetime,
    number_start: str,
) -> Row:
    for _ in range(TRIES_MAX):
        card: Row | None = queries.insert_card(
            tx,
            id=new_id(),
            copy_id=secrets.token_hex(COPY_ID_BYTES),
            number=make_number(secrets.randbelow(SERIALS), number_start),
            holder_id=holder_id,
            key_id=key_id,
            issued_on=today.isoformat(),
            expires_on=last_day.isoformat(),
            created_at=instant_text(now),
        )
        if card is not None:
            return card
        if queries.live_card_of_holder(tx, holder_id=holder_id) is not None:
            raise field_problem("holder", "该持卡人已有一张未作废的卡；卡丢了或坏了请用“补卡”。")
    raise RuntimeError("no free card number found; the random source is not random")


def _require_holder(tx: Transaction, holder_id: str) -> None:
    holder = queries.holder_for_card(tx, id=holder_id)
    if holder is None:
        raise field_problem("holder", "没有这位持卡人，请先登记。")
    if holder["erased_at"] is not None:
        raise field_problem("holder", "这位持卡人的个人资料已按规定清除，不能发卡。")


def _checked_expiry(expires_on: date | str | None, today: date) -> date:
    if expires_on is None:
        return default_expiry(today)
    try:
        day = expires_on if isinstance(expires_on, date) else parse_day(expires_on)
    except ValueError:
        raise field_problem("expires_on", "有效期请写成 2029-10-31 这样的日期。") from None
    if not today <= day <= default_expiry(today, CARD_YEARS_MAX):
        raise field_problem(
            "expires_on",
            "有效期不能早于今天，也不能超过 {card_years_max} 年。",
            card_years_max=CARD_YEARS_MAX,
        )
    return day
