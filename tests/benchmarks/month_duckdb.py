"""The monthly report's figures as DuckDB counts them, straight from the ledger's rows.

The reference of `tests.benchmarks.months`: a columnar engine with all cores, its table ordered by
month as rows came, so that it reads no more of history than it must.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from huimin.core.days import month_days, previous_month
from tests.benchmarks.month_rows import CSV_TYPES

SUMS = """
    COUNT(*) FILTER (kind = 'redemption') AS redemptions,
    COUNT(*) FILTER (kind = 'reversal') AS reversals,
    SUM(amount_fen)::BIGINT AS amount_fen, SUM(discount_fen)::BIGINT AS discount_fen,
    SUM(merchant_share_fen)::BIGINT AS merchant_share_fen,
    SUM(government_share_fen)::BIGINT AS government_share_fen
"""
CARDS = "COUNT(DISTINCT card_id) FILTER (kind = 'redemption') AS cards_used"
# Grouping of the report → what it groups by, and whether its cards are counted.
GROUPINGS = {
    "outlet": ("outlet_id", True),
    "merchant": ("merchant_id", True),
    "kind": ("outlet_kind", True),
    "town": ("town_code", True),
    "village": ("division_code", True),
    "eligibility": ("eligibility", True),
    "presenter": ("presenter_kind", True),
    "channel": ("channel", False),
    "weekday": ("isodow(business_day)::TEXT", False),
    "hour": ("((hour(occurred_at) + 8) % 24)::TEXT", False),
}


class Reference:
    """A DuckDB database file with the rows of the ledger and the cards."""

    def __init__(self, path: Path, ledger_csv: Path, cards_csv: Path) -> None:
        self.connection = duckdb.connect(str(path))
        self.connection.execute(
            "CREATE OR REPLACE TABLE ledger AS"
            f" SELECT * FROM read_csv(?, header = true, {CSV_TYPES})",
            [str(ledger_csv)],
        )
        self.connection.execute(
            "CREATE OR REPLACE TABLE card AS SELECT * FROM read_csv(?, header = true,"
            " types = {'issued_on': 'DATE', 'ended_on': 'DATE', 'expires_on': 'DATE'})",
            [str(cards_csv)],
        )
        self.connection.execute("CHECKPOINT")

    def report(self, month: str) -> dict[str, Any]:
        """The total, every grouping, the adjustments and the cards; for three months."""
        months = (month, previous_month(month), f"{int(month[:4]) - 1}{month[4:]}")
        found: dict[str, Any] = {}
        for place, each in enumerate(months):
            found[f"total.{place}"] = self._rows(
                f"SELECT {SUMS}, {CARDS} FROM ledger WHERE month = ?", each
            )
            for grouping, (column, cards) in GROUPINGS.items():
                counted = f", {CARDS}" if cards else ""
                found[f"{grouping}.{place}"] = self._rows(
                    f"SELECT {column} AS key, {SUMS}{counted} FROM ledger WHERE month = ?"
                    " GROUP BY key ORDER BY key",
                    each,
                )
        found["adjustments"] = self._rows(
            f"SELECT adjusts_month AS key, {SUMS} FROM ledger"
            " WHERE month = ? AND adjusts_month IS NOT NULL GROUP BY key ORDER BY key",
            month,
        )
        for place, each in enumerate(months):
            found[f"cards.{place}"] = self._cards(each)
        return found

    def _cards(self, month: str) -> list[dict[str, Any]]:
        first, last = month_days(month)
        return self._rows(
            "SELECT COUNT(*) FILTER (issued_on BETWEEN ? AND ?) AS new,"
            " COUNT(*) FILTER (valid) AS valid,"
            " COUNT(*) FILTER (valid AND first_use IS NULL) AS never_used"
            " FROM (SELECT issued_on, issued_on <= ? AND expires_on >= ?"
            "  AND (ended_on IS NULL OR ended_on > ?) AS valid, first_use FROM card"
            "  LEFT JOIN (SELECT card_id, MIN(business_day) AS first_use FROM ledger"
            "   WHERE kind = 'redemption' AND business_day <= ? GROUP BY card_id) AS used"
            "  ON used.card_id = card.id)",
            *(first, last, last, last, last, last),
        )

    def _rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        cursor = self.connection.execute(statement, list(values))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
