"""Prove a month's settlements: to the fen they are the report, the roll-ups and the ledger's rows.

Everything is added up again here, outside the database's own checks, and each finding is one
sentence with both numbers. Nothing is mended: a difference is a mistake of the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.reports.monthly import monthly_report
from huimin.settlement import queries
from huimin.settlement.answer import payable_fen
from huimin.settlement.make import FIGURES, content_sha256
from huimin.storage.engine import Row, Transaction


def check_settlements(tx: Transaction, month: str) -> list[Text]:
    """What is wrong with the live settlements of a month, one sentence each; [] when they tie."""
    settlements = list(queries.live_of_month(tx, month=month))
    if not settlements:
        return [text("{month} 还没有结算单。", month=month)]
    lines: dict[str, list[Row]] = {}
    for line in queries.lines_of_month(tx, month=month):
        lines.setdefault(line["settlement_id"], []).append(line)
    payments = queries.paid_by_merchant(tx, month=month)
    paid = {row["merchant_id"]: row["paid_fen"] for row in payments}
    return [
        *_against_report(tx, month, settlements),
        *_against_ledger(tx, month, [line for own in lines.values() for line in own]),
        *(
            finding
            for row in settlements
            for finding in _of_one(row, lines.get(row["id"], []), paid.get(row["merchant_id"], 0))
        ),
    ]


def _against_report(tx: Transaction, month: str, settlements: list[Row]) -> Iterator[Text]:
    total = monthly_report(tx, month).total
    for name in FIGURES:
        settled = sum(row[name] for row in settlements)
        if settled != getattr(total, name):
            yield text(
                "结算单合计 {figure} 为 {settled}，月报表为 {reported}。",
                figure=name,
                settled=settled,
                reported=getattr(total, name),
            )


def _against_ledger(tx: Transaction, month: str, lines: list[Row]) -> Iterator[Text]:
    for kind, key, rows in (
        ("policy", "policy_id", queries.ledger_by_policy(tx, month=month)),
        ("adjustment", "adjusts_month", queries.ledger_by_origin(tx, month=month)),
    ):
        settled = _by_place((line for line in lines if line["kind"] == kind), key)
        true = _by_place(rows, key)
        for place in sorted(settled.keys() | true.keys()):
            if settled.get(place) != true.get(place):
                yield text(
                    "示范点 {outlet}、{key} {value}：结算行为 {settled}，流水为 {ledger}。",
                    outlet=place[0],
                    key=key,
                    value=place[1],
                    settled=settled.get(place),
                    ledger=true.get(place),
                )


def _by_place(rows: Iterable[Mapping[str, Any]], key: str) -> dict[tuple[str, str], Row]:
    return {(row["outlet_id"], row[key]): {name: row[name] for name in FIGURES} for row in rows}


def _of_one(row: Row, lines: list[Row], paid_fen: int) -> Iterator[Text]:
    """A settlement against its own lines, payments and fingerprint."""
    for name in FIGURES:
        added = sum(line[name] for line in lines if line["kind"] == "policy")
        if added != row[name]:
            yield text(
                "{number}：各行合计 {figure} 为 {added}，结算单为 {settled}。",
                number=row["number"],
                figure=name,
                added=added,
                settled=row[name],
            )
    facts = {**row, "payable_fen": payable_fen(row), "payments_fen": paid_fen}
    if row["due_fen"] != row["government_share_fen"] + row["carried_in_fen"]:
        yield text("{number}：应付 {due_fen} 不等于政府承担加上期结转。", **facts)
    if row["carried_fen"] != min(0, row["due_fen"] - row["paid_before_fen"]):
        yield text("{number}：结转下期 {carried_fen} 不对。", **facts)
    if row["paid_fen"] != paid_fen:
        yield text("{number}：已付 {paid_fen}，付款记录合计 {payments_fen}。", **facts)
    if not 0 <= row["paid_fen"] <= payable_fen(row):
        yield text("{number}：已付 {paid_fen} 超过应付 {payable_fen}。", **facts)
    if content_sha256(row, lines) != row["content_sha256"]:
        yield text("{number}：内容与生成时的指纹不一致。", **facts)
