"""Every list on a phone, a card for each row; and the way from a list into a row and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.app import create_app
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.browser.conftest import County, Visit
from tests.browser.sizes import at_desk, on_phone
from tests.demo.conftest import built  # noqa: F401 - a fixture
from tests.making.every_list import Reader
from tests.making.staff import make_staff, sign_in
from tests.served import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:  # noqa: F811
    """A copy of the demo county, opened."""
    folder = Path(shutil.copytree(built, tmp_path_factory.mktemp("lists") / "copy"))
    instance = open_instance(Settings.from_environment(folder, {}), clock=lambda: datetime.now(UTC))
    yield instance
    instance.close()


@pytest.fixture(scope="module")
def county(demo: Any) -> Iterator[County]:
    administrator = make_staff(demo, "administrator")["username"]
    with serving(demo) as port:
        yield County(f"http://127.0.0.1:{port}", "", administrator, {}, {}, "", "")


@on_phone
def test_every_list_is_as_wide_as_a_phone_and_its_rows_are_cards(visit: Visit, demo: Any) -> None:
    page = visit.page
    app = create_app(instance=demo, testing=True)
    client = app.test_client()
    sign_in(client, visit.county.administrator)
    page.set_viewport_size({"width": 360, "height": 780})
    visit.sign_in(visit.county.administrator)
    for address in Reader(app, client).lists().values():
        page.goto(visit.county.address + address)
        assert visit.wide() == 0, address
        if page.locator("table.as-cards tbody tr").count() == 0:
            continue
        # What it is and its state are on the first line, whole and beside each other.
        misplaced = page.evaluate(
            """() => [...document.querySelectorAll("table.as-cards tbody tr")].filter((row) => {
              const head = row.querySelector("th").getBoundingClientRect();
              const state = row.querySelector(".as-state")?.getBoundingClientRect();
              return head.width < 90 || (state && state.top > head.bottom);
            }).length"""
        )
        assert misplaced == 0, address


@on_phone
@pytest.mark.parametrize("text_size", ["100%", "200%"])
def test_no_table_of_prices_or_scores_is_cut_on_a_phone(
    visit: Visit, demo: Any, text_size: str
) -> None:
    page, county = visit.page, visit.county
    page.set_viewport_size({"width": 360, "height": 780})
    sql = "SELECT merchant_id FROM outlet WHERE name = '时代百盛·宏扬店'"
    merchant_id = demo.engine.read(lambda tx: tx.connection.execute(sql).fetchone()["merchant_id"])
    manager = make_staff(demo, "merchant_manager", merchant_id=merchant_id)["username"]

    def is_whole(address: str) -> None:
        page.goto(address)
        page.evaluate("size => document.documentElement.style.fontSize = size", text_size)
        page.locator("table tbody tr").first.wait_for()
        cut = """() => [...document.querySelectorAll(".table-responsive")]
            .filter((each) => each.scrollWidth > each.clientWidth + 1).length"""
        assert (page.evaluate(cut), visit.wide()) == (0, 0), address

    visit.sign_in(county.administrator)
    is_whole(f"{county.address}/prices/basket")
    is_whole(f"{county.address}/prices/")
    is_whole(str(page.locator("tbody th a").first.evaluate("link => link.href")))
    page.context.clear_cookies()
    visit.sign_in(manager)
    is_whole(f"{county.address}/my-merchant/ratings")


@on_phone
def test_filters_are_folded_on_a_phone_and_a_search_is_not(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 780})
    visit.sign_in(visit.county.administrator)
    page.goto(visit.county.address + "/holders/")
    assert page.locator("#field-text").is_visible() and not page.locator("#field-kind").is_visible()
    page.goto(visit.county.address + "/cards/")
    state, fold = page.locator("#field-state"), page.get_by_role("button", name="筛选")
    assert not state.is_visible()
    # Nothing but the count, the chips and the order stands between the filters and the first row.
    row = page.locator("table.as-cards tbody tr").first.bounding_box()
    assert row["y"] - fold.bounding_box()["y"] < 300
    fold.focus()
    page.keyboard.press("Enter")
    assert state.is_visible() and fold.get_attribute("aria-expanded") == "true"
    assert visit.wide() == 0
    page.set_viewport_size({"width": 1366, "height": 768})
    assert state.is_visible() and not fold.is_visible()


@at_desk
def test_a_row_opens_its_thing_and_the_way_back_keeps_the_filters(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.goto(visit.county.address + "/cards/?state=active")
    visit.follow("th >> text=有效期至")
    sorted_list = page.url
    assert "sort=expires" in sorted_list and "state=active" in sorted_list
    page.locator("tr.opens").first.wait_for()
    visit.follow("table.as-cards tbody tr >> nth=2 >> td.as-state")
    assert page.locator("h1").count() and "/cards/?" not in page.url
    visit.follow(".crumbs a")
    assert page.url == sorted_list
    visit.follow(".chip")
    assert "state=" not in page.url and "sort=expires" in page.url
