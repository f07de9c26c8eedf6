"""Cards on the office's pages: listed, issued, changed, printed once; not for other towns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest

from huimin.cards import queries
from huimin.cards.events import events_of_card
from huimin.cards.reverify import months_before
from huimin.core.days import parse_day
from huimin.holders.applications import approve_application, submit_application
from huimin.instance import Instance
from huimin.settings import Settings
from huimin.storage.named_queries import parameter_names, statements
from huimin.storage.open_engine import open_engine
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.staff import csrf_of, make_staff, sign_in

TOWN, OTHER_TOWN = "512022002000", "512022001000"


@pytest.fixture
def office(app: Any, instance: Instance) -> Any:
    def client(role: str = "registrar", **over: Any) -> Any:
        if role == "registrar":
            over.setdefault("division_code", TOWN)
        made = app.test_client()
        assert sign_in(made, make_staff(instance, role, **over)["username"]).status_code == 302
        return made

    return client


def post(client: Any, path: str, **form: Any) -> Any:
    return client.post(path, data={"csrf_token": csrf_of(client, "/cards/"), **form})


def cards_of(instance: Instance, holder_id: str) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: list(queries.cards_of_holder(tx, holder_id=holder_id)))


def approved(instance: Instance, **over: Any) -> dict[str, Any]:
    holder = make_holder(instance, **over)

    def work(tx: Any) -> None:
        now = instance.clock()
        made = submit_application(tx, holder_id=holder["id"], now=now, actor="one")
        approve_application(tx, made["id"], now=now, actor="two", four_eyes=True)

    instance.engine.write(work)
    return holder


def state_of(instance: Instance, card_id: str) -> str:
    row = instance.engine.read(lambda tx: queries.card_by_id(tx, id=card_id))
    return str(row["state"])


@pytest.mark.both_engines
def test_the_list_filters_and_knows_its_town(office: Any, instance: Instance) -> None:
    card = make_card(instance)
    client = office()
    page = client.get("/cards/").text
    assert card["id"] in page and "黄*平" in page and "黄筱平" not in page
    assert card["id"] in client.get(f"/cards/?number={card['number']}").text
    assert card["id"] in client.get("/cards/?unprinted=1").text
    assert card["id"] not in client.get("/cards/?state=lost").text
    assert card["id"] not in client.get("/cards/?expires=30").text
    assert client.get("/cards/?format=xlsx").data[:2] == b"PK"
    other = office(division_code=OTHER_TOWN)
    assert card["id"] not in other.get("/cards/").text
    assert other.get(f"/cards/{card['id']}").status_code == 404
    for act in ("lose", "suspend", "revoke", "replace", "print"):
        assert post(other, f"/cards/{card['id']}/{act}", reason="x").status_code == 404, act
    assert post(client, f"/cards/{card['id']}/burn", reason="x").status_code == 404


@pytest.mark.both_engines
def test_all_who_were_approved_get_their_card(office: Any, instance: Instance) -> None:
    holders = [approved(instance) for _ in range(3)]
    waiting = make_holder(instance)
    client = office()
    assert "3 人申请已通过" in client.get("/cards/").text
    assert "3 张" in client.get(post(client, "/cards/issue").headers["Location"]).text
    live = [
        instance.engine.read(lambda tx, h=h: queries.live_card_of_holder(tx, holder_id=h["id"]))
        for h in [*holders, waiting]
    ]
    assert [row is not None for row in live] == [True, True, True, False]
    assert post(client, f"/cards/issue/{waiting['id']}").headers["Location"].startswith("/holders/")
    one = approved(instance)
    assert post(client, f"/cards/issue/{one['id']}").status_code == 302


def test_every_change_needs_a_reason_and_says_what_comes_next(
    office: Any, instance: Instance
) -> None:
    card, client = make_card(instance), office()
    address = f"/cards/{card['id']}"
    assert post(client, f"{address}/lose", reason=" ").status_code == 422
    assert state_of(instance, card["id"]) == "active"
    assert post(client, f"{address}/lose", reason="本人来电").status_code == 302
    page = client.get(address).text
    assert "已挂失" in page and "本人来电" in page and "暂停此卡" not in page
    assert post(client, f"{address}/resume", reason="找到了").status_code == 302
    replaced = post(client, f"{address}/replace", reason="磨损")
    assert state_of(instance, card["id"]) == "replaced"
    new = replaced.headers["Location"].rpartition("/")[2]
    assert new != card["id"] and state_of(instance, new) == "active"
    assert post(client, f"{address}/resume", reason="再用").status_code == 422
    assert post(client, f"/cards/{new}/revoke", reason="不再符合").status_code == 302


@pytest.mark.both_engines
def test_no_card_is_printed_twice_by_mistake(office: Any, instance: Instance) -> None:
    cards = [make_card(instance) for _ in range(9)]
    client = office()
    assert "9 张" in client.get("/cards/print").text
    pdf = post(client, "/cards/print", layout="sheet")
    assert pdf.content_type == "application/pdf"
    assert len(pypdfium2.PdfDocument(pdf.data)) == 2
    assert "都打印过了" in client.get("/cards/print").text
    assert post(client, "/cards/print", layout="sheet").status_code == 422
    one = f"/cards/{cards[0]['id']}/print"
    assert post(client, one).status_code == 302
    again = post(client, one, reason="卡面划伤")
    assert again.content_type == "application/pdf"
    events = instance.engine.read(lambda tx: events_of_card(tx, cards[0]["id"]))
    assert [one["reason"] for one in events if one["event"] == "printed"] == [
        "打印卡片",
        "卡面划伤",
    ]
    log = client.get("/cards/print").text
    assert log.count("/cards/print-runs/") == 2 and "卡面划伤" in log
    run = log.split("/cards/print-runs/")[-1].split('"')[0]
    listed = client.get(f"/cards/print-runs/{run}").text
    assert all(card["id"] in listed for card in cards) and "重印这一批" in listed
    for book in (f"/cards/print-runs/{run}?format=xlsx", "/cards/print?format=xlsx"):
        assert client.get(book).data[:2] == b"PK"
    assert "重印这一批" not in office("auditor").get(f"/cards/print-runs/{run}").text
    assert post(client, f"/cards/print-runs/{run}").status_code == 422
    assert post(client, f"/cards/print-runs/{run}", reason="纸卡了").status_code == 200
    assert post(office("auditor"), "/cards/print").status_code == 403


def test_a_reason_of_the_program_is_recorded_in_chinese_and_read_in_any_language(
    office: Any, instance: Instance
) -> None:
    holder = approved(instance)
    client = office()
    client.post("/language", data={"csrf_token": csrf_of(client, "/cards/"), "language": "en"})
    assert post(client, f"/cards/issue/{holder['id']}").status_code == 302
    (card,) = cards_of(instance, holder["id"])
    assert post(client, f"/cards/{card['id']}/print").status_code == 200
    history = client.get(f"/cards/{card['id']}").text
    assert "Application approved" in history and "申请已通过" not in history
    assert "Cards printed" in client.get("/cards/print").text
    assert "打印卡片" in office().get("/cards/print").text


def test_who_is_not_verified_in_time_is_suspended_after_the_grace(
    office: Any, instance: Instance, clock: Any
) -> None:
    card = make_card(instance)
    clock.advance(days=365 + 29)
    assert "仍未复核" not in office().get("/cards/").text
    clock.advance(days=3)
    client = office()
    assert "1 张卡的持卡人超过宽限期" in client.get("/cards/").text
    assert post(client, "/cards/suspend-overdue").status_code == 302
    assert state_of(instance, card["id"]) == "suspended"
    assert "仍未复核" not in client.get("/cards/").text


def test_months_are_counted_back_to_a_day_that_there_is() -> None:
    assert months_before(parse_day("2026-03-31"), 1) == parse_day("2026-02-28")
    assert months_before(parse_day("2026-01-15"), 12) == parse_day("2025-01-15")
    assert months_before(parse_day("2026-01-15"), 1) == parse_day("2025-12-15")


def test_cards_that_are_due_for_verification_are_listed_and_the_card_says_so(
    office: Any, instance: Instance, clock: Any
) -> None:
    old = make_card(instance)
    clock.advance(days=200)
    young = make_card(instance)
    clock.advance(days=170)
    client = office("administrator")
    assert 'href="/cards/?verify=due"' in client.get("/today").text
    due = client.get("/cards/?verify=due").text
    assert old["id"] in due and young["id"] not in due
    assert old["id"] not in client.get("/cards/?verify=overdue").text
    page = client.get(f"/cards/{old['id']}").text
    assert "2027年10月31日" in page and "2027年11月30日" in page and "该复核了" in page
    assert "该复核了" not in client.get(f"/cards/{young['id']}").text
    clock.advance(days=30)
    client = office("administrator")
    assert old["id"] in client.get("/cards/?verify=overdue").text
    assert client.get("/cards/?verify=whatever").status_code == 200


def test_a_batch_is_issued_for_one_town_and_never_beyond_ones_own(
    office: Any, instance: Instance
) -> None:
    here, there = approved(instance), approved(instance, division_code="512022001001")
    administrator, registrar = office("administrator"), office()
    assert "2 人申请已通过" in administrator.get("/cards/").text
    assert "1 人申请已通过" in administrator.get("/cards/?division=512022001000").text
    assert post(registrar, "/cards/issue", division="512022001000").status_code == 302
    assert cards_of(instance, there["id"]) == [] and len(cards_of(instance, here["id"])) == 1
    assert post(administrator, "/cards/issue", division="512022001000").status_code == 302
    assert len(cards_of(instance, there["id"])) == 1


def test_a_registrar_s_print_log_is_the_own_town_s(office: Any, instance: Instance) -> None:
    make_card(instance, make_holder(instance, division_code="512022001001"))
    administrator, registrar = office("administrator"), office()
    post(administrator, "/cards/print", layout="sheet")
    run = administrator.get("/cards/print").text.split("/cards/print-runs/")[1].split('"')[0]
    assert "还没有打印过" in registrar.get("/cards/print").text
    assert registrar.get(f"/cards/print-runs/{run}").status_code == 404
    answer = post(registrar, f"/cards/print-runs/{run}", reason="再要一份")
    assert answer.status_code == 404


def test_the_list_begins_where_the_fewest_cards_are_whatever_is_asked_for(
    make_settings: Callable[[str, str], Settings],
) -> None:
    # Before, a page of fifty sorted a million cards: twenty seconds each.
    engine = open_engine(make_settings("sqlite", "bare"))
    begins = {
        "card_ids_by_walk": "card USING INDEX sqlite_autoindex_card_1 (id>?)",
        "card_ids_to_print": "card USING INDEX card_to_print (printed_at=? AND id>?)",
        "card_ids_by_state": "card USING INDEX card_by_state (state=? AND id>?)",
        "card_ids_by_expiry": "card USING INDEX card_expiry (state=? AND expires_on<?)",
        "card_ids_by_town": "holder USING INDEX holder_town (<expr>=?)",
        "approved_without_card_in": "application USING COVERING INDEX application_to_fulfil"
        " (state=? AND fulfilled_at=?)",
        "cards_ending": "card USING INDEX card_expiry (state=? AND expires_on>? AND expires_on<?)",
    }
    texts = statements("cards")
    for name, step in begins.items():
        sql = texts[name]
        given = dict.fromkeys(parameter_names(sql))
        plan = engine.read(
            lambda tx, sql=sql, given=given: [  # type: ignore[misc]
                row["detail"] for row in tx.connection.execute(f"EXPLAIN QUERY PLAN {sql}", given)
            ]
        )
        assert plan[0] == f"SEARCH {step}", name
    engine.close()
