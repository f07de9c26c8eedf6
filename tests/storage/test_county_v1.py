"""A county of version 1, with all that happened in it, is the same county after the upgrade."""

from __future__ import annotations

import json
import lzma
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_by_id
from huimin.checkout.find_redemption import find_redemption
from huimin.checkout.requests import PartReversalRequest, ReversalRequest
from huimin.checkout.return_parts import sale_left
from huimin.checkout.reverse import reverse
from huimin.core.name_form import name_grams
from huimin.core.period import checked_period
from huimin.holders.entitled_days import last_stretch
from huimin.keys.personal_data import PersonalData
from huimin.ledger.prove import verify_chains
from huimin.ledger.read import reversals_of, row_by_id
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import open_instance
from huimin.reports.closed_month import report_in_force
from huimin.reports.exports import export_report
from huimin.settings import Settings
from huimin.settlement.check import check_settlements
from huimin.storage import migrate
from huimin.storage.engine import Transaction
from huimin.storage.fingerprint import known_objects, objects_in
from huimin.storage.open_engine import check_database, migrate_database, open_engine
from huimin.storage.sqlite_tables import transform
from tests.conftest import FixedClock
from tests.storage.every_table import fill_empty_tables, tables
from tests.storage.older_databases import VERSION_1, make_older, over_driver
from tests.storage.rows import AT

COUNTY = Path(__file__).with_name("county_v1")
MONTHS = ("2026-08", "2026-09", "2026-10")
TODAY = date(2026, 10, 25)
EARLIER = ("previous_month", "previous", "change")
EARLIER += ("last_year_month", "last_year", "change_to_last_year")
TABLES = [
    line.split()[2]
    for line in VERSION_1.read_text(encoding="utf-8").splitlines()
    if line.startswith("CREATE TABLE ")
]
# Columns that later versions added to the tables of version 1.
ADDED = {
    "division": ("valid_from", "valid_until", "successor_code"),
    "outlet": ("speaks_payable",),
    "staff": ("disabled_side",),
    "staff_session": ("full_names_at",),
    "claim": ("items_json",),
    "notice_delivery": ("webhook_id",),
    "holder": ("entitled_from", "entitled_until", "second_phone_hash"),
    "policy": (
        *("offline_clock_minutes", "offline_send_days", "offline_two_people_fen"),
        *("budget_fen", "budget_version"),
    ),
    "offline_item": ("pack_id",),
}


@pytest.fixture
def county(empty_place: Callable[[str], Settings]) -> Settings:
    """The county as the program of version 1 left it, on each engine."""
    settings = empty_place("county")
    fill_county(settings)
    return settings


def fill_county(settings: Settings) -> None:
    """Make it there, with its keys."""
    settings.folder.mkdir(parents=True, mode=0o700)
    for path in COUNTY.glob("*_keys.json"):
        shutil.copy(path, settings.folder)
        (settings.folder / path.name).chmod(0o600)
    rows = lzma.decompress((COUNTY / "rows.sql.xz").read_bytes()).decode()
    make_older(settings, VERSION_1.read_text(encoding="utf-8"), rows)


def rows(tx: Transaction) -> dict[str, list[Any]]:
    """Every row of every table that version 1 had, with its columns of then, without an order."""
    found = {}
    for table in TABLES:
        if table not in ("schema_migration", "holder_name_gram"):  # the grams are made anew
            listed = tx.connection.execute(f"SELECT * FROM {table}").fetchall()
            for row, column in product(listed, ADDED.get(table, ())):
                row.pop(column, None)
            found[table] = sorted(json.dumps(row, sort_keys=True) for row in listed)
    return found


def says_all(now: Any, then: Any) -> bool:
    """Whether a report has every figure that it had then; it may have learnt to say more."""
    if isinstance(then, dict):
        return all(key in now and says_all(now[key], value) for key, value in then.items())
    if isinstance(then, list):
        return len(now) == len(then) and all(map(says_all, now, then))
    return bool(now == then)


def of_itself(report: Any) -> Any:
    """Without what it is compared with: a month under way now with the same days of another."""
    if isinstance(report, dict):
        return {name: of_itself(value) for name, value in report.items() if name not in EARLIER}
    return [of_itself(one) for one in report] if isinstance(report, list) else report


def test_it_is_the_same_county_after_the_upgrade(county: Settings, engine_name: str) -> None:
    before = over_driver(county, rows)
    assert all(before.values()), "every table of version 1 has rows"
    assert migrate_database(county) == [step.full_name for step in migrate.steps()]
    assert over_driver(county, rows) == before
    newest = known_objects(migrate.MIGRATIONS_FOLDER, engine_name, migrate.newest_version())
    assert over_driver(county, objects_in) == newest
    assert check_database(county) == []


def test_tables_that_came_later_keep_their_rows_in_each_step_after_that(county: Settings) -> None:
    known: dict[str, dict[str, Any]] = {}

    def only_row(tx: Transaction, table: str) -> dict[str, Any]:
        (row,) = tx.connection.execute(f"SELECT * FROM {table}").fetchall()
        return dict(row)

    def upgrade(tx: Transaction, step: migrate.Step) -> None:
        if tx.engine == "sqlite":  # as `huimin migrate` does
            tx.connection.execute("COMMIT")
            tx.connection.execute("PRAGMA foreign_keys = OFF")
            tx.connection.execute("BEGIN")
        migrate.take_step(tx, step, AT)
        if tx.engine == "sqlite":
            assert tx.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for table, row in known.items():
            now = only_row(tx, table)
            assert {name: now[name] for name in row} == row, (step, table)
        known.update((table, only_row(tx, table)) for table in fill_empty_tables(tx))

    for step in migrate.steps():
        over_driver(county, lambda tx, step=step: upgrade(tx, step))
    assert {*TABLES, *known} == {*tables()}
    open_engine(county).close()


def test_whoever_has_no_eligibility_is_found_after_the_upgrade(county: Settings) -> None:
    migrate_database(county)
    spans, people = over_driver(
        county,
        lambda tx: tuple(
            list(tx.connection.execute(query).fetchall())
            for query in (
                "SELECT * FROM eligibility ORDER BY starts_on",
                "SELECT id, entitled_from, entitled_until FROM holder",
            )
        ),
    )
    for row in people:
        own = [each for each in spans if each["holder_id"] == row["id"]]
        stretch = last_stretch((each["starts_on"], each["ends_on"]) for each in own)
        assert (row["entitled_from"], row["entitled_until"]) == stretch


def test_households_are_found_by_all_their_names_and_phones_after_the_upgrade(
    county: Settings, run_cli: Any
) -> None:
    secrets = PersonalData.open(county.folder)
    mark = "?" if county.database_url is None else "%s"
    set_phones = f"UPDATE holder SET phone_cipher = {mark} WHERE id = (SELECT MIN(id) FROM holder)"
    cipher = secrets.encrypt("13800000000/083223330000", "holder.phone")
    over_driver(county, lambda tx: tx.connection.execute(set_phones, (cipher,)))
    given = {"HUIMIN_DATABASE_URL": county.database_url} if county.database_url else {}
    for _again in range(2):
        assert run_cli(["migrate"], county.folder, **given).returncode == 0
        names, grams, called = over_driver(
            county,
            lambda tx: tuple(
                list(tx.connection.execute(query).fetchall())
                for query in (
                    "SELECT id, name FROM holder UNION ALL"
                    " SELECT holder_id, name FROM family_member WHERE ended_at IS NULL",
                    "SELECT * FROM holder_name_gram",
                    "SELECT second_phone_hash FROM holder WHERE second_phone_hash IS NOT NULL",
                )
            ),
        )
        expected = {(gram, row["id"]) for row in names for gram in name_grams(row["name"])}
        assert {(row["gram"], row["holder_id"]) for row in grams} == expected
        assert called == [{"second_phone_hash": secrets.lookup_hash("083223330000")}]


def test_chains_sums_settlements_and_reports_are_the_same(county: Settings) -> None:
    migrate_database(county)
    reports = json.loads(lzma.decompress((COUNTY / "reports.json.xz").read_bytes()))
    instance = open_instance(county, FixedClock(datetime(2026, 10, 25, 2, 0, tzinfo=UTC)))
    try:
        read = instance.engine.read
        assert list(read(verify_chains)) == []
        assert list(read(check_rollups)) == []
        for month in MONTHS:
            period = checked_period(month)
            report, closed = read(
                lambda tx, period=period: report_in_force(tx, period, today=TODAY)
            )
            if month != "2026-10":  # the month under way
                assert closed is not None
                assert read(lambda tx, month=month: check_settlements(tx, month)) == []
            text = export_report(report, "json", county.county_name)
            then = reports[month] if closed else of_itself(reports[month])
            assert says_all(json.loads(text), then), month
    finally:
        instance.close()


def test_what_it_took_back_in_proportion_stays_and_the_rest_comes_to_zero(
    county: Settings,
) -> None:
    """Also of the sales of its closed months: their returns count in the month under way."""
    migrate_database(county)
    instance = open_instance(county, FixedClock(datetime(2026, 10, 25, 2, 0, tzinfo=UTC)))

    def give_back(tx: Transaction, sale_id: str, part: bool) -> dict[str, Any]:
        row = row_by_id(tx, sale_id)
        assert row is not None
        left = sale_left(tx, row, reversals_of(tx, sale_id)).sums
        request = ReversalRequest("顾客退货")
        if part:
            excluded_fen = left["excluded_fen"] // 2
            half = (left["amount_fen"] // 2, None, excluded_fen, left["insurance_fen"] // 2)
            request = PartReversalRequest("顾客退货", *half)
        till = terminal_by_id(tx, row["terminal_id"])
        reverse(tx, sale_id, request, terminal=till, now=instance.clock())
        return find_redemption(tx, terminal=till, redemption_id=sale_id)

    try:
        partly = instance.engine.read(
            lambda tx: [
                row["redemption_id"]
                for row in tx.connection.execute(
                    "SELECT redemption_id FROM reversal_total JOIN ledger ON ledger.id ="
                    " redemption_id WHERE reversal_total.amount_fen < ledger.amount_fen"
                ).fetchall()
            ]
        )
        assert len(partly) >= 10
        for sale_id in partly:
            part = instance.engine.write(lambda tx, sale_id=sale_id: give_back(tx, sale_id, True))
            assert 0 <= part["net"]["discount_fen"] <= part["net"]["amount_fen"]
            assert part["reversals"][-1]["payable_fen"] >= 0
            rest = instance.engine.write(lambda tx, sale_id=sale_id: give_back(tx, sale_id, False))
            assert set(rest["net"].values()) == {0}
        assert list(instance.engine.read(verify_chains)) == []
        assert list(instance.engine.read(check_rollups)) == []
    finally:
        instance.close()


def test_its_commands_say_so_too(county: Settings, run_cli: Any) -> None:
    given = {"HUIMIN_DATABASE_URL": county.database_url} if county.database_url else {}
    for command, words in (
        (["migrate"], "当前版本"),
        (["check"], "完好"),
        (["ledger", "verify"], ""),
        (["ledger", "rebuild", "--check"], ""),
        (["settlement", "check", "2026-09"], ""),
    ):
        answer = run_cli(command, county.folder, **given)
        assert (answer.returncode, answer.stderr) == (0, ""), (command, answer)
        assert words in answer.stdout


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_files_of_its_months_are_made_again_to_the_byte(county: Settings, run_cli: Any) -> None:
    # They were signed before 冲正, 补办 and 网点类别 were renamed; the folder has lost them all.
    given = {"HUIMIN_DATABASE_URL": county.database_url} if county.database_url else {}
    migrate_database(county)
    for month, versions in (("2026-08", 1), ("2026-09", 2)):
        answer = run_cli(["month", "files", month, "--check"], county.folder, **given)
        assert (answer.returncode, answer.stderr) == (0, "")
        assert answer.stdout.count("重新生成的字节相同") == 4 * versions
    assert run_cli(["month", "files", "2026-08"], county.folder, **given).returncode == 0
    # Whoever asks for the report of a closed month is given what was signed.
    given_out = county.folder / "august.pdf"
    command = ["report", "2026-08", "--out", str(given_out)]
    assert run_cli(command, county.folder, **given).returncode == 0
    signed = county.folder / "months" / "2026-08" / "v1" / "huimin-report-2026-08-v1.pdf"
    assert given_out.read_bytes() == signed.read_bytes()
    restored = county.folder / "months" / "2026-08" / "v1" / "huimin-report-2026-08-v1.csv"
    assert "冲正笔数" in restored.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_table_can_be_made_anew_with_its_rows(county: Settings) -> None:
    # What a later step may do with any of them, under the conditions under which it is run.
    migrate_database(county)
    before = over_driver(county, rows)

    def make_anew(tx: Transaction) -> None:
        tx.connection.execute("COMMIT")
        tx.connection.execute("PRAGMA foreign_keys = OFF")
        tx.connection.execute("BEGIN")
        for table in TABLES:
            transform(tx, table)
            assert tx.connection.in_transaction, table
        assert tx.connection.execute("PRAGMA foreign_key_check").fetchall() == []

    over_driver(county, make_anew)
    assert over_driver(county, rows) == before
    open_engine(county).close()  # the tables' fingerprint is the same, with the triggers
    assert check_database(county) == []
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        over_driver(county, lambda tx: tx.connection.execute("DELETE FROM ledger"))


def test_two_programs_that_upgrade_at_once_do_it_once(county: Settings) -> None:
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(migrate_database, county) for _ in range(3)]
        done = [name for run in runs for name in run.result()]
    # In whatever order the programs took them.
    assert sorted(done) == [step.full_name for step in migrate.steps()]
    # Whoever takes over in the middle makes a copy of what it finds there.
    assert len(list(county.folder.glob("huimin-v1-*.db"))) == (0 if county.database_url else 1)
    assert check_database(county) == []
