"""A province adds up what its counties signed: to the fen, and nothing that cannot be proved."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from huimin.core.json_text import canonical_json
from huimin.core.signed_note import Verifier
from huimin.instance import Instance
from huimin.province.adding_up import added_up
from huimin.province.month_file import HandedIn, month_file, signer_name
from huimin.reports.closed_month import ClosedMonth, closed_month
from huimin.reports.counts import CardCounts
from huimin.reports.figures import FIGURES, OutletRow, ReportRow
from huimin.reports.monthly import MonthlyReport
from tests.making.months import close_month
from tests.reports.county import make_small_county

OTHER, OTHER_NAME = "512021", "安岳县"
OTHER_KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def closed(sqlite_instance: Instance, clock: Any) -> ClosedMonth:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    county.sell(1, 1, 5_000)
    county.take_back(1, 1_000)
    clock.advance(days=2)
    close_month(sqlite_instance)
    month = sqlite_instance.engine.read(lambda tx: closed_month(tx, "2026-10"))
    assert month is not None
    return month


def other_county(closed: ClosedMonth, *, version: int = 1, more_fen: int = 0) -> bytes:
    """What another county hands in: the same month, with another sum if asked for."""
    total = closed.report.total
    report = replace(closed.report, total=replace(total, amount_fen=total.amount_fen + more_fen))
    frozen = canonical_json(report.as_dict())
    sha256 = hashlib.sha256(frozen).hexdigest()
    other = replace(closed, county_name=OTHER_NAME, version=version, sha256=sha256)
    return month_file(OTHER, other, frozen.decode(), OTHER_KEY)


@pytest.fixture
def handed_in(
    sqlite_instance: Instance, closed: ClosedMonth, run_cli: Any, tmp_path: Path
) -> dict[str, Path]:
    """The county's own file and another's, and the province's list of both."""
    folder = sqlite_instance.settings.folder
    paths = {"own": tmp_path / "own.month", "other": tmp_path / "other.month"}
    done = run_cli(["province", "hand-in", "2026-10", "--out", paths["own"]], folder)
    assert done.returncode == 0, done.stderr
    paths["other"].write_bytes(other_county(closed))
    own_key = run_cli(["province", "key"], folder).stdout.strip()
    other_key = Verifier(signer_name(OTHER), OTHER_KEY.public_key()).text
    entries = (("512022", "乐至县", own_key), (OTHER, OTHER_NAME, other_key))
    paths["counties"] = tmp_path / "counties.toml"
    paths["counties"].write_text(
        "\n".join(
            f'[[county]]\ncode = "{code}"\nname = "{name}"\nkeys = ["{key}"]'
            for code, name, key in entries
        ),
        encoding="utf-8",
    )
    return paths


@pytest.fixture
def report(handed_in: dict[str, Path], run_cli: Any, tmp_path: Path) -> Any:
    """Runs `huimin province report` over files; (exit code, JSON, standard error)."""

    def run(*files: Path, month: str = "2026-10") -> tuple[int, dict[str, Any], str]:
        listed = ["--counties", handed_in["counties"], "--name", "资阳市"]
        done = run_cli(
            ["province", "report", month, *files, *listed, "--format", "json"], tmp_path / "none"
        )
        return done.returncode, json.loads(done.stdout), done.stderr

    return run


def test_two_counties_add_up_to_the_fen(
    report: Any, handed_in: dict[str, Path], closed: ClosedMonth
) -> None:
    code, summed, told = report(handed_in["own"], handed_in["other"])
    assert code == 0, told
    for figure in FIGURES:
        assert summed["total"][figure] == 2 * getattr(closed.report.total, figure)
    by_kind = {row["key"]: row["discount_fen"] for row in summed["by_kind"]}
    own = {row.key: row.discount_fen for row in closed.report.rows("kind")}
    assert by_kind == {key: 2 * fen for key, fen in own.items()}
    assert [row["key"] for row in summed["counties"]] == [OTHER, "512022"]
    # One credit code in both counties is a chain; towns and outlets stay with their county.
    assert len(summed["chains"]) == 1
    assert "by_town" not in summed and "by_outlet" not in summed
    assert "共 2 个县，已汇总 2 个。" in told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content.replace(b'"amount_fen":', b'"amount_fem":', 1), "报表与签过"),
        (lambda content: content.replace(b"2026-10 v1", b"2026-10 v2"), "签名不符"),
        (lambda content: content.replace(b"huimin month v1", b"huimin month v9"), "不是上报文件"),
        (lambda content: content[: len(content) // 2], "报表与签过"),
        (lambda content: b"", "不是上报文件"),
        (lambda content: b"\xff" * 100, "不是上报文件"),
        (lambda content: content.replace(b"512021", b"510104"), "清单里没有这个县"),
        (lambda content: content.replace(b"512021", b"512022"), "不是清单里写的"),
    ],
)
def test_what_was_changed_is_named_and_left_out(
    report: Any, handed_in: dict[str, Path], closed: ClosedMonth, change: Any, why: str
) -> None:
    handed_in["other"].write_bytes(change(handed_in["other"].read_bytes()))
    code, summed, told = report(handed_in["own"], handed_in["other"])
    assert code == 1
    assert summed["total"]["discount_fen"] == closed.report.total.discount_fen
    assert f"other.month：{why}" in told and "安岳县（512021）：没有上报" in told


def test_another_month_versions_and_copies(
    report: Any, handed_in: dict[str, Path], closed: ClosedMonth, tmp_path: Path
) -> None:
    own, other = handed_in["own"], handed_in["other"]
    newer, copy, contradiction = (tmp_path / name for name in ("newer", "copy", "contradiction"))
    newer.write_bytes(other_county(closed, version=2, more_fen=700))
    copy.write_bytes(own.read_bytes())
    code, summed, told = report(own, copy, newer, other)
    assert code == 0, told
    assert summed["total"]["amount_fen"] == 2 * closed.report.total.amount_fen + 700
    assert {each["file"]: each["reason"] for each in summed["left_out"]} == {
        "copy": "same",
        "other.month": "older_version",
    }
    # Two contents of one version: a person has to ask, and neither is taken.
    contradiction.write_bytes(other_county(closed, more_fen=9))
    code, summed, _told = report(own, other, contradiction)
    assert code == 1 and [each["code"] for each in summed["missing"]] == [OTHER]
    assert {each["reason"] for each in summed["left_out"]} == {"contradicts"}
    september = tmp_path / "september"
    september.write_bytes(own.read_bytes().replace(b"2026-10", b"2026-09"))
    code, summed, _told = report(own, september)
    assert code == 1 and len(summed["left_out"]) == 1


@pytest.mark.parametrize("name", ["sum.xlsx", "sum.html", "sum.json", "sum.txt"])
def test_where_no_county_can_be_added_nothing_is_written(
    handed_in: dict[str, Path], run_cli: Any, tmp_path: Path, name: str
) -> None:
    out = tmp_path / name
    files = (handed_in["own"], handed_in["other"])
    asked = ["province", "report", "2026-09", *files, "--counties", handed_in["counties"]]
    told = run_cli([*asked, "--name", "资阳市", "--out", out], tmp_path / "none")
    assert (told.returncode, told.stdout) == (2, "") and not out.exists()
    assert "own.month：是别的月份" in told.stderr and "没有写报表" in told.stderr
    english = run_cli([*asked, "--name", "资阳市"], tmp_path / "none", HUIMIN_LANGUAGE="en")
    assert (english.returncode, english.stdout) == (2, "")
    assert "No county could be added" in english.stderr and "别的月份" not in english.stderr


def test_workbook_and_page_show_the_same(
    handed_in: dict[str, Path], run_cli: Any, tmp_path: Path
) -> None:
    words = ["province", "report", "2026-10", handed_in["own"]]
    words += ["--counties", handed_in["counties"], "--name", "资阳市 <1>"]
    for ending in ("xlsx", "html"):
        out = tmp_path / f"province.{ending}"
        assert run_cli([*words, "--out", out], tmp_path / "none").returncode == 1
        first = out.read_bytes()
        run_cli([*words, "--out", out], tmp_path / "none")
        assert out.read_bytes() == first
    page = (tmp_path / "province.html").read_text(encoding="utf-8")
    assert "资阳市 &lt;1&gt;" in page and "安岳县（512021）：没有上报" in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "province.xlsx").read_bytes()))
    cells = [str(row[1].value) for row in book["各县"].iter_rows()]
    assert "乐至县" in cells
    cover = " ".join(str(cell.value) for row in book["封面"].iter_rows() for cell in row)
    assert "没有上报" in cover and "安岳县" in cover


def test_an_open_month_is_not_handed_in(sqlite_instance: Instance, run_cli: Any) -> None:
    done = run_cli(["province", "hand-in", "2026-10"], sqlite_instance.settings.folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "还没有结账" in done.stderr


FEN = st.integers(-(10**12), 10**12)


@st.composite
def county_reports(draw: Any) -> MonthlyReport:
    def row(key: str, cls: type[ReportRow] = ReportRow, **more: str) -> ReportRow:
        return cls(key=key, name=key, **{name: draw(FEN) for name in FIGURES}, **more)

    kinds = draw(st.sets(st.sampled_from(["supermarket", "pharmacy", "school"])))
    outlet = {"kind": "school", "division_code": "", "merchant_name": "某店"}
    codes = draw(st.lists(st.sampled_from(["A", "B"]), max_size=3))
    outlets = [
        row(str(number), OutletRow, credit_code=code, **outlet) for number, code in enumerate(codes)
    ]
    return MonthlyReport(
        month="2026-10",
        previous_month="2026-09",
        last_year_month="2025-10",
        total=row("total"),
        groups={"kind": tuple(map(row, sorted(kinds))), "outlet": tuple(outlets)},
        cards=tuple(CardCounts("2026-10-31", draw(FEN), draw(FEN), draw(FEN)) for _ in range(3)),
    )


@given(st.lists(county_reports(), max_size=5))
def test_any_counties_add_up(reports: list[MonthlyReport]) -> None:
    files = [
        (code, HandedIn(code, code, "2026-10", 1, code, "", each))
        for code, each in ((f"{510000 + place}", each) for place, each in enumerate(reports))
    ]
    summed = added_up("2026-10", files, [(code, code) for code, _read in files])
    assert summed.whole
    for name in FIGURES:
        assert getattr(summed.report.total, name) == sum(
            getattr(each.total, name) for each in reports
        )
        for kind in ("supermarket", "pharmacy", "school"):
            rows = [row for each in reports for row in each.rows("kind") if row.key == kind]
            total = sum(getattr(row, name) for row in summed.report.rows("kind") if row.key == kind)
            assert total == sum(getattr(row, name) for row in rows)
    for chain in summed.chains:
        outlets = [
            row
            for each in reports
            for row in each.rows("outlet")
            if isinstance(row, OutletRow) and row.credit_code == chain.key
        ]
        assert chain.discount_fen == sum(row.discount_fen for row in outlets)
        assert chain.cards_used is None
