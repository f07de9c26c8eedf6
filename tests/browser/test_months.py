"""A month's end in a real browser: three people close it, one opens it again; notices are told.

Each window closes a month of its own, so that both walk the whole way over one served county.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimin.core.days import county_day, month_days, month_of, previous_month
from huimin.notices.post import Notice, post_notice
from huimin.notices.send import send_due
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import looks_right
from tests.browser.conftest import Visit
from tests.browser.english import chinese_left, in_english
from tests.browser.header import choose_language
from tests.making.post_offices import HookOffice, hook_office
from tests.making.staff import make_staff
from tests.reports.county import make_small_county
from tests.served import served

pytestmark = pytest.mark.browser

SIGNERS = ("李华", "王丽", "赵敏")
REASON = "漏了一家商户"
WEBHOOK = {"HUIMIN_WEBHOOK_SECRET": "a-secret-of-sixteen-characters"}
TITLE = "乐至县：已核对，等待填报"
# What people typed, the county's name among it: it stays as it is in every language.
TYPED = (*SIGNERS, REASON, "乐至县", "南门超市", "东街药店", TITLE)


@dataclass(frozen=True)
class MonthsCounty:
    """Where the server answers, who signs, the two months, and where notices go."""

    address: str
    signers: tuple[str, ...]
    months: tuple[str, str]
    hooks: HookOffice
    folder: Path
    settings: Settings


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[MonthsCounty]:
    """A served county with sales in each of the last two months and a webhook that is down."""
    folder = Path(tmp_path_factory.mktemp("months")) / "data"
    last = previous_month(month_of(county_day(datetime.now(UTC))))
    months = (previous_month(last), last)
    create_instance(Settings.from_environment(folder, {}))
    with hook_office() as hooks:
        settings = Settings.from_environment(folder, {**WEBHOOK, "HUIMIN_WEBHOOK_URL": hooks.url})
        signers = _fill(settings, months)
        with served(settings) as port:
            where = f"http://127.0.0.1:{port}"
            yield MonthsCounty(where, signers, months, hooks, folder, settings)


def _fill(settings: Settings, months: tuple[str, str]) -> tuple[str, ...]:
    """A sale on the second day of each month, and three administrators."""
    now = [datetime.combine(month_days(month)[0], datetime.min.time(), UTC) for month in months]
    instance = open_instance(settings, clock=lambda: now[0] + timedelta(days=1, hours=4))
    try:
        county = make_small_county(instance, offline_hours=0)
        county.sell(0, 0, 10_000)
        now.pop(0)
        county.sell(1, 1, 25_000)
        return tuple(make_staff(instance, name=name)["username"] for name in SIGNERS)
    finally:
        instance.close()


def reads_in_english(visit: Visit) -> None:
    """The same page in English holds no Chinese of its own, and has no barrier either."""
    page = visit.page
    in_english(page)
    assert chinese_left(page, TYPED) == [], page.url
    looks_right(visit)
    choose_language(page, "zh_Hans")


def enter(visit: Visit, username: str, path: str) -> None:
    visit.page.context.clear_cookies()
    visit.sign_in(username)
    visit.page.goto(visit.county.address + path)


def press(visit: Visit, words: str) -> None:
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name=words, exact=True).click()


@pytest.mark.parametrize("visit", ["desk"], indirect=True)
def test_three_people_close_a_month_and_one_opens_it_again(visit: Visit) -> None:
    page, county = visit.page, visit.county
    month = county.months[1]
    place = f"/months/{month}"
    enter(visit, county.signers[0], "/months/")
    looks_right(visit)
    reads_in_english(visit)
    visit.follow(f'a[href="{place}"]')
    looks_right(visit)
    press(visit, "开始核对")
    page.wait_for_selector("text=签字填报")
    looks_right(visit)
    reads_in_english(visit)
    for why in page.query_selector_all("textarea[name^=reason-]"):
        why.fill(REASON)
    press(visit, "签字填报")
    assert "请另一位管理员审核" in page.inner_text(".done-words")
    assert page.get_by_role("button", name="签字审核").count() == 0
    enter(visit, county.signers[1], place)
    looks_right(visit)
    press(visit, "签字审核")
    enter(visit, county.signers[2], place)
    reads_in_english(visit)
    press(visit, "签批并锁定本月")
    assert "本月已结账并锁定" in page.inner_text(".done-words")
    looks_right(visit)
    reads_in_english(visit)
    assert [name for name in SIGNERS if name in page.inner_text(".signatures")] == list(SIGNERS)
    for form in ("xlsx", "pdf", "csv", "json"):
        row = page.locator(".files tr", has=page.get_by_role("link", name=form, exact=True))
        with page.expect_download() as taken:
            row.get_by_role("link").click()
        content = Path(taken.value.path()).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.locator(".digest").inner_text()
    page.click("summary:has-text('重新打开这个月')")
    page.fill("#field-reason", REASON)
    looks_right(visit)
    visit.follow(page.get_by_role("button", name="重新打开", exact=False))
    page.wait_for_selector(".done-words:has-text('已重新打开')")
    # What was signed stays, with its digests; the month waits to be checked anew.
    assert REASON in page.inner_text("section:has(#version-1)")
    assert page.locator(".files td.digest").count() == 4
    assert page.get_by_role("button", name="开始核对").count() == 1
    looks_right(visit)
    reads_in_english(visit)


@pytest.mark.parametrize("visit", ["phone"], indirect=True)
def test_a_delivery_that_failed_is_seen_and_sent_again(visit: Visit) -> None:
    page, county = visit.page, visit.county
    county.hooks.status = 503
    _post_and_send(county, key=f"told-{page.viewport_size['width']}")
    enter(visit, county.signers[0], "/today")
    visit.follow("text=份通知没有送到")
    row = page.locator("tbody tr").first
    assert "等待发送" in row.inner_text() and "HTTP 503" in row.inner_text()
    assert row.locator("td.number").inner_text() == "1"
    looks_right(visit)
    reads_in_english(visit)
    press(visit, "重新发送")
    assert "还是没有送到" in page.inner_text(".done-words")
    # Whoever sends again begins a new round of attempts.
    assert row.locator("td.number").inner_text() == "1"
    county.hooks.status = 200
    press(visit, "重新发送")
    assert page.inner_text(".done-words") == "已发送。"
    assert "已发送" in row.inner_text() and "503" not in row.inner_text()
    reads_in_english(visit)


def _post_and_send(county: MonthsCounty, key: str) -> None:
    """As `huimin month run` does, in a process of its own beside the server."""
    instance, now = open_instance(county.settings), datetime.now(UTC)
    try:
        notice = Notice("month.drafted", key, TITLE, "优惠金额：¥8.00\n", {"total": 800})
        target = ("webhook", f"http://127.0.0.1:{county.hooks.port}")
        instance.engine.write(lambda tx: post_notice(tx, notice, [target], now=now))
        assert [
            attempt.problem is None
            for attempt in send_due(instance.engine, county.settings, clock=lambda: now)
        ] == [False]
    finally:
        instance.close()
