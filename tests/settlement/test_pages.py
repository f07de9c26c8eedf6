"""Settlements in the browser: the manager's own, the county's answers, payments and files."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest

from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.office import UUID, Office
from tests.reports.county import SmallCounty
from tests.settlement.county import OCTOBER, close_month, make_county, of_merchant

PDF, XLSX = "application/pdf", "spreadsheetml"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def county(instance: Instance) -> SmallCounty:
    county = make_county(instance, merchant_share_bp=0)
    county.sell(0, 0, 6_000)
    county.sell(1, 1, 4_000)
    county.sell(2, 3, 2_500)
    return county


@pytest.fixture
def own(instance: Instance, county: SmallCounty) -> Any:
    """The settlement of the merchant with two outlets, 8 yuan; the other one's is 2 yuan."""
    made = close_month(instance, OCTOBER)
    return of_merchant(made, county.outlets[0]["merchant_id"])


@pytest.fixture
def manager(office: Office, own: Any) -> Any:
    return office.client("merchant_manager", merchant_id=own["merchant_id"])


def sheet_of(answer: Any) -> list[tuple[Any, ...]]:
    assert XLSX in answer.mimetype
    return list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)


def test_the_manager_sees_the_own_settlement_and_confirms_it(
    office: Office, manager: Any, own: Any
) -> None:
    listed = manager.get("/settlements/").text
    assert own["number"] in listed and "JS202610-002" not in listed and "共 1 条" in listed
    page = manager.get(f"/settlements/{own['id']}").text
    for part in ("南门超市", "东街药店", "九二折", "¥8.00", "2026年11月7日", "商户 0%／政府 100%"):
        assert part in page, part
    assert own["content_sha256"] in page
    answer = office.post(manager, f"/settlements/{own['id']}/confirm")
    assert answer.status_code == 302
    page = manager.get(f"/settlements/{own['id']}").text
    assert "已确认，待付款" in page and "/confirm" not in page
    assert office.post(manager, f"/settlements/{own['id']}/confirm").status_code == 409


@pytest.mark.both_engines
def test_a_line_opens_its_own_rows_masked(manager: Any, own: Any) -> None:
    page = manager.get(f"/settlements/{own['id']}/rows?line=1").text
    assert "共 1 条" in page and "黄*平" in page and "黄筱平" not in page and "¥60.00" in page
    rows = sheet_of(manager.get(f"/settlements/{own['id']}/rows?line=2&format=xlsx"))
    assert len(rows) == 3 and "黄筱平" not in str(rows)
    assert float(rows[2][7]) == 40.0
    for line in ("3", "0", "-1", "x", "9" * 30):
        assert manager.get(f"/settlements/{own['id']}/rows?line={line}").status_code == 404


def test_a_dispute_is_answered_and_waits_again(office: Office, manager: Any, own: Any) -> None:
    where = f"/settlements/{own['id']}"
    empty = office.post(manager, f"{where}/dispute", line="2", text=" ")
    assert empty.status_code == 422 and 'id="problem-dispute-text"' in empty.text
    assert office.post(manager, f"{where}/dispute", line="9", text="不对").status_code == 404
    assert office.post(manager, f"{where}/dispute", line="2", text="少一笔").status_code == 302
    twice = office.post(manager, f"{where}/dispute", line="2", text="再说")
    assert twice.status_code == 422 and "已经提出过异议" in twice.text
    client = office.client()
    assert "1 条待答复" in client.get("/settlements/?state=disputed").text
    assert "/settlements/?state=disputed" in client.get("/today").text
    page = client.get(where).text
    assert "少一笔" in page and "有异议，待答复" in page
    dispute_id = re.search(f'name="dispute_id" value="({UUID})"', page)
    assert dispute_id is not None
    form = {"dispute_id": dispute_id[1], "outcome": "upheld"}
    assert office.post(client, f"{where}/answer", **form, answer="").status_code == 422
    assert office.post(client, f"{where}/answer", **form, answer="下月补记").status_code == 302
    assert office.post(client, f"{where}/answer", **form, answer="又").status_code == 409
    page = manager.get(where).text
    assert "异议成立" in page and "下月补记" in page and "请核对并确认" in page


def test_after_its_time_it_counts_as_confirmed(office: Office, own: Any, clock: FixedClock) -> None:
    clock.advance(days=8)
    manager = office.client("merchant_manager", merchant_id=own["merchant_id"])
    where = f"/settlements/{own['id']}"
    assert "视为已确认" in manager.get(where).text
    late = office.post(manager, f"{where}/confirm")
    assert late.status_code == 409 and "2026-11-07" in late.text
    client = office.client()
    assert own["number"] in client.get("/settlements/?late=confirm").text
    form = {"amount": "8.00", "paid_on": "2026-11-08", "bank_reference": "B1"}
    assert office.post(client, f"{where}/payments", **form).status_code == 302
    assert "已付清" in client.get(where).text


def test_payments_are_recorded_and_taken_back(office: Office, manager: Any, own: Any) -> None:
    where = f"/settlements/{own['id']}"
    client = office.client()
    form = {"amount": "3.00", "paid_on": "2026-10-31", "bank_reference": "B1"}
    early = office.post(client, f"{where}/payments", **form)
    assert early.status_code == 409 and "还没有确认" in early.text
    office.post(manager, f"{where}/confirm")
    assert office.post(client, f"{where}/payments", **form).status_code == 302
    for wrong, field in (
        ({"amount": "x"}, "amount"),
        ({"amount": "5.01", "bank_reference": "B2"}, "amount"),
        ({"paid_on": "gestern"}, "paid_on"),
        ({}, "bank_reference"),
    ):
        refused = office.post(client, f"{where}/payments", **{**form, **wrong})
        assert refused.status_code == 422 and f'id="problem-pay-{field}"' in refused.text, wrong
    page = client.get(where).text
    assert "¥3.00" in page and "B1" in page and 'value="5.00"' in page
    payment_id = re.search(f'name="payment_id" value="({UUID})"', page)
    assert payment_id is not None
    back = {"payment_id": payment_id[1]}
    assert office.post(client, f"{where}/take-back", **back, reason="").status_code == 422
    assert office.post(client, f"{where}/take-back", **back, reason="错户").status_code == 302
    assert office.post(client, f"{where}/take-back", **back, reason="再来").status_code == 409
    page = manager.get(where).text
    assert "冲回记错的付款：错户" in page and "−¥3.00" in page and "take-back" not in page


def test_what_succeeded_is_said_in_the_reader_s_language(
    office: Office, manager: Any, own: Any
) -> None:
    office.post(manager, f"/settlements/{own['id']}/confirm")
    client = office.client()
    for part, language, sentence in (
        ("3.00", "zh_Hans", "付款已登记，还有 ¥5.00 没付。"),
        ("4.00", "en", "Payment recorded; ¥1.00 is still unpaid."),
    ):
        office.post(client, "/language", language=language)
        form = {"amount": part, "paid_on": "2026-10-31", "bank_reference": part}
        assert office.post(client, f"/settlements/{own['id']}/payments", **form).status_code == 302
        assert sentence in client.get(f"/settlements/{own['id']}").text


def test_others_do_not_find_it_and_auditors_change_nothing(
    office: Office, county: SmallCounty, own: Any
) -> None:
    other = office.client("merchant_manager", merchant_id=county.outlets[3]["merchant_id"])
    where = f"/settlements/{own['id']}"
    for path in ("", "/rows", "/settlement.pdf", "/settlement.xlsx"):
        assert other.get(where + path).status_code == 404, path
    assert office.post(other, f"{where}/confirm").status_code == 404
    assert own["number"] not in other.get("/settlements/").text
    auditor = office.client("auditor")
    assert auditor.get(where).status_code == 200
    for path in ("confirm", "dispute", "answer", "payments", "take-back"):
        assert office.post(auditor, f"{where}/{path}").status_code == 403, path
    assert office.post(auditor, "/settlements/batch").status_code == 403


def test_the_files_are_the_same_each_time(manager: Any, own: Any) -> None:
    where = f"/settlements/{own['id']}/settlement"
    first, again = manager.get(f"{where}.pdf"), manager.get(f"{where}.pdf")
    assert first.mimetype == PDF and first.data[:5] == b"%PDF-" and first.data == again.data
    assert first.headers["X-Content-SHA256"] == again.headers["X-Content-SHA256"]
    rows = sheet_of(manager.get(f"{where}.xlsx"))
    flat = [cell for row in rows for cell in row if cell is not None]
    assert own["number"] in str(flat) and 8 in flat and "（大写）人民币捌元整" in flat
    assert manager.get(f"{where}.xlsx").data == manager.get(f"{where}.xlsx").data


def test_lists_filter_and_export(office: Office, own: Any, clock: FixedClock) -> None:
    client = office.client()
    assert "共 2 条" in client.get("/settlements/?month=2026-10").text
    for query in ("month=2026-09", "state=paid", "late=pay", "late=confirm"):
        assert "没有符合条件的结算单" in client.get(f"/settlements/?{query}").text, query
    rows = sheet_of(client.get("/settlements/?format=xlsx"))
    assert [row[0] for row in rows[2:-1]] == ["JS202610-002", "JS202610-001"]
    assert "没有已确认还没付的结算单" in client.get("/settlements/unpaid").text
    clock.advance(days=8 + 30)
    assert "没有符合条件" in office.client().get("/settlements/?late=pay").text
    assert "/settlements/?late=pay" not in office.client().get("/today").text
    clock.advance(days=1)
    client = office.client()
    page = client.get("/settlements/unpaid").text
    assert "¥10.00" in page and page.count("31–60 天") == 3
    assert "2 个商户还没有收款账户" in page
    listed = client.get("/settlements/").text
    total = listed.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert "合计 2 份（不含作废的）" in total and 'data-label="应付">¥10.00' in total
    _title, heads, *_rows, last = sheet_of(client.get("/settlements/?format=xlsx"))
    assert last[0].startswith("合计 2 份") and float(last[heads.index("应付")]) == 10.0
    assert "合计 2 份" in page and 'data-label="未付">¥10.00' in page.partition("<tfoot>")[2]
    aged = sheet_of(client.get("/settlements/unpaid?format=xlsx"))
    assert [(row[0], row[5], float(row[9])) for row in aged[2:-1]] == [
        ("JS202610-001", 31, 8.0),
        ("JS202610-002", 31, 2.0),
    ]
    assert "共 2 条" in client.get("/settlements/?late=pay").text
    assert "/settlements/?late=pay" in client.get("/today").text
    office.post(client, "/settlements/batch")
    assert "共 2 条" in client.get("/settlements/?late=pay").text


def filled(answer: Any, **references: str) -> io.BytesIO:
    """The exported list with day and reference filled in, by settlement number."""
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.active
    # What is to be paid in all stands above; an account's digits are text and have room.
    assert sheet["A1"].value == "惠民卡优惠付款清单（共 2 份，合计 10.00 元）"
    assert (sheet["H3"].number_format, sheet["L3"].number_format) == ("@", "@")
    assert sheet.column_dimensions["H"].width > 20 and sheet.column_dimensions["L"].width > 20
    assert [cell.value for cell in sheet[2]] == [
        *("结算单号", "收款单位", "统一社会信用代码", "户名", "开户银行", "开户支行", "联行号"),
        *("银行账号", "金额（元）", "用途", "付款日期", "银行流水号"),
    ]
    for row in sheet.iter_rows(min_row=3):
        reference = references.get(row[0].value.replace("-", "_"))
        if reference:
            row[10].value, row[11].value = "2026/11/8", reference
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


@pytest.mark.both_engines
def test_the_payment_list_comes_back_paid(office: Office, own: Any, clock: FixedClock) -> None:
    clock.advance(days=8)
    client = office.client()
    listed = office.post(client, "/settlements/batch")
    file = filled(listed, JS202610_001="CZ-1")
    look = office.post(client, "/settlements/paid-list", file=(file, "已付.xlsx"))
    assert look.status_code == 200
    assert "1 行可以登记，0 行不能" in look.text and "另有 1 行" in look.text
    assert "待付款" in client.get(f"/settlements/{own['id']}").text
    kept = re.search(r'name="rows" value="([^"]+)"', look.text)
    assert kept is not None
    rows = kept[1].replace("&#34;", '"')
    entered = office.post(client, "/settlements/paid-list/enter", rows=rows)
    assert entered.status_code == 302
    page = client.get(f"/settlements/{own['id']}").text
    assert "已付清" in page and "CZ-1" in page and "2026-11-08" in page
    again = office.post(client, "/settlements/paid-list/enter", rows=rows)
    assert again.status_code == 200 and "1 行没有登记" in again.text
    for wrong in ("", "[]", "{}", '[{"row": 1}]', "null"):
        assert office.post(client, "/settlements/paid-list/enter", rows=wrong).status_code == 422


def test_rows_that_can_t_be_paid_say_why(office: Office, own: Any, clock: FixedClock) -> None:
    clock.advance(days=8)
    client = office.client()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["付款清单"])
    sheet.append(["结算单号", "金额（元）", "付款日期", "银行流水号"])
    sheet.append(["JS202610-001", 5, "2026-11-08", "B1"])
    sheet.append(["JS202610-001", 3.01, "2026-11-08", "B2"])
    sheet.append(["JS202610-001", 3, "2026-11-08", "B1"])
    sheet.append(["JS999999-001", 3, "2026-11-08", "B3"])
    sheet.append(["JS202610-002", "二元", "2026-11-08", "B4"])
    sheet.append(["JS202610-002", 2, "十一月", "B5"])
    sheet.append(["JS202610-002", 2, "2026-11-08", None])
    sheet.append(["JS202610-002", 2, None, None])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    look = office.post(client, "/settlements/paid-list", file=(out, "a.xlsx")).text
    assert "1 行可以登记，6 行不能" in look
    for why in (
        "不能超过还没付的 3.00 元",
        "已经登记在这份结算单上",
        "没有这个编号的结算单",
        "金额请写成元",
        "付款日期请写成",
        "请填写银行流水号",
    ):
        assert why in look, why
    assert "¥0.00" in client.get(f"/settlements/{own['id']}").text
    bad = office.post(client, "/settlements/paid-list", file=(io.BytesIO(b"x,y\n1,2\n"), "a.csv"))
    assert bad.status_code == 422 and "没有找到表头" in bad.text
    assert office.post(client, "/settlements/paid-list").status_code == 422


def test_what_is_below_zero_is_said_plainly(
    office: Office, county: SmallCounty, own: Any, instance: Instance, clock: FixedClock
) -> None:
    clock.advance(days=3)
    county.take_back(0)
    (row,) = close_month(instance, "2026-11", "close-2")
    where = f"/settlements/{row['id']}"
    manager = office.client("merchant_manager", merchant_id=own["merchant_id"])
    page = manager.get(where).text
    assert "不用商户退，从下一份结算单里扣除" in page and "−¥4.80" in page
    assert "2026年10月" in page and "其中属于以前月份的调整" in page
    rows = manager.get(f"{where}/rows?line=2").text
    assert "原月份" in rows and "退货" in rows and "共 1 条" in rows
    office.post(manager, f"{where}/confirm")
    assert "已确认，无需付款" in manager.get(where).text
    flat = str(sheet_of(manager.get(f"{where}/settlement.xlsx")))
    assert "零元整" in flat and "结转下期" in flat
