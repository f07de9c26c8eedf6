"""Record what the bank has paid of a confirmed settlement, and take a wrong record back.

Payments add up and never exceed what is payable; a row that was wrong is answered by another, so
that the list of payments always tells what was once believed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Unpack

from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.money import yuan_text
from huimin.core.refusals import Refusal, field_problem
from huimin.settlement import queries
from huimin.settlement.answer import held, payable_fen
from huimin.settlement.make import record_settlement
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

REFERENCE_MAX = 64
REASON_MAX = 200


def record_payment(
    tx: Transaction,
    settlement_id: str,
    *,
    amount_fen: int,
    paid_on: date,
    bank_reference: str,
    **by: Unpack[By],
) -> Row:
    """The settlement after the payment. Raises FieldProblems on `amount`, `paid_on` or
    `bank_reference`, Refusal `not_found`, `settlement_not_confirmed`."""
    row = held(tx, settlement_id, merchant_id=None, now=by["now"])
    if row["state"] not in ("confirmed", "paid"):
        raise Refusal("settlement_not_confirmed")
    reference = _checked_reference(bank_reference)
    _check_day(paid_on, row, by["now"])
    left_fen = payable_fen(row) - row["paid_fen"]
    if not 0 < amount_fen <= left_fen:
        raise field_problem(
            "amount",
            "金额要大于 0，且不能超过还没付的 {left_fen} 元。",
            left_fen=yuan_text(left_fen),
        )
    for payment in payments_of(tx, row):
        if payment["bank_reference"] == reference and stands(payment):
            raise field_problem("bank_reference", "这个银行流水号已经登记在这份结算单上。")
    return _write(
        tx,
        row,
        {"amount_fen": amount_fen, "paid_on": paid_on.isoformat(), "bank_reference": reference},
        **by,
    )


def take_back_payment(
    tx: Transaction, settlement_id: str, payment_id: str, *, reason: str, **by: Unpack[By]
) -> Row:
    """Answer a wrong record by a row of the opposite amount; the settlement after that.

    The record may be one of an earlier version of the same month. Raises FieldProblems on
    `reason`, Refusal `not_found`, `settlement_not_confirmed`, `payment_taken_back`.
    """
    row = held(tx, settlement_id, merchant_id=None, now=by["now"])
    if row["state"] not in ("confirmed", "paid"):
        raise Refusal("settlement_not_confirmed")
    wrong = next((one for one in payments_of(tx, row) if one["id"] == payment_id), None)
    if wrong is None:
        raise Refusal("not_found")
    reason_text = reason.strip()
    if not reason_text or len(reason_text) > REASON_MAX or not reason_text.isprintable():
        raise field_problem(
            "reason", "请写明哪里记错了，{reason_max} 字以内。", reason_max=REASON_MAX
        )
    if not stands(wrong):
        raise Refusal("payment_taken_back")
    back = {
        "amount_fen": -wrong["amount_fen"],
        "paid_on": wrong["paid_on"],
        "bank_reference": wrong["bank_reference"],
        "takes_back_id": payment_id,
        "reason": reason_text,
    }
    return _write(tx, row, back, **by)


def payments_of(tx: Transaction, settlement: Row) -> list[Row]:
    """All payment rows of the merchant's month, of every version, the earliest first."""
    return list(
        queries.payments_of_month(
            tx, month=settlement["month"], merchant_id=settlement["merchant_id"]
        )
    )


def stands(payment: Row) -> bool:
    """True for a payment that no other row takes back and that takes none back itself."""
    return payment["takes_back_id"] is None and not payment["taken_back"]


def _write(tx: Transaction, row: Row, payment: Row, **by: Unpack[By]) -> Row:
    written = queries.insert_payment(
        tx,
        **{
            "takes_back_id": None,
            "reason": None,
            **payment,
            "id": new_id(),
            "settlement_id": row["id"],
            "recorded_at": instant_text(by["now"]),
            "recorded_by": by["actor"],
        },
    )
    if written is None:
        raise Refusal("payment_taken_back")
    paid_fen = row["paid_fen"] + payment["amount_fen"]
    state = "paid" if paid_fen == payable_fen(row) else "confirmed"
    new: Row = queries.set_paid(tx, id=row["id"], paid_fen=paid_fen, state=state)
    record_settlement(
        tx,
        "payment_taken_back" if payment["amount_fen"] < 0 else "payment_recorded",
        new,
        old=row,
        reason=written["reason"],
        amount_fen=payment["amount_fen"],
        bank_reference=payment["bank_reference"],
        paid_on=payment["paid_on"],
        **by,
    )
    return new


def _checked_reference(text: str) -> str:
    reference = " ".join(text.split())
    if not reference or len(reference) > REFERENCE_MAX or not reference.isprintable():
        raise field_problem(
            "bank_reference",
            "请填写银行流水号，{reference_max} 个字以内。",
            reference_max=REFERENCE_MAX,
        )
    return reference


def _check_day(paid_on: date, row: Row, now: datetime) -> None:
    if not row["month"] <= paid_on.isoformat() <= county_day(now).isoformat():
        raise field_problem("paid_on", "付款日期不能早于结算的月份，也不能晚于今天。")
