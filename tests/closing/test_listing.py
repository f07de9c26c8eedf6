"""A till's own list as tills really write it: encodings, headers, units; and files made to hurt."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.closing.listing import Listing, read_listing
from huimin.closing.listing_cells import Unreadable, fen_of, order_text
from huimin.core.money import yuan
from huimin.core.refusals import FieldProblems


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def rows_of(listing: Listing) -> list[tuple[Any, ...]]:
    return [(r.order_no, r.amount_fen, r.discount_fen, r.payable_fen) for r in listing.rows]


SALE = [("1001", 12_800, 1_024, 11_776)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "订单号,原价,优惠,实付\n1001,128.00,10.24,117.76\n",
        "单号;金额(元);优惠金额（元）;实收（元）\n1001;128;10.24;117.76\n",
        "order_no\tamount_fen\tdiscount_fen\tpayable_fen\n1001\t12800\t1024\t11776\n",
        "时代百盛收银日报\n日期：2026-10-31\n\n序号,小票号,应收,折扣,实付（分）\n1,1001,128,10.24,11776\n",
        '订单号,原价,优惠\n\'1001,"¥128.00",-10.24\n合计,128.00,-10.24\n',
        '订单号,原价,实付\n="1001",128.00,117.76\n',
        "流水号,商户订单号,金额,实付金额\n77,1001,１２８．００,117.760\n",
    ],
)
def test_a_list_however_it_is_spelled(tmp_path: Path, text: str, encoding: str) -> None:
    assert rows_of(read_listing(written(tmp_path, text, encoding))) == SALE


def test_a_workbook_with_numbers_and_a_title(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "说明"
    first.append(["请按此格式导出"])
    sheet = book.create_sheet("明细")
    sheet.append(["十月三十一日"])
    sheet.append(["订单号", "类型", "原价", "优惠", "实付", "备注"])
    sheet.append([1001, "销售", 128, 10.24, 117.76000000000001, "会员"])
    sheet.append(["1001", "退货", 28, 2.24, 25.76, None])
    sheet.append([None, None, None, None, None, "制表人：王敏"])
    book.save(tmp_path / "list.xlsx")
    found = read_listing(tmp_path / "list.xlsx")
    assert rows_of(found) == [*SALE, ("1001", -2_800, -224, -2_576)]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("2.02610E+15,128,117.76", "order_rounded"),
        (",128,117.76", "order_missing"),
        ("1001,128,117.765", "amount_unreadable"),
        ("1001,=1+1,117.76", "amount_unreadable"),
        ("1001,NaN,117.76", "amount_unreadable"),
        ("1001,1e5,117.76", "amount_unreadable"),
        ("1001,,117.76", "amount_missing"),
        (f"{'9' * 65},128,117.76", "order_unreadable"),
        ("1001,99999999999,117.76", "amount_unreadable"),
    ],
)
def test_what_can_not_be_read_is_told_and_not_guessed(
    tmp_path: Path, cells: str, code: str
) -> None:
    found = read_listing(written(tmp_path, f"订单号,原价,实付\n{cells}\n1002,5,4.60\n"))
    assert [(one.number, one.code) for one in found.problems] == [(2, code)]
    assert [row.order_no for row in found.rows] == ["1002"]


@pytest.mark.parametrize(
    "text",
    ["订单号,原价\n1,2\n", "姓名,电话\n张,1\n", "原价,实付\n1,2\n", " \n", "<html></html>", "x"],
)
def test_a_file_that_is_no_list_says_what_is_missing(tmp_path: Path, text: str) -> None:
    with pytest.raises(FieldProblems) as caught:
        read_listing(written(tmp_path, text))
    assert caught.value.problems[0].field == "file"


def test_files_made_to_hurt_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        for number in range(9):
            archive.writestr(f"xl/other{number}.xml", b"0" * (8 * 1024 * 1024))
    with pytest.raises(FieldProblems):
        read_listing(path)
    many = "订单号,实付\n" + "1,1\n" * 20_001
    with pytest.raises(FieldProblems, match="20000"):
        read_listing(written(tmp_path, many))
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 50)
    with pytest.raises(FieldProblems):
        read_listing(path)


@given(st.integers(-100_000_000, 100_000_000))
def test_an_amount_is_read_as_it_is_written(fen: int) -> None:
    assert fen_of(yuan(fen), in_fen=False) == fen
    assert fen_of(float(yuan(fen)), in_fen=False) == fen
    assert fen_of(f"{Decimal(fen) / 100:,.2f} 元", in_fen=False) == fen
    assert fen_of(fen, in_fen=True) == fen_of(str(fen), in_fen=True) == fen


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_no_text_breaks_a_cell(text: str) -> None:
    with suppress(Unreadable):
        assert order_text(text) == order_text(order_text(text))
    with suppress(Unreadable):
        assert isinstance(fen_of(text, in_fen=False), int | None)
