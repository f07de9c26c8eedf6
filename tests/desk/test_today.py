"""What waits today: counted rightly, for one's own town, and each number opens its list."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from huimin.cards.change_state import report_lost
from huimin.holders.applications import approve_application, return_application, submit_application
from huimin.holders.people import EligibilityDraft, add_eligibility
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet
from tests.making.office import OTHER_TOWN, Office
from tests.making.staff import make_staff, sign_in


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def numbers(page: str) -> dict[str, str]:
    found = re.findall(r"<strong>([0-9,+]+)</strong>\s*([^<]+)", page)
    return {words.strip(): number for number, words in found}


def links(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<li><a href="([^"]+)"[^>]*><strong>([0-9,+]+)</strong>', page)
    return [(number, address.replace("&amp;", "&")) for address, number in found]


def test_a_quiet_day_says_so(office: Office) -> None:
    assert "没有等待办理的事" in office.client().get("/today").text


def test_a_returned_application_stands_first_until_it_is_handed_in_again(
    office: Office, instance: Instance, clock: Any
) -> None:
    holder, other = make_holder(instance), make_holder(instance)

    def work(tx: Any) -> None:
        by = {"now": instance.clock(), "actor": "somebody"}
        submit_application(tx, holder_id=other["id"], **by)
        one = submit_application(tx, holder_id=holder["id"], **by)
        return_application(tx, one["id"], reason="缺证明", now=by["now"], actor="another")

    instance.engine.write(work)
    page = office.client("registrar").get("/today").text
    assert numbers(page)["份申请退回修改，等待改好再交"] == "1"
    assert page.index("份申请退回修改") < page.index("份申请待审核")
    clock.advance(hours=1)
    by = {"now": instance.clock(), "actor": "somebody"}
    instance.engine.write(lambda tx: submit_application(tx, holder_id=holder["id"], **by))
    assert "份申请退回修改" not in office.client("registrar").get("/today").text


@pytest.mark.both_engines
def test_what_waits_is_counted_and_linked(office: Office, instance: Instance, clock: Any) -> None:
    lost = make_card(instance, make_holder(instance))
    make_card(instance, make_holder(instance))
    waiting, approved = make_holder(instance), make_holder(instance)
    make_outlet(instance)

    def work(tx: Any) -> None:
        now = instance.clock()
        given = {"now": now, "actor": "somebody"}
        report_lost(tx, card_id=lost["id"], reason="丢了", **given)
        submit_application(tx, holder_id=waiting["id"], **given)
        one = submit_application(tx, holder_id=approved["id"], **given)
        approve_application(tx, one["id"], now=now, actor="another", four_eyes=True)
        ends = EligibilityDraft("orphan", date(2026, 1, 1), "名册", date(2026, 11, 20))
        add_eligibility(tx, waiting["id"], ends, now=now)

    instance.engine.write(work)
    client = office.client()
    page = client.get("/today").text
    told = numbers(page)
    assert told["份申请待审核"] == "1"
    assert told["人已通过，等待发卡"] == "1"
    assert told["张卡等待打印"] == "1"
    assert told["张卡已挂失，等待补卡"] == "1"
    assert told["人的保障 30 天内到期"] == "1"
    assert told["个示范点本月还没有交易"] == "1"
    assert "份申请已超过一个工作日" not in told
    for number, address in links(page):
        shown = client.get(address).text
        assert f"共 {number} 条" in shown or f"给这 {number} 人发卡" in shown, address
    other = numbers(office.client("registrar", division_code=OTHER_TOWN).get("/today").text)
    assert other == {}
    own = numbers(office.client("registrar").get("/today").text)
    assert own["份申请待审核"] == "1" and "个示范点本月还没有交易" not in own
    clock.advance(days=3, hours=1)
    late = office.client().get("/today").text
    assert numbers(late)["份申请已超过一个工作日"] == "1"
    assert late.index("份申请已超过一个工作日") < late.index("份申请待审核")


def test_it_is_for_offices_alone(office: Office) -> None:
    assert office.client("auditor").get("/today").status_code == 200
    assert office.client("cashier").get("/today").status_code == 403
    assert office.client("merchant_manager").get("/today").status_code == 403


def test_the_number_of_locked_accounts_opens_those_alone(
    office: Office, instance: Instance
) -> None:
    client = office.client()
    other = make_staff(instance, "auditor")["username"]
    for _ in range(5):
        sign_in(office.app.test_client(), other, password="not-the-password")
    page = client.get("/today").text
    found = re.search(r'href="(/staff/\?state=locked)"[^>]*><strong>1</strong>', page)
    assert found is not None
    rows = client.get(found[1]).text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert other in rows and office.names[client] not in rows
