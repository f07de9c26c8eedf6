"""A decided sale becomes a ledger row here, whichever way it came: online, offline or as a claim.

The channels differ in how they decide (redeem.py, offline/redeem_offline.py, claims/decide.py);
what is recorded, and what follows from it, is the same. The caller's transaction holds
the counters of the day and month locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from huimin.access.terminal_keys import Terminal
from huimin.alerts.note_alerts import note_alerts
from huimin.cards.changing_code import use_code
from huimin.checkout.entitlement import Entitlement
from huimin.checkout.shop_orders import note_shop_order
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day
from huimin.core.discount import Basket, Quote, Step, plain_steps
from huimin.core.refusals import Refusal
from huimin.divisions.find import town_of
from huimin.divisions.lives import division_then
from huimin.holders.people import family_at, presenters_of
from huimin.ledger.append import Sale, append_redemption
from huimin.storage.engine import Row, Transaction

# What of a row is said in the steps of a sale where nothing was special.
STEP_SUMS = ("amount_fen", "eligible_fen", "rate_bp", "discount_fen", "payable_fen")


class Purchase(Protocol):
    """What was bought and what the cashier did; `card` is None if no card was read."""

    @property
    def card(self) -> CheckedCard | None: ...
    @property
    def basket(self) -> Basket: ...
    @property
    def order_no(self) -> str: ...
    @property
    def identity_checked(self) -> bool: ...
    @property
    def cashier(self) -> str | None: ...
    @property
    def shop_order_no(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Presenter:
    """Who presented the card: `kind` is holder or family_member. The division is the holder's.

    `id` is "" if all that is known is that it was one of the family.
    """

    kind: str
    id: str
    division_code: str


def presenter_then(
    tx: Transaction, holder_id: str, kind: str, at: datetime, *, must_exist: bool = False
) -> Presenter:
    """Who presented the card at a past instant, when the till recorded only their kind.

    Raises Refusal `presenter_unknown` if they must exist and there was no family then.
    """
    now_in = presenters_of(tx, holder_id)[0]["division_code"]
    division_code = division_then(tx, holder_id, now_in, county_day(at))
    if kind == "holder":
        return Presenter(kind, holder_id, division_code)
    family = family_at(tx, holder_id, at)
    if must_exist and not family:
        raise Refusal("presenter_unknown")
    return Presenter(kind, family[0] if len(family) == 1 else "", division_code)


def record_sale(
    tx: Transaction,
    purchase: Purchase,
    quote: Quote,
    *,
    entitlement: Entitlement,
    presenter: Presenter,
    terminal: Terminal,
    now: datetime,
    staff_id: str | None,
    channel: Literal["online", "offline", "claim"] = "online",
    occurred_at: datetime | None = None,
    detail: Mapping[str, Any] | None = None,
    waiting_id: str | None = None,
) -> Row:
    """Write the redemption, use up its changing code, apply the alert rules; returns the row.

    `occurred_at` is None for now; `detail` is what this channel records in addition; `waiting_id`
    is the waiting sale that this enters. Raises Refusal: no_policy, order_exists, order_waiting,
    order_cancelled, code_used.
    """
    terms = entitlement.required_terms
    recorded = {**_detail(purchase, quote), **(detail or {})}
    sale = Sale(
        terms=terms,
        terminal=terminal,
        order_no=purchase.order_no,
        card_id=entitlement.card["id"],
        holder_id=entitlement.card["holder_id"],
        presenter_kind=presenter.kind,
        presenter_id=presenter.id,
        identity_checked=purchase.identity_checked,
        eligibility=entitlement.counted_eligibility,
        division_code=presenter.division_code,
        town_code=town_of(presenter.division_code),
        detail=recorded,
        cashier=purchase.cashier,
        staff_id=staff_id,
        channel=channel,
        occurred_at=occurred_at,
        waiting_id=waiting_id,
    )
    row = append_redemption(tx, sale, quote, now=now)
    if purchase.shop_order_no is not None:
        by = f"terminal:{terminal['terminal_code']}"
        note_shop_order(tx, row, purchase.shop_order_no, source="till", now=now, actor=by)
    if purchase.card is not None:
        use_code(tx, purchase.card, row["id"])
    note_alerts(tx, row, terminal=terminal, cap_redemption_fen=terms.cap_redemption_fen)
    return row


def _detail(purchase: Purchase, quote: Quote) -> Row:
    """What has no column: enough to quote the same basket again under another policy.

    What is empty is left out, and so is an explanation that follows from the columns
    (`explanation_of`): most sales have neither goods listed nor anything special.
    """
    basket, card, shop_order_no = purchase.basket, purchase.card, purchase.shop_order_no
    unchecked_by = "administrator" if card is None else "changing_code"
    special: Row = {
        "items": basket.items,
        "excluded_by_hand_fen": 0 if basket.items else basket.excluded_fen,
        "lines": quote.lines,
        "caps": quote.caps,
        "explanation": quote.special_steps,
    }
    return {
        **{name: value for name, value in special.items() if value},
        **({} if card is None else {"card_shown": card.shown_as}),
        **({} if shop_order_no is None else {"shop_order_no": shop_order_no}),
        "identity_by": "cashier" if purchase.identity_checked else unchecked_by,
    }


def explanation_of(row: Mapping[str, Any], detail: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a recorded redemption; `detail` is its `detail_json`, parsed."""
    steps = detail.get("explanation")
    if not steps:
        return plain_steps(**{name: row[name] for name in STEP_SUMS})
    return tuple(Step(step["code"], step["params"]) for step in steps)
