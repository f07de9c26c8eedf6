"""A receipt: everything it says about one ledger row, and a count of how often it is printed.

The one model of a receipt, for the page, the text and the printer. It names no person: the
presenter is "the holder" or "a family member". The ledger row is never touched; each printing is a
row of its own, so that a second one says that it is a reprint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Unpack

from pydantic import BaseModel, ConfigDict

from huimin.audit.record import record
from huimin.checkout import queries
from huimin.checkout.receipts.paper import (
    RULE,
    Paper,
    Piece,
    centre,
    code,
    large_sum,
    mark,
    pair,
    small,
)
from huimin.checkout.receipts.paper import title as title_piece
from huimin.checkout.receipts.receipt_words import RECEIPT
from huimin.core.acting import By
from huimin.core.days import county_minute, instant_text
from huimin.core.money import money_text, yuan_text
from huimin.core.refusals import Refusal
from huimin.ledger.read import reversals_of, row_by_id
from huimin.ledger.returns import returned_lines
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

HASH_CHARACTERS = 16
# An order number made by the till page itself means nothing to a customer.
PAGE_ORDER = "W-"


class ReceiptLine(BaseModel):
    """A line of the basket, if the till sent lines; on a refund, so much of it as went back."""

    model_config = ConfigDict(frozen=True)

    name: str
    amount_fen: int
    discount_fen: int


class Receipt(BaseModel):
    """What a receipt says. All sums are positive; on a refund they are what was returned.

    `kind` is redemption or reversal, `presenter` holder or family_member.
    """

    model_config = ConfigDict(frozen=True)

    ledger_id: str
    kind: str
    channel: str
    county_name: str
    help_line: str
    outlet_name: str
    outlet_address: str
    receipt_no: str
    order_no: str | None
    original_receipt_no: str | None
    presenter: str
    occurred_at: str
    recorded_at: str
    amount_fen: int
    insurance_fen: int
    excluded_fen: int
    discount_fen: int
    payable_fen: int
    reversed_amount_fen: int
    reversed_payable_fen: int
    reason: str | None
    cashier: str | None
    lines: tuple[ReceiptLine, ...]
    hash_prefix: str
    address: str


def receipt_of(
    tx: Transaction, ledger_id: str, *, outlet_id: str | None, settings: Settings
) -> Receipt:
    """The receipt of a redemption, or the slip of a reversal, of that outlet (None: of any).

    Raises Refusal `redemption_unknown`, for another outlet's as well.
    """
    row = row_by_id(tx, ledger_id)
    if row is None or outlet_id not in (None, row["outlet_id"]):
        raise Refusal("redemption_unknown")
    place = queries.place_of_receipt(tx, outlet_id=row["outlet_id"], staff_id=row["staff_id"])
    is_sale = row["kind"] == "redemption"
    sign = 1 if is_sale else -1
    original = row if is_sale else row_by_id(tx, row["reverses_id"])
    reversals = reversals_of(tx, row["id"]) if is_sale else []
    prefix = row["hash"][:HASH_CHARACTERS]
    return Receipt(
        ledger_id=row["id"],
        kind=row["kind"],
        channel=row["channel"],
        county_name=settings.county_name,
        help_line=settings.help_line,
        outlet_name=place["outlet_name"],
        outlet_address=place["outlet_address"],
        receipt_no=row["receipt_no"],
        order_no=(original or row)["order_no"],
        original_receipt_no=None if is_sale or original is None else original["receipt_no"],
        presenter=row["presenter_kind"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        amount_fen=sign * row["amount_fen"],
        insurance_fen=sign * row["insurance_fen"],
        excluded_fen=sign * row["excluded_fen"],
        discount_fen=sign * row["discount_fen"],
        payable_fen=sign * row["payable_fen"],
        reversed_amount_fen=-sum(each["amount_fen"] for each in reversals),
        reversed_payable_fen=-sum(each["payable_fen"] for each in reversals),
        reason=row["reason"],
        cashier=row["cashier"] or place["username"],
        lines=_lines(row),
        hash_prefix=prefix,
        address=proof_address(settings, row["receipt_no"], row["hash"]),
    )


def proof_address(settings: Settings, receipt_no: str, row_hash: str) -> str:
    """The public page that proves the receipt; the hash keeps it from being guessed."""
    return f"{settings.base_url}/r/{receipt_no}/{row_hash[:HASH_CHARACTERS]}"


def count_print(
    tx: Transaction,
    receipt: Receipt,
    *,
    form: str,
    width_mm: int,
    terminal_id: str | None = None,
    **by: Unpack[By],
) -> int:
    """Count one printing; 1 for the first. A reprint is written to the audit record as well."""
    # Another printing of the same receipt waits here until this one is counted.
    queries.lock_printing(tx, ledger_id=receipt.ledger_id)
    copy_number = int(
        queries.count_print(
            tx,
            id=new_id(),
            ledger_id=receipt.ledger_id,
            width_mm=width_mm,
            form=form,
            terminal_id=terminal_id,
            printed_at=instant_text(by["now"]),
            printed_by=by["actor"],
        )
    )
    if copy_number > 1:
        record(
            tx,
            "receipt.reprinted",
            receipt.ledger_id,
            new={"receipt_no": receipt.receipt_no, "copy_number": copy_number, "form": form},
            **by,
        )
    return copy_number


def prints_so_far(tx: Transaction, ledger_id: str) -> int:
    """How often the receipt has been printed."""
    return int(queries.prints_of(tx, ledger_id=ledger_id) or 0)


def receipt_paper(receipt: Receipt, *, copy_number: int, language: str = "zh_Hans") -> Paper:
    """The receipt on paper; from the second copy on it is marked as a reprint."""

    def word(name: str, **values: object) -> str:
        return RECEIPT.say(name, language, **values)

    is_sale = receipt.kind == "redemption"
    pieces: list[Piece] = [
        title_piece(f"{receipt.county_name}{word('card')}"),
        centre(word("receipt" if is_sale else "refund")),
    ]
    if copy_number > 1:
        pieces.append(mark(f"*** {word('reprint', count=copy_number)} ***"))
    pieces += [
        pair(word("outlet"), receipt.outlet_name),
        pair(word("address"), receipt.outlet_address),
        pair(word("time"), county_minute(receipt.occurred_at)),
        pair(word("receipt_no"), receipt.receipt_no),
    ]
    if receipt.original_receipt_no:
        pieces.append(pair(word("original_no"), receipt.original_receipt_no))
    if receipt.order_no and not receipt.order_no.startswith(PAGE_ORDER):
        pieces.append(pair(word("order_no"), receipt.order_no))
    pieces.append(pair(word("presenter"), word(receipt.presenter)))
    if receipt.cashier:
        pieces.append(pair(word("cashier"), receipt.cashier))
    pieces += _how(receipt, language)
    pieces.append(RULE)
    pieces += _sale_sums(receipt, language) if is_sale else _refund_sums(receipt, language)
    return (
        *pieces,
        RULE,
        code(receipt.address),
        centre(word("scan")),
        centre(f"{word('chain')} {receipt.hash_prefix}"),
        centre(word("help", line=receipt.help_line)),
    )


def _how(receipt: Receipt, language: str) -> list[Piece]:
    """For a row recorded later than the sale: that it was, and when."""
    name = {"offline": "offline", "claim": "late"}.get(receipt.channel)
    if name is None:
        return []
    return [
        centre(RECEIPT.say(name, language)),
        pair(RECEIPT.say("recorded", language), county_minute(receipt.recorded_at)),
    ]


def _goods(receipt: Receipt, language: str) -> list[Piece]:
    """The lines, if the till sent any, and the amount with what of it was insured or excluded."""
    pieces = [pair(line.name, yuan_text(line.amount_fen)) for line in receipt.lines]
    if pieces:
        pieces.append(RULE)
    amount = "amount" if receipt.kind == "redemption" else "returned"
    pieces.append(pair(RECEIPT.say(amount, language), yuan_text(receipt.amount_fen)))
    for name, value in (("insurance", receipt.insurance_fen), ("excluded", receipt.excluded_fen)):
        if value:
            pieces.append(pair(RECEIPT.say(name, language), yuan_text(value)))
    return pieces


def _sale_sums(receipt: Receipt, language: str) -> list[Piece]:
    pieces = _goods(receipt, language)
    pieces.append(pair(RECEIPT.say("discount", language), yuan_text(-receipt.discount_fen)))
    pieces.append(large_sum(RECEIPT.say("payable", language), money_text(receipt.payable_fen)))
    if receipt.channel == "claim":
        # The customer has paid the usual price, so the discount is paid out.
        pieces.append(large_sum(RECEIPT.say("pay_out", language), money_text(receipt.discount_fen)))
    if receipt.reversed_amount_fen:
        pieces.append(
            pair(RECEIPT.say("reversed", language), yuan_text(receipt.reversed_amount_fen))
        )
        pieces.append(
            pair(RECEIPT.say("reversed_paid", language), yuan_text(receipt.reversed_payable_fen))
        )
    return pieces


def _refund_sums(receipt: Receipt, language: str) -> list[Piece]:
    return [
        *_goods(receipt, language),
        pair(RECEIPT.say("taken_back", language), yuan_text(receipt.discount_fen)),
        large_sum(RECEIPT.say("pay_back", language), money_text(receipt.payable_fen)),
        small(f"{RECEIPT.say('reason', language)}：{receipt.reason}"),
    ]


def _lines(row: Mapping[str, Any]) -> tuple[ReceiptLine, ...]:
    """The lines of a sale, or those that went back."""
    is_sale = row["kind"] == "redemption"
    lines = json.loads(row["detail_json"]).get("lines") if is_sale else returned_lines(row)
    return tuple(
        ReceiptLine(**{name: line[name] for name in ReceiptLine.model_fields})
        for line in lines or ()
    )
