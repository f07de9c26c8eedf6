"""Wrong things at wrong moments: two tabs, back after signing out, a session that another has
ended, a card that is stopped while its code is shown; and the paper that hangs on a noticeboard."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.cards.change_state import resume_card
from huimin.core.days import county_day
from tests.browser.conftest import County
from tests.browser.test_my_card import Family, Holder, county, family, holder  # noqa: F401
from tests.making.my_card import last_four

pytestmark = pytest.mark.browser

A4 = {"width": 794, "height": 1123}


def test_back_after_signing_out_shows_nothing(holder: Holder, county: County) -> None:  # noqa: F811
    holder.sign_in()
    page = holder.page
    page.goto(f"{county.address}/my/see/card")
    page.click("button:has-text('退出')")
    page.wait_for_selector("#last-four")
    for _press in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert county.card["number"][:4] not in page.inner_text("body")
        assert page.locator("#sessions").count() == 0


def test_a_second_tab_whose_sign_in_another_has_ended_is_told_so(
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
) -> None:
    holder.sign_in()
    second = holder.context.new_page()
    second.goto(f"{county.address}/my/stop")
    writing = holder.context.new_page()
    writing.goto(f"{county.address}/my/correction")
    writing.select_option("#field-about", "phone")
    writing.fill("#field-words", "新的电话")
    holder.page.click("button:has-text('退出')")
    holder.page.wait_for_selector("#last-four")
    second.click("main form button")
    second.wait_for_selector("#last-four")
    assert "登录已经结束，刚才这一步没有办" in second.inner_text("main")
    writing.click("main form button")
    writing.wait_for_selector("#last-four")
    assert "刚才写的没有送出去，但还在这里" in writing.inner_text("main")
    link = holder.context.new_page()
    link.goto(f"{county.address}/my/see/card")
    assert link.url.endswith("/my/")


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en"])
def test_the_paper_for_the_wall_shames_nobody(
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
    family: Family,  # noqa: F811
    language: str,
    tmp_path: Path,
) -> None:
    """One sheet of A4 with shops, rates and the help line: nobody's name, number, kind or money."""
    holder.sign_in()
    page = holder.page
    if language != "zh_Hans":
        with page.expect_navigation():
            page.click(f"button[name=language][value={language}]")
    page.goto(f"{county.address}/my/paper")
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    said = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((one) => one.checkVisibility() && one.children.length === 0)
          .map((one) => one.textContent.trim()).join("\\n")"""
    )
    # The help line and the year are everybody's, whatever the last digits of this holder's numbers.
    for public in (family.instance.settings.help_line, f"{county_day(datetime.now(UTC)):%Y}"):
        said = said.replace(public, "")
    name = family.holder["name"]
    personal = [name, name[0] + "*", "张", county.card["number"][:4], county.card["number"][-4:]]
    personal += [
        last_four(family.instance, family.holder),
        "低保",
        "特困",
        "困难",
        "贫",
        "病",
        "残",
    ]
    personal += ["hardship", "poor", "poverty", "illness", "disab", "subsist", "低保", "貧", "殘"]
    assert [one for one in personal if one.lower() in said.lower()] == []
    assert "天池平价超市" in said and re.search("8 ?%|九二折", said)
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    picture = page.screenshot(full_page=True)
    if folder := os.environ.get("HUIMIN_PICTURES"):
        (Path(folder) / f"paper-{language}.png").write_bytes(picture)


def test_every_screen_of_elder_mode_by_a_switch(
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
) -> None:
    """Tab and Enter alone lead from the door's size button through each screen to the last."""
    holder.sign_in()
    page = holder.page

    def press(selector: str) -> None:
        """Tab until it is reached, then Enter; the page may be entered anew."""
        page.evaluate("document.activeElement?.blur()")
        for _press in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("(one) => document.activeElement?.matches(one)", selector):
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                return
        raise AssertionError(f"{page.url}: {selector} is not reached")

    press("button[name=size][value=large]")
    page.wait_for_selector("html.large .contents")
    count = page.locator(".contents a").count()
    press(".contents a")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    seen = set()
    for number in range(count):
        page.wait_for_selector("main h1")
        seen.add(page.url)
        # One thing: one heading of the first level, and one sheet.
        assert page.locator("main h1").count() == 1 and page.locator("main > .sheet").count() == 1
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(wide) <= 0, page.url
        page.evaluate("document.documentElement.style.fontSize = ''")
        if number < count - 1:
            press(".steps a.button:not(.second)")
    assert len(seen) == count
    press(".steps a:last-child")
    page.wait_for_selector(".contents")


def test_a_card_stopped_meanwhile_shows_no_code(
    browser: Any,
    county: County,  # noqa: F811
    family: Family,  # noqa: F811
    holder: Holder,  # noqa: F811
) -> None:
    """The daughter stops it at home while somebody shows its code elsewhere."""
    holder.sign_in()
    holder.show_code()
    home = Holder(browser, county, family)
    home.sign_in()
    home.page.goto(f"{county.address}/my/stop")
    try:
        home.page.click("main form button")
        home.page.wait_for_selector(".told")
        home.page.go_back()
        home.context.close()
        page = holder.page
        page.click("#fresh")
        page.wait_for_selector("#none:not([hidden])")
        assert "没有动态码" in page.inner_text("#why")
        page.reload()
        page.wait_for_selector("#none:not([hidden])")
    finally:  # the other tests of this file have the same card, and may come after this one
        family.instance.engine.write(
            lambda tx: resume_card(
                tx,
                card_id=county.card["id"],
                reason="找到了",
                actor="system",
                now=family.instance.clock(),
            )
        )
