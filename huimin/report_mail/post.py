"""Post what is due: a file is made for each recipient, written down, and left to the notices.

The notice, its delivery and the row of what went to whom are written in one transaction before
anything is sent, once for each recipient and month, so that whoever runs this at the same time, or
again after a crash, posts nothing twice. What the notices send twice after a crash has the same
Message-ID. An address never gets a month with figures of two instants, because they could be
subtracted: not of two days, nor running and closed, nor closed again, nor as another recipient.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from huimin.core.catalogue import say, text
from huimin.core.days import county_day, instant_text, month_of, parse_instant
from huimin.core.period_words import day_words, month_words
from huimin.notices.attachments import FOLDER, store_attachment
from huimin.notices.post import Notice, post_notice
from huimin.report_mail import queries
from huimin.report_mail.mailed_report import Mailed, mailed_report
from huimin.report_mail.recipients import CLOSED, DAY, stop_code
from huimin.reports.exports import EXPORTS, export_report, file_name
from huimin.settings import Settings
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.ids import new_id

log = structlog.get_logger(__name__)

KIND = "report-mail"
FILE_BYTES_MAX = 10 * 2**20
# A file that nothing waits for is deleted, but not one whose row is only being written.
FILES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A month ("2026-10") that is due for a recipient, by its closing or by its day; `as_of` is
    the instant of its figures."""

    recipient: Row
    month: str
    as_of: str

    @property
    def period(self) -> str:
        """Of each a recipient gets one."""
        return f"{self.month}/{self.recipient['schedule']}"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A report's file, and the instant as of which its figures are."""

    name: str
    content: bytes
    as_of: str
    running: bool

    @property
    def sha256(self) -> str:
        """What proves it."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Posting:
    """What was posted, and what could not be, which is tried again the next time."""

    posted: list[Due] = field(default_factory=list)
    failed: list[Due] = field(default_factory=list)


def post_due(engine: Engine, settings: Settings, *, clock: Callable[[], datetime]) -> Posting:
    """Make and post everything that is due. One that fails keeps no other from being posted."""
    now, posting = clock(), Posting()
    # Two forms of a month hold the same figures, also while tills sell.
    reports: dict[str, Mailed | None] = {}
    files: dict[tuple[str, str], MadeFile | None] = {}
    for due in engine.read(lambda tx: due_now(tx, now)):
        key = (due.period, due.recipient["form"])
        try:
            if due.period not in reports:
                reports[due.period] = _report(engine, due, now)
            if key not in files:
                files[key] = _made(settings, due, reports[due.period], now)
            file = files[key]
            if file is not None and _post(engine, settings, due, file, now):
                posting.posted.append(due)
        except Exception:
            log.exception("a report could not be mailed", recipient=due.recipient["id"])
            posting.failed.append(due)
    return posting


def due_now(tx: Transaction, now: datetime) -> list[Due]:
    """What is due and was not posted yet.

    A closing is due for those who were approved before it; a day of the running month, and until
    the month ends, for those who were approved on that day at the latest.
    """
    recipients = list(queries.approved_recipients(tx))
    if not recipients:
        return []
    since = min(row["decided_at"] for row in recipients)
    closed = list(queries.months_closed_since(tx, since=since))
    mails = list(queries.mails_to_approved(tx))
    today = county_day(now)
    due = []
    for row in recipients:
        if row["schedule"] == CLOSED:
            since_then = [each for each in closed if each["approved_at"] >= row["decided_at"]]
            due += [Due(row, each["month"], each["approved_at"]) for each in since_then]
        elif _day_has_come(row, today):
            due.append(Due(row, month_of(today), instant_text(now)))
    return [each for each in due if not _has_month(mails, each, each.as_of)]


def sweep_files(engine: Engine, settings: Settings, now: datetime) -> None:
    """Delete the files of which no mail waits or may be tried again."""
    folder = settings.folder / FOLDER
    if not folder.is_dir():
        return
    needed = {row["sha256"] for row in engine.read(lambda tx: list(queries.files_still_needed(tx)))}
    before = (now - FILES_KEPT).timestamp()
    for path in folder.iterdir():
        if path.name not in needed and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _day_has_come(row: Row, today: date) -> bool:
    if row["schedule"] != DAY or today.day < row["day_of_month"]:
        return False
    its_day = today.replace(day=row["day_of_month"])
    return county_day(parse_instant(row["decided_at"])) <= its_day


def _has_month(mails: Iterable[Row], due: Due, as_of: str) -> bool:
    """Whether the address has the month already, unless it is the same figures in another form."""
    of_month = (
        mail
        for mail in mails
        if (mail["address"], mail["month"]) == (due.recipient["address"], due.month)
    )
    return any(
        mail["recipient_id"] == due.recipient["id"]
        or (mail["period"], mail["as_of"]) != (due.period, as_of)
        for mail in of_month
    )


def _report(engine: Engine, due: Due, now: datetime) -> Mailed | None:
    return engine.read(lambda tx: mailed_report(tx, due.month, today=county_day(now)))


def _made(settings: Settings, due: Due, mailed: Mailed | None, now: datetime) -> MadeFile | None:
    """The file; None for a month of too few people. Raises ValueError if it is too large."""
    if mailed is None:
        return None
    report, closed = mailed
    form = due.recipient["form"]
    county_name = closed.county_name if closed else settings.county_name
    content = export_report(report, form, county_name)
    if len(content) > FILE_BYTES_MAX:
        raise ValueError("the report is too large to mail")
    as_of = closed.closed_at if closed else instant_text(now)
    return MadeFile(file_name(report, form), content, as_of, running=closed is None)


def _post(engine: Engine, settings: Settings, due: Due, file: MadeFile, now: datetime) -> bool:
    store_attachment(settings.folder, file.content)
    return engine.write(lambda tx: _write_down(tx, settings, due, file, now))


def _write_down(
    tx: Transaction, settings: Settings, due: Due, file: MadeFile, now: datetime
) -> bool:
    recipient_id, address = due.recipient["id"], due.recipient["address"]
    live = {row["id"] for row in queries.lock_approved(tx, address=address)}
    mails = queries.mails_of_month(tx, address=address, month=due.month)
    if recipient_id not in live or _has_month(mails, due, file.as_of):
        return False
    notice = _notice(settings, due, file)
    if not post_notice(tx, notice, [("mail", address)], now=now):
        return False
    queries.insert_mail(
        tx,
        id=new_id(),
        recipient_id=recipient_id,
        period=due.period,
        month=due.month,
        as_of=file.as_of,
        address=address,
        file_name=file.name,
        sha256=file.sha256,
        size_bytes=len(file.content),
        notice_id=queries.notice_of_key(tx, key=notice.key),
        made_at=instant_text(now),
    )
    return True


def _notice(settings: Settings, due: Due, file: MadeFile) -> Notice:
    language, form = settings.language, due.recipient["form"]
    month = month_words(due.month, language)
    title = say("{county}惠民卡 {month}月报表", language, county=settings.county_name, month=month)
    if file.running:
        day = day_words(county_day(parse_instant(file.as_of)), language)
        title = text("{title}（截至{day}）", title=title, day=day).say(language)
    stop = stop_address(settings, due.recipient["id"])
    lines = [
        title,
        "",
        say("见附件 {file}。", language, file=file.name),
        say("只有合计数，没有任何人的资料；不列到村，少于 5 张卡的行没有列出。", language),
        say("附件的 SHA-256：{sha256}", language, sha256=file.sha256),
        "",
        say("不想再收：{address}", language, address=stop),
        "",
    ]
    attachment: dict[str, Any] = {
        "name": file.name,
        "sha256": file.sha256,
        "content_type": EXPORTS[form].content_type,
    }
    data = {"month": due.month, "attachments": [attachment], "stop_address": stop}
    return Notice(KIND, f"{KIND}/{due.recipient['id']}/{due.period}", title, "\n".join(lines), data)


def stop_address(settings: Settings, recipient_id: str) -> str:
    """The page on which whoever has the mail can stop it."""
    code = stop_code(settings, recipient_id)
    return f"{settings.base_url}/report-mail/stop/{recipient_id}/{code}"
