"""People decide on a waiting sale: one person, or above the policy's amount two who agree.

Each verdict is a row; the one that decides is final, and where it accepts, the sale is entered in
the same transaction by the builder of every sale (sale.py), marked as offline and decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Unpack

from huimin.access.terminal_keys import terminal_by_id
from huimin.audit.record import GROUNDS, checked_reason, record
from huimin.checkout import queries
from huimin.checkout.offline.checks import require_room_online
from huimin.checkout.offline.news import waiting_news
from huimin.checkout.offline.redeem_offline import Judgement, enter_offline, judge_again
from huimin.checkout.offline.waiting_sales import item_of_waiting, room_of_waiting, waiting_sale
from huimin.core.acting import By
from huimin.core.days import instant_text, parse_instant
from huimin.core.discount import quote
from huimin.core.offline_terms import Bearer
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.core.words import BEARERS
from huimin.ledger.append import require_unsold_order
from huimin.ledger.read import usage_at
from huimin.notices.merchant_webhook import tell_merchant_of_outlet
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

Verdict = Literal["accepted", "refused"]
RECORDED = ("verdict", "bearer", "is_final", "redemption_id")


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verdict; `bearer` is who bears a discount that is not entered."""

    verdict: Verdict
    bearer: Bearer | None


def needs_two_people(sale: Row) -> bool:
    """Whether the discount is above what one person decides."""
    return bool(sale["discount_fen"] > sale["two_people_fen"])


def accept_waiting(tx: Transaction, sale_id: str, *, reason: str, **by: Unpack[By]) -> Row:
    """Let the sale be entered; returns the decision's row.

    Raises FieldProblems on `reason`, Refusal: waiting_decided, waiting_own, order_cancelled, or
    whatever prevents the sale now (cap_reached, order_exists, code_used …).
    """
    return _decide(tx, sale_id, Opinion("accepted", None), reason, **by)


def refuse_waiting(
    tx: Transaction, sale_id: str, *, bearer: str, reason: str, **by: Unpack[By]
) -> Row:
    """Let the sale not be entered, and say who bears its discount; returns the decision's row."""
    if bearer not in BEARERS:
        raise field_problem("bearer", "请选择由谁承担。")
    borne_by: Bearer = "government" if bearer == "government" else "merchant"
    return _decide(tx, sale_id, Opinion("refused", borne_by), reason, **by)


def hindrance(tx: Transaction, sale: Row, now: datetime) -> Refusal | FieldProblems | None:
    """Why an undecided sale could not be entered now, or None; nothing is locked or written."""
    try:
        require_unsold_order(tx, sale["outlet_id"], sale["order_no"], waiting_id=sale["id"])
        judged = _judged(tx, sale)
        terms = judged.entitlement.required_terms
        usage = usage_at(
            tx,
            holder_id=judged.entitlement.card["holder_id"],
            terms=terms,
            at=judged.occurred_at,
            now=now,
        )
        item = item_of_waiting(sale)
        require_room_online(quote(item.basket, terms, usage, any_category=True), item)
    except (Refusal, FieldProblems) as refused:
        return refused
    return None


def _decide(tx: Transaction, sale_id: str, opinion: Opinion, reason: str, **by: Unpack[By]) -> Row:
    checked = checked_reason(reason, GROUNDS)
    sale = _open(tx, sale_id)
    row = {
        "id": new_id(),
        "sale_id": sale_id,
        "verdict": opinion.verdict,
        "bearer": opinion.bearer,
        "reason": checked,
        "is_final": int(_is_final(tx, sale, opinion, by["actor"])),
        "redemption_id": None,
        "decided_at": instant_text(by["now"]),
        "decided_by": by["actor"],
    }
    entered = None
    if row["is_final"] and opinion.verdict == "accepted":
        terminal = terminal_by_id(tx, sale["terminal_id"])
        entered = enter_offline(
            tx,
            item_of_waiting(sale),
            _judged(tx, sale, take=True),
            terminal=terminal,
            now=by["now"],
            staff_id=sale["staff_id"],
            waiting_id=sale_id,
            decided={"decision_id": row["id"]},
        )
        row["redemption_id"] = entered["id"]
    queries.insert_decision(tx, **row)
    if row["is_final"]:
        news = waiting_news(sale, row, entered)
        tell_merchant_of_outlet(tx, sale["outlet_id"], news, now=by["now"])
    record(
        tx, f"waiting_sale.{opinion.verdict}", sale_id, reason=checked, new=row, only=RECORDED, **by
    )
    return row


def _open(tx: Transaction, sale_id: str) -> Row:
    """The sale, with its till locked until the commit."""
    sale = waiting_sale(tx, sale_id)
    if sale is None:
        raise Refusal("not_found")
    queries.lock_terminal(tx, terminal_id=sale["terminal_id"])
    sale = waiting_sale(tx, sale_id) or sale
    if sale["verdict"] is not None:
        raise Refusal("waiting_decided")
    if sale["cancelled_at"] is not None:
        raise Refusal("order_cancelled", order_no=sale["order_no"])
    return sale


def _is_final(tx: Transaction, sale: Row, opinion: Opinion, actor: str) -> bool:
    """Whether this decides. Raises Refusal `waiting_own` if the same person said so before."""
    latest = {
        row["decided_by"]: Opinion(row["verdict"], row["bearer"])
        for row in queries.decisions_of(tx, sale_id=sale["id"])
    }
    if latest.pop(actor, None) == opinion:
        raise Refusal("waiting_own")
    return not needs_two_people(sale) or opinion in latest.values()


def _judged(tx: Transaction, sale: Row, *, take: bool = False) -> Judgement:
    return judge_again(
        tx,
        item_of_waiting(sale),
        terminal=terminal_by_id(tx, sale["terminal_id"]),
        room=room_of_waiting(sale),
        recorded_at=parse_instant(sale["recorded_at"]),
        take=take,
    )
