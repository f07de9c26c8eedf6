"""Gateways that misbehave: no message goes twice or is lost, and a code that is late is said."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.core.days import county_day
from huimin.instance import Instance
from huimin.messages.facts import post_daily, post_purchases
from huimin.messages.send import send_due
from huimin.my.one_time_codes import message_code
from huimin.notices import public_address
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card_holder import MyCard
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.messages.test_facts import print_together, rows, whose_aid_ends

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
# What a gateway that misbehaves sends back, and how it is written down.
ANSWERS = {
    "error": (b"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", "webhook_answer 500"),
    "closes": (b"HTTP/1.1 2", "webhook_unreachable"),
    "says nothing": (b"", "webhook_unreachable"),
    "no HTTP": (b"\x16\x03\x01 hello\r\n\r\n", "webhook_unreachable"),
    "a portal": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>please sign in",
        "gateway_page 200",
    ),
    "redirects": (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "gateway_moved 302",
    ),
}


@dataclass
class RawGateway:
    """Answers with these bytes; notes what it took and, like a good gateway, what is new to it."""

    port: int = 0
    answer: bytes = OK
    bodies: list[dict[str, Any]] = field(default_factory=list)
    hangs: bool = False
    leave: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [body["id"] for body in self.bodies]


@contextmanager
def raw_gateway() -> Iterator[RawGateway]:
    office = RawGateway()

    class Take(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = 0
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            office.bodies.append(json.loads(self.rfile.read(length)))
            if office.hangs:
                office.leave.wait(60)
            self.wfile.write(office.answer)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Take)
    server.daemon_threads = True
    office.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield office
    finally:
        office.leave.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up on a gateway that hangs before the test lets it go on."""
    monkeypatch.setattr(public_address, "SECONDS_MAX", 600)
    monkeypatch.setattr(public_address, "WHOLE_SECONDS_MAX", 600)


@pytest.fixture
def raw(by_gateway: Instance) -> Iterator[RawGateway]:
    with raw_gateway() as office:
        point_to(by_gateway, office.port)
        yield office


def point_to(instance: Instance, port: int) -> None:
    object.__setattr__(instance.settings, "message_url", f"http://127.0.0.1:{port}/in")


def code_for(instance: Instance, holder_id: str) -> bool:
    by: Any = {"now": instance.clock(), "actor": f"holder:{holder_id}"}
    opened = (instance.settings, instance.personal_data)
    return instance.engine.write(lambda tx: message_code(tx, *opened, holder_id, **by))


@pytest.mark.parametrize("how", ANSWERS)
def test_whatever_it_answers_the_message_goes_later_under_the_same_id(
    how: str, by_gateway: Instance, raw: RawGateway, clock: FixedClock
) -> None:
    raw.answer, problem = ANSWERS[how]
    whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    (attempt,) = send_due(by_gateway)
    assert attempt.problem is not None and attempt.problem.startswith(problem)
    assert send_due(by_gateway) == []
    raw.answer = OK
    clock.advance(minutes=3)
    assert [one.problem for one in send_due(by_gateway)] == [None]
    assert len(raw.ids) == 2 and len(set(raw.ids)) == 1
    assert [row["state"] for row in rows(by_gateway)] == ["sent"]


@pytest.mark.usefixtures("patient")
def test_while_it_hangs_nobody_else_sends_the_same(
    by_gateway: Instance, raw: RawGateway, clock: FixedClock
) -> None:
    holder = make_holder(by_gateway)
    assert code_for(by_gateway, holder["id"])
    raw.hangs = True
    first = threading.Thread(target=lambda: send_due(by_gateway, "codes"))
    first.start()
    while not raw.bodies:
        first.join(0.01)
    clock.advance(seconds=40)  # longer than any attempt may take
    assert send_due(by_gateway, "codes") == [], "a second sender leaves it alone"
    raw.leave.set()
    first.join()
    assert len(raw.ids) == 1 and [row["state"] for row in rows(by_gateway)] == ["sent"]


AWAY, HANGS, TWICE = "away", "hangs", "answers twice"
# What a stranger who reads the phone must not learn.
NOBODY_S = re.compile("低保|特困|困难|病|残|黄|平价超市|dibao|hardship")


def all_kinds_are_due(app: Any, instance: Instance, clock: FixedClock) -> list[str]:
    """A purchase, an end, a card that waits and an answer, by the pages and tasks that make them;
    the kinds of the messages that wait."""
    make_policy(instance)
    _terminal, key = make_terminal(instance, make_outlet(instance, name="天池平价超市"))
    me, office = MyCard(app, instance), Office(app, instance)
    assert me.post(me.client(), "/my/messages", act="purchases").status_code == 302
    # Ids of rows are made by the machine's clock.
    clock.now = datetime.now(UTC) + timedelta(minutes=1)
    post_purchases(instance)
    post_daily(instance)
    sold = make_redemption(instance, me.card, key)
    clock.advance(minutes=1)
    print_together(instance, make_card(instance))
    # In the morning of a later day: many cards are fetched on the day on which they are printed.
    clock.now = (clock.now + timedelta(days=2)).replace(hour=2)
    ends = county_day(clock()) + timedelta(days=10)
    make_card(instance, make_holder(instance, entitled=(date(2025, 1, 1), ends)))
    asked = me.post(me.client(), f"/my/purchases/{sold['id']}/not-mine", words="不是我")
    request_id = asked.location.rsplit("/", 1)[-1]
    told = {"act": "declined", "answer": "是您女儿买的。"}
    assert office.post(office.client(), f"/requests/{request_id}", **told).status_code == 302
    post_purchases(instance)
    post_daily(instance)
    return sorted(row["kind"] for row in rows(instance))


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("how", [AWAY, HANGS, TWICE])
def test_every_kind_goes_once_through_a_gateway_that_misbehaves(
    app: Any, by_gateway: Instance, raw: RawGateway, clock: FixedClock, how: str
) -> None:
    kinds = all_kinds_are_due(app, by_gateway, clock)
    assert kinds == ["card_waits", "dispute_answered", "entitlement_ends", "purchase"]
    if how == AWAY:
        point_to(by_gateway, 1)
        assert {row.problem.partition(" ")[0] for row in send_due(by_gateway) if row.problem} == {
            "webhook_unreachable"
        }
        point_to(by_gateway, raw.port)
    elif how == HANGS:
        raw.hangs = True
        first = threading.Thread(target=lambda: send_due(by_gateway))
        first.start()
        while len(raw.bodies) < len(kinds):
            first.join(0.01)
        assert send_due(by_gateway) == [], "a second sender leaves them alone"
        raw.leave.set()
        first.join()
    else:
        raw.answer = OK + OK
    for _look in range(3):
        send_due(by_gateway)
        clock.advance(minutes=3)
    assert sorted(body["kind"] for body in raw.bodies) == kinds and len(set(raw.ids)) == len(kinds)
    assert [(row["state"], row["problem"]) for row in rows(by_gateway)] == [("sent", None)] * 4
    for body in raw.bodies:
        said = json.dumps({**body, "phone": ""}, ensure_ascii=False)
        assert NOBODY_S.search(said) is None and body["phone"].startswith("1"), said


def test_down_for_an_hour_loses_nothing_and_sends_nothing_twice(
    by_gateway: Instance, raw: RawGateway, clock: FixedClock
) -> None:
    for _ in range(12):
        whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    point_to(by_gateway, 1)
    for _look in range(120):
        send_due(by_gateway)
        clock.advance(seconds=30)
    assert {row["state"] for row in rows(by_gateway)} == {"waiting"} and raw.ids == []
    point_to(by_gateway, raw.port)
    for _look in range(130):
        send_due(by_gateway)
        clock.advance(seconds=30)
    assert sorted(raw.ids) == sorted(row["id"] for row in rows(by_gateway))
    assert {row["state"] for row in rows(by_gateway)} == {"sent"}


def test_a_code_outlives_minutes_without_a_gateway_and_says_how_long_it_is_good(
    by_gateway: Instance, raw: RawGateway, clock: FixedClock
) -> None:
    assert code_for(by_gateway, make_holder(by_gateway)["id"])
    point_to(by_gateway, 1)
    for _look in range(300):
        send_due(by_gateway, "codes")
        clock.advance(seconds=2)
    point_to(by_gateway, raw.port)
    clock.advance(seconds=61)
    send_due(by_gateway, "codes")
    (body,) = raw.bodies
    assert "3分钟内有效" in body["text"]


def test_who_waits_for_a_code_and_the_registrar_learn_that_it_is_late(
    app: Any, by_gateway: Instance, clock: FixedClock
) -> None:
    me, other, office = MyCard(app, by_gateway), make_holder(by_gateway), Office(app, by_gateway)
    point_to(by_gateway, 1)
    door = "现在短信发得慢"
    stranger = app.test_client()
    assert code_for(by_gateway, me.card["holder_id"])
    send_due(by_gateway, "codes")
    assert door not in stranger.get("/my/").text, "of one person alone it would say that it is one"
    assert code_for(by_gateway, other["id"])
    clock.advance(seconds=6)
    send_due(by_gateway, "codes")
    assert door in stranger.get("/my/").text
    registrar, admin = office.client("registrar"), office.client()
    own = f"/holders/{me.card['holder_id']}/my-card"
    assert "没有发出去" in admin.get(own).text
    assert "2 个登录验证码没有按时发出" in admin.get("/messages/").text
    clock.advance(minutes=20)
    send_due(by_gateway, "codes")
    assert [row["problem"] for row in rows(by_gateway)] == ["expired"] * 2
    assert "验证码过了时间" in admin.get(own).text
    assert "验证码过了时间" in admin.get(f"/holders/{me.card['holder_id']}").text
    assert door not in stranger.get("/my/").text
    assert registrar.get("/messages/to-tell").status_code == 200


def test_files_of_codes_are_looked_through_once_a_minute(
    by_file: Instance, clock: FixedClock
) -> None:
    assert code_for(by_file, make_holder(by_file)["id"])
    send_due(by_file, "codes")
    (path,) = by_file.settings.spool.iterdir()
    clock.advance(minutes=15)
    send_due(by_file, "codes")
    assert not path.exists()
    path.write_text("{}")
    clock.advance(seconds=30)
    send_due(by_file, "codes")
    assert path.exists()
    clock.advance(seconds=31)
    send_due(by_file, "codes")
    assert not path.exists()


def templates(instance: Instance, tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "templates.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    object.__setattr__(instance.settings, "message_templates", str(path))
    return path


def test_a_wechat_template_comes_filled(
    by_gateway: Instance, raw: RawGateway, tmp_path: Path
) -> None:
    data = {"thing3": "thing", "date2": "date", "thing5": "=乐至县"}
    content = {"entitlement_ends": {"template_id": "ab-12", "page": "pages/my", "data": data}}
    templates(by_gateway, tmp_path, content)
    whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    send_due(by_gateway)
    (body,) = raw.bodies
    assert body["template"] == {
        "template_id": "ab-12",
        "page": "pages/my",
        "data": {
            "thing3": {"value": "想接着用请带身份证到服务窗口"},
            "date2": {"value": "2026年11月10日"},
            "thing5": {"value": "乐至县"},
        },
    }
    assert body["text"].startswith("【")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ([], "最外层"),
        ({"birthday": {}}, "birthday"),
        ({"purchase": {"data": {"thing1": "thing"}}}, "template_id"),
        ({"purchase": {"template_id": "x", "data": {"date1": "date"}}}, "date1"),
        ({"purchase": {"template_id": "x", "data": {"Thing 1": "thing"}}}, "Thing 1"),
        ({"purchase": {"template_id": "x", "data": {"thing1": "=" + "长" * 21}}}, "20"),
        ({"purchase": {"template_id": "x", "data": {}, "touser": "y"}}, "touser"),
    ],
)
def test_a_file_of_templates_that_is_wrong_names_the_place_and_loses_nothing(
    by_gateway: Instance,
    raw: RawGateway,
    run_cli: Any,
    tmp_path: Path,
    content: Any,
    named: str,
) -> None:
    path = templates(by_gateway, tmp_path, content)
    whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    assert [one.problem for one in send_due(by_gateway)] == ["templates_unusable"]
    assert raw.bodies == [] and [row["state"] for row in rows(by_gateway)] == ["waiting"]
    if by_gateway.settings.database_url is None:
        shown = run_cli(
            ["messages", "templates"],
            by_gateway.settings.folder,
            HUIMIN_MESSAGE_TEMPLATES=str(path),
        )
        assert shown.returncode != 0 and named in shown.stderr
