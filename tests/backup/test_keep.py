"""Retention: of the last days, weeks and months each keeps its newest backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.backup.keep import (
    Keep,
    Named,
    backups_in,
    name_at,
    no_longer_kept,
    parse_keep,
)
from huimin.core.days import county_day

START = datetime(2024, 1, 1, 18, 30, tzinfo=UTC)
KEEP = Keep(7, 4, 12)


def nightly(count: int) -> list[Named]:
    """A backup every night."""
    nights = (START + timedelta(days=number) for number in range(count))
    return [Named(Path(f"{number}"), at) for number, at in enumerate(nights)]


def test_rules() -> None:
    assert parse_keep("7d4w12m") == KEEP
    assert parse_keep("30d") == Keep(days=30)
    assert parse_keep("2w6m") == Keep(weeks=2, months=6)
    for wrong in ("", "7", "d", "0d", "12m7d", "7 d", "7d4w12m1y", "-1d", "9999d"):
        with pytest.raises(ValueError):
            parse_keep(wrong)


def test_two_years_of_nights_leave_what_days_weeks_and_months_need() -> None:
    backups = nightly(730)
    gone = no_longer_kept(backups, KEEP)
    kept = [one for one in backups if one not in gone]
    assert 20 <= len(kept) <= 7 + 4 + 12
    assert kept[-7:] == backups[-7:]
    months = {county_day(one.at).strftime("%Y-%m") for one in kept}
    assert len(months) == 12
    # What is deleted each night ends with the same: nothing is lost by asking often.
    left: list[Named] = []
    for one in backups:
        left.append(one)
        lost = no_longer_kept(left, KEEP)
        left = [each for each in left if each not in lost]
    assert left == kept


@given(
    st.sets(st.integers(0, 2000), min_size=1),
    st.builds(Keep, *(st.integers(0, 20) for _ in range(3))),
)
def test_the_newest_always_stays_and_each_day_keeps_its_newest(hours: set[int], keep: Keep) -> None:
    backups = [Named(Path(str(hour)), START + timedelta(hours=hour)) for hour in hours]
    gone = set(no_longer_kept(backups, keep))
    newest_first = sorted(backups, key=lambda one: one.at, reverse=True)
    assert newest_first[0] not in gone
    newest_of_day: dict[str, Named] = {}
    for one in newest_first:
        newest_of_day.setdefault(county_day(one.at).isoformat(), one)
    assert not gone & set(list(newest_of_day.values())[: keep.days])


def test_only_this_county_s_own_files_are_looked_at(tmp_path: Path) -> None:
    own = name_at("0123abcd", START, packed=True, encrypted=True)
    assert own == "huimin-0123abcd-20240101T183000Z.tar.gz.age"
    for name in (
        own,
        name_at("ffffffff", START, packed=False, encrypted=False),
        "huimin-0123abcd-20240101T183000Z.tar.part",
        "huimin-0123abcd.tar",
        "my huimin-0123abcd-20240101T183000Z.tar",
        "letters.docx",
        "huimin-0123abcd-20241399T993000Z.tar",
        name_at("0123abcd", START + timedelta(days=9_000), packed=False, encrypted=False),
    ):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / name_at("0123abcd", START + timedelta(1), packed=False, encrypted=False)).mkdir()
    now = START + timedelta(days=1)
    assert [one.path.name for one in backups_in(tmp_path, "0123abcd", now=now)] == [own]
    assert len(backups_in(tmp_path, now=now)) == 2
