"""What a holder writes to the office is not lost by a gap of network or a page that was closed, and
lies on the phone so that the next person reads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huimin.instance import Instance
from tests.browser.conftest import County
from tests.browser.offline_county import until
from tests.browser.test_my_card import Family, Holder, county, family, holder  # noqa: F401
from tests.browser.test_till_answers import Held
from tests.making.cards import make_card
from tests.making.holders import make_holder

pytestmark = pytest.mark.browser

WORDS = "电话应该是王大姐家的那个"
# Each writing is a while behind its key; a sealed text is as long as its bytes and 16 more.
SEALED_BYTES = """() => Object.values(localStorage)
  .map((kept) => atob(JSON.parse(kept).sealed).length - 16)"""
# The page listens to what is typed once it has read, and shown, what was kept.
NOTE_LISTENING = """
const listen = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (kind, ...given) {
  if (kind === "input" && this.id === "field-words") window.hasReadKept = true;
  return listen.call(this, kind, ...given);
};
"""
ALL_KEPT = """async () => {
  const kept = JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
  const names = (await indexedDB.databases()).map((one) => one.name);
  return [kept, names, Object.keys(localStorage).length];
}"""


@pytest.fixture
def page(holder: Holder, county: County) -> Iterator[Any]:  # noqa: F811
    """The form of a correction, with the words typed and kept."""
    holder.sign_in()
    page = holder.page
    page.goto(f"{county.address}/my/correction")
    page.select_option("#field-about", "phone")
    page.locator("#field-words").press_sequentially(WORDS)
    until(lambda: page.evaluate(SEALED_BYTES) == [len(WORDS.encode())])
    return page


def test_without_network_the_words_stay_and_are_sent_later(
    page: Any,
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
) -> None:
    holder.context.set_offline(True)
    page.click("main form button")
    page.wait_for_selector("[data-draft-told=unsent]:not([hidden])")
    assert page.input_value("#field-words") == WORDS
    kept, names, count = page.evaluate(ALL_KEPT)
    # Besides the draft only the place of the phone's own key, which was looked for.
    assert not set(WORDS) & set(kept) and names in ([], ["huimin-my"]) and count == 1
    holder.context.set_offline(False)
    # Closed and opened anew: only the words that nobody else reads are there.
    page.goto("about:blank")
    page.goto(f"{county.address}/my/correction")
    page.wait_for_selector("[data-draft-told=back]:not([hidden])")
    assert page.input_value("#field-words") == WORDS
    page.select_option("#field-about", "phone")
    page.click("main form button")
    page.wait_for_selector(".quoted")
    assert WORDS in page.inner_text("main")
    until(lambda: page.evaluate("localStorage.length") == 0)


def test_words_that_were_typed_before_the_script_came_are_kept_too(
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
) -> None:
    holder.sign_in()
    page = holder.page
    held = Held(page, "/static/my/draft.js", entered=False)
    page.goto(f"{county.address}/my/correction", wait_until="commit")
    held.wait()
    page.fill("#field-words", WORDS)
    assert page.evaluate(SEALED_BYTES) == []
    held.release()
    until(lambda: page.evaluate(SEALED_BYTES) == [len(WORDS.encode())])
    held.stop()


def test_the_next_person_on_the_phone_reads_nothing(
    page: Any,
    holder: Holder,  # noqa: F811
    county: County,  # noqa: F811
    family: Family,  # noqa: F811
) -> None:
    instance: Instance = family.instance
    page.goto(f"{county.address}/my/")
    page.click("button:has-text('退出')")
    page.wait_for_selector("#last-four")
    assert not set(WORDS) & set(page.evaluate(ALL_KEPT)[0])
    other = make_holder(instance, name="李秀英")
    card = make_card(instance, other)
    page.fill("#number", card["number"])
    holder.prove(other)
    page.add_init_script(NOTE_LISTENING)
    page.goto(f"{county.address}/my/correction")
    until(lambda: page.evaluate("window.hasReadKept === true"))
    assert page.input_value("#field-words") == ""
    assert page.is_hidden("[data-draft-told=back]")


def test_an_old_draft_is_forgotten(page: Any, county: County) -> None:  # noqa: F811
    page.evaluate(
        """() => {
          const name = Object.keys(localStorage)[0];
          const kept = { ...JSON.parse(localStorage[name]), at: Date.now() - 8 * 86_400_000 };
          localStorage[name] = JSON.stringify(kept);
        }"""
    )
    page.goto(f"{county.address}/my/correction")
    until(lambda: page.evaluate("localStorage.length") == 0)
    assert page.input_value("#field-words") == ""
