"""Closing a month: three people, the same figures, then locked; reopened, both versions kept."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

from huimin.audit.record import events_of
from huimin.core.refusals import FieldProblems, Refusal
from huimin.house import House
from huimin.ledger.lock_month import locked_at
from huimin.months.closes import closes_of_month
from huimin.months.files import check_files, folder_of, restore_files, signed_file
from huimin.months.sign import Signer
from huimin.publication.publish import published_month
from huimin.reports.closed_month import closed_month, frozen_report
from huimin.reports.monthly import monthly_report
from huimin.reports.template_example import example_template
from huimin.reports.templates import keep_template, store_template, use_built_in, use_template
from huimin.storage.engine import Transaction
from tests.conftest import FixedClock
from tests.making.claims import make_claim
from tests.making.months import (
    LI,
    NOVEMBER,
    OCTOBER,
    REASONS,
    WANG,
    ZHAO,
    approve,
    close_month,
    closing_of,
    draft,
    give_back,
    prepare,
    reopen,
    review,
)
from tests.reports.county import SmallCounty, make_small_county


@pytest.fixture
def county(house: House, clock: FixedClock) -> SmallCounty:
    """Three sales and a return in October; it is now the second of November."""
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    made = make_small_county(house)
    for number in range(3):
        made.sell(number, number, 10_000 * (number + 1))
    made.take_back(0, 2_500)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    return made


def late_claim(county: SmallCounty) -> None:
    """A claim of October is approved now."""
    from huimin.claims.decide import approve_claim

    house = county.house
    given = {"occurred_on": date(2026, 10, 25)}
    claim = make_claim(house, county.cards[3], county.keys[1], **given)
    house.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="旧卡", now=house.clock(), actor="li")
    )


def refused(code: str, work: Any, *args: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work(*args, **more)
    assert caught.value.code == code
    return caught.value


def levels(row: dict[str, Any]) -> dict[str, str]:
    return {check["code"]: check["level"] for check in row["checks"]}


def test_three_people_close_a_month(county: SmallCounty, house: House) -> None:
    expected = house.engine.read(lambda tx: monthly_report(tx, OCTOBER)).as_dict()
    row = close_month(house)
    assert (row["state"], row["version"]) == ("approved", 1)
    assert json.loads(row["report_json"]) == json.loads(json.dumps(expected))
    closed = house.engine.read(lambda tx: closed_month(tx, OCTOBER))
    assert closed is not None
    assert closed.signers == (LI.name, WANG.name, ZHAO.name)
    assert closed.report.as_dict() == expected
    assert house.engine.read(lambda tx: locked_at(tx, OCTOBER)) == row["approved_at"]
    events = house.engine.read(lambda tx: events_of(tx, "month", OCTOBER))
    assert [(event["action"], event["actor"]) for event in events] == [
        ("month.drafted", "li"),
        ("month.prepared", "li"),
        ("month.reviewed", "wang"),
        ("month.approved", "zhao"),
    ]
    told = json.loads(events[-1]["new_json"])
    files = house.engine.read(lambda tx: closes_of_month(tx, OCTOBER))[0]["files"]
    assert {"csv", "json", "xlsx"} <= files.keys() and "table" not in files
    for form, file in files.items():
        assert told[f"sha256_{form}"] == file["sha256"]


def test_settlements_and_public_figures_come_and_go_with_the_closing(
    county: SmallCounty, house: House
) -> None:
    def states() -> list[str]:
        sql = "SELECT state FROM settlement ORDER BY made_at, id"
        return house.engine.read(
            lambda tx: [row["state"] for row in tx.connection.execute(sql).fetchall()]
        )

    def published() -> bool:
        row = house.engine.read(lambda tx: published_month(tx, OCTOBER))
        return row is not None and row["figures"] is not None

    row = close_month(house)
    assert states() == ["open"] and published()
    found = house.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM settlement").fetchone()
    )
    assert found["close_id"] == row["id"]
    assert found["discount_fen"] == json.loads(row["report_json"])["total"]["discount_fen"]
    reopen(house)
    assert states() == ["voided"] and not published()


def test_closing_publishes_the_month_and_reopening_withdraws_it(
    county: SmallCounty, house: House
) -> None:
    def shown() -> tuple[str, int]:
        row = house.engine.read(lambda tx: published_month(tx, OCTOBER))
        return row["state"], row["version"]

    row = close_month(house)
    assert shown() == ("published", 1)
    kept = house.engine.read(lambda tx: published_month(tx, OCTOBER))
    # Four cards in all: fewer than five people, of whom nothing is told.
    assert (kept["close_id"], kept["figures"]["withheld"]) == (row["id"], True)
    reopen(house)
    assert shown() == ("withdrawn", 2)
    close_month(house)
    assert shown() == ("published", 3)


@pytest.mark.parametrize("again", [LI, WANG])
def test_nobody_signs_twice(county: SmallCounty, house: House, again: Signer) -> None:
    draft(house)
    prepare(house)
    refused("month_same_signer", review, house, signer=LI)
    review(house)
    refused("month_same_signer", approve, house, signer=again)
    assert closing_of(house)["state"] == "reviewed"  # type: ignore[index]
    approve(house)


@pytest.mark.parametrize(
    "same", ["reviewed_by = prepared_by", "approved_by = prepared_by", "approved_by = reviewed_by"]
)
def test_the_database_refuses_one_person_for_two_signatures(
    county: SmallCounty, house: House, same: str
) -> None:
    close_month(house)

    def change(tx: Transaction) -> None:
        tx.connection.execute(f"UPDATE month_close SET {same}")

    with pytest.raises(Exception, match=r"(?i)check"):
        house.engine.write(change)


def test_steps_come_in_order(county: SmallCounty, house: House) -> None:
    refused("not_found", prepare, house)
    draft(house)
    refused("month_step_wrong", review, house)
    refused("month_step_wrong", approve, house)
    prepare(house)
    refused("month_step_wrong", prepare, house)
    refused("month_step_wrong", draft, house)
    review(house)
    approve(house)
    refused("month_closed", draft, house)
    refused("month_step_wrong", approve, house, signer=Signer("qian", "钱"))


def test_a_month_that_is_not_over_is_not_closed(
    county: SmallCounty, house: House, clock: FixedClock
) -> None:
    refused("month_not_over", draft, house, NOVEMBER)
    clock.now = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
    refused("month_not_over", draft, house)
    clock.advance(minutes=1)
    assert draft(house)["state"] == "draft"


def test_checking_again_renews_the_draft_and_changes_nothing_when_nothing_changed(
    county: SmallCounty, house: House
) -> None:
    first = draft(house)
    assert first["changed"] and not draft(house)["changed"]
    late_claim(county)
    second = draft(house)
    assert second["changed"] and second["version"] == 1
    assert second["report_sha256"] != first["report_sha256"]


@pytest.mark.parametrize("step", ["prepare", "review", "approve"])
def test_a_figure_that_changed_since_is_named_and_refused(
    county: SmallCounty, house: House, step: str
) -> None:
    draft(house)
    steps = {"prepare": prepare, "review": review, "approve": approve}
    for name, sign in steps.items():
        if name == step:
            break
        sign(house)
    late_claim(county)
    why = refused("month_figures_changed", steps[step], house)
    assert "优惠笔数 3 → 4" in why.detail() and "Redemptions 3 → 4" in why.detail("en")
    assert house.engine.read(lambda tx: locked_at(tx, OCTOBER)) is None
    if step != "prepare":
        give_back(house)
    assert draft(house)["version"] == (1 if step == "prepare" else 2)


def test_returned_with_a_reason_and_closed_as_the_next_version(
    county: SmallCounty, house: House
) -> None:
    draft(house)
    refused("month_step_wrong", give_back, house)
    prepare(house)
    with pytest.raises(FieldProblems):
        give_back(house, reason="  ")
    give_back(house, reason="少了一家药店")
    assert closing_of(house) is None
    row = close_month(house)
    assert row["version"] == 2
    versions = house.engine.read(lambda tx: closes_of_month(tx, OCTOBER))
    assert [(one["version"], one["state"], one["reason"]) for one in versions] == [
        (2, "approved", None),
        (1, "returned", "少了一家药店"),
    ]


def test_warnings_need_a_reason_each_and_it_is_kept(county: SmallCounty, house: House) -> None:
    make_claim(
        house,
        county.cards[3],
        county.keys[1],
        occurred_on=date(2026, 10, 25),
    )
    row = draft(house)
    assert levels(row) == {
        "over": "ok",
        "previous": "ok",
        "rollups": "ok",
        "ledger": "ok",
        "queues": "ok",
        "claims": "warning",
        "alerts": "ok",
    }
    with pytest.raises(FieldProblems) as caught:
        prepare(house, reasons={"claims": " "})
    assert [problem.field for problem in caught.value.problems] == ["reason-claims"]
    prepare(house, reasons={"claims": "下月处理"})
    checks = closing_of(house)["checks"]  # type: ignore[index]
    assert [check["reason"] for check in checks if check["reason"]] == ["下月处理"]


def test_a_broken_roll_up_stops_it(county: SmallCounty, house: House) -> None:
    house.engine.write(
        lambda tx: tx.connection.execute("UPDATE rollup_month SET amount_fen = amount_fen + 1")
    )
    assert levels(draft(house))["rollups"] == "stop"
    why = refused("month_check_stops", prepare, house)
    assert "汇总与流水相符" in why.detail()


def test_a_broken_chain_stops_it(county: SmallCounty, house: House) -> None:
    def forge(tx: Transaction) -> None:
        tx.connection.execute("UPDATE chain_head SET hash = '0' || substr(hash, 2) || 'x'")

    house.engine.write(forge)
    row = draft(house)
    assert levels(row)["ledger"] == "stop"
    refused("month_check_stops", prepare, house)


def test_the_month_before_is_asked_for(
    county: SmallCounty, house: House, clock: FixedClock
) -> None:
    county.sell(0, 0, 5_000)
    clock.now = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert levels(draft(house, NOVEMBER))["previous"] == "warning"
    close_month(house)
    assert levels(draft(house, NOVEMBER))["previous"] == "ok"


def test_what_comes_late_is_an_adjustment_and_the_closed_month_stays(
    county: SmallCounty, house: House
) -> None:
    close_month(house)
    frozen = house.engine.read(lambda tx: frozen_report(tx, OCTOBER))
    late_claim(county)
    after = house.engine.read(lambda tx: frozen_report(tx, OCTOBER))
    assert frozen is not None and after == frozen
    november = house.engine.read(lambda tx: monthly_report(tx, NOVEMBER))
    assert [(row.key, row.redemptions) for row in november.adjustments] == [(OCTOBER, 1)]
    assert house.engine.read(lambda tx: frozen_report(tx, NOVEMBER)) is None


def test_reopened_and_closed_again_both_versions_stay(county: SmallCounty, house: House) -> None:
    close_month(house)
    folder = house.settings.folder
    first = house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "csv"))
    with pytest.raises(FieldProblems):
        reopen(house, reason="")
    reopen(house)
    refused("month_step_wrong", reopen, house)
    assert house.engine.read(lambda tx: locked_at(tx, OCTOBER)) is None
    assert house.engine.read(lambda tx: frozen_report(tx, OCTOBER)) is None
    late_claim(county)
    assert close_month(house)["version"] == 2
    second = house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 2, "csv"))
    assert house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "csv")) == first
    assert first != second
    states = [one["state"] for one in house.engine.read(lambda tx: closes_of_month(tx, OCTOBER))]
    assert states == ["approved", "reopened"]


def test_files_are_the_same_bytes_ever_after(
    county: SmallCounty, house: House, clock: FixedClock
) -> None:
    close_month(house)
    folder = house.settings.folder
    place = folder_of(folder, OCTOBER, 1)
    names = sorted(path.name for path in place.iterdir())
    assert "huimin-report-2026-10-v1.xlsx" in names
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    clock.advance(days=400)
    county.sell(1, 1, 7_000)

    def state() -> set[tuple[bool, str]]:
        found = house.engine.read(lambda tx: check_files(tx, folder, OCTOBER, 1))
        return {(one.remade_same, one.kept) for one in found}

    assert state() == {(True, "same")}
    kept = {path.name: path.read_bytes() for path in place.iterdir()}
    for path in place.iterdir():
        path.unlink()
    assert state() == {(True, "missing")}
    given = house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "xlsx"))
    assert given == kept["huimin-report-2026-10-v1.xlsx"]
    (place / "huimin-report-2026-10-v1.csv").write_bytes(b"forged")
    assert (
        house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "csv"))
        == kept["huimin-report-2026-10-v1.csv"]
    )
    assert (True, "differs") in state()
    house.engine.read(lambda tx: restore_files(tx, folder, OCTOBER, 1))
    assert {path.name: path.read_bytes() for path in place.iterdir()} == kept


def test_signed_files_carry_the_names_and_the_day(county: SmallCounty, house: House) -> None:
    close_month(house)
    folder = house.settings.folder
    given = house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "xlsx"))
    cells = {
        str(cell)
        for sheet in openpyxl.load_workbook(io.BytesIO(given)).worksheets
        for row in sheet.values
        for cell in row
    }
    lines = {"填报人：李华", "审核人：王丽", "负责人：赵敏", "填报日期：2026年11月2日"}
    assert lines <= cells
    pdf = house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "pdf"))
    pages = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert all(line in text for line in lines)


def test_the_county_s_own_workbook_is_frozen_with_its_template(
    county: SmallCounty, house: House
) -> None:
    folder, given = house.settings.folder, {"now": house.clock(), "actor": "li"}
    stored = store_template(folder, file_name="月报.xlsx", content=example_template())

    def use(tx: Transaction) -> None:
        keep_template(tx, stored, **given)
        use_template(tx, stored.id, **given)

    house.engine.write(use)
    close_month(house)
    signed = house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "official"))
    cells = openpyxl.load_workbook(io.BytesIO(signed)).worksheets[0].values
    assert any("李华" in str(cell) for row in cells for cell in row)
    house.engine.write(lambda tx: use_built_in(tx, **given))
    kept = folder_of(folder, OCTOBER, 1) / "huimin-official-2026-10-v1.xlsx"
    assert kept.read_bytes() == signed
    kept.unlink()
    assert house.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "official")) == signed
    (folder / "report-templates" / f"{stored.id}.xlsx").unlink()
    lost = house.engine.read(lambda tx: check_files(tx, folder, OCTOBER, 1))
    assert {one.form for one in lost if not one.good} == {"official"}


def test_a_report_that_was_tampered_with_gives_no_file(county: SmallCounty, house: House) -> None:
    close_month(house)
    folder: Path = house.settings.folder
    for path in folder_of(folder, OCTOBER, 1).iterdir():
        path.unlink()

    def tamper(tx: Transaction) -> None:
        mark = "%(new)s" if tx.engine == "postgresql" else ":new"
        row = tx.connection.execute("SELECT report_json FROM month_close").fetchone()
        report = json.loads(row["report_json"])
        report["total"]["discount_fen"] += 1
        tx.connection.execute(
            f"UPDATE month_close SET report_json = {mark}", {"new": json.dumps(report)}
        )

    house.engine.write(tamper)
    refused(
        "month_file_differs",
        house.engine.read,
        lambda tx: signed_file(tx, folder, OCTOBER, 1, "json"),
    )


def test_every_reason_is_for_a_check_that_can_warn() -> None:
    from huimin.months.words import SENTENCES

    assert {code for code, by_level in SENTENCES.items() if "warning" in by_level} == set(REASONS)
