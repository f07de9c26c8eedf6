"""A merchant's own system hears what came of a claim or a waiting sale: signed and retried."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from huimin.checkout.offline.decide_waiting import accept_waiting, refuse_waiting
from huimin.claims.decide import approve_claim, reject_claim
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.jobs.lead import Lead
from huimin.notices import public_address
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.notices.log import troubled_deliveries
from huimin.notices.merchant_webhook import (
    deliveries_to_merchant,
    end_webhook,
    secret_of,
    set_webhook,
    webhook_of,
)
from huimin.notices.public_address import post_to
from huimin.notices.send import ATTEMPTS_MAX, WAITS, send_due
from huimin.notices.sender import Sender
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from huimin.storage.places import Places
from tests.checkout.test_waiting_sales import decide as decide_waiting
from tests.checkout.test_waiting_sales import waiting_item
from tests.conftest import FixedClock
from tests.making.claims import file_claim
from tests.making.merchants import make_outlet
from tests.making.offline import make_offline_till
from tests.making.post_offices import HookOffice, dawdling_office, hook_office
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.making.till import ApiTill, make_till

PAGE = "/my-merchant/webhook"


@pytest.fixture
def hooks() -> Iterator[HookOffice]:
    with hook_office() as office:
        yield office


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    instance.settings = replace(instance.settings, webhook_networks="127.0.0.0/8")
    return make_till(client, instance, policy={})


def merchant_of(till: ApiTill) -> str:
    return str(till.outlet["merchant_id"])


def listen(till: ApiTill, hooks: HookOffice) -> str:
    """Set the merchant's webhook; returns its secret."""
    instance = till.instance
    webhook_id = instance.engine.write(
        lambda tx: set_webhook(
            tx,
            merchant_of(till),
            hooks.url,
            settings=instance.settings,
            now=instance.clock(),
            actor="boss",
        )
    )
    return secret_of(instance.settings, webhook_id)


def decide(till: ApiTill, claim_id: str, verdict: str) -> None:
    work = approve_claim if verdict == "approved" else reject_claim
    instance = till.instance
    instance.engine.write(
        lambda tx: work(tx, claim_id, reason="小票不清楚", now=instance.clock(), actor="li")
    )


def send(till: ApiTill) -> list[str | None]:
    instance = till.instance
    attempts = send_due(instance.engine, instance.settings, clock=instance.clock)
    return [attempt.problem for attempt in attempts]


def signed_with(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the handbook tells a receiver to check."""
    parts = dict(part.split("=", 1) for part in headers["X-Huimin-Signature"].split(","))
    signed = f"{parts['t']}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(digest, parts["v1"])


@pytest.mark.both_engines
@pytest.mark.parametrize("verdict", ["approved", "rejected"])
def test_what_came_of_a_claim_is_told_signed_and_without_a_person(
    till: ApiTill, hooks: HookOffice, verdict: str
) -> None:
    secret = listen(till, hooks)
    claim = file_claim(till, order_no="S-1").json
    decide(till, claim["id"], verdict)
    assert send(till) == [None]
    ((path, headers, body),) = hooks.posts
    assert path == "/huimin?token=of-the-address"
    assert signed_with(secret, headers, body) and not signed_with("hmw_other", headers, body)
    news = json.loads(body)
    assert (news["kind"], news["data"]["state"]) == ("claim.decided", verdict)
    assert news["data"]["order_no"] == "S-1" and news["data"]["claim_no"] == claim["claim_no"]
    found = till.get(f"/claims/{news['data']['id']}").json
    assert news["data"]["redemption"] == found["redemption"]
    text = body.decode()
    assert till.card["number"] not in text and "黄" not in text and "小票不清楚" not in text
    assert send(till) == []


def test_a_failure_is_tried_again_with_the_same_id_and_then_given_up(
    till: ApiTill, hooks: HookOffice, clock: FixedClock
) -> None:
    listen(till, hooks)
    hooks.status = 302  # a redirect is no delivery, and nothing follows it
    decide(till, file_claim(till).json["id"], "approved")
    problems = []
    for wait in (*WAITS, WAITS[-1]):
        problems += send(till)
        clock.advance(seconds=wait.total_seconds() + 1)
    assert problems == ["webhook_answer 302"] * ATTEMPTS_MAX
    assert len({headers["X-Huimin-Delivery"] for _, headers, _ in hooks.posts}) == 1
    (delivery,) = till.instance.engine.read(
        lambda tx: deliveries_to_merchant(tx, merchant_of(till))
    )
    assert (delivery["state"], delivery["attempts"]) == ("failed", ATTEMPTS_MAX)
    # It is the merchant's to mend, and nothing that waits for the county.
    assert till.instance.engine.read(troubled_deliveries) == []


def test_nothing_is_sent_to_an_address_that_was_switched_off(
    till: ApiTill, hooks: HookOffice
) -> None:
    listen(till, hooks)
    decide(till, file_claim(till).json["id"], "approved")
    till.instance.engine.write(
        lambda tx: end_webhook(tx, merchant_of(till), now=till.instance.clock(), actor="boss")
    )
    decide(till, file_claim(till).json["id"], "approved")
    assert (send(till), hooks.posts) == ([], [])


def test_several_who_set_it_at_once_all_succeed_and_one_address_remains(
    instance: Instance,
) -> None:
    merchant_id = make_outlet(instance)["merchant_id"]
    gate, set_ids = threading.Barrier(8), []

    def work() -> None:
        gate.wait(30)
        set_ids.append(
            instance.engine.write(
                lambda tx: set_webhook(
                    tx,
                    merchant_id,
                    "https://pos.example.cn/h",
                    settings=instance.settings,
                    now=instance.clock(),
                    actor="boss",
                )
            )
        )

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set_ids) == 8
    webhook = instance.engine.read(lambda tx: webhook_of(tx, merchant_id))
    assert webhook is not None and webhook["id"] in set_ids


@pytest.mark.parametrize(
    "address",
    [
        *("http://pos.example.cn/", "https://127.0.0.1/x", "https://10.0.0.8/", "https://[::1]/"),
        *("https://169.254.169.254/latest/meta-data", "https://[::ffff:192.168.1.1]/"),
        *("https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/", "https://[fd00::1]/"),
        *("https://u:p@pos.example.cn/", "https://pos.example.cn/#a", "ftp://pos.example.cn/"),
        *("https://pos.example.cn:99999/", "https://", "", "https://a b/", "https://a/\r\nX: y"),
        "https://a/" + "x" * 300,
    ],
)
def test_an_address_inside_or_broken_is_refused(
    instance: Instance, client: Any, address: str
) -> None:
    till = make_till(client, instance, policy={})
    with pytest.raises(FieldProblems) as why:
        instance.engine.write(
            lambda tx: set_webhook(
                tx,
                merchant_of(till),
                address,
                settings=instance.settings,
                now=instance.clock(),
                actor="boss",
            )
        )
    assert [problem.field for problem in why.value.problems] == ["address"]
    assert instance.engine.read(lambda tx: webhook_of(tx, merchant_of(till))) is None


def test_a_name_that_leads_inside_is_not_connected_to(hooks: HookOffice) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        for host in ("localhost", "127.0.0.1", "2130706433", "0x7f.1"):
            with pytest.raises(DeliveryProblem, match=r"webhook_address|webhook_unreachable"):
                post_to(f"https://{host}:{port}/", b"{}", {}, ())
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_secure_server_that_answers_byte_by_byte_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_address, "WHOLE_SECONDS_MAX", 1)
    with dawdling_office(tmp_path) as office:
        monkeypatch.setenv("SSL_CERT_FILE", str(office.certificate))
        with pytest.raises(DeliveryProblem, match="webhook_unreachable"):
            post_to(f"https://127.0.0.1:{office.port}/", b"{}", {}, (ip_network("127.0.0.0/8"),))
        assert office.cut_off.wait(60)


def test_a_manager_sets_it_tries_it_and_sees_what_was_sent(
    app: Any, till: ApiTill, hooks: HookOffice
) -> None:
    manager = app.test_client()
    boss = make_staff(till.instance, "merchant_manager", merchant_id=merchant_of(till))
    sign_in(manager, boss["username"])
    token = csrf_of(manager, PAGE)
    refused = manager.post(PAGE, data={"csrf_token": token, "address": "https://10.0.0.1/"})
    assert refused.status_code == 422 and "不在公网上" in refused.text
    manager.post(PAGE, data={"csrf_token": token, "address": hooks.url})
    page = manager.get(PAGE).text
    secret = re.search(r"hmw_[\w-]{43}", page)
    assert secret
    manager.post(f"{PAGE}/test", data={"csrf_token": token})
    assert "已送到" in manager.get(PAGE).text
    ((_, headers, body),) = hooks.posts
    assert signed_with(secret[0], headers, body) and json.loads(body)["kind"] == "webhook.test"
    hooks.status = 500
    manager.post(f"{PAGE}/test", data={"csrf_token": token})
    page = manager.get(PAGE).text
    assert "HTTP 500" in page
    again = re.search(rf'action="({PAGE}/[^"/]+/again)"', page)
    assert again
    hooks.status = 200
    other = make_till(app.test_client(), till.instance)
    stranger = app.test_client()
    sign_in(
        stranger,
        make_staff(till.instance, "merchant_manager", merchant_id=merchant_of(other))["username"],
    )
    stolen = stranger.post(again[1], data={"csrf_token": csrf_of(stranger, PAGE)})
    assert stolen.status_code == 404 and len(hooks.posts) == 2
    manager.post(again[1], data={"csrf_token": token})
    assert len(hooks.posts) == 3
    manager.post(f"{PAGE}/end", data={"csrf_token": token})
    assert "hmw_" not in manager.get(PAGE).text


@pytest.mark.parametrize("verdict", ["accepted", "refused"])
def test_what_came_of_a_waiting_sale_is_told(
    client: Any, instance: Instance, clock: FixedClock, hooks: HookOffice, verdict: str
) -> None:
    instance.settings = replace(instance.settings, webhook_networks="127.0.0.0/8")
    till = make_offline_till(client, instance)
    listen(till, hooks)
    item, sale_id = waiting_item(till, clock)
    if verdict == "accepted":
        decide_waiting(instance, accept_waiting, sale_id)
    else:
        decide_waiting(instance, refuse_waiting, sale_id, bearer="government")
    assert send(till) == [None]
    news = json.loads(hooks.posts[0][2])
    assert (news["kind"], news["data"]["verdict"]) == ("waiting_sale.decided", verdict)
    assert news["data"]["order_no"] == item["order_no"]
    assert news["data"]["client_id"] == item["client_id"]
    entered = news["data"]["redemption"]
    assert (entered is not None) == (verdict == "accepted")
    assert news["data"]["bearer"] == (None if entered else "government")


def test_the_command_sets_shows_and_ends_it(run_cli: Any, folder: Path) -> None:
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    opened = open_instance(settings)
    try:
        merchant_id = make_outlet(opened)["merchant_id"]
    finally:
        opened.close()
    command = ["notices", "webhook", merchant_id]
    assert "没有通知地址" in run_cli(command, settings.folder).stdout
    made = run_cli([*command, "--address", "https://pos.example.cn/h"], settings.folder)
    assert "hmw_" in made.stdout and made.stdout == run_cli(command, settings.folder).stdout
    refused = run_cli([*command, "--address", "https://10.0.0.1/"], settings.folder)
    assert refused.returncode != 0 and "不在公网上" in refused.stderr
    assert "没有通知地址" in run_cli([*command, "--end"], settings.folder).stdout
    assert run_cli(["notices", "webhook", "nobody"], settings.folder).returncode != 0


def test_a_merchant_whose_address_hangs_delays_no_other(
    till: ApiTill, app: Any, hooks: HookOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody gives up on the address that hangs before the other has its news.
    monkeypatch.setattr(public_address, "SECONDS_MAX", 600)
    monkeypatch.setattr(public_address, "WHOLE_SECONDS_MAX", 600)
    hangs, arrived, release = threading.Event(), threading.Event(), threading.Event()
    other = make_till(app.test_client(), till.instance)
    with hook_office() as dead:
        dead.meanwhile = lambda: (hangs.set(), release.wait(60))[0]
        hooks.meanwhile = arrived.set
        listen(till, dead)
        listen(other, hooks)
        sender = Sender(
            till.instance.engine,
            till.instance.settings,
            till.instance.clock,
            Lead(till.instance.part(Places)),
        )
        try:
            decide(till, file_claim(till).json["id"], "approved")
            sender.look()
            assert hangs.wait(60)
            for _ in range(2):
                decide(till, file_claim(till).json["id"], "approved")
            decide(other, file_claim(other).json["id"], "approved")
            sender.look()
            assert arrived.wait(60)
            assert len(dead.posts) == 1
        finally:
            release.set()


def test_news_come_in_order_and_a_later_one_waits_for_an_earlier(
    till: ApiTill, hooks: HookOffice, clock: FixedClock
) -> None:
    listen(till, hooks)
    hooks.status = 500
    claims = [file_claim(till).json["id"] for _ in range(3)]
    for claim in claims[:2]:
        decide(till, claim, "approved")
    assert send(till) == ["webhook_answer 500"], "the second is not tried before the first"
    hooks.status = 200
    decide(till, claims[2], "approved")
    assert send(till) == [], "nor is one that came meanwhile"
    clock.advance(seconds=WAITS[0].total_seconds() + 1)
    assert send(till) == [None] * 3
    heard = [json.loads(body)["data"]["id"] for _, _, body in hooks.posts]
    assert heard == [claims[0], *claims]
