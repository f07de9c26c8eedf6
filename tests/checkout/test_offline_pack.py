"""The offline pack: what a till takes along, for how long, and what asking again costs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from huimin.cards.change_state import expire_due, report_lost, resume_card, revoke_card
from huimin.core.days import county_day
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.offline import OFFLINE, OfflineTill, make_offline_till
from tests.making.policies import make_policy
from tests.making.till import make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> OfflineTill:
    return make_offline_till(client, instance)


def change(instance: Instance, act: Any, card: dict[str, Any]) -> None:
    words = {"now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: act(tx, card_id=card["id"], **words))


def denied(pack: dict[str, Any]) -> list[str]:
    """The copy ids of the deny list, in hex."""
    text = pack["deny_list"]["copies"]
    ids = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert len(ids) == 7 * pack["deny_list"]["count"]
    return [ids[place : place + 7].hex() for place in range(0, len(ids), 7)]


def test_it_holds_what_a_till_needs(till: OfflineTill) -> None:
    pack = till.pack
    assert pack["issued_at"] == pack["server_time"] == "2026-10-31T02:00:00.000Z"
    assert pack["valid_until"] == "2026-11-01T02:00:00.000Z"
    assert pack["terminal"]["id"] == till.terminal["id"]
    assert pack["outlet"]["id"] == till.outlet["id"]
    assert pack["caps"] == {"redemption_fen": 3_000, "card_fen": 6_000, "terminal_fen": 100_000}
    assert (pack["bearer"], pack["allows_changing_code"]) == ("merchant", False)
    (policy,) = pack["policies"]
    assert pack["days"] == {"2026-10-31": policy["id"], "2026-11-01": policy["id"]}
    assert policy["rate_bp"] == 800
    assert policy["excluded_categories"] == ["alcohol", "prepaid_card", "tobacco"]
    assert policy["labels"]["zh_Hans"] == "九二折（优惠 8%）"
    published = till.client.get("/.well-known/huimin-keys.json").json
    assert pack["keys"] == published


def test_it_names_nobody(till: OfflineTill) -> None:
    text = till.get("/offline-pack").text
    assert till.card["number"] not in text
    assert "黄" not in text
    assert "dibao" not in text


def test_without_permission_there_is_none(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={})
    answer = till.get("/offline-pack")
    assert (answer.status_code, answer.json["code"]) == (404, "offline_not_allowed")
    assert answer.json["cashier_message"]


def test_without_a_policy_there_is_none(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy=None)
    assert till.get("/offline-pack").json["code"] == "offline_not_allowed"


def test_only_stopped_copies_are_denied(till: OfflineTill, instance: Instance) -> None:
    assert denied(till.pack) == []
    cards = [make_card(instance) for _ in range(3)]
    for card in cards:
        change(instance, report_lost, card)
    change(instance, resume_card, cards[0])
    change(instance, revoke_card, cards[2])
    till.take_pack()
    assert denied(till.pack) == sorted(card["copy_id"] for card in cards[1:])


def test_a_copy_that_expired_says_so_itself(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    card = make_card(instance, expires_on="2026-10-31")
    change(instance, report_lost, card)
    till.take_pack()
    assert denied(till.pack) == [card["copy_id"]]
    clock.advance(days=1)
    instance.engine.write(lambda tx: expire_due(tx, county_day(clock()), now=clock()))
    till.take_pack()
    assert denied(till.pack) == []


def test_asked_again_nothing_new_is_304_and_the_validity_goes_on(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    etag = till.take_pack().headers["ETag"]
    clock.advance(hours=3)
    again = till.take_pack(etag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Huimin-Pack-Issued-At"] == "2026-10-31T05:00:00.000Z"
    assert again.headers["Huimin-Pack-Valid-Until"] == "2026-11-01T05:00:00.000Z"
    assert again.headers["Huimin-Pack-Server-Time"] == "2026-10-31T05:00:00.000Z"
    change(instance, report_lost, till.card)
    changed = till.take_pack(etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_a_new_policy_is_in_the_pack_before_its_first_day(
    till: OfflineTill, instance: Instance
) -> None:
    etag = till.take_pack().headers["ETag"]
    successor = make_policy(instance, rate_bp=1_000, starts_on="2026-11-01", **OFFLINE)
    assert till.take_pack(etag).status_code == 200
    rates = {policy["id"]: policy["rate_bp"] for policy in till.pack["policies"]}
    assert rates[till.pack["days"]["2026-10-31"]] == 800
    assert till.pack["days"]["2026-11-01"] == successor.id


def test_two_policies_one_for_the_outlet_kind(client: Any, instance: Instance) -> None:
    make_policy(instance, code="kind", scope="kind", scope_value="pharmacy", rate_bp=500, **OFFLINE)
    make_policy(instance, code="some", scope="eligibility", scope_value="dibao", rate_bp=2_000)
    till = make_offline_till(client, instance, kind="pharmacy")
    assert [policy["rate_bp"] for policy in till.pack["policies"]] == [500]


def test_at_a_hospital_the_base_is_what_the_patient_pays(client: Any, instance: Instance) -> None:
    till = make_offline_till(client, instance, kind="hospital")
    assert till.pack["policies"][0]["base"] == "after_insurance"
