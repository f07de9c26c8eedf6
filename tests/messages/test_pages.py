"""The office sees what was sent, tells by list whom no phone takes, and keeps what people want."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from huimin.audit.record import events_of
from huimin.cards.print_log import record_run
from huimin.core.json_text import read_json
from huimin.instance import Instance
from huimin.messages.choices import choice_of
from huimin.messages.facts import post_daily
from huimin.messages.send import send_due
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.office import TOWN, Office
from tests.making.post_offices import HookOffice

TODAY = date(2026, 10, 31)
EAST, WEST = "512022002001", "512022001001"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def whose_aid_ends(instance: Instance, **over: Any) -> dict[str, Any]:
    entitled = (date(2025, 1, 1), TODAY + timedelta(days=10))
    holder = make_holder(instance, entitled=entitled, **over)
    make_card(instance, holder)
    return holder


def ticks(page: str) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)"', page)


def events(instance: Instance, holder: dict[str, Any], action: str) -> list[dict[str, Any]]:
    rows = instance.engine.read(lambda tx: events_of(tx, "holder", holder["id"]))
    return [row for row in rows if row["action"] == action]


@pytest.mark.both_engines
def test_whom_no_phone_takes_is_told_by_list_and_what_came_of_it_is_recorded(
    office: Office, instance: Instance
) -> None:
    near = whose_aid_ends(instance, name="欧阳近人", phone=None, division_code=EAST)
    whose_aid_ends(instance, name="欧阳远人", phone=None, division_code=WEST)
    post_daily(instance)
    registrar = office.client("registrar")
    page = registrar.get("/messages/to-tell").text
    assert "欧**人" in page and "11月10日" in page and "保障快到期" in page
    (message_id,) = ticks(page)
    assert len(ticks(office.client().get("/messages/to-tell").text)) == 2
    printed = registrar.get(f"/messages/to-tell/print?division={TOWN}").text
    assert (
        "11月10日" in printed
        and "保障" not in printed.partition("<table")[2].partition("</table")[0]
    )
    everywhere = office.client().get("/messages/to-tell/print").text
    assert everywhere.count("共 1 人") == everywhere.count("村（社区）负责人") == 2, "a sheet each"
    address = f"/messages/to-tell?division={TOWN}"
    nothing = office.post(registrar, address, result="reached", told_on="2026-10-31")
    assert nothing.status_code == 422 and "请先勾选" in nothing.text
    many = [f"x{number}" for number in range(201)]
    too_many = office.post(registrar, address, chosen=many, result="reached", told_on="2026-10-31")
    assert too_many.status_code == 422 and "最多记 200 人" in too_many.text
    nul = office.post(registrar, address, chosen="a\0b", result="reached", told_on="2026-10-31")
    assert nul.status_code == 302
    bad = office.post(registrar, address, chosen=message_id, result="x", told_on="2026-11-01")
    assert bad.status_code == 422 and "请选择告知的结果" in bad.text
    office.post(registrar, address, chosen=message_id, result="no_answer", told_on="2026-10-30")
    assert "2026-10-30 没人接、没人在" in registrar.get("/messages/to-tell").text
    done = office.post(
        registrar, address, chosen=message_id, result="reached", told_on="2026-10-31"
    )
    assert done.status_code == 302 and "division=" in done.headers["Location"]
    assert ticks(registrar.get("/messages/to-tell").text) == []
    person = registrar.get(f"/messages/people/{near['id']}").text
    assert "已经告知" in person and office.names[registrar] in person
    assert len(events(instance, near, "holder.viewed")) == 1
    recorded = [read_json(e["new_json"]) for e in events(instance, near, "message.told")]
    assert sorted(one["result"] for one in recorded) == ["no_answer", "reached"]


def test_nobody_tells_or_sees_people_of_another_town(office: Office, instance: Instance) -> None:
    far = whose_aid_ends(instance, phone=None, division_code=WEST)
    post_daily(instance)
    registrar, admin = office.client("registrar"), office.client()
    (message_id,) = ticks(admin.get("/messages/to-tell").text)
    assert ticks(registrar.get(f"/messages/to-tell?division={WEST}").text) == []
    assert registrar.get(f"/messages/people/{far['id']}").status_code == 404
    assert office.post(registrar, f"/messages/people/{far['id']}").status_code == 404
    office.post(
        registrar, "/messages/to-tell", chosen=message_id, result="reached", told_on="2026-10-31"
    )
    assert ticks(admin.get("/messages/to-tell").text) == [message_id]
    auditor = office.client("auditor")
    assert ticks(auditor.get("/messages/to-tell").text) == []
    assert auditor.get("/messages/to-tell/print").status_code == 403


def test_a_wrong_number_stands_on_the_person_s_page_and_goes_again_when_it_is_right(
    office: Office, by_gateway: Instance, gateway: HookOffice, posted: Any
) -> None:
    holder = whose_aid_ends(by_gateway)
    gateway.status = 422
    post_daily(by_gateway)
    send_due(by_gateway)
    admin = office.client()
    page = admin.get(f"/holders/{holder['id']}").text
    assert "138******00" in page and "请核对电话" in page
    log = admin.get("/messages/").text
    assert "这个号码发不到" in log and "13800000000" not in log and "11月10日" not in log
    (again,) = set(re.findall(r'action="(/messages/[^"]+/again)"', log))
    assert ticks(admin.get("/messages/to-tell").text), "and meanwhile the office tells it"
    assert "again" not in office.client("auditor").get("/messages/?state=failed").text
    assert office.post(office.client("registrar"), again).status_code == 403
    office.post(admin, f"/holders/{holder['id']}/details", phone="13711110009", reason="本人来更正")
    gateway.status = 200
    assert "已发送" in follow(admin, office, again)
    assert [message["phone"] for message in posted()] == ["13800000000", "13711110009"]
    assert "已经不用再发" in follow(admin, office, again), "pressed twice"
    unknown = again.replace(again.split("/")[2], "x")
    assert office.post(admin, unknown).status_code == 404
    assert "请核对电话" not in admin.get(f"/holders/{holder['id']}").text
    assert ticks(admin.get("/messages/to-tell").text) == []


def test_one_that_no_phone_takes_any_more_says_so_when_it_is_sent_again(
    office: Office, by_gateway: Instance, gateway: HookOffice
) -> None:
    holder = whose_aid_ends(by_gateway)
    gateway.status = 422
    post_daily(by_gateway)
    send_due(by_gateway)
    admin = office.client()
    (again,) = set(re.findall(r'action="(/messages/[^"]+/again)"', admin.get("/messages/").text))
    office.post(admin, f"/messages/people/{holder['id']}", language="")
    assert "由人告知" in follow(admin, office, again)
    assert len(ticks(admin.get("/messages/to-tell").text)) == 1


def test_the_log_counts_and_is_narrowed_by_way_and_day(
    office: Office, by_gateway: Instance, gateway: HookOffice, clock: FixedClock
) -> None:
    whose_aid_ends(by_gateway, phone="13711110009")
    whose_aid_ends(by_gateway, phone=None, name="欧阳近人")
    post_daily(by_gateway)
    send_due(by_gateway)
    reader = office.client("auditor")

    def listed(query: str) -> str:
        return str(reader.get(f"/messages/?{query}").text).rpartition('class="list-head"')[2]

    assert "最近 30 天" in reader.get("/messages/").text
    assert "137******09" in listed("") and "13711110009" not in reader.get("/messages/").text
    assert "137******09" in listed("channel=webhook") and "137******09" not in listed(
        "channel=paper"
    )
    assert "137******09" in listed("first=2026-10-31&last=2026-10-31")
    assert "137******09" not in listed("last=2026-10-30")
    assert "日期请写成" in reader.get("/messages/?first=yesterday").text


def follow(client: Any, office: Office, address: str) -> str:
    return str(client.get(office.post(client, address).headers["Location"]).text)


def test_a_choice_is_kept_and_recorded_and_counts(
    office: Office, by_gateway: Instance, clock: FixedClock
) -> None:
    holder = whose_aid_ends(by_gateway)
    client, address = office.client("registrar"), f"/messages/people/{holder['id']}"
    refused = office.post(client, address, by_phone="1", language="xx")
    assert refused.status_code == 422
    office.post(client, address, purchases="1", language="en")
    choice = by_gateway.engine.read(lambda tx: choice_of(tx, holder["id"]))
    assert (choice.purchases, choice.by_phone, choice.language) == (True, False, "en")
    (event,) = events(by_gateway, holder, "message.chosen")
    assert read_json(event["new_json"]) == {"purchases": True, "by_phone": False, "language": "en"}
    post_daily(by_gateway)
    assert send_due(by_gateway) == []
    assert "Your card" in client.get("/messages/to-tell").text


@pytest.mark.both_engines
def test_cards_are_handed_over_one_by_one_or_with_their_run(
    office: Office, instance: Instance
) -> None:
    cards = [make_card(instance) for _ in range(3)]
    run_id = instance.engine.write(
        lambda tx: record_run(
            tx,
            [card["id"] for card in cards],
            layout="sheet",
            pdf_sha256="0" * 64,
            reason="测试打印",
            again=False,
            now=instance.clock(),
            actor="test",
        )
    )
    client, auditor = office.client("registrar"), office.client("auditor")
    own = f"/cards/{cards[0]['id']}"
    assert "卡已交给本人" in client.get(own).text and "卡已交给本人" not in auditor.get(own).text
    for _press in range(2):
        office.post(client, f"{own}/handed-over")
    page = client.get(own).text
    assert "2026-10-31 已交给本人" in page and f"{own}/handed-over" not in page
    assert page.count("交付卡片") <= 1
    run = f"/cards/print-runs/{run_id}"
    assert "这批里 2 张卡" in client.get(run).text
    assert "已记下 2 张卡" in follow(client, office, f"{run}/handed-over")
    assert "这批里" not in client.get(run).text
    assert office.post(auditor, f"{run}/handed-over").status_code == 403


def test_the_commands_try_send_and_list_without_a_name_or_a_whole_number(
    run_cli: Any, by_file: Instance, gateway: HookOffice
) -> None:
    whose_aid_ends(by_file, phone="13711110009")
    post_daily(by_file)
    folder = by_file.settings.folder
    file = {"HUIMIN_MESSAGE_CHANNEL": "file"}
    if by_file.settings.database_url:
        file["HUIMIN_DATABASE_URL"] = by_file.settings.database_url
    tried = run_cli(["messages", "try", "13800000000"], folder, **file)
    assert tried.returncode == 0 and "138******00" in tried.stdout
    assert run_cli(["messages", "try", "123"], folder, **file).returncode != 0
    assert run_cli(["messages", "try", "13800000000"], folder).returncode != 0
    listed = run_cli(["messages", "list"], folder, **file).stdout
    assert "保障快到期" in listed and "13711110009" not in listed
    assert len(list(by_file.settings.spool.iterdir())) == 1
