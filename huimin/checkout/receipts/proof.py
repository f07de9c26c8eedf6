"""What anyone holding a receipt may read: sums, place, time, and that the record is intact.

It is found by the receipt number together with the first characters of its hash, so that numbers
can't be enumerated; it shows no name and no card.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from huimin.anchors.prove import PROOF_SUFFIX, anchored_day, proof_of
from huimin.checkout import queries
from huimin.checkout.receipts.receipts import HASH_CHARACTERS
from huimin.core.one_case import typed_number
from huimin.core.refusals import Refusal
from huimin.ledger.prove import row_holds
from huimin.ledger.read import reversals_of, row_by_id, row_by_receipt_no
from huimin.ledger.returns import returned_lines
from huimin.storage.engine import Row, Transaction

RECEIPT_NO_MAX = 40
SHOWN = ("kind", "channel", "receipt_no", "occurred_at", "recorded_at", "hash", "sequence")


@dataclass(frozen=True, slots=True)
class Proof:
    """One row, its reversals, and whether all of them are unaltered."""

    row: dict[str, Any]
    outlet_name: str
    outlet_address: str
    original_receipt_no: str | None
    reversals: tuple[dict[str, Any], ...]
    holds: bool
    # The day with whose anchor the row was first signed, its own or a later one; None before that.
    anchored_on: str | None

    @property
    def returned_fen(self) -> int:
        """How much was returned, at the usual price."""
        return sum(each["amount_fen"] for each in self.reversals)


def prove_receipt(tx: Transaction, receipt_no: str, hash_prefix: str) -> Proof:
    """The proof of a receipt. Raises Refusal `not_found` as row_of_receipt does."""
    return proof_of_row(tx, row_of_receipt(tx, receipt_no, hash_prefix))


def proof_of_row(tx: Transaction, row: Row) -> Proof:
    """The proof of a receipt's ledger row."""
    place = queries.place_of_receipt(tx, outlet_id=row["outlet_id"], staff_id=None)
    reversals = reversals_of(tx, row["id"])
    original = row_by_id(tx, row["reverses_id"]) if row["reverses_id"] else None
    return Proof(
        row=_public_fields(row),
        outlet_name=place["outlet_name"],
        outlet_address=place["outlet_address"],
        original_receipt_no=None if original is None else original["receipt_no"],
        reversals=tuple(_public_fields(each) for each in reversals),
        holds=all(row_holds(tx, each) for each in (row, *reversals)),
        anchored_on=anchored_day(tx, row),
    )


def proof_file(tx: Transaction, receipt_no: str, hash_prefix: str) -> tuple[str, str]:
    """Name and text of the file that proves the receipt to be in a published day.

    Raises Refusal `not_found` as prove_receipt does, `proof_not_yet` until that day has an anchor,
    `proof_contradicted` as proof_of does.
    """
    row = row_of_receipt(tx, receipt_no, hash_prefix)
    text = proof_of(tx, row)
    if text is None:
        raise Refusal("proof_not_yet")
    return f"{row['receipt_no']}{PROOF_SUFFIX}", text


def row_of_receipt(tx: Transaction, receipt_no: str, hash_prefix: str) -> Row:
    """The ledger row of a receipt. Raises Refusal `not_found` unless number and hash belong
    together."""
    number = typed_number(receipt_no[: 2 * RECEIPT_NO_MAX])
    row = row_by_receipt_no(tx, number) if len(number) <= RECEIPT_NO_MAX else None
    expected = "" if row is None else row["hash"][:HASH_CHARACTERS]
    prefix = typed_number(hash_prefix[: 2 * HASH_CHARACTERS]).lower().encode("utf-8", "replace")
    if row is None or not hmac.compare_digest(expected.encode(), prefix):
        raise Refusal("not_found")
    return row


def _public_fields(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row that are shown, with positive sums; of a reversal its lines as well."""
    sums = {name: abs(row[name]) for name in ("amount_fen", "discount_fen", "payable_fen")}
    lines = returned_lines(row) if row["kind"] == "reversal" else ()
    return {**{name: row[name] for name in SHOWN}, **sums, "lines": lines}
