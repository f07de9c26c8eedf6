"""A one-time code reaches a phone at any hour, and is nowhere once it is over."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
from datetime import timedelta
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.messages.choices import Choice, choose
from huimin.messages.send import send_due
from huimin.messages.send_code import CODES_A_DAY, send_code
from tests.conftest import FixedClock
from tests.making.holders import make_holder
from tests.making.post_offices import HookOffice
from tests.messages.conftest import SECRET

CODE = "482913"


def send(instance: Instance, holder: dict[str, Any], code: str = CODE) -> bool:
    now = instance.clock()
    return instance.engine.write(
        lambda tx: send_code(
            tx,
            instance.settings,
            instance.personal_data,
            holder["id"],
            code,
            expires_at=now + timedelta(minutes=10),
            now=now,
        )
    )


def rows(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(
        lambda tx: [dict(row) for row in tx.connection.execute("SELECT * FROM message").fetchall()]
    )


def test_it_goes_to_the_phone_signed_at_any_hour_and_is_forgotten(
    by_gateway: Instance, gateway: HookOffice, posted: Any, clock: FixedClock
) -> None:
    clock.advance(hours=13)  # eleven at night in the county
    assert send(by_gateway, make_holder(by_gateway, phone="0832-23330000/13711110001"))
    (waiting,) = rows(by_gateway)
    assert CODE not in json.dumps(waiting)
    (attempt,) = send_due(by_gateway, "codes")
    assert (attempt.problem, attempt.sent_to) == (None, "137******01")
    (message,) = posted()
    assert message["phone"] == "13711110001" and CODE in message["text"]
    assert message["kind"] == "code" and message["fields"]["character_string"] == CODE
    headers, body = gateway.posts[0][1:]
    seconds, digest = (part.partition("=")[2] for part in headers["X-Huimin-Signature"].split(","))
    signed = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(digest, signed.hexdigest())
    assert headers["X-Huimin-Delivery"] == message["id"]
    (row,) = rows(by_gateway)
    assert row["state"] == "sent" and row["content_cipher"] is None
    assert send_due(by_gateway) == []


def test_a_dead_gateway_is_asked_again_within_seconds_until_the_code_is_over(
    by_gateway: Instance, gateway: HookOffice, posted: Any, clock: FixedClock, capfd: Any
) -> None:
    assert send(by_gateway, make_holder(by_gateway))
    gateway.status = 503
    assert [attempt.problem for attempt in send_due(by_gateway, "codes")] == ["webhook_answer 503"]
    assert send_due(by_gateway, "codes") == []
    clock.advance(seconds=6)
    assert len(send_due(by_gateway, "codes")) == 1
    clock.advance(minutes=10)
    assert send_due(by_gateway, "codes") == []
    (row,) = rows(by_gateway)
    assert (row["state"], row["problem"], row["content_cipher"]) == ("dropped", "expired", None)
    assert len(posted()) == 2
    assert CODE not in "".join(capfd.readouterr())


def test_as_a_file_it_is_its_owner_s_alone_and_goes_with_its_life(
    by_file: Instance, clock: FixedClock
) -> None:
    assert send(by_file, make_holder(by_file))
    send_due(by_file, "codes")
    (path,) = by_file.settings.spool.iterdir()
    assert CODE not in path.name and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert json.loads(path.read_bytes())["fields"]["character_string"] == CODE
    clock.advance(minutes=9)
    send_due(by_file, "codes")
    assert path.exists()
    clock.advance(minutes=1)
    send_due(by_file, "codes")
    assert not path.exists()


@pytest.mark.parametrize("phone", [None, "0832-23330000"])
def test_nobody_without_a_mobile_number_gets_one(by_file: Instance, phone: str | None) -> None:
    assert not send(by_file, make_holder(by_file, phone=phone))
    assert rows(by_file) == []


def test_nobody_who_wants_none_or_whose_phone_had_too_many_gets_one(
    by_file: Instance, clock: FixedClock
) -> None:
    quiet = make_holder(by_file)
    by_file.engine.write(
        lambda tx: choose(
            tx, quiet["id"], Choice(by_phone=False), now=by_file.clock(), actor="test"
        )
    )
    assert not send(by_file, quiet)
    holder = make_holder(by_file)
    assert [send(by_file, holder) for _ in range(CODES_A_DAY + 1)] == [True] * CODES_A_DAY + [False]
    clock.advance(days=1, seconds=1)
    assert send(by_file, holder)


def test_a_county_without_a_channel_sends_none(instance: Instance) -> None:
    assert not send(instance, make_holder(instance))


@pytest.mark.both_engines
def test_a_code_that_did_not_go_is_not_sent_after_a_newer_one_has_ended_it(
    by_gateway: Instance, gateway: HookOffice, posted: Any, clock: FixedClock
) -> None:
    holder, other = make_holder(by_gateway), make_holder(by_gateway)
    assert send(by_gateway, holder) and send(by_gateway, other)
    gateway.status = 500
    send_due(by_gateway, "codes")
    gateway.status = 200
    assert send(by_gateway, holder, "735501")
    clock.advance(seconds=30)
    gateway.posts.clear()
    send_due(by_gateway, "codes")
    codes = [message["fields"]["character_string"] for message in posted()]
    assert sorted(codes) == [CODE, "735501"]  # the other person's, and the newer one
    states = [(row["state"], row["problem"]) for row in rows(by_gateway)]
    assert ("dropped", "no_longer_so") in states
