"""What the sections of "my card" read that are about the card itself: its state, what it gives and
gave, where it is taken, what was asked of the office, and who looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from huimin.cards.find import card_by_id, require_usable
from huimin.cards.reverify import months_after
from huimin.core.days import parse_day
from huimin.core.refusals import Refusal
from huimin.holders.people import (
    eligibilities_of,
    eligibilities_on,
    holder_by_id,
    presenters_of,
)
from huimin.instance import Instance
from huimin.my import queries
from huimin.my.left import saved_by, what_is_left
from huimin.my.looks import in_words, looks_before
from huimin.my.near import points_near
from huimin.my.purchases import purchases_before
from huimin.my.requests import requests_of_holder
from huimin.my.sessions import SignedIn
from huimin.my.words import PAPERS
from huimin.storage.engine import Row, Transaction

NO_END = "9999-12-31"
# Of long lists the page shows the beginning, with a way to the rest.
SHOWN, POINTS_SHOWN = 3, 5
# Told from so many days before it is time to come.
SOON_DAYS = 60


class Looks(Protocol):
    """Who looks and when (sections.py:Looking)."""

    @property
    def who(self) -> SignedIn: ...
    @property
    def instance(self) -> Instance: ...
    @property
    def now(self) -> datetime: ...
    @property
    def today(self) -> date: ...


def card_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """The card, and whether its holder has an entitlement today."""
    return {
        "card": card_as_told(tx, looking.who.card_id, looking.today),
        "entitled": bool(eligibilities_on(tx, looking.who.holder_id, looking.today)),
    }


def card_as_told(tx: Transaction, card_id: str, today: date) -> Row:
    """The card with its `state` as a till would judge it now, by the codes of CARD_IS.

    Of a lost card as well it is said that its key was revoked: found again, it would be refused.
    """
    card = card_by_id(tx, card_id)
    if card["state"] == "lost" and card["key_revoked_at"] is not None:
        return {**card, "state": "key_revoked"}
    try:
        require_usable(card, today)
    except Refusal as refusal:
        return {**card, "state": refusal.code.removeprefix("card_")}
    return card


def people_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """Who may present the card."""
    return {"people": presenters_of(tx, looking.who.holder_id)}


@dataclass(frozen=True, slots=True)
class Until:
    """Until when the card gives a discount: `last_day` of the entitlement (None: no end), by when
    to come for the yearly check, and the codes of PAPERS to bring."""

    last_day: date | None
    entitled: bool
    verify_by: date
    verify_soon: bool
    papers: Sequence[str]


def until_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """When the entitlement ends and what to bring."""
    holder_id, today = looking.who.holder_id, looking.today
    holder = holder_by_id(tx, holder_id) or {}
    card = card_by_id(tx, looking.who.card_id)
    months = looking.instance.settings.verify_months
    verified_on = parse_day(holder["verified_on"] or card["issued_on"])
    last = holder["entitled_until"]
    until = Until(
        last_day=None if last in ("", NO_END) else parse_day(last),
        entitled=bool(eligibilities_on(tx, holder_id, today)),
        verify_by=months_after(verified_on, months),
        verify_soon=(months_after(verified_on, months) - today).days <= SOON_DAYS,
        papers=_papers(tx, holder_id, today),
    )
    return {"until": until, "place": _place(tx, holder), "expires_on": card["expires_on"]}


def left_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """What is left today and this month."""
    return {"left": what_is_left(tx, looking.who.holder_id, looking.now)}


def saved_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """What was saved this month and in all."""
    return {"saved": saved_by(tx, looking.who.holder_id, looking.now)}


def purchases_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """The last purchases; `more` if there are others."""
    own = {"holder_id": looking.who.holder_id}
    rows = purchases_before(tx, own, "", SHOWN + 1)
    return {"purchases": rows[:SHOWN], "more": len(rows) > SHOWN}


def near_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """Where the card is taken nearby, with today's rate."""
    holder = holder_by_id(tx, looking.who.holder_id) or {}
    kinds = eligibilities_on(tx, looking.who.holder_id, looking.today)
    points = points_near(
        tx,
        holder["division_code"],
        day=looking.today,
        eligibilities=kinds,
        count=POINTS_SHOWN,
    )
    return {"points": points, "place": _place(tx, holder)}


def requests_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """What the holder asked of the office, the latest first."""
    secrets = looking.instance.personal_data
    return {"requests": requests_of_holder(tx, secrets, looking.who.holder_id)}


def looks_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """Who looked last."""
    rows = looks_before(tx, {"holder_id": looking.who.holder_id}, "", 4 * SHOWN)
    return {"looks": in_words(rows)[:SHOWN]}


def nothing(_tx: Transaction, _looking: Looks) -> Mapping[str, Any]:
    """A section that says the same to everybody."""
    return {}


def _place(tx: Transaction, holder: Mapping[str, Any]) -> Row | None:
    row: Row | None = queries.place_of_village(tx, code=holder["division_code"])
    return row


def _papers(tx: Transaction, holder_id: str, today: date) -> Sequence[str]:
    """Of what the holder has now or had last, each paper once."""
    rows = eligibilities_of(tx, holder_id)
    now = [row for row in rows if row["ends_on"] is None or row["ends_on"] >= today.isoformat()]
    by_words = {PAPERS[row["kind"]]: str(row["kind"]) for row in now or rows[-1:]}
    return tuple(by_words.values())
