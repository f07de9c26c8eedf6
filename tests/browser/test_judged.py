"""What came of judgements, for those who read figures alone: anybody who looks at the results of
complaints, and the manager of an outlet that enough people have judged; a cashier sees neither."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimin.open_instance import create_instance, open_instance
from huimin.publication.results import publish_results
from huimin.ratings.complaints import close_complaint
from huimin.ratings.judgement import Judgement
from huimin.settings import Settings
from tests.browser.accessible import looks_right
from tests.browser.conftest import County, Visit
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.ratings import make_rating, new_people_buy
from tests.making.staff import make_staff
from tests.served import serving

pytestmark = pytest.mark.browser

SECRET = "我是黄筱平家的"
# How many of the page's tables are wider than the box in which they would have to be moved.
TOO_WIDE = """() => [...document.querySelectorAll("table")]
  .filter((table) => table.parentElement.scrollWidth > table.parentElement.clientWidth).length"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[County]:
    """Six weeks ago nine people said that nothing was given, in three merchants' outlets."""
    folder = Path(tmp_path_factory.mktemp("county")) / "data"
    settings, ago = Settings.from_environment(folder, {}), [timedelta(days=45)]
    create_instance(settings)
    instance = open_instance(settings, clock=lambda: datetime.now(UTC) - ago[0])
    try:
        make_policy(instance)
        outlets = [make_outlet(instance, name=f"平价超市{n}店") for n in range(3)]
        outlets.append(
            make_outlet(instance, name="还没有人评价的店", merchant_id=outlets[0]["merchant_id"])
        )
        keys = [make_terminal(instance, outlet, label="1号")[1] for outlet in outlets[:3]]
        for key, count in zip(keys, (6, 2, 1), strict=True):
            for sold in itertools.islice(new_people_buy(instance, key), count):
                make_rating(instance, sold, Judgement("no", 1, SECRET))
        complaints = instance.engine.read(
            lambda tx: tx.connection.execute("SELECT id FROM complaint").fetchall()
        )
        for row in complaints:
            instance.engine.write(
                lambda tx, row=row: close_complaint(  # type: ignore[misc]
                    tx,
                    instance.personal_data,
                    row["id"],
                    result="upheld",
                    text="查实了",
                    now=instance.clock(),
                    actor="a",
                )
            )
        ago[0] = timedelta(0)
        assert publish_results(instance).done
        merchant = outlets[0]["merchant_id"]
        with serving(instance) as port:
            yield County(
                address=f"http://127.0.0.1:{port}",
                cashier=make_staff(instance, "cashier", outlet_id=outlets[0]["id"])["username"],
                administrator=make_staff(instance, "administrator")["username"],
                card=make_card(instance),
                lost_card={},
                terminal_key=keys[0],
                manager=make_staff(instance, "merchant_manager", merchant_id=merchant)["username"],
            )
    finally:
        instance.close()


def test_the_results_of_complaints_are_read_whole_on_any_width(visit: Visit) -> None:
    page = visit.page
    for language, words in (
        ("zh-Hans", ("属实", "部分属实", "不属实", "无法查清", "合计")),
        ("en", ("upheld", "unclear", "total")),
    ):
        page.goto(f"{visit.county.address}/public/results?lang={language}")
        table = page.inner_text("table").lower()
        for word in words:
            assert word in table, word
        assert page.evaluate(TOO_WIDE) == 0, language
        looks_right(visit)
        assert SECRET not in page.content() and "查实了" not in page.content()
    figure = page.locator("tbody td.number").last
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    assert box and box["x"] + box["width"] <= page.viewport_size["width"]


def test_a_manager_reads_what_the_own_outlets_are_given_and_a_cashier_nothing(
    visit: Visit,
) -> None:
    page, county = visit.page, visit.county
    visit.sign_in(county.manager)
    page.goto(f"{county.address}/my-merchant/")
    visit.follow("a[href='/my-merchant/ratings']")
    words = page.inner_text("main")
    assert "1.0" in words and "还不够" in words
    # The outlets of two other merchants, and who said what.
    assert words.count("平价超市") == 1 and SECRET not in page.content()
    assert page.evaluate(TOO_WIDE) == 0
    looks_right(visit)
    for closed in ("/ratings/", "/complaints/"):
        assert page.goto(county.address + closed).status == 403
        looks_right(visit)
    page.context.clear_cookies()
    visit.sign_in(county.cashier)
    for closed in ("/my-merchant/ratings", "/ratings/", "/complaints/"):
        assert page.goto(county.address + closed).status == 403
        looks_right(visit)
