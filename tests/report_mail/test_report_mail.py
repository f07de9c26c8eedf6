"""Reports go by mail to named addresses: approved by two people, once a month, on record."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import openpyxl
import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.notices.attachments import FOLDER
from huimin.notices.send import send_due
from huimin.report_mail.mails import MailCriteria, mails_before
from huimin.report_mail.post import post_due, sweep_files
from huimin.report_mail.recipients import (
    RECIPIENTS_MAX,
    Proposal,
    approve_recipient,
    end_recipient,
    propose_recipient,
    reject_recipient,
)
from tests.conftest import FixedClock
from tests.making.months import close_month, reopen
from tests.making.office import Office, first_id
from tests.making.post_offices import MailOffice, mail_office
from tests.publication.county import PublicCounty

ADDRESS = "li@county.example"
PROPOSAL = Proposal("李县长", ADDRESS, "每月了解用卡情况", "xlsx", "closed", "")


@pytest.fixture
def mails() -> Iterator[MailOffice]:
    with mail_office() as office:
        yield office


@pytest.fixture
def posted(instance: Instance, mails: MailOffice) -> Instance:
    """A county with a mail server."""
    instance.settings = replace(
        instance.settings,
        smtp_host="127.0.0.1",
        smtp_port=mails.port,
        smtp_security="none",
        smtp_from="huimin@county.example",
    )
    return instance


def propose(instance: Instance, actor: str = "li", **over: str) -> str:
    proposal, now = replace(PROPOSAL, **over), instance.clock()
    return instance.engine.write(lambda tx: propose_recipient(tx, proposal, now=now, actor=actor))


def approve(instance: Instance, recipient_id: str, actor: str = "wang") -> None:
    now = instance.clock()
    instance.engine.write(lambda tx: approve_recipient(tx, recipient_id, now=now, actor=actor))


def approved(instance: Instance, **over: str) -> str:
    recipient_id = propose(instance, **over)
    approve(instance, recipient_id)
    return recipient_id


def post(instance: Instance) -> list[str]:
    """The periods that were posted."""
    posting = post_due(instance.engine, instance.settings, clock=instance.clock)
    assert posting.failed == []
    return [due.period for due in posting.posted]


def send(instance: Instance) -> list[str | None]:
    attempts = send_due(instance.engine, instance.settings, clock=instance.clock)
    return [attempt.problem for attempt in attempts]


def record(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: mails_before(tx, MailCriteria()))


def attachment(message: Any) -> tuple[str, bytes]:
    (part,) = message.iter_attachments()
    return part.get_filename(), part.get_payload(decode=True)


def test_a_closed_month_goes_out_once_and_what_went_is_on_record(
    posted: Instance, mails: MailOffice, clock: FixedClock
) -> None:
    PublicCounty(posted)
    approved(posted)
    clock.advance(days=2)
    assert post(posted) == [], "the month is not closed"
    close_month(posted)
    assert post(posted) == ["2026-10/closed"]
    assert post(posted) == []
    assert send(posted) == [None] and send(posted) == []
    (message,) = mails.messages
    name, content = attachment(message)
    (row,) = record(posted)
    assert (message["To"], name) == (ADDRESS, "huimin-report-2026-10.xlsx")
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert (row["address"], row["state"], row["size_bytes"]) == (ADDRESS, "sent", len(content))
    text = message.get_body().get_content()
    assert row["sha256"] in text and "/report-mail/stop/" in text
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    # A month that is closed again is not mailed again: the two could be subtracted.
    reopen(posted)
    clock.advance(minutes=5)
    close_month(posted)
    assert post(posted) == []


def test_the_running_month_goes_out_on_its_day_with_the_day_it_was_counted_to(
    posted: Instance, mails: MailOffice, clock: FixedClock
) -> None:
    clock.now = datetime(2026, 10, 10, 2, tzinfo=UTC)
    PublicCounty(posted)
    late = {"schedule": "day", "form": "pdf"}
    approved(posted, day="5", address="late@county.example", **late)
    approved(posted, day="20", **late)
    clock.now = datetime(2026, 10, 19, 15, 59, tzinfo=UTC)  # a minute before the county's 20th
    assert post(posted) == []
    clock.advance(minutes=1)
    assert post(posted) == ["2026-10/day"], "who was approved after the day waits for the next"
    clock.advance(days=3)
    assert post(posted) == [] and send(posted) == [None]
    (message,) = mails.messages
    assert "截至2026年10月20日" in message["Subject"]
    assert attachment(message)[1].startswith(b"%PDF")
    clock.now = datetime(2026, 11, 6, 2, tzinfo=UTC)
    assert post(posted) == [], "nobody used a card in November"


def test_an_address_gets_a_month_once_however_often_it_is_proposed(
    posted: Instance, clock: FixedClock
) -> None:
    clock.now = datetime(2026, 10, 10, 2, tzinfo=UTC)
    PublicCounty(posted)

    def end(*ids: str) -> None:
        for one in ids:
            posted.engine.write(
                lambda tx, one=one: end_recipient(tx, one, reason="换一天", now=clock(), actor="li")
            )

    pdf = approved(posted, schedule="day", day="15", form="pdf")
    with pytest.raises(FieldProblems) as caught:
        propose(posted, schedule="day", day="20")
    assert [problem.field for problem in caught.value.problems] == ["day"]
    xlsx = approved(posted, schedule="day", day="15")
    clock.now = datetime(2026, 10, 15, 2, tzinfo=UTC)
    assert post(posted) == ["2026-10/day", "2026-10/day"], "the same figures in two forms"
    assert len({row["as_of"] for row in record(posted)}) == 1
    end(pdf, xlsx)
    other_day = approved(posted, schedule="day", day="20")
    clock.now = datetime(2026, 10, 20, 2, tzinfo=UTC)
    assert post(posted) == [], "the two days could be subtracted"
    end(other_day)
    approved(posted)
    clock.now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    close_month(posted)
    assert post(posted) == [], "so could the day and the closed month"
    assert len(record(posted)) == 2


def test_a_crash_between_sending_and_noting_it_sends_the_same_message_again(
    posted: Instance, mails: MailOffice, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    PublicCounty(posted)
    approved(posted)
    clock.advance(days=2)
    close_month(posted)
    post(posted)

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("huimin.notices.send._note", killed)
        send(posted)
    (row,) = record(posted)
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    clock.advance(minutes=3)
    assert post(posted) == [] and send(posted) == [None]
    first, second = mails.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert attachment(first) == attachment(second)


def test_what_fails_is_tried_again_and_every_attempt_is_kept(
    posted: Instance, mails: MailOffice, clock: FixedClock
) -> None:
    PublicCounty(posted)
    recipient_id = approved(posted)
    clock.advance(days=2)
    close_month(posted)
    post(posted)
    mails.refuse = 550
    assert send(posted) == ["mail_refused 550"]
    mails.refuse = None
    folder = posted.settings.folder / FOLDER
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole + b"x")
    clock.advance(minutes=3)
    assert send(posted) == ["attachment_differs"], "nothing but what is on record goes out"
    file.write_bytes(whole)
    clock.advance(minutes=11)
    assert send(posted) == [None]
    kept = posted.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT problem FROM notice_attempt ORDER BY id"
        ).fetchall()
    )
    assert [row["problem"] for row in kept] == ["mail_refused 550", "attachment_differs", None]
    # Once all are sent the file is deleted, a day later.
    sweep_files(posted.engine, posted.settings, datetime.now(UTC))
    assert file.exists()
    sweep_files(posted.engine, posted.settings, datetime.now(UTC) + timedelta(days=20_000))
    assert not file.exists()
    assert record(posted)[0]["recipient_id"] == recipient_id


@pytest.mark.both_engines
def test_two_timers_at_once_and_a_server_that_was_down_make_one_mail(
    posted: Instance, mails: MailOffice, clock: FixedClock
) -> None:
    PublicCounty(posted)
    approved(posted)
    clock.advance(days=2)
    close_month(posted)
    there, posted.settings = posted.settings, replace(posted.settings, smtp_port=1)
    together = Barrier(2)

    def timer(_number: int) -> list[str | None]:
        together.wait()
        post(posted)
        return send(posted)

    def both() -> list[str | None]:
        with ThreadPoolExecutor(2) as timers:
            return [problem for each in timers.map(timer, range(2)) for problem in each]

    down = both()
    assert down and None not in down and len(record(posted)) == 1
    posted.settings = there
    clock.advance(minutes=30)
    assert both() == [None]
    assert len(mails.messages) == 1 and record(posted)[0]["state"] == "sent"


def test_two_people_open_the_door_and_one_closes_it(posted: Instance) -> None:
    recipient_id = propose(posted)
    now = posted.clock()
    for actor, work in (("li", approve_recipient), ("li", reject_recipient)):
        more = {"reason": "不用"} if work is reject_recipient else {}
        with pytest.raises(FieldProblems, match="另一位管理员"):
            posted.engine.write(
                lambda tx, work=work, more=more, actor=actor: work(
                    tx, recipient_id, now=now, actor=actor, **more
                )
            )
    approve(posted, recipient_id)
    with pytest.raises(FieldProblems):
        approve(posted, recipient_id)
    for over in ({}, {"form": "pdf", "schedule": "day", "day": "3"}):
        with pytest.raises(FieldProblems):
            propose(posted, **over)
    posted.engine.write(
        lambda tx: end_recipient(tx, recipient_id, reason="调走了", now=now, actor="li")
    )
    approved(posted)
    recorded = posted.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT * FROM audit_event WHERE subject_kind = 'report_recipient'"
        ).fetchall()
    )
    assert len(recorded) == 5
    assert "li@" not in json.dumps([dict(row) for row in recorded]) and "李县长" not in str(
        recorded
    )


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 41}, "name"),
        ({"address": "li"}, "address"),
        ({"address": "li@county.example\r\nBcc: x@y.example"}, "address"),
        ({"address": "a@b.example, c@d.example"}, "address"),
        ({"address": "a..b@c.example"}, "address"),
        ({"address": ".a@b.example"}, "address"),
        ({"address": f"{'l' * 250}@b.cn"}, "address"),
        ({"purpose": ""}, "purpose"),
        ({"form": "csv"}, "form"),
        ({"schedule": "daily"}, "schedule"),
        ({"schedule": "day", "day": "29"}, "day"),
        ({"schedule": "day", "day": "1.5"}, "day"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field(
    sqlite_instance: Instance, over: dict[str, str], field: str
) -> None:
    with pytest.raises(FieldProblems) as caught:
        propose(sqlite_instance, **over)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.both_engines
def test_of_two_first_proposals_at_once_the_second_sees_the_first(instance: Instance) -> None:
    """A month that runs and a closed one could be subtracted, also where nobody had any before."""
    is_first_written, is_second_over = Event(), Event()

    def first(tx: Any) -> None:
        propose_recipient(tx, PROPOSAL, now=instance.clock(), actor="li")
        is_first_written.set()
        # The second has to wait for the end of this one; one that did not would be over by now.
        is_second_over.wait(1)

    def second() -> None:
        is_first_written.wait()
        try:
            propose(instance, "wang", schedule="day", day="5")
        finally:
            is_second_over.set()

    with ThreadPoolExecutor(2) as pool:
        later = pool.submit(second)
        pool.submit(instance.engine.write, first).result()
        with pytest.raises(FieldProblems):
            later.result()


def test_there_is_an_end_to_the_number_of_recipients(sqlite_instance: Instance) -> None:
    for number in range(RECIPIENTS_MAX):
        propose(sqlite_instance, address=f"r{number}@county.example")
    with pytest.raises(FieldProblems, match=str(RECIPIENTS_MAX)):
        propose(sqlite_instance)


@pytest.mark.both_engines
def test_the_pages_propose_approve_list_and_stop(
    app: Any, posted: Instance, mails: MailOffice, clock: FixedClock
) -> None:
    office = Office(app, posted)
    PublicCounty(posted)
    first, second, auditor = office.client(), office.client(), office.client("auditor")
    assert "还没有收件人" in first.get("/report-mail/").text
    sent = {"name": "李县长", "address": ADDRESS, "purpose": "了解", "form": "pdf"}
    refused = office.post(first, "/report-mail/", **sent, schedule="day", day="40")
    assert refused.status_code == 422 and "1 到 28" in refused.text and ADDRESS in refused.text
    assert office.post(auditor, "/report-mail/", **sent, schedule="closed").status_code == 403
    assert office.post(first, "/report-mail/", **sent, schedule="closed").status_code == 302
    recipient_id = first_id(first.get("/report-mail/").text, "/report-mail/")
    address = f"/report-mail/{recipient_id}"
    assert "请由另一位管理员审批" in first.get(address).text
    assert office.post(first, address, act="approve").status_code == 422
    assert "个月报表的收件人待审批" in second.get("/today").text
    assert "个月报表的收件人待审批" not in first.get("/today").text
    assert office.post(second, address, act="approve").status_code == 302
    clock.advance(days=2)
    close_month(posted)
    mails.refuse = 550
    assert post(posted) == ["2026-10/closed"] and send(posted) == ["mail_refused 550"]
    first, auditor = office.client(), office.client("auditor")
    page = auditor.get(address).text
    assert "邮件服务器拒收这个地址（550）" in page and "重新发送" not in page
    for listed in ("/report-mail/sent/", "/report-mail/sent/?format=xlsx"):
        assert auditor.get(listed).status_code == 200
    assert ADDRESS in auditor.get("/report-mail/sent/?state=waiting").text
    assert "份通知没有送到" in first.get("/today").text
    # The recipient stops it by the link of the mail; a look at it changes nothing.
    stop = posted.engine.read(
        lambda tx: tx.connection.execute("SELECT data_json FROM notice").fetchone()["data_json"]
    )
    link = json.loads(stop)["stop_address"].removeprefix(posted.settings.base_url)
    stranger = app.test_client()
    page = stranger.get(link).text
    assert "停止寄送" in page and ADDRESS not in page and "李县长" not in page
    assert stranger.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert "已停止" in stranger.post(link, data={"csrf_token": token[1]}).text
    assert "收件人自己" in first.get(address).text
    clock.advance(days=2)
    mails.refuse = None
    assert send(posted) == [] and mails.messages == []
    assert "份通知没有送到" not in office.client().get("/today").text
    # Its file, which can't be sent any more, does not stay.
    sweep_files(posted.engine, posted.settings, datetime.now(UTC) + timedelta(days=20_000))
    assert list((posted.settings.folder / FOLDER).iterdir()) == []
