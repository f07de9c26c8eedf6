"""The tour of the demo county: each stop is done by what happened, and no real county has it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from huimin.access.trial_accounts import DEMO_FILE
from huimin.audit.lookups import LookupLog
from huimin.cards.issue import issue_card
from huimin.core.days import instant_text
from huimin.core.identity import parse_id_number
from huimin.core.json_text import write_json
from huimin.core.permissions import ROLES
from huimin.holders.applications import approve_application, submit_application
from huimin.instance import Instance
from huimin.tour.pages import ID_NUMBER
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.months import draft
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.making.sales import make_redemption


@pytest.fixture
def demo(app: Any, instance: Instance) -> Office:
    """A county with the file that only `huimin demo` writes, and a month that is over."""
    staff = [{"role": role, "username": f"{role}-1", "password": "x"} for role in ROLES]
    content = {"built_at": instant_text(instance.clock()), "staff": staff}
    (instance.settings.folder / DEMO_FILE).write_text(write_json(content), encoding="utf-8")
    return Office(app, instance)


def tour(client: Any, address: str = "/tour/") -> tuple[list[str], str, str]:
    """The stops that are done, the summary, and what the button says."""
    page = unescape(client.get(address).text)
    panel = page[page.index("<summary>演示导览") :]
    stops = re.findall(r"<li[^>]*>(.*?)</li>", panel.partition("</ol>")[0])
    done = [re.sub("<[^>]+>.*</span>", "", stop) for stop in stops if "✓" in stop]
    button = re.search(r'class="btn btn-primary btn-sm"[^>]*>([^<]+)<', panel)
    return done, re.search("<summary>([^<]+)<", panel)[1], button[1]  # type: ignore[index]


def test_a_real_county_has_no_tour(app: Any, instance: Instance) -> None:
    office = Office(app, instance)
    client = office.client()
    assert client.get("/tour/").status_code == 404
    assert "tour.js" not in client.get("/today").text + client.get("/sign-in").text


def test_each_stop_is_done_by_what_happened(demo: Office, instance: Instance, clock: Any) -> None:
    make_policy(instance)
    outlet = make_outlet(instance)
    _terminal, key = make_terminal(instance, outlet)
    earlier = make_card(instance)
    registrar, administrator = demo.client("registrar"), demo.client()
    cashier = demo.client("cashier", outlet_id=outlet["id"])
    clock.advance(minutes=1)
    # What was there before the visitor came counts for nothing; what is only opened neither.
    registrar.get("/holders/new")
    assert tour(registrar, "/today") == ([], "演示导览：0 / 5 · 登记并申请", "去登记")
    assert tour(cashier)[2] == "以登记员身份试用：去登记"
    assert ID_NUMBER in registrar.get("/today").text
    assert parse_id_number(ID_NUMBER, today=clock.now.date()).number == ID_NUMBER

    holder = make_holder(instance)
    sent = {"now": instance.clock(), "actor": demo.names[registrar]}
    applied = instance.engine.write(
        lambda tx: submit_application(tx, holder_id=holder["id"], source="form", **sent)
    )
    assert tour(registrar)[2] == "以管理员身份试用：去审核"
    assert tour(administrator) == (["登记并申请"], "演示导览：1 / 5 · 审核、发卡、打印", "去审核")
    by = {"now": instance.clock(), "actor": demo.names[administrator]}
    instance.engine.write(lambda tx: approve_application(tx, applied["id"], **by))
    assert tour(administrator)[2] == "去发卡"
    key_id = instance.key_ring.active_key_id
    card = instance.engine.write(
        lambda tx: issue_card(tx, holder_id=holder["id"], key_id=key_id, reason="新发", **by)
    )
    assert tour(administrator)[2] == "去打印"
    answer = demo.post(administrator, f"/cards/{card['id']}/print", layout="card")
    assert answer.status_code == 200
    done, summary, button = tour(cashier)
    assert (len(done), summary, button) == (2, "演示导览：2 / 5 · 在收银台扫卡", "打开收银台")
    panel = cashier.get("/till/").text
    assert "data:image/svg+xml" in panel and card["number"][:4] in panel
    instance.part(LookupLog).note(
        at=instance.clock(),
        terminal_id=_terminal["id"],
        staff_id=None,
        card_id=card["id"],
        outcome="found",
    )
    instance.part(LookupLog).flush()
    assert tour(cashier)[1] == "演示导览：3 / 5 · 记一笔优惠"
    make_redemption(instance, earlier, key)
    assert tour(cashier)[2] == "以管理员身份试用：打开月份"
    draft(instance, "2026-09", actor="admin")
    assert tour(administrator)[1:] == ("演示导览：5 / 5", "看使用手册")


def test_its_panel_is_on_the_door_and_not_in_what_a_till_keeps(demo: Office) -> None:
    visitor = demo.app.test_client()
    assert tour(visitor, "/sign-in")[2] == "以登记员身份试用：去登记"
    assert "data-tour" not in visitor.get("/till/shell").text
