"""Closing a month: three people, the same figures, then locked; reopened, both versions kept."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

from huimin.anchors.make import make_anchor_now
from huimin.audit.record import events_of
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.ledger.lock_month import locked_at
from huimin.months.closes import closes_of_month
from huimin.months.files import check_files, folder_of, restore_files, signed_file
from huimin.months.sign import Signer, draw_report
from huimin.publication.publish import published_month
from huimin.reports.closed_month import closed_month
from huimin.reports.monthly import monthly_report
from huimin.reports.template.example import example_template
from huimin.reports.template.templates import (
    keep_template,
    store_template,
    use_built_in,
    use_template,
)
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
from tests.reports.county import SmallCounty, frozen_report, make_small_county


@pytest.fixture
def county(instance: Instance, clock: FixedClock) -> SmallCounty:
    """Three sales and a return in October; it is now the second of November."""
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    made = make_small_county(instance)
    for number in range(3):
        made.sell(number, number, 10_000 * (number + 1))
    made.take_back(0, 2_500)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    return made


def late_claim(county: SmallCounty) -> None:
    """A claim of October is approved now."""
    from huimin.claims.decide import approve_claim

    instance = county.instance
    given = {"occurred_on": date(2026, 10, 25)}
    claim = make_claim(instance, county.cards[3], county.keys[1], **given)
    instance.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="旧卡", now=instance.clock(), actor="li")
    )


def refused(code: str, work: Any, *args: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work(*args, **more)
    assert caught.value.code == code
    return caught.value


def levels(row: dict[str, Any]) -> dict[str, str]:
    return {check["code"]: check["level"] for check in row["checks"]}


def test_three_people_close_a_month(county: SmallCounty, instance: Instance) -> None:
    expected = instance.engine.read(lambda tx: monthly_report(tx, OCTOBER)).as_dict()
    row = close_month(instance, with_files=True)
    assert (row["state"], row["version"]) == ("approved", 1)
    assert json.loads(row["report_json"]) == json.loads(json.dumps(expected))
    closed = instance.engine.read(lambda tx: closed_month(tx, OCTOBER))
    assert closed is not None
    assert closed.signers == (LI.name, WANG.name, ZHAO.name)
    assert closed.report.as_dict() == expected
    assert instance.engine.read(lambda tx: locked_at(tx, OCTOBER)) == row["approved_at"]
    events = instance.engine.read(lambda tx: events_of(tx, "month", OCTOBER))
    assert [(event["action"], event["actor"]) for event in events] == [
        ("month.drafted", "li"),
        ("month.prepared", "li"),
        ("month.reviewed", "wang"),
        ("month.approved", "zhao"),
    ]
    told = json.loads(events[-1]["new_json"])
    files = instance.engine.read(lambda tx: closes_of_month(tx, OCTOBER))[0]["files"]
    assert {"csv", "json", "xlsx"} <= files.keys() and "table" not in files
    for form, file in files.items():
        assert told[f"sha256_{form}"] == file["sha256"]


def test_settlements_and_public_figures_come_and_go_with_the_closing(
    county: SmallCounty, instance: Instance
) -> None:
    def states() -> list[str]:
        sql = "SELECT state FROM settlement ORDER BY made_at, id"
        return instance.engine.read(
            lambda tx: [row["state"] for row in tx.connection.execute(sql).fetchall()]
        )

    def published() -> bool:
        row = instance.engine.read(lambda tx: published_month(tx, OCTOBER))
        return row is not None and row["figures"] is not None

    row = close_month(instance)
    assert states() == ["open"] and published()
    found = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM settlement").fetchone()
    )
    assert found["close_id"] == row["id"]
    assert found["discount_fen"] == json.loads(row["report_json"])["total"]["discount_fen"]
    reopen(instance)
    assert states() == ["voided"] and not published()


def test_closing_publishes_the_month_and_reopening_withdraws_it(
    county: SmallCounty, instance: Instance
) -> None:
    def shown() -> tuple[str, int]:
        row = instance.engine.read(lambda tx: published_month(tx, OCTOBER))
        return row["state"], row["version"]

    row = close_month(instance)
    assert shown() == ("published", 1)
    kept = instance.engine.read(lambda tx: published_month(tx, OCTOBER))
    # Four cards in all: fewer than five people, of whom nothing is told.
    assert (kept["close_id"], kept["figures"]["withheld"]) == (row["id"], True)
    reopen(instance)
    assert shown() == ("withdrawn", 2)
    close_month(instance)
    assert shown() == ("published", 3)


@pytest.mark.parametrize("again", [LI, WANG])
def test_nobody_signs_twice(county: SmallCounty, instance: Instance, again: Signer) -> None:
    draft(instance)
    prepare(instance)
    refused("month_same_signer", review, instance, signer=LI)
    review(instance)
    refused("month_same_signer", approve, instance, signer=again)
    assert closing_of(instance)["state"] == "reviewed"  # type: ignore[index]
    approve(instance)


@pytest.mark.parametrize(
    "same", ["reviewed_by = prepared_by", "approved_by = prepared_by", "approved_by = reviewed_by"]
)
def test_the_database_refuses_one_person_for_two_signatures(
    county: SmallCounty, instance: Instance, same: str
) -> None:
    close_month(instance)

    def change(tx: Transaction) -> None:
        tx.connection.execute(f"UPDATE month_close SET {same}")

    with pytest.raises(Exception, match=r"(?i)check"):
        instance.engine.write(change)


def test_steps_come_in_order(county: SmallCounty, instance: Instance) -> None:
    refused("not_found", prepare, instance)
    draft(instance)
    refused("month_step_wrong", review, instance)
    refused("month_step_wrong", approve, instance)
    prepare(instance)
    refused("month_step_wrong", prepare, instance)
    refused("month_step_wrong", draft, instance)
    review(instance)
    approve(instance)
    refused("month_closed", draft, instance)
    refused("month_step_wrong", approve, instance, signer=Signer("qian", "钱"))


def test_a_month_that_is_not_over_is_not_closed(
    county: SmallCounty, instance: Instance, clock: FixedClock
) -> None:
    refused("month_not_over", draft, instance, NOVEMBER)
    clock.now = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
    refused("month_not_over", draft, instance)
    clock.advance(minutes=1)
    assert draft(instance)["state"] == "draft"


def test_checking_again_renews_the_draft_and_changes_nothing_when_nothing_changed(
    county: SmallCounty, instance: Instance
) -> None:
    first = draft(instance)
    assert first["changed"] and not draft(instance)["changed"]
    late_claim(county)
    second = draft(instance)
    assert second["changed"] and second["version"] == 1
    assert second["report_sha256"] != first["report_sha256"]


@pytest.mark.parametrize("step", ["prepare", "review", "approve"])
@pytest.mark.parametrize("is_drawn_before", [False, True])
def test_a_figure_that_changed_since_is_named_and_refused(
    county: SmallCounty, instance: Instance, step: str, is_drawn_before: bool
) -> None:
    draft(instance)
    steps = {"prepare": prepare, "review": review, "approve": approve}
    for name, sign in steps.items():
        if name == step:
            break
        sign(instance)
    # A row may come after the report was drawn, before its signature has its turn.
    report = instance.engine.read(lambda tx: draw_report(tx, OCTOBER))
    late_claim(county)
    drawn = {"drawn": report} if is_drawn_before else {}
    why = refused("month_figures_changed", steps[step], instance, **drawn)
    assert "优惠笔数 3 → 4" in why.detail() and "Redemptions 3 → 4" in why.detail("en")
    assert instance.engine.read(lambda tx: locked_at(tx, OCTOBER)) is None
    if step != "prepare":
        give_back(instance)
    assert draft(instance)["version"] == (1 if step == "prepare" else 2)


def test_returned_with_a_reason_and_closed_as_the_next_version(
    county: SmallCounty, instance: Instance
) -> None:
    draft(instance)
    refused("month_step_wrong", give_back, instance)
    prepare(instance)
    with pytest.raises(FieldProblems):
        give_back(instance, reason="  ")
    give_back(instance, reason="少了一家药店")
    assert closing_of(instance) is None
    row = close_month(instance)
    assert row["version"] == 2
    versions = instance.engine.read(lambda tx: closes_of_month(tx, OCTOBER))
    assert [(one["version"], one["state"], one["reason"]) for one in versions] == [
        (2, "approved", None),
        (1, "returned", "少了一家药店"),
    ]


def test_warnings_need_a_reason_each_and_it_is_kept(
    county: SmallCounty, instance: Instance
) -> None:
    make_claim(
        instance,
        county.cards[3],
        county.keys[1],
        occurred_on=date(2026, 10, 25),
    )
    row = draft(instance)
    assert levels(row) == {
        "over": "ok",
        "previous": "ok",
        "rollups": "ok",
        "ledger": "ok",
        "anchors": "ok",
        "queues": "ok",
        "waiting": "ok",
        "claims": "warning",
        "alerts": "ok",
    }
    with pytest.raises(FieldProblems) as caught:
        prepare(instance, reasons={"claims": " "})
    assert [problem.field for problem in caught.value.problems] == ["reason-claims"]
    prepare(instance, reasons={"claims": "下月处理"})
    checks = closing_of(instance)["checks"]  # type: ignore[index]
    assert [check["reason"] for check in checks if check["reason"]] == ["下月处理"]


def test_a_broken_roll_up_stops_it(county: SmallCounty, instance: Instance) -> None:
    instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE rollup_month SET amount_fen = amount_fen + 1")
    )
    assert levels(draft(instance))["rollups"] == "stop"
    why = refused("month_check_stops", prepare, instance)
    assert "汇总与流水相符" in why.detail()


def test_a_broken_chain_stops_it(county: SmallCounty, instance: Instance) -> None:
    def forge(tx: Transaction) -> None:
        tx.connection.execute("UPDATE chain_head SET hash = '0' || substr(hash, 2) || 'x'")

    instance.engine.write(forge)
    row = draft(instance)
    assert levels(row)["ledger"] == "stop"
    refused("month_check_stops", prepare, instance)


def test_an_anchor_that_disagrees_stops_it_and_a_folder_that_is_away_asks_for_a_reason(
    county: SmallCounty, instance: Instance, tmp_path: Path
) -> None:
    note = make_anchor_now(instance).note
    folder = tmp_path / "outside"
    away = replace(instance, settings=replace(instance.settings, anchor_folder=str(folder)))
    assert levels(draft(away))["anchors"] == "warning"
    folder.mkdir()
    (folder / "huimin-anchor-2026-10-30.txt").write_text(note)
    assert levels(draft(away))["anchors"] == "ok"
    (folder / "huimin-anchor-2026-10-31.txt").write_text(note.replace("till ", "till x"))
    row = draft(away)
    assert (levels(row)["ledger"], levels(row)["anchors"]) == ("ok", "stop")
    assert "与存证相符" in refused("month_check_stops", prepare, instance).detail()


def test_the_month_before_is_asked_for(
    county: SmallCounty, instance: Instance, clock: FixedClock
) -> None:
    county.sell(0, 0, 5_000)
    clock.now = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert levels(draft(instance, NOVEMBER))["previous"] == "warning"
    close_month(instance)
    assert levels(draft(instance, NOVEMBER))["previous"] == "ok"


def test_what_comes_late_is_an_adjustment_and_the_closed_month_stays(
    county: SmallCounty, instance: Instance
) -> None:
    close_month(instance)
    frozen = instance.engine.read(lambda tx: frozen_report(tx, OCTOBER))
    late_claim(county)
    after = instance.engine.read(lambda tx: frozen_report(tx, OCTOBER))
    assert frozen is not None and after == frozen
    november = instance.engine.read(lambda tx: monthly_report(tx, NOVEMBER))
    assert [(row.key, row.redemptions) for row in november.adjustments] == [(OCTOBER, 1)]
    assert instance.engine.read(lambda tx: frozen_report(tx, NOVEMBER)) is None


def test_reopened_and_closed_again_both_versions_stay(
    county: SmallCounty, instance: Instance
) -> None:
    close_month(instance, with_files=True)
    folder = instance.settings.folder
    first = instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "csv"))
    with pytest.raises(FieldProblems):
        reopen(instance, reason="")
    reopen(instance)
    refused("month_step_wrong", reopen, instance)
    assert instance.engine.read(lambda tx: locked_at(tx, OCTOBER)) is None
    assert instance.engine.read(lambda tx: frozen_report(tx, OCTOBER)) is None
    late_claim(county)
    assert close_month(instance, with_files=True)["version"] == 2
    second = instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 2, "csv"))
    assert instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "csv")) == first
    assert first != second
    states = [one["state"] for one in instance.engine.read(lambda tx: closes_of_month(tx, OCTOBER))]
    assert states == ["approved", "reopened"]


def test_files_are_the_same_bytes_ever_after(
    county: SmallCounty, instance: Instance, clock: FixedClock
) -> None:
    close_month(instance, with_files=True)
    folder = instance.settings.folder
    place = folder_of(folder, OCTOBER, 1)
    names = sorted(path.name for path in place.iterdir())
    assert "huimin-report-2026-10-v1.xlsx" in names
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    clock.advance(days=400)
    county.sell(1, 1, 7_000)

    def state() -> set[tuple[bool, str]]:
        found = instance.engine.read(lambda tx: check_files(tx, folder, OCTOBER, 1))
        return {(one.remade_same, one.in_folder) for one in found}

    assert state() == {(True, "same")}
    kept = {path.name: path.read_bytes() for path in place.iterdir()}
    for path in place.iterdir():
        path.unlink()
    assert state() == {(True, "missing")}
    given = instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "xlsx"))
    assert given == kept["huimin-report-2026-10-v1.xlsx"]
    (place / "huimin-report-2026-10-v1.csv").write_bytes(b"forged")
    assert (
        instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "csv"))
        == kept["huimin-report-2026-10-v1.csv"]
    )
    assert (True, "differs") in state()
    instance.engine.read(lambda tx: restore_files(tx, folder, OCTOBER, 1))
    assert {path.name: path.read_bytes() for path in place.iterdir()} == kept


def test_signed_files_carry_the_names_and_the_day(county: SmallCounty, instance: Instance) -> None:
    close_month(instance, with_files=True)
    folder = instance.settings.folder
    given = instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "xlsx"))
    cells = {
        str(cell)
        for sheet in openpyxl.load_workbook(io.BytesIO(given)).worksheets
        for row in sheet.values
        for cell in row
    }
    lines = {"填报人：李华", "审核人：王丽", "负责人：赵敏", "填报日期：2026年11月2日"}
    assert lines <= cells
    pdf = instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "pdf"))
    pages = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert all(line in text for line in lines)


def test_the_county_s_own_workbook_is_frozen_with_its_template(
    county: SmallCounty, instance: Instance
) -> None:
    folder, given = instance.settings.folder, {"now": instance.clock(), "actor": "li"}
    stored = store_template(folder, file_name="月报.xlsx", content=example_template())

    def use(tx: Transaction) -> None:
        keep_template(tx, stored, **given)
        use_template(tx, stored.id, **given)

    instance.engine.write(use)
    close_month(instance, with_files=True)
    signed = instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "official"))
    cells = openpyxl.load_workbook(io.BytesIO(signed)).worksheets[0].values
    assert any("李华" in str(cell) for row in cells for cell in row)
    instance.engine.write(lambda tx: use_built_in(tx, **given))
    kept = folder_of(folder, OCTOBER, 1) / "huimin-official-2026-10-v1.xlsx"
    assert kept.read_bytes() == signed
    kept.unlink()
    assert (
        instance.engine.read(lambda tx: signed_file(tx, folder, OCTOBER, 1, "official")) == signed
    )
    (folder / "report-templates" / f"{stored.id}.xlsx").unlink()
    lost = instance.engine.read(lambda tx: check_files(tx, folder, OCTOBER, 1))
    assert {one.form for one in lost if not one.good} == {"official"}


def test_a_report_that_was_tampered_with_gives_no_file(
    county: SmallCounty, instance: Instance
) -> None:
    close_month(instance, with_files=True)
    folder: Path = instance.settings.folder
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

    instance.engine.write(tamper)
    refused(
        "month_file_differs",
        instance.engine.read,
        lambda tx: signed_file(tx, folder, OCTOBER, 1, "json"),
    )


def test_every_reason_is_for_a_check_that_can_warn() -> None:
    from huimin.months.words import SENTENCES

    assert {code for code, by_level in SENTENCES.items() if "warning" in by_level} == set(REASONS)
