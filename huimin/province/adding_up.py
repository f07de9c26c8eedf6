"""The counties' closed months added up to the fen, and what can't be added named.

A card belongs to one county, so different cards add up too. What does not (the first ten outlets,
a share) is left to the counties or computed from the sums. A county that had nothing a month or a
year before is named, because its part of that sum is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from huimin.core.catalogue import Text, Words, say, sentence, text
from huimin.core.period import Period
from huimin.ledger.groupings import TOTAL, tables
from huimin.province.month_file import HandedIn, MonthFileProblem
from huimin.reports.counts import AlertCounts, CardCounts, ClaimCounts
from huimin.reports.figures import FIGURES, Figures, OutletRow, ReportRow, added
from huimin.reports.monthly import MonthlyReport
from huimin.reports.twelve_months import MonthTotal

Counts = TypeVar("Counts", ClaimCounts, AlertCounts)
# Groupings whose keys mean the same in every county.
SHARED = tuple(each.code for each in tables() if not isinstance(each.named, str))
PROBLEMS = Words(
    "month_file_problem",
    {
        "malformed": "不是上报文件，或文件不完整",
        "unknown_county": "清单里没有这个县",
        "unknown_signer": "不是清单里写的这个县的密钥签的",
        "wrong_signature": "签名不符，文件被改过",
        "changed": "报表与签过的摘要不符，文件被改过",
        "unreadable": "写它的程序版本比这里的新，请先升级",
        "other_month": "是别的月份",
        "contradicts": "同一县同一版本有两份不同的文件，请向县里问清",
        "older_version": "同一县有更新的一版，用新的",
        "same": "与另一份相同",
    },
)
# What is left out because something else stands for it: nothing is missing from the sums.
HARMLESS = ("older_version", "same")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not added: its name, its county's code if it says one, and why."""

    file: str
    code: str
    kind: str

    @property
    def why(self) -> Text:
        """The reason in words."""
        return PROBLEMS.text(self.kind)


@dataclass(frozen=True, slots=True)
class ProvinceMonth:
    """The sum of the counties that handed in, and the counties and files that are not in it.

    `report` is the sum in the form of a county's report (fen, net of reversals), with the groupings
    SHARED. `chains` are merchants, by credit code, with outlets in several counties; their cards
    are None, because one card may be used in several outlets.
    """

    month: str
    counties: tuple[HandedIn, ...]
    report: MonthlyReport
    chains: tuple[ReportRow, ...]
    missing: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]

    @property
    def whole(self) -> bool:
        """Whether every county of the list is in the sum, and no file was refused."""
        return not self.missing and all(each.kind in HARMLESS for each in self.left_out)

    @property
    def rows(self) -> tuple[ReportRow, ...]:
        """A row for each county, by its code."""
        return tuple(_row(each.code, each.name, [each.report.total]) for each in self.counties)

    @property
    def notes(self) -> tuple[Text, ...]:
        """What one must know to read the sums."""
        notes = [
            text(
                "共 {listed} 个县，已汇总 {count} 个。",
                listed=len(self.counties) + len(self.missing),
                count=len(self.counties),
            )
        ]
        for against, source in (
            ("previous", sentence("上月没有数据的县，在上月合计里为 0：{names}。")),
            ("last_year", sentence("去年同月没有数据的县，在去年同月合计里为 0：{names}。")),
        ):
            names = [each.name for each in self.counties if not each.report.has(against)]
            if names and len(names) < len(self.counties):
                notes.append(text(source, names="、".join(names)))
        return tuple(notes)


def added_up(
    month: str,
    files: Iterable[tuple[str, HandedIn | MonthFileProblem]],
    counties: Sequence[tuple[str, str]],
) -> ProvinceMonth:
    """Add what was read of each file, by its name; `counties` are code and name of every county
    that should have handed in.

    Of several versions of a county's month the highest counts; where a version comes with two
    different contents, neither does.
    """
    chosen: dict[str, tuple[str, HandedIn]] = {}
    left_out: list[LeftOut] = []
    contradicted: set[tuple[str, int]] = set()
    for file, read in files:
        if isinstance(read, MonthFileProblem):
            left_out.append(LeftOut(file, read.code, read.kind))
        elif read.month != month:
            left_out.append(LeftOut(file, read.code, "other_month"))
        else:
            _choose(file, read, chosen, left_out, contradicted)
    for code, version in contradicted:
        if code in chosen and chosen[code][1].version == version:
            left_out.append(LeftOut(chosen.pop(code)[0], code, "contradicts"))
    reports = tuple(read for _code, (_file, read) in sorted(chosen.items()))
    return ProvinceMonth(
        month=month,
        counties=reports,
        report=_sum_of(month, [each.report for each in reports]),
        chains=_chains(reports),
        missing=tuple(each for each in counties if each[0] not in chosen),
        left_out=tuple(left_out),
    )


def _choose(
    file: str,
    read: HandedIn,
    chosen: dict[str, tuple[str, HandedIn]],
    left_out: list[LeftOut],
    contradicted: set[tuple[str, int]],
) -> None:
    before = chosen.get(read.code)
    if before is None or before[1].version < read.version:
        if before is not None:
            left_out.append(LeftOut(before[0], read.code, "older_version"))
        chosen[read.code] = (file, read)
    elif before[1].version > read.version:
        left_out.append(LeftOut(file, read.code, "older_version"))
    elif before[1].sha256 == read.sha256:
        left_out.append(LeftOut(file, read.code, "same"))
    else:
        contradicted.add((read.code, read.version))
        left_out.append(LeftOut(file, read.code, "contradicts"))


def _sum_of(month: str, reports: Sequence[MonthlyReport]) -> MonthlyReport:
    period = Period.of_month(month)
    return MonthlyReport(
        month=month,
        previous_month=period.previous.text,
        last_year_month=period.last_year.text,
        total=_row(TOTAL, say("合计"), [each.total for each in reports]),
        groups={code: _group(code, reports) for code in SHARED},
        adjustments=_by_key(row for each in reports for row in each.adjustments),
        cards=_cards(period, reports),
        silent=tuple(outlet for each in reports for outlet in each.silent),
        claims=_counts(ClaimCounts, [each.claims for each in reports]),
        alerts=_counts(AlertCounts, [each.alerts for each in reports]),
        months=_months([each.months for each in reports]),
    )


def _row(key: str, name: str, rows: Sequence[ReportRow]) -> ReportRow:
    """The sum of rows, each with its earlier figures."""
    now = _added(rows)
    return ReportRow(
        key=key,
        name=name,
        previous=_added([row.previous for row in rows]),
        last_year=_added([row.last_year for row in rows]),
        **{figure: getattr(now, figure) for figure in FIGURES},
    )


def _added(figures: Sequence[Figures]) -> Figures:
    counted = [each.cards_used for each in figures if each.cards_used is not None]
    return added(figures, sum(counted) if len(counted) == len(figures) else None)


def _group(code: str, reports: Sequence[MonthlyReport]) -> tuple[ReportRow, ...]:
    rows = {row.key: row for row in _by_key(row for each in reports for row in each.rows(code))}
    order = next(each.named for each in tables() if each.code == code)
    known = [key for key in order if key in rows]
    return tuple(rows[key] for key in (*known, *(key for key in rows if key not in known)))


def _by_key(rows: Iterable[ReportRow]) -> tuple[ReportRow, ...]:
    by_key: dict[str, list[ReportRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    return tuple(_row(key, same[0].name, same) for key, same in sorted(by_key.items()))


def _chains(counties: Sequence[HandedIn]) -> tuple[ReportRow, ...]:
    """Merchants with outlets in several counties, those who gave most discount first."""
    outlets: dict[str, list[OutletRow]] = {}
    places: dict[str, set[str]] = {}
    for county in counties:
        for outlet in county.report.rows("outlet"):
            if isinstance(outlet, OutletRow) and outlet.credit_code:
                outlets.setdefault(outlet.credit_code, []).append(outlet)
                places.setdefault(outlet.credit_code, set()).add(county.code)
    rows = [
        _without_cards(
            _row(credit_code, outlets[credit_code][0].merchant_name, outlets[credit_code])
        )
        for credit_code, codes in places.items()
        if len(codes) > 1
    ]
    return tuple(sorted(rows, key=lambda row: (-row.discount_fen, row.key)))


def _without_cards(row: ReportRow) -> ReportRow:
    return replace(
        row,
        cards_used=None,
        previous=replace(row.previous, cards_used=None),
        last_year=replace(row.last_year, cards_used=None),
    )


def _cards(period: Period, reports: Sequence[MonthlyReport]) -> tuple[CardCounts, ...]:
    days = [each.last.isoformat() for each in (period, period.previous, period.last_year)]
    return tuple(
        CardCounts(
            day,
            **{
                name: sum(getattr(each.cards[place], name) for each in reports)
                for name in ("new", "valid", "never_used")
            },
        )
        for place, day in enumerate(days)
    )


def _counts(kind: type[Counts], counts: Sequence[Sequence[Counts]]) -> tuple[Counts, ...]:
    """Earlier periods are added only where every county counted them."""
    names = [field.name for field in fields(kind)]
    length = min(map(len, counts), default=1)
    return tuple(
        kind(**{name: sum(getattr(each[place], name) for each in counts) for name in names})
        for place in range(length)
    )


def _months(months: Sequence[Sequence[MonthTotal]]) -> tuple[MonthTotal, ...]:
    by_month: dict[str, list[MonthTotal]] = {}
    for each in months:
        for total in each:
            by_month.setdefault(total.month, []).append(total)
    names = ("redemptions", "amount_fen", "discount_fen", "cards_used")
    return tuple(
        MonthTotal(month=month, **{name: sum(getattr(one, name) for one in same) for name in names})
        for month, same in sorted(by_month.items())
    )
