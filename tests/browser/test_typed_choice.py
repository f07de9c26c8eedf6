"""A village is typed: by characters, pinyin or initials; the select stays what is sent."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from huimin.divisions.load import package_divisions
from tests.browser.accessible import looks_right
from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk
from tests.browser.windows import new_context

pytestmark = pytest.mark.browser

# How each name is read; written down for this test, and not made from the table that it proves.
PINYIN = Path(__file__).parents[1] / "divisions" / "pinyin_of_names.csv"
# For each name and way of typing it: whether it fits, and how many other names fit better.
FIND = """
async (rows) => {
  const { fit, plain } = await import("/static/pinyin.js");
  const missed = [];
  for (const [name, ...ways] of rows) {
    for (const typed of ways) {
      const own = fit(name, plain(typed));
      const better = rows.filter(([other]) => fit(other, plain(typed)) > own);
      if (own !== 3 || better.length) missed.push([name, typed, own]);
    }
  }
  return missed;
}
"""

FIT = """
async ([label, typed]) => {
  const { fit, plain } = await import("/static/pinyin.js");
  return fit(label, plain(typed));
}
"""


def typed_names() -> list[list[str]]:
    """Each of the county's names with its pinyin in whole, its initials, both mixed, itself."""
    with PINYIN.open(encoding="utf-8") as file:
        read = {row["code"]: row["pinyin"].split() for row in csv.DictReader(file)}
    names = {str(row["code"]): str(row["name"]) for row in package_divisions()}
    assert set(read) == set(names)
    rows = []
    for code, name in names.items():
        syllables = read[code]
        assert len(syllables) == len(name), name
        initials = "".join(syllable[0] for syllable in syllables)
        rows.append([name, "".join(syllables), initials, syllables[0] + initials[1:], name])
    return rows


@at_desk
def test_every_name_of_the_county_is_found_by_its_pinyin_and_its_initials(visit: Visit) -> None:
    page, rows = visit.page, typed_names()
    assert len(rows) == 337
    page.goto(f"{visit.county.address}/public/")
    assert page.evaluate(FIND, rows) == []
    assert page.evaluate(FIT, ["石佛镇", "大"]) == 0
    # In traditional characters as well, and the town with its village.
    for label, typed in (("石佛镇", "石佛鎮"), ("童家镇 · 福果社区居民委员会", "tjzfg")):
        assert page.evaluate(FIT, [label, typed]) == 3


def test_a_village_is_chosen_with_the_keyboard_and_is_sent_as_its_code(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.goto(f"{visit.county.address}/holders/new")
    field = page.locator("#field-division_code[role=combobox]")
    field.wait_for()
    field.press("s")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.type("fz")
    chosen = page.locator("[role=option][aria-selected=true]")
    page.locator("[role=option]", has_text="石佛镇").first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    looks_right(visit)
    page.keyboard.press("ArrowDown")
    second = chosen.inner_text()
    assert second.startswith("石佛镇 · ")
    page.keyboard.press("Enter")
    assert field.input_value() == second and page.locator("[role=listbox]").is_hidden()
    code = page.locator("select[name=division_code]").evaluate("(one) => one.value")
    assert code.startswith("512022101") and len(code) == 12
    # Escape leaves what was chosen; what can mean nothing is said and not sent.
    field.fill("xyzxyz")
    assert field.evaluate("(one) => one.checkValidity()") is True
    page.keyboard.press("Escape")
    assert field.input_value() == second
    field.fill("xyzxyz")
    page.keyboard.press("Tab")
    assert field.evaluate("(one) => one.validationMessage").startswith("没有找到")


@at_desk
def test_a_place_is_found_by_the_name_that_it_had_before(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)

    def with_former_name(route: Any) -> None:
        answer = route.fetch()
        renamed = '<option value="512022101001" data-former="[&#34;红光公社 · 一大队&#34;]"'
        body = answer.text().replace('<option value="512022101001"', renamed)
        route.fulfill(response=answer, body=body)

    page.route("**/holders/new", with_former_name)
    page.goto(f"{visit.county.address}/holders/new")
    field = page.locator("#field-division_code[role=combobox]")
    field.fill("hggs")
    only = page.locator("[role=option]")
    only.filter(has_text="红光公社").wait_for()
    assert only.all_inner_texts() == ["石佛镇 · 石佛社区居民委员会（原红光公社 · 一大队）"]
    field.press("Enter")
    assert field.input_value() == "石佛镇 · 石佛社区居民委员会"
    assert page.input_value("select[name=division_code]") == "512022101001"


@at_desk
def test_a_list_is_filtered_by_typing_and_the_choice_stands_in_its_address(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.goto(f"{visit.county.address}/applications/?state=")
    field = page.locator("#field-division[role=combobox]")
    field.fill("gszgs")
    page.locator("[role=option]", has_text="高寺镇 · 高寺社区").wait_for()
    with page.expect_navigation():
        page.locator("[role=option]", has_text="高寺镇 · 高寺社区").click()
    assert "division=512022116" in page.url
    page.locator("#field-division[role=combobox]").wait_for()
    assert "高寺社区" in page.input_value("#field-division")


@at_desk
def test_without_scripts_it_is_a_select(browser: Any, visit: Visit) -> None:
    visit.sign_in(visit.county.administrator)
    context = new_context(browser, java_script_enabled=False)
    context.add_cookies(visit.page.context.cookies())
    page = context.new_page()
    page.goto(f"{visit.county.address}/holders/new")
    page.select_option("select#field-division_code", label="石佛镇 · 石佛社区居民委员会")
    assert page.input_value("select#field-division_code") == "512022101001"
    context.close()
