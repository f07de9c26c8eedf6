"""Why a card would be refused at an outlet on a day, or what it would get: for the office.

The steps are those of a sale (redeem.py), in its order and by its functions, but each is asked by
itself, so that everything that stands in the way is seen at once. It only reads: nothing is locked,
used up or written to the ledger, and no till sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import require_open
from huimin.cards.find import NOT_ISSUED, card_row, card_state_at, require_usable
from huimin.checkout.entitlement import Entitlement, entitlement_on
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day, county_start
from huimin.core.discount import Basket, Quote, Usage, quote
from huimin.core.refusals import FieldProblems, Refusal
from huimin.ledger.read import usage_at
from huimin.merchants.outlets import required_outlet
from huimin.merchants.terminals import list_terminals
from huimin.storage.engine import Row, Transaction

No = Refusal | FieldProblems


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a sale requires: `till`, `card`, `entitlement`, `policy` or `quote`.

    `refusal` is why it fails. A step that could not be asked because of an earlier one is not
    `reached`.
    """

    name: str
    refusal: No | None = None
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it; `usage` and `quote` are None where it did not come so far."""

    outlet: Row
    entitlement: Entitlement
    usage: Usage | None
    quote: Quote | None
    steps: tuple[Step, ...]

    @property
    def refusal(self) -> No | None:
        """What the till would say: the first step that fails; None if the discount is given."""
        return next((step.refusal for step in self.steps if step.refusal is not None), None)


def why_refused(
    tx: Transaction,
    number: str,
    outlet_id: str,
    *,
    day: date,
    amount_fen: int,
    now: datetime,
) -> Answer:
    """What a sale of that sum with the card would meet at the outlet on that county day.

    Of an earlier day the card is judged as it was at the day's end, the caps as they stand now; the
    outlet and its tills always as they are now. Raises Refusal: `not_found` for the outlet,
    `card_unknown` for the number.
    """
    card = card_row(tx, CheckedCard("number", number))
    outlet = required_outlet(tx, outlet_id)
    place = {"outlet_id": outlet["id"], "outlet_kind": outlet["kind"]}
    entitlement = entitlement_on(tx, card, day, place)
    steps = [
        _asked("till", lambda: _require_open_outlet(tx, outlet)),
        _asked("card", lambda: _require_usable_on(tx, card, day, now)),
        _asked("entitlement", entitlement.require_entitled),
        _asked("policy", lambda: entitlement.required_terms),
    ]
    usage, basket_quote = None, None
    if entitlement.terms is None:
        steps.append(Step("quote", reached=False))
    else:
        terms, at = entitlement.terms, _instant_of(day, now)
        usage = usage_at(tx, holder_id=card["holder_id"], terms=terms, at=at, now=now)
        try:
            basket_quote = quote(Basket(amount_fen), terms, usage)
            steps.append(Step("quote"))
        except (Refusal, FieldProblems) as refusal:
            steps.append(Step("quote", refusal))
    return Answer(outlet, entitlement, usage, basket_quote, tuple(steps))


def _asked(name: str, require: Callable[[], object]) -> Step:
    try:
        require()
    except Refusal as refusal:
        return Step(name, refusal)
    return Step(name)


def _require_open_outlet(tx: Transaction, outlet: Mapping[str, Any]) -> None:
    active = list_terminals(tx, outlet_id=outlet["id"], state="active")
    require_open(
        {
            "terminal_state": "active" if active else "disabled",
            "outlet_state": outlet["state"],
            "merchant_state": outlet["merchant_state"],
        }
    )


def _require_usable_on(tx: Transaction, card: Mapping[str, Any], day: date, now: datetime) -> None:
    if day >= county_day(now):
        require_usable(card, day)
        return
    end_of_day = county_start(day + timedelta(days=1)) - timedelta(milliseconds=1)
    state = card_state_at(tx, card, end_of_day, hour_known=False)
    if state != "active":
        raise Refusal("card_unknown" if state == NOT_ISSUED else f"card_{state}")


def _instant_of(day: date, now: datetime) -> datetime:
    """An instant of the day, which is all that the counters ask for."""
    return now if day == county_day(now) else county_start(day) + timedelta(hours=12)
