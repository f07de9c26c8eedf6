"""Receipts: one content in three forms, counted when they are printed, proven by their code."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.checkout.receipts.paper import COLUMNS, Piece, pair
from huimin.checkout.receipts.paper_escpos import escpos_bytes
from huimin.checkout.receipts.paper_text import plain_text, printable, text_lines
from huimin.core.text_width import printer_width
from huimin.instance import Instance
from tests.making.escpos_paper import Printed, read_escpos
from tests.making.till import ApiTill, make_till

ESCPOS = "application/vnd.escpos"
RECEIPTS = "SELECT copy_number, form, width_mm, printed_by FROM receipt_print ORDER BY copy_number"


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(
        client, instance, policy={"excluded_categories": ("tobacco",)}, name="天池平价超市"
    )


@pytest.fixture
def sold(till: ApiTill) -> dict[str, Any]:
    answer = till.redeem(cashier="收银员03", excluded_fen=2_500)
    assert answer.status_code == 201
    return dict(answer.json)


def fetch(till: ApiTill, ledger_id: str, accept: str, width: int = 58) -> Any:
    return till.get(f"/redemptions/{ledger_id}/receipt?width={width}", Accept=accept)


def prints(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: tx.connection.execute(RECEIPTS).fetchall())


def decoded(content: str) -> str:
    """What a phone reads from the symbol that a printer draws for that content."""
    made = qrcode.QRCode(border=4, box_size=6)
    made.add_data(content)
    return str(zxingcpp.read_barcodes(made.make_image().convert("L"))[0].text)


def test_the_json_says_what_the_ledger_says_and_names_nobody(
    till: ApiTill, sold: dict[str, Any]
) -> None:
    answer = fetch(till, sold["id"], "application/json")
    told = answer.json
    assert (told["amount_fen"], told["discount_fen"], told["payable_fen"]) == (12_800, 824, 11_976)
    assert (told["excluded_fen"], told["presenter"], told["prints"]) == (2_500, "holder", 0)
    assert told["address"].endswith(f"/r/{sold['receipt_no']}/{sold['chain']['hash'][:16]}")
    assert "黄" not in answer.text and till.card["number"] not in answer.text
    assert prints(till.instance) == []


@pytest.mark.parametrize("width", [58, 80])
def test_the_text_holds_everything_and_keeps_to_its_columns(
    till: ApiTill, sold: dict[str, Any], width: int
) -> None:
    answer = fetch(till, sold["id"], "text/plain", width)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.text.splitlines()
    assert max(printer_width(line) for line in lines) <= COLUMNS[width]
    for part in ("乐至县惠民卡", "天池平价超市", "迎宾大道", sold["receipt_no"], sold["order_no"]):
        assert part in answer.text
    rows = {line.split()[0]: line.split()[-1] for line in lines if len(line.split()) > 1}
    assert rows["原价"] == "128.00" and rows["优惠"] == "-8.24" and rows["实付"] == "￥119.76"
    assert rows["其中不参加优惠"] == "25.00" and rows["出示人"] == "本人"
    assert rows["收银员"] == "收银员03" and "2026-10-31 10:00" in answer.text
    assert sold["chain"]["hash"][:16] in answer.text
    assert "黄" not in answer.text and "重打" not in answer.text


@pytest.mark.parametrize("width", [58, 80])
def test_a_printer_understands_every_byte(till: ApiTill, sold: dict[str, Any], width: int) -> None:
    answer = fetch(till, sold["id"], ESCPOS, width)
    assert answer.content_type == ESCPOS
    printed = read_escpos(answer.data)
    assert printed.chinese and printed.cut
    assert printed.columns() <= COLUMNS[width]
    assert ("实付" in printed.text) and ("天池平价超市" in printed.text)
    assert next(size for text, _, size in printed.lines if text.startswith("实付")) == 2
    (content,) = printed.codes
    assert decoded(content) == content
    assert content.endswith(f"/r/{sold['receipt_no']}/{sold['chain']['hash'][:16]}")
    path = content.partition("://")[2].partition("/")[2]
    assert till.client.get(f"/{path}").status_code == 200


def test_the_second_printing_says_so_and_is_audited(till: ApiTill, sold: dict[str, Any]) -> None:
    first = fetch(till, sold["id"], "text/plain").text
    second = read_escpos(fetch(till, sold["id"], ESCPOS).data).text
    third = fetch(till, sold["id"], "text/plain", 80).text
    assert "重打" not in first
    assert "重打 第 2 次" in second and "重打 第 3 次" in third
    kept = prints(till.instance)
    assert [(row["copy_number"], row["form"], row["width_mm"]) for row in kept] == [
        (1, "text", 58),
        (2, "escpos", 58),
        (3, "text", 80),
    ]
    assert {row["printed_by"] for row in kept} == {f"terminal:{till.terminal['code']}"}
    events = till.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT new_json FROM audit_event WHERE action = 'receipt.reprinted' ORDER BY id"
        ).fetchall()
    )
    assert [
        '"copy_number": 2' in events[0]["new_json"],
        '"copy_number": 3' in events[1]["new_json"],
    ]
    assert len(events) == 2
    assert fetch(till, sold["id"], "application/json").json["prints"] == 3


def test_a_head_request_counts_nothing(till: ApiTill, sold: dict[str, Any]) -> None:
    answer = till.client.head(
        f"/api/v1/redemptions/{sold['id']}/receipt", headers=till.headers(Accept=ESCPOS)
    )
    assert answer.status_code == 200
    assert prints(till.instance) == []


def test_what_was_returned_stands_on_it_and_the_return_has_a_slip(
    till: ApiTill, sold: dict[str, Any]
) -> None:
    back = till.reverse(
        sold["id"], "back-1", amount_fen=2_800, excluded_fen=0, reason="顾客退货"
    ).json
    text = fetch(till, sold["id"], "text/plain").text
    assert re.search(r"已退货（按原价）\s+28.00", text)
    assert re.search(rf"已退还顾客\s+{back['payable_fen'] / 100:.2f}", text)
    slip = fetch(till, back["id"], "text/plain", 80).text
    assert "退货凭证" in slip and "原因：顾客退货" in slip
    assert back["receipt_no"] in slip and sold["receipt_no"] in slip and sold["order_no"] in slip
    assert re.search(rf"退还顾客\s+￥{back['payable_fen'] / 100:.2f}", slip)


def test_lines_are_printed_and_a_family_member_is_no_name(till: ApiTill) -> None:
    from huimin.holders.people import family_of

    member = till.instance.engine.read(lambda tx: family_of(tx, till.card["holder_id"]))[0]
    items = [
        {"name": "鲁花5S压榨一级花生油5L家庭装", "category": "food", "amount_fen": 9_900},
        {"name": "香烟", "category": "tobacco", "amount_fen": 2_500},
    ]
    made = till.redeem(presented_by=member["id"], items=items, amount_fen=12_400).json
    text = fetch(till, made["id"], "text/plain").text
    assert re.search(r"99\.00$", text, re.MULTILINE) and re.search(r"香烟\s+25\.00", text)
    assert re.search(r"出示人\s+家属", text)
    assert "张*" not in text and "梅" not in text


def test_another_outlet_s_receipt_does_not_exist(
    till: ApiTill, sold: dict[str, Any], client: Any, instance: Instance
) -> None:
    other = make_till(client, instance)
    answer = fetch(other, sold["id"], ESCPOS)
    assert (answer.status_code, answer.json["code"]) == (404, "redemption_unknown")
    assert prints(instance) == []


@pytest.mark.parametrize("width", ["57", "abc", "", "580"])
def test_there_are_two_widths(till: ApiTill, sold: dict[str, Any], width: str) -> None:
    answer = till.get(f"/redemptions/{sold['id']}/receipt?width={width}", Accept="text/plain")
    assert answer.status_code == 422


def test_the_receipt_is_read_in_english(till: ApiTill, sold: dict[str, Any]) -> None:
    answer = till.get(
        f"/redemptions/{sold['id']}/receipt?width=58",
        **{"Accept": "text/plain", "Accept-Language": "en"},
    )
    assert "To pay" in answer.text and "card holder" in answer.text


# -- text on paper

LETTERS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFFF, exclude_categories=("Cs",)), max_size=90
)


@settings(deadline=None)  # the printer's library takes its time to load
@given(label=LETTERS, value=LETTERS, width=st.sampled_from([58, 80]))
def test_no_line_runs_over_the_edge_and_nothing_is_lost(label: str, value: str, width: int) -> None:
    for piece in (pair(label, value), Piece("sum", label, value), Piece("title", label)):
        lines = text_lines((piece,), width)
        for line in lines:
            assert printer_width(line.text) * (2 if line.double else 1) <= COLUMNS[width]
        kept = "".join("".join(line.text for line in lines).split())
        wanted = printable(piece.text) + printable(piece.value)
        assert kept == "".join(wanted.split())


@settings(deadline=None)  # the printer's library takes its time to load
@given(label=LETTERS, value=LETTERS, width=st.sampled_from([58, 80]))
def test_whatever_is_written_the_printer_reads_the_same(label: str, value: str, width: int) -> None:
    paper = (pair(label, value), Piece("centre", label))
    printed = read_escpos(escpos_bytes(paper, width))
    assert [text for text, _, _ in printed.lines] == [
        line.text for line in text_lines(paper, width)
    ]


def test_control_characters_never_reach_the_printer() -> None:
    paper = (pair("收银员", "甲\x1bp0\x1d\x00乙\n丙"),)
    assert "\x1b" not in plain_text(paper, 58)
    assert read_escpos(escpos_bytes(paper, 58)).lines[0][0].endswith("甲p0乙丙")


# -- the command

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def printer() -> Any:
    """A network printer: its port, and each paper that it was sent as soon as it is whole."""
    listening = socket.create_server(("127.0.0.1", 0))
    received: SimpleQueue[bytes] = SimpleQueue()

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                chunks = []
                while chunk := connection.recv(65_536):
                    chunks.append(chunk)
                received.put(b"".join(chunks))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1], received
    listening.close()


def cli_sale(instance: Instance, app: Any) -> tuple[ApiTill, dict[str, Any]]:
    till = make_till(app.test_client(), instance, policy={}, name="天池平价超市")
    return till, dict(till.redeem().json)


def test_the_command_prints_on_a_network_printer(
    sqlite_instance: Instance, sqlite_app: Any, run_cli: RunCli, printer: Any, folder: Path
) -> None:
    port, received = printer
    _, sold = cli_sale(sqlite_instance, sqlite_app)
    args = ["receipts", "print", sold["receipt_no"], "--printer", f"127.0.0.1:{port}"]
    first = run_cli([*args, "--width", "58"], folder)
    assert first.returncode == 0, first.stderr
    second = run_cli(args, folder)
    assert "重打，第 2 次" in second.stdout
    papers: list[Printed] = [read_escpos(received.get(timeout=30)) for _ in range(2)]
    assert received.empty()
    assert papers[0].columns() <= 32 and "重打" not in papers[0].text
    assert papers[1].columns() <= 48 and "重打 第 2 次" in papers[1].text
    shown = run_cli(["receipts", "show", sold["receipt_no"]], folder)
    assert sold["receipt_no"] in shown.stdout and "重打" not in shown.stdout


def test_a_printer_that_is_off_is_named_and_nothing_is_counted(
    sqlite_instance: Instance, sqlite_app: Any, run_cli: RunCli, folder: Path
) -> None:
    _, sold = cli_sale(sqlite_instance, sqlite_app)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    args = ["receipts", "print", sold["receipt_no"], "--printer", f"127.0.0.1:{port}"]
    answer = run_cli(args, folder)
    assert answer.returncode == 2
    assert f"127.0.0.1:{port}" in answer.stderr and "Traceback" not in answer.stderr
    assert prints(sqlite_instance) == []
    assert run_cli(["receipts", "print", "x", "--printer", "h:port"], folder).returncode == 2


def test_without_the_extra_the_error_says_how_to_install_it(
    sqlite_instance: Instance,
    sqlite_app: Any,
    run_cli: RunCli,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    printer: Any,
) -> None:
    _, sold = cli_sale(sqlite_instance, sqlite_app)
    monkeypatch.setitem(sys.modules, "escpos.printer", None)  # as if it were not installed
    args = ["receipts", "print", sold["receipt_no"], "--printer", f"127.0.0.1:{printer[0]}"]
    answer = run_cli(args, folder)
    assert answer.returncode == 2
    assert "pip install 'huimin[escpos]'" in answer.stderr
    assert prints(sqlite_instance) == [] and printer[1].empty()
