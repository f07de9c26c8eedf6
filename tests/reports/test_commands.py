"""`huimin report` as it is typed, in a process of its own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from huimin.instance import Instance
from tests.making.months import close_month
from tests.reports.county import GROUPINGS, make_small_county
from tests.reports.test_closed_month import put_to_use, signed_files


@pytest.fixture
def reported(sqlite_instance: Instance) -> Path:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    return sqlite_instance.settings.folder


def test_report_as_table_by_default(reported: Path, run_cli: Any) -> None:
    done = run_cli(["report", "2026-10"], reported)
    assert done.returncode == 0
    assert "乐至县惠民卡优惠月报表（分示范点）" in done.stdout
    assert "10.24" in done.stdout


def test_report_as_json(reported: Path, run_cli: Any) -> None:
    done = run_cli(["report", "2026-10", "--format", "json"], reported)
    assert json.loads(done.stdout)["total"]["discount_fen"] == 1_024


def test_report_into_a_file_by_its_ending(reported: Path, run_cli: Any, tmp_path: Path) -> None:
    out = tmp_path / "十月.xlsx"
    done = run_cli(["report", "2026-10", "--out", out], reported)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(openpyxl.load_workbook(out).sheetnames) == len(GROUPINGS) + 4
    again = tmp_path / "again.xlsx"
    run_cli(["report", "2026-10", "--out", again], reported)
    assert again.read_bytes() == out.read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_a_range_of_days_as_pdf(reported: Path, run_cli: Any, tmp_path: Path) -> None:
    out = tmp_path / "days.pdf"
    done = run_cli(["report", "2026-10-25..2026-11-02", "--out", out], reported)
    assert done.returncode == 0 and "这段日期还没有结束" not in done.stdout
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("month", ["2026-13", "oktober", "2026", "2026-10-05..2026-10-01"])
def test_a_wrong_month_is_one_sentence(reported: Path, run_cli: Any, month: str) -> None:
    done = run_cli(["report", month], reported)
    assert (done.returncode, done.stdout) == (2, "")
    assert ("2026-10" in done.stderr or "起始日期" in done.stderr) and len(
        done.stderr.splitlines()
    ) == 1


def test_a_file_that_cannot_be_written_is_one_sentence(
    reported: Path, run_cli: Any, tmp_path: Path
) -> None:
    done = run_cli(["report", "2026-10", "--out", tmp_path / "nowhere" / "a.csv"], reported)
    assert done.returncode == 2
    assert "不能写入" in done.stderr and "Traceback" not in done.stderr


def test_the_county_s_own_workbook(
    sqlite_instance: Instance, reported: Path, run_cli: Any, tmp_path: Path
) -> None:
    out = tmp_path / "official.xlsx"
    none = run_cli(["report", "2026-10", "--official", "--out", out], reported)
    assert none.returncode == 2 and "没有官方报表模板" in none.stderr
    assert len(none.stderr.splitlines()) == 1 and not out.exists()
    put_to_use(sqlite_instance, drop_sheets=True)
    done = run_cli(["report", "2026-10", "--official", "--out", out], reported)
    assert (done.returncode, done.stdout) == (0, "")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["封面"]
    assert 10.24 in [cell for row in book.active.values for cell in row]
    piped = run_cli(["report", "2026-10", "--official", "--format", "pdf"], reported)
    assert piped.returncode == 2 and "--official" in piped.stderr


def test_a_closed_month_s_own_workbook_is_the_one_that_was_signed(
    sqlite_instance: Instance, clock: Any, reported: Path, run_cli: Any, tmp_path: Path
) -> None:
    put_to_use(sqlite_instance)
    clock.advance(days=2)
    close_month(sqlite_instance, with_files=True)
    put_to_use(sqlite_instance, drop_sheets=True)
    out = tmp_path / "signed.xlsx"
    done = run_cli(["report", "2026-10", "--official", "--out", out], reported)
    assert done.returncode == 0
    assert hashlib.sha256(out.read_bytes()).hexdigest() == signed_files(sqlite_instance)["official"]


def test_an_unknown_format_is_refused(reported: Path, run_cli: Any) -> None:
    done = run_cli(["report", "2026-10", "--format", "docx"], reported)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
