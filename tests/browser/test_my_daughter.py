"""The smaller view of a member of the family, on her own phone and at a desk: what she sees, what
she does not, and what she meets when the holder takes it from her while she looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huimin.holders.people import family_of
from tests.browser.accessible import barriers
from tests.browser.conftest import DESK, PHONE, County
from tests.browser.test_my_card import Family, Holder, county, family, holder, looks_right  # noqa: F401
from tests.browser.windows import new_context
from tests.making.my_card import make_code

pytestmark = pytest.mark.browser

# Only the holder reads or does these.
THE_HOLDER_S = (
    *("消费记录", "省了多少", "停用", "动态码", "谁看过", "优惠到什么时候"),
    *("我提的事", "让家人也能看", "收到什么短信", "在哪里登录过"),
)
HER_SECTIONS = ("card", "left", "near", "paper")


class Daughter:
    """Her window, and the number and the code that are her own."""

    def __init__(self, page: Any, county: County, family: Family) -> None:  # noqa: F811
        self.page, self._county, self._instance = page, county, family.instance
        rows = family.instance.engine.read(lambda tx: family_of(tx, family.holder["id"]))
        (self._row,) = rows
        self._holder = family.holder

    def code(self) -> str:
        """A fresh code, as the counter gives one to her."""
        return make_code(self._instance, self._holder, self._row["id"])

    def sign_in(self, code: str) -> None:
        """By the card's number and the last four of her own ID number."""
        cipher = {"id_number_cipher": self._row["id_number_cipher"]}
        number = self._instance.personal_data.value(cipher, "family_member.id_number")
        self.page.goto(f"{self._county.address}/my/")
        self.page.fill("#number", self._county.card["number"])
        self.page.fill("#last-four", str(number)[-4:])
        self.page.fill("#code", code)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def daughter(
    request: pytest.FixtureRequest,
    browser: Any,
    county: County,  # noqa: F811
    family: Family,  # noqa: F811
) -> Iterator[Daughter]:
    context = new_context(browser, viewport=request.param)
    page, errors = context.new_page(), []
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Daughter(page, county, family)
    context.close()
    assert errors == []


def switch(holder: Holder, words: str) -> None:  # noqa: F811
    """The holder's own switch for the one member of the family."""
    with holder.page.expect_navigation():
        holder.page.click(f"#family button:has-text('{words}')")


def test_she_sees_a_little_decides_nothing_and_is_put_out_kindly(
    daughter: Daughter,
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
) -> None:
    page, address = daughter.page, county.address
    holder.sign_in()
    switch(holder, "让 张*梅 看")
    assert "已经打开" in holder.page.inner_text(".told")
    daughter.sign_in(daughter.code())
    assert page.eval_on_selector_all("main > section", "all => all.map((one) => one.id)") == list(
        HER_SECTIONS
    )
    said = page.inner_text("body")
    for words in THE_HOLDER_S:
        assert words not in said, words
    looks_right(page, "/my/", 18)
    # In large type one thing a screen, from the first to the last.
    with page.expect_navigation():
        page.click("button[value=large]")
    for section in HER_SECTIONS:
        page.goto(f"{address}/my/see/{section}")
        looks_right(page, section, 30)
    page.goto(f"{address}/my/stop")
    assert "没有办成" in page.inner_text("h1") and barriers(page) == []
    page.goto(f"{address}/my/see/card")
    # It is taken from her while that page is before her.
    late = daughter.code()
    switch(holder, "不再让 张*梅 看")
    assert "已经关上" in holder.page.inner_text(".told")
    with page.expect_navigation():
        page.click(".steps a.button:not(.second)")
    page.wait_for_selector("#last-four")
    said = page.inner_text("main")
    assert "登录已经结束" in said and county.card["number"][-4:] not in said
    assert barriers(page) == []
    page.go_back()
    page.wait_for_load_state()
    assert county.card["number"][-4:] not in page.inner_text("main")
    # Neither a page that she kept nor a code that she had lets her in again.
    daughter.sign_in(late)
    assert "没有登录成功" in page.inner_text("#problem")
    page.goto(f"{address}/my/paper")
    page.wait_for_selector("#last-four")
    # The usual size and the language are hers all the same.
    with page.expect_navigation():
        page.click("button[value=usual]")
    page.wait_for_selector("html:not(.large) #last-four")


def test_who_may_look_no_more_is_told_so_wherever_she_goes_on(
    daughter: Daughter,
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
) -> None:
    """On the start page as well: else she meets the door and does not know why."""
    page = daughter.page
    holder.sign_in()
    for way in ("reload", "the name of the page", "sign out", "size"):
        switch(holder, "让 张*梅 看")
        daughter.sign_in(daughter.code())
        page.wait_for_selector("#left")
        switch(holder, "不再让 张*梅 看")
        with page.expect_navigation():
            if way == "reload":
                page.reload()
            elif way == "the name of the page":
                page.click("header .home")
            elif way == "sign out":
                page.click("header button:has-text('退出')")
            else:
                page.click("button[value=large]")
        page.wait_for_selector("#last-four")
        # Who wanted to leave has left, and need not know that it had ended before.
        told = "您已经退出" if way == "sign out" else "登录已经结束"
        assert told in page.inner_text("main"), way
        page.goto(f"{county.address}/my/")
        assert told not in page.inner_text("main"), "said once"
        page.context.clear_cookies()
