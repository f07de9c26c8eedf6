"""Personal data is kept no longer than it serves: a daily task deletes what is past its time.

How long is a setting of the county (HUIMIN_KEEP_…), 0 for ever. Parts give way to tills. What the
ledger, the audit record and closed months hold has no such time: the law keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from huimin.audit.record import record
from huimin.core.catalogue import Text, sentence, text
from huimin.core.days import county_day, instant_text
from huimin.holders.registers.jobs import drop_old_files
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome
from huimin.keys.sealed_files import drop_file
from huimin.privacy import queries
from huimin.privacy.erase import forget_rating
from huimin.privacy.erased_list import add_to_list
from huimin.privacy.files import delete_all, refused_workbooks
from huimin.privacy.plain_words import seal_plain_words
from huimin.report_mail.post import sweep_files
from huimin.storage.engine import Row, Transaction
from huimin.storage.giving_way import ROWS_AT_ONCE, give_way, long_work, write_part
from huimin.storage.ids import least_id

ACTOR = "system"
REASON = sentence("保存期限已到")
# Deletes up to a number of rows; how many.
DeletePart = Callable[[Transaction], int]


def keep_no_longer(instance: Instance) -> Outcome:
    """Delete what is past its time, each kind on its own; and complete the list of the erased."""
    outcome, now, settings = Outcome(), instance.clock(), instance.settings
    engine, folder = instance.engine, settings.folder
    rows: tuple[tuple[Text, int, Callable[[datetime], DeletePart]], ...] = (
        (text("谁查过卡的记录"), settings.keep_lookups_days, _by_id(queries.drop_lookups)),
        (text("登录记录"), settings.keep_session_days, _by_instant(queries.drop_sessions)),
        (text("“我的卡”的登录"), settings.keep_session_days, _by_instant(queries.drop_my_sessions)),
        (text("“我的卡”的登录码"), settings.keep_session_days, _by_instant(queries.drop_my_codes)),
        (text("停用的手机"), settings.keep_session_days, _by_instant(queries.drop_my_devices)),
        (text("没有提交的草稿"), settings.keep_draft_days, _by_instant(queries.drop_drafts)),
        (text("短信等告知的内容"), settings.keep_message_days, _by_id(queries.forget_messages)),
        (text("发出过验证码的记录"), settings.keep_message_days, _by_id(queries.drop_codes)),
        (
            text("持卡人诉求里写的话"),
            settings.keep_request_days,
            _by_instant(queries.forget_requests),
        ),
    )
    for words, days, part_before in rows:
        if days:
            part = part_before(now - timedelta(days=days))
            outcome.try_part(
                words, partial(_tell, outcome, words, partial(_delete, instance, part))
            )
    papers, registers = text("材料"), text("名册文件和待修改的工作簿")
    outcome.try_part(papers, partial(_tell, outcome, papers, partial(_papers, instance, now)))
    outcome.try_part(
        registers, partial(_tell, outcome, registers, partial(_register_files, instance, now))
    )
    judged = text("评价的留言和照片")
    outcome.try_part(judged, partial(_tell, outcome, judged, partial(_ratings, instance, now)))
    settled = text("投诉的答复和记录")
    outcome.try_part(
        settled, partial(_tell, outcome, settled, partial(_complaint_words, instance, now))
    )
    labels = text("货架价签的照片")
    outcome.try_part(labels, partial(_tell, outcome, labels, partial(_price_photos, instance, now)))
    outcome.try_part(text("报表寄送"), lambda: sweep_files(engine, settings, now))
    outcome.try_part(
        text("已删除人员的名单"), lambda: add_to_list(folder, engine.read(queries.erased_people))
    )
    return outcome


def _tell(outcome: Outcome, words: Text, work: Callable[[], int]) -> None:
    count = work()
    if count:
        outcome.done.append(
            text("{what}：过了保存期限，删除 {count} 条。", what=words, count=count)
        )


def _delete(instance: Instance, part: DeletePart) -> int:
    total = 0
    while count := write_part(instance.engine, part):
        total += count
    return total


def _by_id(drop: Callable[..., int]) -> Callable[[datetime], DeletePart]:
    return lambda before: partial(drop, before=least_id(before), row_limit=ROWS_AT_ONCE)


def _by_instant(drop: Callable[..., int]) -> Callable[[datetime], DeletePart]:
    return lambda before: partial(drop, before=instant_text(before), row_limit=ROWS_AT_ONCE)


def _papers(instance: Instance, now: datetime) -> int:
    """Papers of people whose aid ended long ago: the file, and what its row says of it."""
    days = instance.settings.keep_evidence_days
    if not days:
        return 0
    before = now - timedelta(days=days)
    limits = {"day": county_day(before).isoformat(), "before": instant_text(before)}

    def part(tx: Transaction) -> list[str]:
        rows = list(queries.old_papers(tx, **limits, row_limit=ROWS_AT_ONCE))
        for row in rows:
            queries.forget_paper(tx, id=row["id"], now=instant_text(now))
            old = {"file": row["id"]}
            holder_id = row["holder_id"]
            record(
                tx,
                "holder.evidence_removed",
                holder_id,
                reason=REASON,
                old=old,
                now=now,
                actor=ACTOR,
            )
        return [row["id"] for row in rows]

    return _with_files(instance, part)


def _ratings(instance: Instance, now: datetime) -> int:
    """What judgements of receipts say and show; the answer and its stars stay."""

    def forget(tx: Transaction, row: Row) -> str | None:
        forget_rating(tx, row, instant_text(now))
        return None if row["picture_id"] is None else str(row["picture_id"])

    days = instance.settings.keep_rating_days
    return _by_pages(instance, queries.ratings_there, forget, now, days)


def _complaint_words(instance: Instance, now: datetime) -> int:
    """What was written about complaints; that a step was taken, and the result, stay."""
    seal_plain_words(instance.engine, instance.personal_data)

    def forget(tx: Transaction, row: Row) -> None:
        queries.forget_complaint_words(tx, id=row["id"])

    days = instance.settings.keep_rating_days
    return _by_pages(instance, queries.complaint_words_there, forget, now, days)


def _price_photos(instance: Instance, now: datetime) -> int:
    """Photos of shelf prices; the prices stay."""

    def forget(tx: Transaction, row: Row) -> str:
        queries.forget_picture(tx, id=row["id"], now=instant_text(now))
        return str(row["id"])

    days = instance.settings.keep_price_photo_days
    return _by_pages(instance, queries.photos_there, forget, now, days)


def _by_pages(
    instance: Instance,
    there: Callable[..., Iterable[Row]],
    forget: Callable[[Transaction, Row], str | None],
    now: datetime,
    days: int,
) -> int:
    """Forget those whose time is over; returns how many. With 0 days none ever is.

    `there` is read page by page beside the writer, and a page that has such rows once more in it;
    `forget` returns a row's sealed file, if it has one: deleted once the part is committed.
    """
    total, after = 0, ""
    if not days:
        return total
    before = instant_text(now - timedelta(days=days))

    def page(tx: Transaction, after: str) -> list[Row]:
        return list(there(tx, before=before, after=after, row_limit=ROWS_AT_ONCE))

    def part(tx: Transaction, after: str) -> list[str | None]:
        return [forget(tx, row) for row in page(tx, after) if row["is_over"]]

    with long_work():
        while rows := instance.engine.read(partial(page, after=after)):
            if any(row["is_over"] for row in rows):
                files = write_part(instance.engine, partial(part, after=after))
                for file_id in filter(None, files):
                    drop_file(instance.settings.folder, file_id)
                total += len(files)
            after = rows[-1]["id"]
            give_way()
    return total


def _with_files(instance: Instance, part: Callable[[Transaction], Sequence[str | None]]) -> int:
    """Do it part by part; returns of how many rows.

    `part` returns the sealed file of each row, if it has one: deleted once the part is committed.
    """
    total = 0
    while files := write_part(instance.engine, part):
        for file_id in files:
            if file_id:
                drop_file(instance.settings.folder, file_id)
        total += len(files)
    return total


def _register_files(instance: Instance, now: datetime) -> int:
    days, folder = instance.settings.keep_register_days, instance.settings.folder
    if not days:
        return 0
    count: int = instance.engine.read(lambda tx: drop_old_files(tx, folder, now, days))
    before = (now - timedelta(days=days)).timestamp()
    old = [path for path in refused_workbooks(folder) if path.stat().st_mtime < before]
    delete_all(old)
    return count + len(old)
