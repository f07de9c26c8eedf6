"""Every page of a holder is for everybody's hands and ears, and nothing personal leaves it.

The pages come from the url map and from the links on them, so that a new one is looked at without
anybody's thinking of it.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from huimin.app import create_app
from huimin.core.json_text import read_json
from huimin.holders.people import FamilyDraft
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.benchmarks.serving import free_port, wait_until_healthy
from tests.browser.conftest import PHONE
from tests.browser.offline_county import until
from tests.browser.windows import SLOWNESS, new_context
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder, unmistakable_number
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import last_four
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.whole_app.test_access_table import action_of, for_holders

pytestmark = pytest.mark.browser

# All that axe knows, of any weight.
ALL_BARRIERS = """
async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map((one) => `${one.impact} ${one.id}: ${one.help} (${one.nodes[0].html.slice(0, 160)})`)
"""
CONTROL_ROLES = {
    *("link", "button", "textbox", "combobox", "checkbox", "radio", "searchbox", "slider"),
    *("switch", "tab", "menuitem", "spinbutton", "DisclosureTriangle"),
}
# Heard alone, these say nothing of where they lead.
VAGUE = re.compile(
    r"(点击)?(这里|此处|更多|查看|详情|看|打开|确定|提交|保存|删除|结束|下一步|here|more|ok|submit)",
    re.IGNORECASE,
)
# Where a control leads: two of one name lead to one place.
TARGETS = """
() => [...document.querySelectorAll("a[href], button")]
  .filter((one) => one.checkVisibility())
  .map((one) => {
    const sent = [...(one.form?.elements ?? [])]
      .filter((field) => field.type === "hidden" && field.name !== "csrf_token")
      .map((field) => `${field.name}=${field.value}`);
    const name = (one.getAttribute("aria-label") || one.textContent).replace(/\\s+/g, " ").trim();
    return [name, one.href || [one.form?.action, one.name, one.value, ...sent].join(" ")];
  })
"""
PHONE_NUMBER = "13987654321"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What Tab reaches, and whether it shows that it was reached.
FOCUSED = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const ring = style.boxShadow === "none" ? 0 : 2;
  return [[...document.querySelectorAll("*")].indexOf(one), parseFloat(style.outlineWidth) + ring];
}
"""
# Of a group of choices Tab reaches one, and the arrows the others.
FOCUSABLE = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.type !== "hidden" && !one.disabled && one.tabIndex >= 0)
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => one.type !== "radio"
    || one === (one.form.querySelector(`[name="${one.name}"]:checked`)
      ?? one.form.querySelector(`[name="${one.name}"]`)))
  .map((one) => [...document.querySelectorAll("*")].indexOf(one))
"""


@dataclass
class Walk:
    """A holder's own phone, and everything that it sent or showed outside of a page's body."""

    address: str
    page: Any
    log: Any
    spool: Path
    card: dict[str, Any]
    holder: dict[str, Any]
    last_four: str
    number: str
    receipt: str
    links: list[str]
    code: str = ""
    pushed: str = ""
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """Scan the own card, and type the code that came to the phone."""
        page = self.page
        page.goto(f"{self.address}/C/{self.card['token']}")
        page.click("text=这是我的卡")
        page.wait_for_selector("#genuine")
        page.fill("#last-four", self.last_four)
        page.click("text=把登录码发到我的手机")
        page.wait_for_selector(".told")
        page.fill("#last-four", self.last_four)
        page.fill("#code", self.sent_code())
        page.keyboard.press("Enter")
        page.wait_for_selector("#sessions")

    def sent_code(self) -> str:
        """What the gateway finds in its folder, and hands to the phone."""
        until(lambda: any(self.spool.glob("*.code.json")), seconds_max=90)
        (path,) = self.spool.glob("*.code.json")
        message = read_json(path.read_bytes())
        assert message["phone"] == PHONE_NUMBER
        self.code = message["fields"]["character_string"]
        # The number and the code are what is sent: what else is said is looked at.
        self.pushed = path.name + message["text"].replace(self.code, "") + str(message["kind"])
        path.unlink()
        return self.code

    def visit_all(self) -> Iterator[str]:
        """Open each page that a holder can reach, and each of the url map, once."""
        waiting, seen = ["/my/", *self.links], set[str]()
        while waiting:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            answer = self.page.goto(self.address + path)
            if "text/html" not in (answer.headers.get("content-type") or ""):
                continue
            assert answer.status == 200, f"{path}: {answer.status}"
            yield path
            found = self.page.eval_on_selector_all(
                "a[href]", "all => all.map((one) => one.getAttribute('href').split('#')[0])"
            )
            waiting += [one for one in found if one.startswith(("/my/", "/r/"))]
        assert len(seen) > 10, seen


@contextlib.contextmanager
def logged(folder: Path, log: Any, **variables: str) -> Iterator[int]:
    """The shipped server over the folder, with all that it says in a file."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIMIN_")}
    port = free_port()
    command = [sys.executable, "-m", "huimin", "--folder", str(folder), "run", "--port", str(port)]
    environment = {**kept, "HUIMIN_WORKERS": "1", **variables}
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until_healthy(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(60)


@pytest.fixture
def walk(tmp_path: Path, browser: Any) -> Iterator[Walk]:
    folder = tmp_path / "data"
    settings = Settings.from_environment(folder, {"HUIMIN_MESSAGE_CHANNEL": "file"})
    create_instance(settings)
    instance = open_instance(settings, clock=lambda: datetime.now(UTC))
    number = unmistakable_number()
    make_policy(instance)
    _terminal, key = make_terminal(instance, make_outlet(instance, "pharmacy", name="济仁药房"))
    holder = make_holder(
        instance,
        id_number=number,
        name="欧阳素珍",
        phone=PHONE_NUMBER,
        eligibility="major_illness",
        family=(FamilyDraft("慕容小梅", "女儿", id_number()),),
    )
    card = make_card(instance, holder)
    sale = make_redemption(instance, card, key)
    app = create_app(instance=instance)
    # Those without an argument; what takes one is found by its links.
    links = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/my/") and "GET" in (rule.methods or ()) and not rule.arguments
        if action_of(app, rule) is None and (for_holders(app, rule) or rule.endpoint == "my.code")
    ]
    last = last_four(instance, holder)
    instance.close()
    context = new_context(browser, viewport=PHONE, has_touch=True)
    with (
        tempfile.TemporaryFile() as log,
        logged(folder, log, HUIMIN_MESSAGE_CHANNEL="file") as port,
    ):
        page = context.new_page()
        page.set_default_timeout(30_000)
        own = Walk(
            f"http://127.0.0.1:{port}",
            *(page, log, settings.spool, card, holder, last, number),
            f"/r/{sale['receipt_no']}/{sale['chain']['hash'][:16]}",
            links,
        )
        page.on("pageerror", lambda error: own.errors.append(str(error)))
        page.on(
            "request", lambda one: own.outside.append(f"{one.url} {one.headers.get('referer', '')}")
        )
        yield own
        context.close()
    assert own.errors == []


def names_heard(page: Any) -> list[tuple[str, str]]:
    """Role and name of every control, as the accessibility tree has them."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in nodes
        if not node.get("ignored") and node.get("role", {}).get("value") in CONTROL_ROLES
    ]


def is_right(page: Any, path: str) -> None:
    """No barrier of any weight, every name makes sense alone, nothing too wide at 200 %."""
    if SLOWNESS == 1:
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(ALL_BARRIERS) == [], path
    for role, name in names_heard(page):
        assert name, f"{path}: a {role} without a name"
        assert not VAGUE.fullmatch(name), f"{path}: {role} {name}"
    leads: dict[str, set[str]] = {}
    for name, target in page.evaluate(TARGETS):
        leads.setdefault(name, set()).add(target)
    unclear = {name: targets for name, targets in leads.items() if len(targets) > 1}
    assert unclear == {}, path
    assert page.evaluate(WIDE) <= 0, path
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(WIDE) <= 0, f"{path} at 200 %"
    page.evaluate("document.documentElement.style.fontSize = ''")


def reached_by_keys(page: Any, path: str) -> None:
    """Tab alone reaches every control, each with a ring to be seen."""
    wanted = set(page.evaluate(FOCUSABLE))
    page.evaluate("document.activeElement?.blur()")
    reached: dict[int, float] = {}
    for _press in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is not None:
            reached[focused[0]] = focused[1]
    assert wanted <= reached.keys(), f"{path}: {len(wanted - reached.keys())} not reached"
    assert min((reached[one] for one in wanted), default=2) >= 2, f"{path}: no ring"


def test_every_page_is_for_everybody_and_nothing_personal_leaves_it(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.address}/my/")
    is_right(page, "the door")
    walk.sign_in()
    titles = []
    for path in walk.visit_all():
        titles.append(page.title())
        is_right(page, path)
        reached_by_keys(page, path)
    # The same in large type, one thing a screen.
    page.goto(f"{walk.address}/my/")
    page.click("button:has-text('大字')")
    page.wait_for_selector("html.large .contents")
    for path in walk.visit_all():
        titles.append(page.title())
        is_right(page, f"{path} in large type")
    page.goto(walk.address + walk.receipt)
    titles.append(page.title())
    is_right(page, "a receipt")
    reached_by_keys(page, "a receipt")
    page.goto(f"{walk.address}/my/")
    page.click("button:has-text('退出')")
    page.wait_for_selector("#last-four")
    is_left_alone(walk, titles)


def is_left_alone(walk: Walk, titles: list[str]) -> None:
    """No personal datum in an address, a referrer, a title, the server's log or what is pushed."""
    walk.log.flush()
    walk.log.seek(0)
    log = walk.log.read().decode(errors="replace")
    token = walk.card["token"]
    # The card's own code is the address that it was scanned from, and of no page after it.
    addresses = [one for one in walk.outside if f"/C/{token} " not in one]
    assert len(walk.outside) - len(addresses) == 1
    number = walk.card["number"]
    personal = [
        *("欧阳", "素珍", "慕容", "小梅", PHONE_NUMBER, walk.number, walk.number[6:14], walk.code),
        *(number, token, " ".join(re.findall("....", number)), "济仁", "药房", "重大疾病", "低保"),
        *("major_illness", walk.holder["id"], walk.card["copy_id"]),
    ]
    for where, texts in {
        "an address or a referrer": addresses,
        "a title": titles,
        "the log": [log],
        "what is pushed": [walk.pushed],
    }.items():
        left = {one for one in personal for text in texts if one in text}
        assert left == set(), where
    assert walk.address in log and walk.pushed
