"""The list from which the finance office or its bank pays: whom, where to, how much, for what.

It holds whole account numbers, so that making it is recorded with its count and sum. As text and
in this order, because the list comes back with day and reference filled in (paid_list.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.catalogue import say
from huimin.core.formula_guard import formula_safe_row
from huimin.core.money import yuan
from huimin.keys.personal_data import PersonalData
from huimin.settlement.aged import AgedList
from huimin.settlement.payees import merchants_unreadable, merchants_with_account, payees_for
from huimin.storage.engine import Row, Transaction

OF_PAYEE = ("holder_name", "bank", "branch", "branch_code", "account")


def make_payment_list(
    tx: Transaction, personal_data: PersonalData, aged: AgedList, **by: Unpack[By]
) -> list[Row]:
    """The unpaid settlements with the accounts that they are paid to; that it was made is recorded.

    The account's fields are "" where the merchant has none, or no key opens it.
    """
    rows = []
    for row, own in zip(aged.rows, payees_for(tx, personal_data, aged.rows), strict=True):
        payee = {name: getattr(own.payee, name) if own and own.payee else "" for name in OF_PAYEE}
        rows.append({**row, **payee})
    total = {"count": len(rows), "amount_fen": aged.total_fen}
    record(tx, "settlement.list_exported", "payments", subject_kind="list", new=total, **by)
    return rows


def merchants_without_payee(tx: Transaction, aged: AgedList) -> list[Row]:
    """The merchants among them that have no account in force: `id` and `name`, each once."""
    with_account = merchants_with_account(tx)
    return [one for one in _merchants(aged) if one["id"] not in with_account]


def merchants_with_unreadable_payee(
    tx: Transaction, personal_data: PersonalData, aged: AgedList
) -> list[Row]:
    """The merchants among them whose account no key opens: `id` and `name`, each once."""
    unreadable = merchants_unreadable(tx, personal_data, aged.rows)
    return [one for one in _merchants(aged) if one["id"] in unreadable]


def _merchants(aged: AgedList) -> list[Row]:
    merchants = {row["merchant_id"]: row["merchant_name"] for row in aged.rows}
    return [{"id": merchant_id, "name": name} for merchant_id, name in merchants.items()]


def payment_columns() -> list[tuple[str, str, int]]:
    """(field, heading, least letters) of each column."""
    return [
        ("number", say("结算单号"), 0),
        ("merchant_name", say("收款单位"), 0),
        ("credit_code", say("统一社会信用代码"), 0),
        ("holder_name", say("户名"), 12),
        ("bank", say("开户银行"), 28),
        ("branch", say("开户支行"), 12),
        ("branch_code", say("联行号"), 14),
        ("account", say("银行账号"), 24),
        ("unpaid_fen", say("金额（元）"), 0),
        ("purpose", say("用途"), 0),
        ("paid_on", say("付款日期"), 12),
        ("bank_reference", say("银行流水号"), 28),
    ]


def payment_cell(row: Mapping[str, Any], field: str, county: str) -> str:
    """A cell as text; amounts in yuan, what is to be filled in empty."""
    if field == "purpose":
        return say(
            "{county}惠民卡优惠结算 {month}（{number}）",
            county=county,
            month=row["month"],
            number=row["number"],
        )
    if field == "unpaid_fen":
        return yuan(row["unpaid_fen"])
    return str(row.get(field) or "") if field not in ("paid_on", "bank_reference") else ""


def payment_csv(rows: Sequence[Mapping[str, Any]], county: str) -> bytes:
    """The list as CSV in UTF-8 with a mark for Excel; numbers of many digits stay text there."""
    columns = payment_columns()
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([heading for _field, heading, _letters in columns])
    for row in rows:
        cells = [payment_cell(row, field, county) for field, *_ in columns]
        writer.writerow(formula_safe_row(_kept_digits(cell) for cell in cells))
    return ("\ufeff" + target.getvalue()).encode()


def _kept_digits(cell: str) -> str:
    """With a tab behind a long number, which a spreadsheet would round; banks and we strip it."""
    return f"{cell}\t" if cell.isdigit() and len(cell) > 11 else cell
