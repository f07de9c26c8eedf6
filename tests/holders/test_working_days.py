"""Working days as the State Council orders them, and as a county adds a year to them."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from huimin.cli import main
from huimin.core.days import COUNTY_ZONE
from huimin.holders.applications import promised_before
from huimin.holders.working_days import WorkingDays, open_working_days, package_working_days
from huimin.instance import Instance
from huimin.open_instance import open_instance
from huimin.settings import Settings, SettingsProblem
from tests.holders.test_people_pages import new_form
from tests.making.office import Office

NOTICE = """\
day,kind,name
2027-01-01,off,元旦
2027-01-02,working,元旦
"""
DAYS = st.dates(date(2026, 1, 5), date(2026, 12, 28))


def at(text: str) -> datetime:
    """An instant by the county's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


def test_the_notice_of_2026_is_complete() -> None:
    days = package_working_days()
    assert days.years == {2026}
    every = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    weekday_off = [one for one in every if one.weekday() < 5 and not days.is_working(one)]
    weekend_on = [one for one in every if one.weekday() >= 5 and days.is_working(one)]
    # Thirteen days off by law, and six that are worked for on a weekend.
    assert len(weekday_off) == 13 + len(weekend_on) == 19
    assert [one.isoformat()[5:] for one in weekend_on] == [
        *("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    ]
    for off in ("01-02", "02-16", "02-23", "04-06", "05-05", "06-19", "09-25", "10-07"):
        assert not days.is_working(date.fromisoformat(f"2026-{off}")), off


@pytest.mark.parametrize(
    ("submitted", "not_yet", "late"),
    [
        # Over the National Day: Wednesday's answer is due at the same hour of Thursday the 8th.
        ("2026-09-30T15:00", "2026-10-08T15:00", "2026-10-08T15:01"),
        # Saturday the 10th is worked.
        ("2026-10-09T15:00", "2026-10-10T15:00", "2026-10-10T15:01"),
        # An ordinary weekend: not late on Sunday either, whatever the hour.
        ("2026-10-16T09:00", "2026-10-18T23:00", "2026-10-19T09:01"),
        # Sent on a day off, it begins to wait on the next working day.
        ("2026-10-03T12:00", "2026-10-08T23:59", "2026-10-09T00:01"),
        # A year that nobody has entered has weekends alone.
        ("2027-09-30T15:00", "2027-10-01T15:00", "2027-10-01T15:01"),
    ],
)
def test_a_promise_of_one_working_day(submitted: str, not_yet: str, late: str) -> None:
    days = package_working_days()
    assert not at(submitted) < promised_before(at(not_yet), days)
    assert at(submitted) < promised_before(at(late), days)


@given(DAYS, st.integers(0, 24 * 60 - 1), st.integers(1, 600))
def test_what_was_late_stays_late_and_a_day_off_makes_nothing_late(
    day: date, minute: int, later: int
) -> None:
    days = package_working_days()
    now = datetime(day.year, day.month, day.day, tzinfo=COUNTY_ZONE) + timedelta(minutes=minute)
    before, after = (promised_before(one, days) for one in (now, now + timedelta(minutes=later)))
    assert before <= after <= now + timedelta(minutes=later) - timedelta(days=1)
    if not days.is_working(day):
        assert before == promised_before(now.replace(hour=0, minute=0), days)


def test_a_county_adds_a_year_and_corrects_one(tmp_path: Path) -> None:
    file = tmp_path / "working_days.csv"
    file.write_text(NOTICE, encoding="utf-8-sig")
    days = open_working_days(tmp_path, "working_days.csv")
    assert days.years == {2026, 2027}
    assert not days.is_working(date(2027, 1, 1)) and days.is_working(date(2027, 1, 2))
    assert not days.is_working(date(2026, 10, 1))
    # A year in the county's file is the county's whole year.
    file.write_text("day,kind,name\n2026-10-01,working,县里上班\n", encoding="utf-8")
    days = open_working_days(tmp_path, "working_days.csv")
    assert days.is_working(date(2026, 10, 1)) and days.is_working(date(2026, 10, 2))
    assert open_working_days(tmp_path / "none", "working_days.csv").years == {2026}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("day,kind,name\n2027-02-30,off,x\n", "2"),
        ("day,kind,name\n2027-01-01,off,x\n2027-01-02,holiday,x\n", "3"),
        ("day,kind,name\n2027-01-01,off,x\n2027-01-01,working,x\n", "3"),
        ("date;what\n2027-01-01;off\n", "1"),
        ("day,kind,name\n2027-01-01\n", "2"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_with_its_line(
    make_settings: Callable[..., Settings], tmp_path: Path, text: str, place: str
) -> None:
    (tmp_path / "working_days.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsProblem, match=rf"HUIMIN_WORKING_DAYS.*{place}"):
        open_working_days(tmp_path, "working_days.csv")


def open_files(folder: Path) -> list[str]:
    """The files of the folder that this process has open, each as often as it has.

    SQLite keeps the database's own for later, while another connection of the process has a lock.
    """
    gc.collect()
    opened = []
    for handle in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            opened.append(os.readlink(f"/proc/self/fd/{handle}"))
    ours = (name for name in opened if name.startswith(str(folder)) and ".db" not in name)
    return sorted(ours)


def test_a_wrong_file_stops_the_start_in_one_sentence(instance: Instance, tmp_path: Path) -> None:
    if instance.engine.read(lambda tx: tx.engine) != "sqlite":
        return
    (instance.settings.folder / "working_days.csv").write_text("x\n", encoding="utf-8")
    before = open_files(instance.settings.folder)
    with pytest.raises(SettingsProblem):
        open_instance(instance.settings)
    assert open_files(instance.settings.folder) == before, "what was opened is closed again"
    ran = CliRunner().invoke(main, ["policies", "list"], env=instance.settings.environment())
    assert ran.exit_code == 2 and "HUIMIN_WORKING_DAYS" in ran.output
    (instance.settings.folder / "ours.csv").write_text(NOTICE, encoding="utf-8")
    named = {**instance.settings.environment(), "HUIMIN_WORKING_DAYS": "ours.csv"}
    assert CliRunner().invoke(main, ["policies", "list"], env=named).exit_code == 0


def test_today_and_the_list_count_no_holiday(app: Any, instance: Instance, clock: Any) -> None:
    clock.now = datetime(2026, 9, 30, 1, 0, tzinfo=UTC)
    office = Office(app, instance)
    office.post(office.client(), "/holders/new", **new_form())
    clock.now = datetime(2026, 10, 7, 9, 0, tzinfo=UTC)
    client = office.client()
    assert "超过一个工作日" not in client.get("/today").text
    assert "没有符合条件的申请" in client.get("/applications/?older=1").text
    clock.now = datetime(2026, 10, 8, 1, 1, tzinfo=UTC)
    client = office.client()
    assert "超过一个工作日" in client.get("/today").text
    assert "没有符合条件的申请" not in client.get("/applications/?older=1").text


def test_weekends_alone_where_nothing_is_known() -> None:
    assert not WorkingDays({}).is_working(date(2031, 2, 1))
    assert WorkingDays({}).is_working(date(2031, 1, 31))
