"""A busy county's report, of figures alone: 21 towns, 300 outlets, long names, large sums."""

from __future__ import annotations

from dataclasses import asdict, replace

from huimin.core.words import CHANNELS, ELIGIBILITIES, OUTLET_KINDS, PRESENTERS, WEEKDAYS
from huimin.reports.counts import AlertCounts, CardCounts, ClaimCounts, SilentOutlet
from huimin.reports.figures import FIGURES, Figures, OutletRow, ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.twelve_months import MonthTotal

LARGE_FEN = 1_234_567_890_123  # ¥12,345,678,901.23
LONG_NAME = "时代百盛购物中心有限责任公司石佛镇中心街西段第{number}便民服务点"
DIGITS_CODE = "915120{number:012d}"


def figures_of(number: int, cards: bool = True) -> Figures:
    """Some that differ from number to number."""
    discount_fen = 1_000_000 + number * 12_345
    return Figures(
        redemptions=90 + number,
        reversals=number % 5,
        cards_used=60 + number if cards else None,
        amount_fen=discount_fen * 12 + 7,
        discount_fen=discount_fen,
        merchant_share_fen=discount_fen // 2,
        government_share_fen=discount_fen - discount_fen // 2,
    )


def row_of(key: str, name: str, number: int, cards: bool = True) -> ReportRow:
    """A group with a month before and no year before."""
    before = figures_of(number + 3, cards)
    return ReportRow(key=key, name=name, previous=before, **asdict(figures_of(number, cards)))


def busy_report() -> MonthlyReport:
    """October; nothing was recorded a year before."""
    towns = [(f"512022{number:03d}000", f"第{number}镇") for number in range(1, 21)]
    towns.append(("512022021000", "孔雀乡人民政府便民服务中心"))
    outlets = [
        OutletRow(
            key=f"outlet-{number}",
            name=LONG_NAME.format(number=number),
            kind="pharmacy",
            division_code=towns[number % 21][0],
            merchant_name=f"时代百盛商业管理有限责任公司第{number % 80}分公司",
            credit_code=DIGITS_CODE.format(number=number),
            previous=figures_of(number + 1),
            **asdict(figures_of(number)),
        )
        for number in range(300)
    ]
    whole = replace(figures_of(0), redemptions=1_234_567, cards_used=456_789, amount_fen=LARGE_FEN)
    whole = replace(whole, discount_fen=LARGE_FEN // 12)
    total = ReportRow(
        key="total",
        name="合计",
        previous=replace(whole, discount_fen=LARGE_FEN // 13),
        **{name: getattr(whole, name) for name in FIGURES},
    )

    def rows(names: list[tuple[str, str]], cards: bool = True) -> tuple[ReportRow, ...]:
        return tuple(row_of(key, name, place, cards) for place, (key, name) in enumerate(names))

    groups = {
        "outlet": tuple(outlets),
        "merchant": rows([(f"m{number}", f"商贸公司第{number}分公司") for number in range(80)]),
        "kind": rows([*OUTLET_KINDS.items()]),
        "town": rows(towns),
        "village": rows([(f"5120220{number:05d}", f"第{number}村") for number in range(336)]),
        "eligibility": rows([*ELIGIBILITIES.items()]),
        "presenter": rows([*PRESENTERS.items()]),
        "channel": rows([*CHANNELS.items()], cards=False),
        "weekday": rows([*WEEKDAYS.items()], cards=False),
        "hour": rows([(str(hour), f"{hour:02d}:00") for hour in range(24)], cards=False),
    }
    silent = [
        SilentOutlet(
            f"s{number}", LONG_NAME.format(number=number), "pharmacy", "512022001000", "店"
        )
        for number in range(40)
    ]
    months = [f"2025-{number}" for number in (11, 12)] + [f"2026-{n:02d}" for n in range(1, 11)]
    return MonthlyReport(
        month="2026-10",
        previous_month="2026-09",
        last_year_month="2025-10",
        total=total,
        groups=groups,
        adjustments=(row_of("2026-09", "2026-09", 1),),
        cards=(
            CardCounts("2026-10-31", 321, 500_000, 125_000),
            CardCounts("2026-09-30", 300, 499_000, 130_000),
            CardCounts("2025-10-31"),
        ),
        silent=tuple(silent),
        claims=(ClaimCounts(3, 2, 1, 4), ClaimCounts(1, 1, 0, 2), ClaimCounts()),
        alerts=(AlertCounts(12, 3), AlertCounts(9, 9), AlertCounts()),
        months=tuple(
            MonthTotal(
                month=month,
                redemptions=1_000,
                amount_fen=LARGE_FEN,
                discount_fen=LARGE_FEN // (12 + number),
                cards_used=900,
            )
            for number, month in enumerate(months)
        ),
    )
