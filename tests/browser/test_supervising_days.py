"""Whole days in a real browser, on a phone and on a desk: administrators, an auditor, a manager.

Each account is made on the page of staff, as a county does it, so that its holder begins with the
forced change of the first password.
"""

from __future__ import annotations

import io
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image

from huimin.core.days import county_day, month_of
from tests.browser.accessible import looks_right
from tests.browser.conftest import Visit
from tests.browser.header import SIGNED_IN, press_sign_out
from tests.browser.windows import choose_village, till_ready
from tests.making.merchants import credit_code

pytestmark = pytest.mark.browser
OWN_PASSWORD = "three quiet words 7"
_serial = itertools.count(1)


def go(visit: Visit, path: str) -> None:
    visit.page.goto(visit.county.address + path)


def changes_offered(visit: Visit) -> int:
    """How many forms of the page would change something; a search is sent as a form as well."""
    return int(visit.page.locator("main form[method=post]:not([role=search])").count())


def said(visit: Visit) -> str:
    """What the page says has succeeded."""
    return str(visit.page.inner_text(".done-words"))


def sign_out(visit: Visit) -> None:
    with visit.page.expect_navigation():
        press_sign_out(visit.page)
    visit.page.wait_for_selector("#username")


def account(visit: Visit, role: str, place: str = "", **filled: str) -> tuple[str, str]:
    """Made by the administrator who is signed in; the user name and the password shown once."""
    page, username = visit.page, f"{role[:8].replace('_', '-')}{next(_serial)}"
    go(visit, place or "/staff/new")
    page.fill("#field-username", username)
    page.fill("#field-name", "周敏")
    if not place:
        page.select_option("#field-role", role)
    for name, label in filled.items():
        page.select_option(f"#field-{name}", label=label)
    visit.follow("main form button")
    page.wait_for_selector(".given")
    looks_right(visit)
    return username, str(page.inner_text(".given code"))


def first_sign_in(visit: Visit, username: str, password: str) -> None:
    """The first thing that somebody does with a password from another is to change it."""
    page = visit.page
    page.fill("#username", username)
    page.fill("#password", password)
    visit.press_enter()
    page.wait_for_selector("#field-old_password")
    go(visit, "/")
    page.wait_for_selector("#field-old_password")
    assert "请先换成自己的" in page.inner_text("main")
    page.fill("#field-old_password", password)
    page.fill("#field-new_password", OWN_PASSWORD)
    page.fill("#field-new_again", OWN_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.endswith("/account"))


def download(visit: Visit, selector: str) -> bytes:
    with visit.page.expect_download() as waiting:
        visit.page.click(selector)
    return Path(waiting.value.path()).read_bytes()


def rows_of(book: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(book)).active.iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("visit", ["desk"], indirect=True)
def test_an_administrator_s_day_with_shops_policies_staff_and_cards(visit: Visit) -> None:
    page, number = visit.page, next(_serial)
    # A shop asks to take part, with the form that anybody may send.
    go(visit, "/join")
    page.fill("#field-merchant_name", f"惠民超市{number}")
    page.fill("#field-credit_code", "91512022")
    for name, text in (("contact_name", "刘店长"), ("contact_phone", "028-23330000")):
        page.fill(f"#field-{name}", text)
    page.fill("#field-outlet_name", f"惠民超市{number}店")
    page.select_option("#field-outlet_kind", "supermarket")
    choose_village(page, "tcjd")
    page.fill("#field-address", "帅乡大道 1 号")
    visit.follow("main form button")
    page.wait_for_selector("[data-error-summary]")
    page.wait_for_selector("#field-credit_code:focus")
    assert page.input_value("#field-contact_name") == "刘店长"
    looks_right(visit)
    page.fill("#field-credit_code", credit_code(50_000 + number))
    page.keyboard.press("Enter")
    page.wait_for_url("**/join/thanks")
    # The administrator sees it waiting, and lets it in.
    visit.sign_in(visit.county.administrator)
    visit.follow("text=家商户申请加入")
    looks_right(visit)
    asked = page.locator("section", has_text=f"惠民超市{number}店")
    visit.follow(asked.get_by_text("同意加入"))
    page.wait_for_selector(".done-words")
    outlet = page.url
    page.fill("#field-label", "1 号收银台")
    visit.follow("text=添加收银终端并显示密钥")
    page.wait_for_selector("img.qr")
    key = page.inner_text(".given code")
    code = zxingcpp.read_barcode(Image.open(io.BytesIO(page.locator("img.qr").screenshot())))
    assert code is not None and code.text == key
    looks_right(visit)
    page.goto(outlet)
    assert key not in page.content()
    page.click("summary:has-text('停用')")
    page.locator("details[open] textarea").fill("换了机器")
    visit.follow("text=停用这台收银终端")
    assert "马上失效" in said(visit)
    looks_right(visit)
    # A policy for that shop: drafted, tried, and not one's own to approve.
    go(visit, "/policies/new")
    page.fill("#field-name", f"九折{number}")
    page.fill("#field-code", f"jiuzhe-{number}")
    page.fill("#field-rate_bp", "10")
    start = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    page.fill("#field-starts_on", start)
    page.select_option("#field-scope", "outlet")
    page.select_option("#field-scope_value", label=f"惠民超市{number} · 惠民超市{number}店")
    looks_right(visit)
    visit.follow("text=保存草稿")
    page.wait_for_selector(".done-words")
    policy = page.url
    page.fill("#field-month", month_of(county_day(datetime.now(UTC))))
    visit.follow("button:has-text('试算')")
    page.wait_for_selector(".timeline svg")
    assert "天池平价超市" in page.inner_text("table.figures")
    assert page.locator("text=通过这份草稿").count() == 0
    looks_right(visit)
    # A second administrator, made here, approves; then it is published and stands on the line.
    username, password = account(visit, "administrator")
    sign_out(visit)
    first_sign_in(visit, username, password)
    page.goto(policy)
    visit.follow("text=通过这份草稿")
    visit.follow("text=发布：先看会改变什么")
    looks_right(visit)
    visit.follow("button:has-text('起执行')")
    assert "以后只能由新版本接替" in said(visit)
    assert page.locator("text=修改草稿").count() == 0
    looks_right(visit)
    go(visit, "/policies/")
    assert f"九折{number}" in page.inner_text("table.list")
    # Cards: lost, a new one, printed once; a second time needs the reason.
    go(visit, "/cards/?state=active")
    visit.follow("table.list tbody a")
    page.click("summary:has-text('补卡')")
    page.locator("details[open] textarea").fill("卡面磨损")
    visit.follow("button:has-text('补卡')")
    assert "下一步打印新卡" in said(visit)
    looks_right(visit)
    assert download(visit, "text=打印这张卡").startswith(b"%PDF")
    page.reload()
    visit.follow("text=打印这张卡")
    page.wait_for_selector("text=这张卡打印过")
    page.fill("#field-print-reason", "打印机卡纸")
    looks_right(visit)
    assert download(visit, "text=重印这张卡").startswith(b"%PDF")
    go(visit, "/cards/print")
    assert "打印机卡纸" in page.inner_text("main")
    visit.follow("table.list tbody a")
    page.wait_for_selector("text=SHA-256")
    looks_right(visit)


@pytest.mark.parametrize("visit", ["desk"], indirect=True)
def test_an_auditor_s_day_reads_everything_and_changes_nothing(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    go(visit, f"/cards/?number={visit.county.lost_card['number']}")
    visit.follow("table.list tbody a")
    page.click("summary:has-text('恢复此卡')")
    page.locator("details[open] textarea").fill("找到了")
    visit.follow("button:has-text('恢复此卡')")
    page.wait_for_selector(".done-words")
    card = page.url
    page.click("summary:has-text('挂失此卡')")
    page.locator("details[open] textarea").fill("又丢了")
    visit.follow("button:has-text('挂失此卡')")
    page.wait_for_selector(".done-words")
    username, password = account(visit, "auditor")
    sign_out(visit)
    first_sign_in(visit, username, password)
    for path in ("/today", "/holders/", "/cards/", "/merchants/", "/outlets/", "/policies/"):
        go(visit, path)
        assert changes_offered(visit) == 0, path
    for start in ("/holders/", "/merchants/", "/outlets/", "/policies/", "/staff/"):
        go(visit, start)
        visit.follow("table.list tbody a >> nth=0")
        assert changes_offered(visit) == 0, page.url
        looks_right(visit)
    page.goto(card)
    assert changes_offered(visit) == 0
    # Who did that to the card, what was it before, and from where?
    go(visit, "/audit/")
    page.fill("#field-subject", visit.county.lost_card["number"])
    visit.press_enter()
    page.wait_for_url("**subject=**")
    told = page.inner_text("table.list")
    assert "挂失卡片" in told and "又丢了" in told and "127.0.0.1" in told
    assert "正常 → 已挂失" in told
    looks_right(visit)
    book = rows_of(download(visit, "text=导出 Excel"))
    assert any("又丢了" in [str(cell) for cell in row] for row in book)
    visit.follow("text=谁查过卡")
    looks_right(visit)
    go(visit, "/reports/")
    page.wait_for_selector(".chart svg:visible")
    month = month_of(county_day(datetime.now(UTC)))
    report = page.request.get(f"{visit.county.address}/reports/{month}.xlsx")
    assert report.ok and report.body()[:2] == b"PK"
    refused = page.request.post(f"{visit.county.address}/staff/new")
    assert refused.status in (400, 403)


@pytest.mark.parametrize("visit", ["phone"], indirect=True)
def test_a_merchant_manager_s_day_with_the_own_cashiers(visit: Visit) -> None:
    page, number = visit.page, next(_serial)
    visit.sign_in(visit.county.administrator)
    go(visit, "/outlets/?text=天池平价")
    visit.follow("table.list tbody a[href*='/merchants/']")
    page.wait_for_selector("text=新增商户管理员账号")
    looks_right(visit)
    address = page.get_attribute("a:has-text('新增商户管理员账号')", "href")
    username, password = account(visit, "merchant_manager", place=address)
    sign_out(visit)
    first_sign_in(visit, username, password)
    go(visit, "/my-merchant/")
    assert "天池平价超市" in page.inner_text("main")
    looks_right(visit)
    cashier = f"cashier-day{number}"
    page.fill("#field-username", "大写不行")
    page.fill("#field-name", "小周")
    visit.follow("text=新增收银员")
    page.wait_for_selector("[data-error-summary]")
    page.wait_for_selector("#field-username:focus")
    page.fill("#field-username", cashier)
    visit.follow("text=新增收银员")
    page.wait_for_selector(".given")
    first = page.inner_text(".given code")
    looks_right(visit)
    assert cashier in {row[0] for row in rows_of(download(visit, "text=导出 Excel"))}
    mine = page.locator("div.mb-2", has_text=cashier)
    mine.locator("summary").click()
    mine.locator("input[name=name]").fill("周小敏")
    mine.locator("textarea[name=reason]").first.fill("姓名写错")
    looks_right(visit)
    visit.follow(mine.locator("button:has-text('保存修改')"))
    page.wait_for_selector(".done-words")
    assert "周小敏" in page.inner_text("main")
    for path in ("/staff/", "/merchants/", "/holders/", "/cards/", "/audit/", "/reports/"):
        assert page.request.get(visit.county.address + path).status == 403, path
    # The cashier begins, and sells at the shop's till.
    sign_out(visit)
    first_sign_in(visit, cashier, first)
    till_ready(page)
    visit.scan(visit.county.card["number"])
    page.wait_for_selector("#sale:not([hidden]), #refused:not([hidden])")
    # On a phone the keypad takes the place of the page's head, until the till is ready again.
    page.reload()
    till_ready(page)
    # And the manager ends the account at once.
    sign_out(visit)
    page.fill("#username", username)
    page.fill("#password", OWN_PASSWORD)
    visit.press_enter()
    page.wait_for_selector(SIGNED_IN, state="attached")
    go(visit, "/my-merchant/")
    mine.locator("summary").click()
    mine.locator("textarea[name=reason]").last.fill("离职")
    visit.follow(mine.locator("button:has-text('停用这个账号')"))
    page.wait_for_selector(".done-words")
    assert "已停用" in mine.inner_text()
