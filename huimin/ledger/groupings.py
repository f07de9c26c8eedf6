"""The ways in which ledger rows are put into groups: each is one row of GROUPINGS.

Everything that groups reads this table: the roll-ups that a sale adds to and their proof, the sums
of a month and of a range, the rows and cards behind a number, and every page, file and chart of the
report. What a grouping is called stands by its code in core/words.py.

One thing more is needed for a grouping by a column that the roll-ups do not hold yet: a migration
that lets its dimension into schema.sql's CHECK, and `huimin ledger rebuild` for earlier months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

from huimin.core.catalogue import Words
from huimin.core.days import COUNTY_ZONE, parse_day
from huimin.core.words import CHANNELS, ELIGIBILITIES, OUTLET_KINDS, PRESENTERS, WEEKDAYS

Row = Mapping[str, Any]
# What is added up of the rows of a group, in fen.
ADDED = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")
# Sums that are kept elsewhere than under a dimension of their own in rollup_month.
OF_OUTLETS, OF_VILLAGES = "outlets", "villages"
COUNTY_HOURS = int(COUNTY_ZONE.utcoffset(None).total_seconds()) // 3_600
TOTAL, TOWN_AND_KIND = "total", "town_and_kind"


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to group ledger rows.

    `column` holds a row's key; where `key` computes it, the column is not the ledger's own and
    `sql` says the same for both engines. It is also the dimension under which the roll-ups keep the
    group, unless `sums` names where else a month's sums are found: OF_OUTLETS, OF_VILLAGES, or
    a dimension whose key is made of several columns (`parts`).
    """

    code: str
    column: str
    key: Callable[[Row], str] | None = None
    sql: str = ""
    sums: str = ""
    parts: tuple[str, ...] = ()
    # Whether the different cards of a group are counted.
    cards: bool = True
    # What names a key: names by key, a table of the database, or the key itself. The rows of the
    # report follow the order of these names.
    named: Mapping[str, str] | Literal["outlet", "merchant", "division", "key"] = "key"
    # Where the report shows it: as a table on the page and in every file, otherwise (all rows as
    # the total, `adjusts_month` as the list of adjustments), or nowhere, because it is kept for
    # settlements or for what is published.
    report_place: Literal["table", "otherwise", "nowhere"] = "table"
    chart: Literal["bars", "columns", ""] = ""
    # The place of its chart in the printed report, from 1; 0 for none.
    printed_chart: int = 0

    @property
    def key_of(self) -> Callable[[Row], str | None]:
        """Gives a row's group; None where it is in none."""
        return self.key or itemgetter(self.column)

    def name_of(self, key: str, name: str, language: str) -> str:
        """What a group is called: the words of its key where that is a code, else its own name."""
        return self.named.say(key, language) if isinstance(self.named, Words) else name

    @property
    def dimension(self) -> str:
        """Where rollup_month, or another table of sums, keeps it."""
        return self.sums or self.column


def _hour(row: Row) -> str:
    # An instant is UTC text, and the county's zone is a whole number of hours ahead.
    return str((int(row["occurred_at"][11:13]) + COUNTY_HOURS) % 24)


def _weekday(row: Row) -> str:
    return _weekday_of(row["business_day"])


@lru_cache(maxsize=1_024)
def _weekday_of(day: str) -> str:
    return str(parse_day(day).isoweekday())


def _town_and_kind(row: Row) -> str:
    return f"{row['town_code']} {row['outlet_kind']}"


_HOUR_SQL = (
    f"CAST((CAST(substr(ledger.occurred_at, 12, 2) AS BIGINT) + {COUNTY_HOURS}) % 24 AS TEXT)"
)
# 1 for Monday. The year begins in March, so that a leap day is its last: (yyyymm - 3) / 100 is that
# year. Added up are its leap days, how far its months have moved the days of the week, and the day.
_MARCH_MONTH = "(CAST(replace(substr(ledger.business_day, 1, 7), '-', '') AS BIGINT) - 3)"
_WEEKDAY_SQL = f"""CAST((
    {_MARCH_MONTH} / 100 + {_MARCH_MONTH} / 400 - {_MARCH_MONTH} / 10000 + {_MARCH_MONTH} / 40000
    + CAST(substr('032503514624', CAST(substr(ledger.business_day, 6, 2) AS INTEGER), 1) AS BIGINT)
    + CAST(substr(ledger.business_day, 9, 2) AS BIGINT) + 6) % 7 + 1 AS TEXT)"""

# In the order in which the report shows them. `total` is one group of all rows; `policy` is kept
# for settlements, `town_and_kind` for what is published.
_TABLE = (
    Grouping(TOTAL, TOTAL, key=lambda row: "", sql="''", sums=OF_OUTLETS, report_place="otherwise"),
    Grouping("outlet", "outlet_id", sums=OF_OUTLETS, named="outlet", chart="bars"),
    Grouping("merchant", "merchant_id", sums=OF_OUTLETS, named="merchant", chart="bars"),
    Grouping(
        "kind", "outlet_kind", sums=TOWN_AND_KIND, named=OUTLET_KINDS, chart="bars", printed_chart=1
    ),
    Grouping(
        "town", "town_code", sums=TOWN_AND_KIND, named="division", chart="bars", printed_chart=6
    ),
    Grouping("village", "division_code", sums=OF_VILLAGES, named="division", chart="bars"),
    Grouping("eligibility", "eligibility", named=ELIGIBILITIES, chart="bars", printed_chart=5),
    Grouping("presenter", "presenter_kind", named=PRESENTERS, chart="bars", printed_chart=2),
    Grouping("channel", "channel", cards=False, named=CHANNELS, chart="bars"),
    Grouping(
        "weekday",
        "weekday",
        key=_weekday,
        sql=_WEEKDAY_SQL,
        cards=False,
        named=WEEKDAYS,
        chart="columns",
        printed_chart=3,
    ),
    Grouping(
        "hour",
        "hour",
        key=_hour,
        sql=_HOUR_SQL,
        cards=False,
        named={str(hour): f"{hour:02d}:00–{hour:02d}:59" for hour in range(24)},
        chart="columns",
        printed_chart=4,
    ),
    Grouping("adjusts_month", "adjusts_month", cards=False, report_place="otherwise"),
    Grouping("policy", "policy_id", cards=False, report_place="nowhere"),
    Grouping(
        TOWN_AND_KIND,
        TOWN_AND_KIND,
        key=_town_and_kind,
        sql="ledger.town_code || ' ' || ledger.outlet_kind",
        parts=("town_code", "outlet_kind"),
        report_place="nowhere",
    ),
)
GROUPINGS: dict[str, Grouping] = {grouping.code: grouping for grouping in _TABLE}
# What keys are computed from, beside the columns that hold one.
_READ = ("occurred_at", "business_day")


def _keys_of(groupings: Iterable[Grouping]) -> tuple[tuple[str, Callable[[Row], Any]], ...]:
    """Column and key of each, one a column: made once, because every sale asks for all."""
    return tuple({each.column: each.key_of for each in groupings}.items())


_KEYS_OF_SUMS = _keys_of(each for each in _TABLE if not each.sums)
_KEYS_OF_CARDS = _keys_of(each for each in _TABLE if each.cards)


def tables() -> list[Grouping]:
    """Those of which the report shows a table, in its order."""
    return [grouping for grouping in GROUPINGS.values() if grouping.report_place == "table"]


def dimensions() -> dict[str, Grouping]:
    """Dimension of rollup_month → its grouping; but for adjusts_month, the sums of all keys of each
    are an outlet's whole."""
    return {each.column: each for each in GROUPINGS.values() if not each.sums}


def sum_keys(row: Row) -> dict[str, str | None]:
    """Dimension → key of a row's sums; None where the row has no place in the dimension."""
    return {column: key_of(row) for column, key_of in _KEYS_OF_SUMS}


def counted_in(row: Row) -> frozenset[str]:
    """The groups in which a redemption's card is counted, each as "dimension=key"."""
    return frozenset([f"{column}={key_of(row)}" for column, key_of in _KEYS_OF_CARDS])


def counted_text(groups: Iterable[str]) -> str:
    """Groups as rollup_month_card keeps them."""
    return "\n".join(sorted(groups))


def sql_parts() -> dict[str, str]:
    """What statements are told of the table: the columns that keys are read from, the key of the
    column :by, and the dimension and key of each sum that a sale adds to."""
    columns = {each.column: None for each in GROUPINGS.values() if each.key is None}
    cases = (
        f"        WHEN '{each.column}' THEN {each.sql or f'ledger.{each.column}'}"
        for each in GROUPINGS.values()
    )
    keys = (
        f"    SELECT '{column}' AS dimension, CAST(:{column} AS TEXT) AS key"
        for column in dimensions()
    )
    return {
        "key_columns": f"    {', '.join((*columns, *_READ))}\n",
        "group_key": "\n".join(("        CASE :by", *cases, "        END")),
        "kept_keys": "\n    UNION ALL\n".join(keys) + "\n",
    }
