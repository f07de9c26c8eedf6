"""Sales made without network are recorded here: each item once, on its own, with a lasting answer.

An item is recorded and noted in one transaction; a refused one is noted with the reason and with
who bears it, and so is one that waits for people to decide. A repeat gets the first answer, so a
till may keep sending until it has one; once a waiting sale is decided, the repeat hears that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huimin.access.terminal_keys import Terminal
from huimin.audit.refused_attempts import RefusedAttempt, record_offline_refusal
from huimin.cards.find import card_row
from huimin.checkout import queries
from huimin.checkout.entitlement import require_open_till
from huimin.checkout.offline.packs import Pack, pack_of_item
from huimin.checkout.offline.redeem_offline import enter_offline, judge_offline
from huimin.checkout.offline.requests import OfflineItem
from huimin.checkout.offline.waiting_sales import keep_waiting, waiting_sale
from huimin.checkout.quote_answer import chain_part
from huimin.core.days import county_day, instant_text
from huimin.core.json_text import read_json, write_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import FieldProblems, Refusal
from huimin.ledger.append import require_order_for_waiting
from huimin.ledger.cancel_order import is_cancelled
from huimin.ledger.read import redemption_by_either, row_by_id
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.ids import new_id

# These concern the till and not the item: the whole call is refused and may be repeated.
OF_THE_TILL = ("terminal_disabled", "outlet_suspended", "clock_wrong")
SHOWN = ("id", "receipt_no", "order_no", "business_day", "recorded_at")


def take_offline_items(
    engine: Engine,
    items: Sequence[OfflineItem],
    *,
    terminal: Terminal,
    now: datetime,
    language: str = "zh_Hans",
    staff_id: str | None = None,
) -> list[Row]:
    """The answer to each item, in order. Raises Refusal: terminal_disabled, outlet_suspended."""
    call = _Call(terminal, now, staff_id)
    return [call.take(engine, item, language) for item in items]


def refused_answer(client_id: str, refused: Refusal | FieldProblems, language: str) -> Row:
    """The answer to an item that is not noted."""
    return {"client_id": client_id, "status": "refused", **KeptRefusal.of(refused).answer(language)}


@dataclass(frozen=True, slots=True)
class _Call:
    """The till that sends the items, when, and who is signed in at it."""

    terminal: Terminal
    now: datetime
    staff_id: str | None

    def take(self, engine: Engine, item: OfflineItem, language: str) -> Row:
        """Record an item, or note why it is refused; returns the answer."""
        try:
            return engine.write(lambda tx: _answer(tx, self._entered(tx, item), language))
        except (Refusal, FieldProblems) as error:
            refused = error
        if isinstance(refused, Refusal) and refused.code in OF_THE_TILL:
            raise refused
        if isinstance(refused, Refusal) and refused.code == "idempotency_mismatch":
            return refused_answer(item.client_id, refused, language)
        return engine.write(lambda tx: _answer(tx, self._refused(tx, item, refused), language))

    def _entered(self, tx: Transaction, item: OfflineItem) -> Row:
        require_open_till(tx, self.terminal["terminal_id"])
        noted = self._noted_before(tx, item)
        if noted is not None:
            return noted
        outlet_id, sent_order_no = self.terminal["outlet_id"], item.sent_order_no or item.order_no
        known = redemption_by_either(tx, outlet_id, sent_order_no)
        if known is None:
            # A cancellation of before the upgrade has the number as it was sent.
            if sent_order_no != item.order_no and is_cancelled(tx, outlet_id, sent_order_no):
                raise Refusal("order_cancelled", order_no=sent_order_no)
            return self._judged(tx, item)
        if not self._is_same_sale(tx, known, item):
            raise Refusal("order_exists", order_no=item.order_no)
        return self._note(tx, item, "duplicate", redemption=known)

    def _judged(self, tx: Transaction, item: OfflineItem) -> Row:
        """Enter the sale, or keep it for people to decide."""
        judged = judge_offline(tx, item, terminal=self.terminal, now=self.now)
        if not judged.doubts:
            try:
                row = enter_offline(
                    tx, item, judged, terminal=self.terminal, now=self.now, staff_id=self.staff_id
                )
                return self._note(tx, item, "accepted", redemption=row)
            except Refusal as refused:
                # The till could not know, and the county can add to the budget; nothing is written.
                if refused.code != "budget_used_up":
                    raise
                judged = replace(judged, doubts=(refused,))
        require_order_for_waiting(tx, self.terminal["outlet_id"], item.order_no)
        doubt = KeptRefusal.of(judged.doubts[0])
        noted = self._note(tx, item, "waiting", refusal=doubt)
        keep_waiting(tx, noted["id"], item, judged, self.staff_id)
        return noted

    def _refused(self, tx: Transaction, item: OfflineItem, refused: Refusal | FieldProblems) -> Row:
        noted = self._noted_before(tx, item)
        return noted or self._note(tx, item, "refused", refusal=KeptRefusal.of(refused))

    def _noted_before(self, tx: Transaction, item: OfflineItem) -> Row | None:
        """The outcome of an earlier attempt, if any; a till's items wait here for one another."""
        terminal_id = self.terminal["terminal_id"]
        queries.lock_terminal(tx, terminal_id=terminal_id)
        noted: Row | None = queries.offline_item_of(
            tx, terminal_id=terminal_id, client_id=item.client_id
        )
        if noted is None:
            return None
        if noted["fingerprint"] not in (item.fingerprint, *item.other_fingerprints):
            raise Refusal("idempotency_mismatch")
        if noted["status"] == "waiting":
            return self._decided(tx, noted)
        return {**noted, "status": "duplicate"} if noted["status"] == "accepted" else noted

    def _decided(self, tx: Transaction, noted: Row) -> Row:
        """What has come of a waiting sale meanwhile."""
        sale = waiting_sale(tx, noted["id"]) or noted
        if sale["verdict"] == "accepted":
            return {**noted, "status": "duplicate", "redemption_id": sale["entered_id"]}
        if sale["verdict"] == "refused":
            refusal = KeptRefusal("waiting_refused", {"reason": sale["decided_reason"]})
            bearer = sale["decided_bearer"]
        elif sale["cancelled_at"] is not None:
            refusal = KeptRefusal("order_cancelled", {"order_no": noted["order_no"]})
            bearer = noted["bearer"]
        else:
            return noted
        record = write_json(refusal.as_record())
        return {**noted, "status": "refused", "refusal_json": record, "bearer": bearer}

    def _is_same_sale(self, tx: Transaction, known: Row, item: OfflineItem) -> bool:
        """True if this sale reached the server although the till got no answer.

        A card that does not exist counts as another card, so that no answer reveals numbers.
        """
        return bool(
            known["terminal_id"] == self.terminal["terminal_id"]
            and known["card_id"] == _card_id(tx, item)
            and known["amount_fen"] == item.amount_fen
            and known["discount_fen"] == item.discount_fen
        )

    def _note(
        self,
        tx: Transaction,
        item: OfflineItem,
        status: str,
        *,
        redemption: Row | None = None,
        refusal: KeptRefusal | None = None,
    ) -> Row:
        pack = _pack_of(tx, item, self.terminal)
        row = {
            "id": new_id(),
            "terminal_id": self.terminal["terminal_id"],
            "client_id": item.client_id,
            "fingerprint": (*item.other_fingerprints, item.fingerprint)[0],
            "status": status,
            "code": refusal.code if refusal else None,
            "refusal_json": write_json(refusal.as_record()) if refusal else None,
            "bearer": (pack.terms.bearer if pack else "merchant") if refusal else None,
            "redemption_id": redemption["id"] if redemption else None,
            "outlet_id": self.terminal["outlet_id"],
            "order_no": item.order_no,
            "card_id": redemption["card_id"] if redemption else _card_id(tx, item),
            "policy_id": item.policy_id,
            "amount_fen": item.amount_fen,
            "discount_fen": item.discount_fen,
            "payable_fen": item.payable_fen,
            "cashier": item.cashier,
            "occurred_at": instant_text(item.occurred_at),
            "business_day": county_day(min(item.occurred_at, self.now)).isoformat(),
            "pack_id": pack.id if pack else None,
            # As the till says where no such pack was given; its sale's own time where it doesn't.
            "pack_issued_at": instant_text(
                pack.issued_at if pack else item.pack_issued_at or item.occurred_at
            ),
            "device_clock_offset_ms": item.device_clock_offset_ms,
            "recorded_at": instant_text(self.now),
        }
        queries.insert_offline_item(tx, **row)
        if refusal is not None and status == "refused":
            self._record_refused(tx, item, refusal)
        return row

    def _record_refused(self, tx: Transaction, item: OfflineItem, refusal: KeptRefusal) -> None:
        """Put the refusal on the record of refused attempts, with the note."""
        record_offline_refusal(
            tx,
            RefusedAttempt(
                act="offline",
                refusal=refusal,
                terminal_id=self.terminal["terminal_id"],
                outlet_id=self.terminal["outlet_id"],
                at=self.now,
                staff_id=self.staff_id,
                cashier=item.cashier,
                card=item.card,
                typed=item.card is not None and item.card.kind == "number",
                order_no=item.order_no,
                amount_fen=item.amount_fen,
                occurred_at=item.occurred_at,
            ),
        )


def _pack_of(tx: Transaction, item: OfflineItem, terminal: Terminal) -> Pack | None:
    """The pack that the sale names, if this terminal was given it; its policy says who bears what
    can't be entered, and the merchant does where there is none.
    """
    try:
        return pack_of_item(tx, item, terminal)
    except Refusal:
        return None


def _card_id(tx: Transaction, item: OfflineItem) -> str | None:
    try:
        return None if item.card is None else str(card_row(tx, item.card)["id"])
    except Refusal:
        return None


def _answer(tx: Transaction, item: Row, language: str) -> Row:
    """The answer to a noted item."""
    outcome: Row = {"client_id": item["client_id"], "status": item["status"]}
    if item["redemption_id"] is None:
        refusal = KeptRefusal.from_record(read_json(item["refusal_json"]))
        return {**outcome, **refusal.answer(language), "bearer": item["bearer"]}
    redemption = row_by_id(tx, item["redemption_id"]) or {}
    recorded = {name: redemption[name] for name in SHOWN}
    return {**outcome, "redemption": {**recorded, "chain": chain_part(redemption)}}
