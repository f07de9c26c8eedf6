"""Notices reach a real mail server and a real web server, once; what fails is retried."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.notices.log import deliveries_before
from huimin.notices.post import Notice, post_notice, targets_of
from huimin.notices.send import ATTEMPTS_MAX, WAITS, Attempt, send_due
from huimin.settings import Settings
from tests.conftest import FixedClock
from tests.making.office import Office
from tests.making.post_offices import HookOffice, MailOffice, hook_office, mail_office

SECRET = "a-secret-of-sixteen-characters"
NOTICE = Notice("month.drafted", "key-1", "乐至县：已核对", "优惠金额：¥8.00\n", {"total": 800})


@pytest.fixture
def mails() -> Iterator[MailOffice]:
    with mail_office() as office:
        yield office


@pytest.fixture
def hooks() -> Iterator[HookOffice]:
    with hook_office() as office:
        yield office


def settings_with(instance: Instance, **environment: str) -> Settings:
    names = {f"HUIMIN_{name.upper()}": value for name, value in environment.items()}
    read = Settings.from_environment("x", names)
    return replace(instance.settings, **{name: getattr(read, name) for name in environment})


def by_mail(instance: Instance, office: MailOffice, **more: str) -> Settings:
    return settings_with(
        instance,
        **{
            "smtp_host": "127.0.0.1",
            "smtp_port": str(office.port),
            "smtp_security": "none",
            "smtp_from": "huimin@county.example",
            "notice_to": "li@county.example, wang@county.example",
            **more,
        },
    )


def by_hook(instance: Instance, office: HookOffice) -> Settings:
    return settings_with(instance, webhook_url=office.url, webhook_secret=SECRET)


def post(instance: Instance, settings: Settings, notice: Notice = NOTICE) -> bool:
    now = instance.clock()
    return instance.engine.write(lambda tx: post_notice(tx, notice, targets_of(settings), now=now))


def send(instance: Instance, settings: Settings) -> list[Attempt]:
    return send_due(instance.engine, settings, clock=instance.clock)


def deliveries(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: deliveries_before(tx, None, "", 50))


def test_each_mailbox_gets_one_message(instance: Instance, mails: MailOffice) -> None:
    settings = by_mail(instance, mails)
    assert post(instance, settings)
    assert not post(instance, settings)
    assert [attempt.problem for attempt in send(instance, settings)] == [None, None]
    assert send(instance, settings) == []
    assert {message["To"] for message in mails.messages} == {
        "li@county.example",
        "wang@county.example",
    }
    message = mails.messages[0]
    assert (message["Subject"], message["From"]) == (NOTICE.title, "huimin@county.example")
    assert message.get_content().splitlines() == NOTICE.body.splitlines()
    assert len({message["Message-ID"] for message in mails.messages}) == 2
    assert {(row["state"], row["attempts"]) for row in deliveries(instance)} == {("sent", 1)}


def test_a_webhook_is_signed_so_that_a_receiver_can_tell(
    instance: Instance, hooks: HookOffice
) -> None:
    settings = by_hook(instance, hooks)
    post(instance, settings)
    send(instance, settings)
    ((path, headers, body),) = hooks.posts
    assert path == "/huimin?token=of-the-address"
    told = json.loads(body)
    assert (told["kind"], told["title"], told["data"]) == (
        "month.drafted",
        NOTICE.title,
        {"total": 800},
    )
    seconds, digest = (part.partition("=")[2] for part in headers["X-Huimin-Signature"].split(","))
    assert int(seconds) == int(instance.clock().timestamp())
    expected = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(digest, expected.hexdigest())
    assert headers["X-Huimin-Delivery"] == deliveries(instance)[0]["id"]


def test_each_delivery_is_signed_at_its_own_time_however_long_the_others_took(
    instance: Instance, hooks: HookOffice, clock: FixedClock
) -> None:
    settings = by_hook(instance, hooks)
    post(instance, settings)
    post(instance, settings, replace(NOTICE, key="key-2"))
    hooks.meanwhile = lambda: clock.advance(minutes=20)
    send(instance, settings)
    first, second = (
        int(headers["X-Huimin-Signature"].split(",")[0].removeprefix("t="))
        for _, headers, _ in hooks.posts
    )
    assert second - first == 20 * 60


def test_what_fails_is_tried_again_later_each_time_and_then_given_up(
    instance: Instance, hooks: HookOffice, clock: FixedClock
) -> None:
    settings = by_hook(instance, hooks)
    hooks.status = 503
    post(instance, settings)
    for number, wait in enumerate((*WAITS, timedelta()), start=1):
        (attempt,) = send(instance, settings)
        assert attempt.problem == "webhook_answer 503"
        (row,) = deliveries(instance)
        assert (row["attempts"], row["last_error"]) == (number, attempt.problem)
        assert row["state"] == ("failed" if number == ATTEMPTS_MAX else "waiting")
        if wait:
            clock.advance(seconds=wait.total_seconds() - 1)
            assert send(instance, settings) == []
            clock.advance(seconds=1)
    clock.advance(days=30)
    assert send(instance, settings) == []
    assert len({post[1]["X-Huimin-Delivery"] for post in hooks.posts}) == 1


def test_it_arrives_when_the_other_side_is_back(
    instance: Instance, hooks: HookOffice, clock: FixedClock
) -> None:
    settings = by_hook(instance, hooks)
    hooks.status = 302
    post(instance, settings)
    assert send(instance, settings)[0].problem == "webhook_answer 302"
    hooks.status = 204
    clock.advance(minutes=2)
    assert send(instance, settings)[0].problem is None
    (row,) = deliveries(instance)
    assert (row["state"], row["attempts"], row["last_error"]) == ("sent", 2, None)


def test_nobody_there_is_a_problem_without_an_address(instance: Instance) -> None:
    with mail_office() as mails, hook_office() as hooks:
        settings = replace(
            by_mail(instance, mails),
            webhook_url=hooks.url,
            webhook_secret=SECRET,
        )
    post(instance, settings)
    problems = [attempt.problem for attempt in send(instance, settings)]
    assert len(problems) == 3
    for problem in problems:
        assert problem is not None and "ConnectionRefusedError" in problem
        assert "@" not in problem and "token" not in problem
    assert all("token" not in row["target"] for row in deliveries(instance))


def test_a_mailbox_that_is_refused_is_said_and_the_other_one_gets_it(
    instance: Instance, mails: MailOffice
) -> None:
    settings = by_mail(instance, mails, notice_to="gone@county.example")
    mails.refuse = 550
    post(instance, settings)
    (attempt,) = send(instance, settings)
    assert attempt.problem == "mail_refused 550"
    assert mails.messages == []


def test_without_starttls_no_password_is_sent(instance: Instance, mails: MailOffice) -> None:
    settings = by_mail(
        instance,
        mails,
        smtp_security="starttls",
        smtp_user="huimin",
        smtp_password="never-in-clear",
    )
    post(instance, settings)
    problems = {attempt.problem for attempt in send(instance, settings)}
    assert problems == {"mail_unreachable SMTPNotSupportedError"}
    assert mails.messages == [] and not any("AUTH" in said for said in mails.commands)


def test_two_senders_send_it_once(instance: Instance, hooks: HookOffice) -> None:
    import threading

    settings = by_hook(instance, hooks)
    for number in range(6):
        post(instance, settings, replace(NOTICE, key=f"key-{number}"))
    threads = [threading.Thread(target=send, args=(instance, settings)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [headers["X-Huimin-Delivery"] for _, headers, _ in hooks.posts]
    assert len(sent) == len(set(sent)) == 6


@pytest.mark.both_engines
def test_the_page_lists_and_sends_again_and_today_shouts(
    app: Any, instance: Instance, hooks: HookOffice, clock: FixedClock
) -> None:
    instance.settings = by_hook(instance, hooks)
    office = Office(app, instance)
    client, auditor = office.client(), office.client("auditor")
    assert "还没有发过通知" in client.get("/notices/").text
    assert "份通知没有送到" not in client.get("/today").text
    hooks.status = 500
    post(instance, instance.settings)
    send(instance, instance.settings)
    page = client.get("/notices/").text
    assert NOTICE.title in page and "对方回答 HTTP 500" in page and "of-the-address" not in page
    assert "份通知没有送到" in client.get("/today").text
    office.post(client, "/language", language="en", back="/notices/")
    assert "The other side answered HTTP 500." in client.get("/notices/").text
    office.post(client, "/language", language="zh_Hans", back="/notices/")
    assert "/again" in page and "/again" not in auditor.get("/notices/?state=waiting").text
    address = f"/notices/{deliveries(instance)[0]['id']}/again"
    assert office.post(auditor, address).status_code == 403
    again = client.post(address, data={"csrf_token": csrf(client)}, follow_redirects=True)
    assert "还是没有送到" in again.text
    hooks.status = 200
    assert (
        "已发送。"
        in client.post(address, data={"csrf_token": csrf(client)}, follow_redirects=True).text
    )
    assert office.post(client, address).status_code == 404
    assert "份通知没有送到" not in client.get("/today").text
    assert client.get("/notices/?format=xlsx").status_code == 200
    assert "没有这种状态" in client.get("/notices/?state=failed").text


def csrf(client: Any) -> str:
    from tests.making.staff import csrf_of

    return csrf_of(client, "/account")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUIMIN_SMTP_SECURITY", "tls"),
        ("HUIMIN_NOTICE_TO", "li"),
        ("HUIMIN_NOTICE_TO", "a@b\r\nBcc: c@d"),
        ("HUIMIN_SMTP_FROM", "a@b, c@d"),
        ("HUIMIN_WEBHOOK_URL", "file:///etc/passwd"),
        ("HUIMIN_WEBHOOK_URL", "http://user:word@host/"),
        ("HUIMIN_WEBHOOK_SECRET", "short"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named(name: str, value: str) -> None:
    from huimin.settings import SettingsProblem

    with pytest.raises(SettingsProblem) as caught:
        Settings.from_environment(environment={name: value})
    assert caught.value.name == name


def test_secrets_are_masked() -> None:
    given = {
        "HUIMIN_SMTP_PASSWORD": "the-password",
        "HUIMIN_WEBHOOK_SECRET": SECRET,
        "HUIMIN_WEBHOOK_URL": "https://hook.example/token-in-here",
    }
    shown = {name: value for name, value, _ in Settings.from_environment("x", given).listed()}
    assert {shown[name] for name in given} == {"******"}
