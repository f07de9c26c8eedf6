"""A county with years of history, written straight into a file for `tests.benchmarks.months`.

A million cards, ten million ledger rows: every row has its place and hash as the ledger itself
would have written them. The roll-ups are added up by DuckDB here, which is faster than by sale; the
benchmark holds those of the last month against what the ledger's own functions make of its rows.
What DuckDB gets to count is the same rows, written to a CSV beside. Seeded.
"""

from __future__ import annotations

import contextlib
import csv
import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

import duckdb

from huimin.core.chain import GENESIS, row_hash
from huimin.core.days import month_days
from huimin.divisions.find import town_of
from huimin.divisions.load import package_divisions
from huimin.instance import Instance
from huimin.ledger.groupings import GROUPINGS, dimensions
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.making.policies import make_policy

OUTLETS, TILLS_OF_OUTLET, MERCHANTS = 200, 2, 120
KINDS = ("supermarket", "supermarket", "pharmacy", "pharmacy", "hospital", "school")
ELIGIBILITIES = ("dibao", "dibao", "dibao", "tekun", "major_illness", "disability", "orphan")
# Dimensions of rollup_month_cards, each once.
CARD_DIMENSIONS = tuple({each.column: None for each in GROUPINGS.values() if each.cards})
# Of a hundred rows: how many take one back, were given offline, came by a claim.
REVERSALS, OFFLINE, CLAIMS = 3, 5, 1
NEVER_USED_OF = 5
# What DuckDB counts from, in this order.
COLUMNS = (
    *("kind", "outlet_id", "merchant_id", "outlet_kind", "division_code", "town_code"),
    *("eligibility", "presenter_kind", "channel", "occurred_at", "business_day", "month"),
    *("adjusts_month", "card_id", "amount_fen", "discount_fen", "merchant_share_fen"),
    *("government_share_fen", "policy_id"),
)
# How read_csv understands those that it might take for something else.
CSV_TYPES = (
    "types = {'occurred_at': 'TIMESTAMP', 'business_day': 'DATE', 'month': 'TEXT',"
    " 'adjusts_month': 'TEXT', 'town_code': 'TEXT', 'division_code': 'TEXT'}"
)
SUMS = (
    "COUNT(*) FILTER (kind = 'redemption'), COUNT(*) FILTER (kind = 'reversal'),"
    " SUM(amount_fen)::BIGINT, SUM(discount_fen)::BIGINT,"
    " SUM(merchant_share_fen)::BIGINT, SUM(government_share_fen)::BIGINT"
)
MERCHANT_SHARE_BP, RATE_BP = 4_000, 800
HOURS = (0, 1, 2, 2, 3, 8, 9, 9, 10, 11, 12)


def uuid_of(letter: str, number: int) -> str:
    """An id that sorts by its number, as ids made one after another do."""
    time_part = f"{0x019A00000000 + (number >> 12):012x}"
    return f"{time_part[:8]}-{time_part[8:]}-7{number & 0xFFF:03x}-8000-{ord(letter):012x}"


class CountyOfYears:
    """Writes the county and then month after month of sales; one connection, no durability.

    The instance is closed when it has made outlets, tills and the policy.
    """

    def __init__(self, instance: Instance, cards: int, csv_path: Path) -> None:
        self.chance = random.Random(20261127)
        self.cards, self.serial = cards, 0
        self.heads: dict[str, tuple[int, str]] = {}
        self.last_sale: dict[str, dict[str, Any]] = {}
        self.first_used: dict[str, str] = {}
        self.villages = [
            str(row["code"]) for row in package_divisions() if row["level"] == "village"
        ]
        merchants = [make_merchant(instance)["id"] for _ in range(MERCHANTS)]
        self.terms = make_policy(
            instance, starts_on="2016-01-01", merchant_share_bp=MERCHANT_SHARE_BP
        )
        self.tills: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for number in range(OUTLETS):
            outlet = make_outlet(
                instance, KINDS[number % len(KINDS)], merchant_id=merchants[number % MERCHANTS]
            )
            for _ in range(TILLS_OF_OUTLET):
                self.tills.append((outlet, make_terminal(instance, outlet)[0]))
        instance.close()
        self.csv_path, self.rolled_up = csv_path, ""
        self.file: TextIO = csv_path.open("w", newline="")
        self.csv = csv.writer(self.file)
        self.csv.writerow(COLUMNS)
        self.connection = sqlite3.connect(instance.settings.database_path, isolation_level=None)
        for pragma in (
            *("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF"),
            *("cache_size = -2000000", "foreign_keys = OFF"),
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        self.indexes = self.connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('ledger', 'card', 'holder')"
        ).fetchall()
        for name, _ in self.indexes:
            self.connection.execute(f"DROP INDEX {name}")

    def write_people(self) -> None:
        """Every holder and card; a card is issued in the first month."""
        chance = self.chance
        self.village_of = [chance.choice(self.villages) for _ in range(self.cards)]
        self.eligibility_of = [chance.choice(ELIGIBILITIES) for _ in range(self.cards)]
        at, day = "2016-10-01T02:00:00.000Z", "2016-10-01"
        holders = (
            {
                "id": uuid_of("h", number),
                "name": f"王{number}",
                "gender": "female",
                "birth_date": "1960-03-08",
                "id_number_cipher": "-",
                "id_number_hash": f"{number:064x}",
                "division_code": self.village_of[number],
                "verified_on": day,
                "created_at": at,
                "updated_at": at,
            }
            for number in range(self.cards)
        )
        cards = (
            {
                "id": uuid_of("c", number),
                "copy_id": f"{number:014x}",
                "number": f"{number:016d}",
                "holder_id": uuid_of("h", number),
                "state": "active",
                "key_id": 1,
                "issued_on": day,
                "expires_on": "2030-12-31",
                "created_at": at,
                "printed_at": at,
            }
            for number in range(self.cards)
        )
        for table, rows in (("holder", holders), ("card", cards)):
            self._insert(table, rows)

    def write_month(self, month: str, count: int) -> None:
        """`count` rows of a month, and the same rows for DuckDB."""
        first, last = month_days(month)
        rows = [
            self._row(month, first + timedelta(days=at * ((last - first).days + 1) // count))
            for at in range(count)
        ]
        self._insert("ledger", iter(rows))
        self.csv.writerows([[row[name] for name in COLUMNS] for row in rows])

    def _roll_up(self) -> None:
        """The roll-ups of all months since the last time, counted by DuckDB."""
        counting = duckdb.connect()
        counting.execute(
            f"CREATE TABLE row AS SELECT *, town_code || ' ' || outlet_kind AS town_and_kind,"
            " ((hour(occurred_at) + 8) % 24)::TEXT AS hour, '' AS total,"
            f" isodow(business_day)::TEXT AS weekday FROM read_csv(?, header = true, {CSV_TYPES})"
            " WHERE month > ?",
            [str(self.csv_path), self.rolled_up],
        )
        for dimension in dimensions():
            self._take(
                "rollup_month",
                counting,
                f"SELECT month, '{dimension}', outlet_id, {dimension}, {SUMS}"
                f" FROM row WHERE {dimension} IS NOT NULL GROUP BY ALL ORDER BY ALL",
            )
        self._take(
            "rollup_month_village",
            counting,
            f"SELECT month, division_code, {SUMS} FROM row GROUP BY ALL ORDER BY ALL",
        )
        for dimension in CARD_DIMENSIONS:
            self._take(
                "rollup_month_cards",
                counting,
                f"SELECT month, '{dimension}', {dimension}, COUNT(DISTINCT card_id) FROM row"
                " WHERE kind = 'redemption' GROUP BY ALL ORDER BY ALL",
            )
        pairs = ", ".join(f"'{dimension}=' || {dimension}" for dimension in CARD_DIMENSIONS)
        for (month,) in counting.execute("SELECT DISTINCT month FROM row ORDER BY 1").fetchall():
            self._take(
                "rollup_month_card",
                counting,
                "SELECT month, card_id, COUNT(*), array_to_string(list_sort(list_distinct("
                f" flatten(list([{pairs}])))), chr(10)) FROM row"
                f" WHERE kind = 'redemption' AND month = '{month}' GROUP BY ALL ORDER BY ALL",
            )
            self.rolled_up = month
        counting.close()

    def _take(self, table: str, counting: duckdb.DuckDBPyConnection, statement: str) -> None:
        found = counting.execute(statement)
        marks = ", ".join("?" * len(found.description or ()))
        self.connection.execute("BEGIN")
        while batch := found.fetchmany(100_000):
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)
        self.connection.execute("COMMIT")

    def settle(self, *, ledger: bool) -> None:
        """Roll-ups, first uses, chain heads, and the indexes: the ledger's when it is complete."""
        self.file.flush()
        self._roll_up()
        self.connection.execute("BEGIN")
        self.connection.executemany(
            "UPDATE card SET first_used_on = ? WHERE id = ? AND first_used_on IS NULL",
            [(day, card_id) for card_id, day in self.first_used.items()],
        )
        self.connection.executemany(
            "INSERT OR REPLACE INTO chain_head VALUES (?, ?, ?)",
            [(terminal, *head) for terminal, head in self.heads.items()],
        )
        self.connection.execute("COMMIT")
        self.first_used.clear()
        self._index(self.connection, ledger=ledger)

    def index_ledger(self, path: Path) -> None:
        """Give a copy of the database the indexes of its ledger."""
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            self._index(connection, ledger=True)
            connection.execute("PRAGMA journal_mode = WAL")

    def _index(self, connection: sqlite3.Connection, *, ledger: bool) -> None:
        for _, sql in self.indexes:
            if ledger or " ON ledger " not in sql:
                connection.execute(sql.replace("INDEX ", "INDEX IF NOT EXISTS ", 1))
        connection.execute("PRAGMA analysis_limit = 1000")
        connection.execute("ANALYZE")

    def close(self) -> None:
        self.file.close()
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.close()

    def _row(self, month: str, day: date) -> dict[str, Any]:
        chance = self.chance
        place = int(chance.random() * len(self.tills))
        outlet, terminal = self.tills[place]
        key = terminal["id"]
        before = self.last_sale.get(key)
        taken_back = before is not None and chance.random() * 100 < REVERSALS
        row = self._reversal(before) if taken_back and before else self._sale(outlet, terminal, day)
        some = int(chance.random() * 660)
        at = f"{day.isoformat()}T{HOURS[some // 60]:02d}:{some % 60:02d}:00.000Z"
        self.serial += 1
        sequence, head = self.heads.get(key, (0, GENESIS))
        row |= {
            "id": uuid_of("l", self.serial),
            "receipt_no": f"{day:%Y%m%d}{terminal['code']}{sequence + 1:06d}",
            "sequence": sequence + 1,
            "occurred_at": at,
            "recorded_at": at,
            "business_day": day.isoformat(),
            "month": month,
            "adjusts_month": row["month"] if taken_back and row["month"] < month else None,
            "previous_hash": head,
        }
        row["hash"] = row_hash(row)
        self.heads[key] = (sequence + 1, row["hash"])
        if taken_back:
            del self.last_sale[key]
        else:
            self.last_sale[key] = row
            self.first_used.setdefault(row["card_id"], row["business_day"])
        return row

    def _sale(self, outlet: dict[str, Any], terminal: dict[str, Any], day: date) -> dict[str, Any]:
        chance = self.chance
        number = int(chance.random() * self.cards)
        number += number % NEVER_USED_OF == 0 and number + 1 < self.cards
        amount_fen = 500 + int(chance.random() * 60_000)
        discount_fen = (amount_fen * RATE_BP + 5_000) // 10_000
        merchant_fen = discount_fen * MERCHANT_SHARE_BP // 10_000
        way = chance.random() * 100
        return {
            "kind": "redemption",
            "reverses_id": None,
            "terminal_id": terminal["id"],
            "outlet_id": outlet["id"],
            "merchant_id": outlet["merchant_id"],
            "outlet_kind": outlet["kind"],
            "order_no": f"o{self.serial}",
            "card_id": uuid_of("c", number),
            "holder_id": uuid_of("h", number),
            "presenter_kind": "family_member" if number % 3 == 0 else "holder",
            "presenter_id": uuid_of("h", number),
            "identity_checked": 1,
            "eligibility": self.eligibility_of[number],
            "division_code": self.village_of[number],
            "town_code": town_of(self.village_of[number]),
            "policy_id": self.terms.id,
            "policy_code": self.terms.code,
            "policy_version": self.terms.version,
            "rate_bp": RATE_BP,
            "amount_fen": amount_fen,
            "insurance_fen": 0,
            "excluded_fen": 0,
            "eligible_fen": amount_fen,
            "discount_fen": discount_fen,
            "payable_fen": amount_fen - discount_fen,
            "merchant_share_fen": merchant_fen,
            "government_share_fen": discount_fen - merchant_fen,
            "detail_json": "{}",
            "cashier": None,
            "staff_id": None,
            "channel": "claim" if way < CLAIMS else "offline" if way < OFFLINE else "online",
            "reason": None,
        }

    def _reversal(self, sale: dict[str, Any]) -> dict[str, Any]:
        """All of a terminal's last sale."""
        negative = {name: -value for name, value in sale.items() if name.endswith("_fen")}
        return {
            **sale,
            **negative,
            "kind": "reversal",
            "reverses_id": sale["id"],
            "order_no": None,
            "channel": "online",
            "reason": "退货",
        }

    def _insert(self, table: str, rows: Iterator[dict[str, Any]]) -> None:
        first = next(rows, None)
        if first is None:
            return
        names = tuple(sorted(first))
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        self.connection.execute("BEGIN")
        self.connection.execute(statement, [first[name] for name in names])
        self.connection.executemany(statement, ([row[name] for name in names] for row in rows))
        self.connection.execute("COMMIT")
