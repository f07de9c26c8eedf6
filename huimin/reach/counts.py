"""How many people are entitled, have a valid card and used one in a month, by town and village.

A town is counted when it is asked for. The county is counted once a day and kept, because half a
million people take a second or two; the page says when it was. Counts are of the registers as they
are now; the month is that of use.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huimin.core.days import county_day, instant_text, month_of
from huimin.core.money import BASIS_POINTS, half_up
from huimin.divisions.lives import lives_of
from huimin.reach import queries
from huimin.storage.engine import Engine, Row, Transaction

# Twelve months and the one that runs.
KEPT_DAYS = 400
_NOBODY: Row = {"entitled": 0, "carded": 0, "used": 0}


@dataclass(frozen=True, slots=True)
class Reach:
    """A place: people entitled, of them with a valid card, of them who used one; money in fen."""

    code: str
    name: str
    entitled: int
    carded: int
    used: int
    saved_fen: int

    @property
    def used_bp(self) -> int | None:
        """Of the entitled, how many used a card, in basis points; None where nobody is entitled."""
        return _share(self.used, self.entitled)

    @property
    def carded_bp(self) -> int | None:
        """The same for a valid card."""
        return _share(self.carded, self.entitled)

    @property
    def saved_each_fen(self) -> int | None:
        """What was saved for each person entitled."""
        return half_up(self.saved_fen, self.entitled) if self.entitled else None


def reach_of_town(
    tx: Transaction, town: str, villages: dict[str, str], *, day: date, month: str
) -> list[Reach]:
    """Each village of a town (12 digits). `villages`: names by code, in the order of the page."""
    by_village = _counted(tx, town, day, month)
    saved = _saved(tx, month, town[:9])
    return [
        _reach(code, name, by_village.get(code, _NOBODY), saved.get(code, 0))
        for code, name in villages.items()
    ]


def reach_of_county(
    engine: Engine, towns: dict[str, str], *, now: datetime, month: str
) -> tuple[list[Reach], str]:
    """Each town, and the instant at which they were counted: today's first look counts them."""
    day = county_day(now)
    key = {"day": day.isoformat(), "month": month}

    def counted_today(tx: Transaction) -> list[Row]:
        return list(queries.kept_counts(tx, **key))

    def keep(tx: Transaction) -> list[Row]:
        kept_since = (day - timedelta(days=KEPT_DAYS)).isoformat()
        queries.forget_counts(tx, day=day.isoformat(), kept_since=kept_since)
        at = {**key, "counted_at": instant_text(now)}
        queries.keep_count(
            tx, [{**counted.get(town, _NOBODY), **at, "town_code": town} for town in towns]
        )
        return counted_today(tx)

    rows = engine.read(counted_today)
    if not rows:
        # Counted outside of the writer's turn: no sale waits for it.
        counted = engine.read(lambda tx: count_county(tx, day=day, month=month))
        rows = engine.write(keep)
    saved: dict[str, int] = defaultdict(int)
    for code, fen in engine.read(lambda tx: _saved(tx, month, None)).items():
        saved[f"{code[:9]}000"] += fen
    by_town = {row["town_code"]: row for row in rows}
    reached = [
        _reach(code, name, by_town.get(code, _NOBODY), saved[code]) for code, name in towns.items()
    ]
    return reached, rows[0]["counted_at"] if rows else instant_text(now)


def used_share_on(tx: Transaction, day: date) -> int | None:
    """Of the people entitled, how many had used a card in the month of that day by then, in basis
    points; None where nobody counted on that day."""
    row = queries.counted_on(tx, day=day.isoformat(), month=month_of(day))
    return _share(int(row["used"]), int(row["entitled"])) if row["entitled"] else None


def used_share_at_end(tx: Transaction, month: str) -> int | None:
    """The same on the last day of a month on which it was counted."""
    day = queries.last_day_counted(tx, month=month)
    return None if day is None else used_share_on(tx, date.fromisoformat(day))


def count_county(tx: Transaction, *, day: date, month: str) -> dict[str, Row]:
    """Town's code → {entitled, carded, used}, of towns in which anybody is entitled."""
    rows = queries.counts_of_county(tx, day=day.isoformat(), month=month)
    return {row["town_code"]: row for row in rows}


def total_of(rows: list[Reach]) -> Reach:
    """All of them together."""
    return Reach(
        code="",
        name="",
        entitled=sum(row.entitled for row in rows),
        carded=sum(row.carded for row in rows),
        used=sum(row.used for row in rows),
        saved_fen=sum(row.saved_fen for row in rows),
    )


def _counted(tx: Transaction, town: str, day: date, month: str) -> dict[str, Row]:
    rows = queries.counts_of_town(tx, town=town[:9], day=day.isoformat(), month=month)
    return {row["division_code"]: row for row in rows}


def _saved(tx: Transaction, month: str, town: str | None) -> dict[str, int]:
    """By the division in which the people are now: what was saved under a former one is theirs."""
    lives = lives_of(tx)
    # A division that is over may have been in another town.
    rows = queries.saved_by_division(tx, month=month, town=None if lives.any_past else town)
    saved: dict[str, int] = defaultdict(int)
    for row in rows:
        saved[lives.now(row["division_code"]) or row["division_code"]] += int(row["saved_fen"])
    return saved


def _reach(code: str, name: str, counts: Row, saved_fen: int) -> Reach:
    return Reach(
        code=code,
        name=name,
        entitled=int(counts["entitled"]),
        carded=int(counts["carded"]),
        used=int(counts["used"]),
        saved_fen=saved_fen,
    )


def _share(part: int, whole: int) -> int | None:
    return half_up(part * BASIS_POINTS, whole) if whole else None
