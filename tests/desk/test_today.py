"""What waits today: counted rightly, for one's own town, and each number opens its list."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from huimin.cards.change_state import report_lost
from huimin.holders.applications import approve_application, return_application, submit_application
from huimin.holders.people import EligibilityDraft, add_eligibility
from huimin.instance import Instance
from huimin.months.sign import Signer
from huimin.policies.drafts import PolicyDraft, save_draft
from tests.division_changes.test_changes import MERGED_A, MERGED_B, change_file
from tests.division_changes.test_pages import upload
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.months import draft, prepare
from tests.making.office import OTHER_TOWN, Office
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.settlements import make_settlement
from tests.making.staff import make_staff, sign_in


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def tiles(page: str) -> dict[str, dict[str, str]]:
    """Kind → what its tile says: count, list (address), oldest, button, step (address)."""
    found = {}
    for kind, tile in re.findall(r'<li class="tile[^"]*" data-kind="(\w+)">(.*?)</li>', page, re.S):
        link = re.search(r'<a href="([^"]+)">', tile)
        oldest = re.search(r'<p class="tile-oldest">(.*?)</p>', tile)
        button = re.search(r'<a class="btn [^"]*" href="([^"]+)"[^>]*>([^<]+)', tile)
        assert button is not None and tile.count('class="btn') == 1
        found[kind] = {
            "count": re.search(r"<strong>([0-9,+]+)</strong>", tile)[1],  # type: ignore[index]
            "list": "" if link is None else unescape(link[1]),
            "oldest": "" if oldest is None else oldest[1],
            "button": button[2],
            "step": unescape(button[1]),
        }
    return found


def test_a_quiet_day_says_so(office: Office) -> None:
    assert "没有等您办理的事" in office.client().get("/today").text


def test_a_returned_application_is_first_for_its_sender_until_it_is_handed_in_again(
    office: Office, instance: Instance, clock: Any
) -> None:
    holder, other = make_holder(instance, name="黄筱平"), make_holder(instance)
    sender, colleague = office.client("registrar"), office.client("registrar")

    def work(tx: Any) -> None:
        by = {"now": instance.clock(), "actor": office.names[sender]}
        submit_application(tx, holder_id=other["id"], now=by["now"], actor="somebody")
        one = submit_application(tx, holder_id=holder["id"], **by)
        return_application(tx, one["id"], reason="缺证明", now=by["now"], actor="another")

    instance.engine.write(work)
    waiting = tiles(sender.get("/today").text)
    assert list(waiting) == ["applications_returned", "applications"]
    mine = waiting["applications_returned"]
    assert mine["count"] == "1" and "黄*平" in mine["oldest"] and "年" in mine["oldest"]
    assert (
        mine["step"] == f"/holders/{holder['id']}" and sender.get(mine["step"]).status_code == 200
    )
    theirs = tiles(colleague.get("/today").text)
    assert list(theirs) == ["applications", "applications_of_others"]
    clock.advance(hours=1)
    by = {"now": instance.clock(), "actor": office.names[sender]}
    instance.engine.write(lambda tx: submit_application(tx, holder_id=holder["id"], **by))
    # It waits for somebody else now: under four eyes nobody approves what they sent themselves.
    assert tiles(sender.get("/today").text)["applications"]["count"] == "1"
    assert tiles(colleague.get("/today").text)["applications"]["count"] == "2"


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
    waits = tiles(client.get("/today").text)
    assert {kind: tile["count"] for kind, tile in waits.items()} == dict.fromkeys(
        ("applications", "to_issue", "to_print", "lost", "ending", "silent"), "1"
    )
    for kind, tile in waits.items():
        page = client.get(tile["list"]).text
        assert f"共 {tile['count']} 条" in page or f"给这 {tile['count']} 人发卡" in page, kind
        assert client.get(tile["step"]).status_code == 200, kind
    assert waits["ending"]["oldest"].startswith("最早的2026年11月20日到期")
    assert waits["lost"]["step"] == f"/cards/{lost['id']}"
    in_navigation = client.get("/today/waiting").json["waiting"]
    assert [one["words"].split()[0] for one in in_navigation] == ["1"] * len(waits)
    assert {one["address"] for one in in_navigation} == {one["list"] for one in waits.values()}
    other = office.client("registrar", division_code=OTHER_TOWN).get("/today").text
    assert tiles(other) == {} and "没有等您办理的事" in other
    own = tiles(office.client("registrar").get("/today").text)
    assert own["applications"]["count"] == "1" and "silent" not in own
    auditor = tiles(office.client("auditor").get("/today").text)
    assert auditor["applications"]["button"] == auditor["to_print"]["button"] == "去看看"
    clock.advance(days=3, hours=1)
    late = tiles(office.client().get("/today").text)
    assert list(late)[:2] == ["applications_late", "applications"]


def test_what_needs_a_second_person_waits_for_everybody_but_its_maker(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    maker, second = office.client(), office.client()
    change = ["2026-10-31", "撤并", MERGED_A, "", MERGED_B, ""]
    assert upload(maker, change_file(tmp_path, change)).status_code == 302
    name = office.names[maker]
    nine = PolicyDraft(code="nine", name="九折", rate_bp=1_000, starts_on="2027-01-01")
    instance.engine.write(lambda tx: save_draft(tx, nine, now=instance.clock(), actor=name))
    draft(instance, "2026-09", actor=name)
    prepare(instance, "2026-09", signer=Signer(name, "李华"))
    assert tiles(maker.get("/today").text) == {}
    waits = tiles(second.get("/today").text)
    assert list(waits) == ["months", "division_lists", "policies_to_approve"]
    assert waits["months"]["oldest"] == "最早的是2026年9月"
    for kind, tile in waits.items():
        assert second.get(tile["step"]).status_code == 200, kind
    under = {one["endpoint"] for one in second.get("/today/waiting").json["waiting"]}
    assert under == {"months.months", "division_changes.divisions", "policies.policies"}
    assert list(tiles(office.client("auditor").get("/today").text)) == list(waits)


def test_confirmed_settlements_wait_to_be_paid(
    office: Office, instance: Instance, clock: Any
) -> None:
    clock.now = datetime(2026, 10, 20, 2, tzinfo=UTC)
    make_policy(instance, merchant_share_bp=0)
    outlet = make_outlet(instance)
    _terminal, key = make_terminal(instance, outlet["id"])
    make_redemption(instance, make_card(instance, make_holder(instance)), key)
    settlement = make_settlement(instance, outlet["merchant_id"])
    assert "settlements_to_pay" not in tiles(office.client().get("/today").text)
    clock.advance(days=40)
    client = office.client()
    tile = tiles(client.get("/today").text)["settlements_to_pay"]
    assert tile["count"] == "1" and settlement["merchant_name"] in tile["oldest"]
    assert settlement["number"] in client.get(tile["step"]).text


def test_a_cashier_has_the_till_instead(office: Office) -> None:
    assert office.client("auditor").get("/today").status_code == 200
    assert office.client("cashier").get("/today").status_code == 403


def test_the_number_of_locked_accounts_opens_those_alone(
    office: Office, instance: Instance
) -> None:
    client = office.client()
    other = make_staff(instance, "auditor")["username"]
    for _ in range(5):
        sign_in(office.app.test_client(), other, password="not-the-password")
    locked = tiles(client.get("/today").text)["locked"]
    assert (locked["count"], locked["list"]) == ("1", "/staff/?state=locked")
    rows = client.get(locked["list"]).text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert other in rows and office.names[client] not in rows
