"""The public pages and the reach in a real browser: no barrier, nothing too wide, no other host."""

from __future__ import annotations

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone

pytestmark = pytest.mark.browser

PUBLIC = ("", "outlets", "months/", "results", "digests/", "data")


def test_anybody_reads_the_public_pages(visit: Visit) -> None:
    page = visit.page
    for language in ("zh-Hans", "en"):
        for place in PUBLIC:
            page.goto(f"{visit.county.address}/public/{place}?lang={language}")
            assert barriers(page) == [], place
            assert visit.wide() == 0, place
    page.goto(f"{visit.county.address}/public/outlets")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visit.wide() == 0
    page.select_option("#kind", "hospital")
    visit.follow("main button")
    page.wait_for_selector("text=没有符合条件的示范点")


@on_phone
def test_on_a_phone_one_button_opens_the_places(visit: Visit) -> None:
    page = visit.page
    for language, months in (("zh-Hans", "每月数据"), ("en", "Monthly figures")):
        page.goto(f"{visit.county.address}/public/?lang={language}")
        assert page.locator("header").bounding_box()["height"] < 70
        page.locator("header summary").press("Enter")
        assert visit.wide() == 0 and barriers(page) == []
        visit.follow(f"header a:visible >> text={months}")
        assert page.locator("header [aria-current]:visible").count() == 0  # behind the button again
        assert page.url.endswith(f"/public/months/?lang={language}")


@on_phone
def test_a_table_of_the_handbook_needs_no_sideways_scrolling(visit: Visit) -> None:
    page = visit.page
    wider = """() => [...document.querySelectorAll(".table-responsive")]
        .filter(box => box.scrollWidth > box.clientWidth).length"""
    for name in ("privacy", "pos"):
        page.goto(f"{visit.county.address}/help/{name}")
        assert page.locator(".handbook table").count() and page.evaluate(wider) == 0, name


@at_desk
def test_the_reach_leads_to_the_people(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.goto(f"{visit.county.address}/reach/")
    assert barriers(page) == []
    assert visit.wide() == 0
    visit.follow("tbody th a >> text=南塔街道")
    page.wait_for_selector("#nearest")
    assert barriers(page) == []
    assert visit.wide() == 0
    visit.follow(".page-bar .btn-primary")
    page.wait_for_selector("#field-reason")
    assert barriers(page) == []
    assert visit.wide() == 0
