"""The public pages and the reach in a real browser: no barrier, nothing too wide, no other host."""

from __future__ import annotations

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk

pytestmark = pytest.mark.browser

PUBLIC = ("", "outlets", "months/", "digests/", "data")


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
