"""`huimin month run`: what a month's end needs and no person has to do, in one call for a timer.

Each month that is over and unsigned is checked and drafted, with its files to look at; settlements
whose time has passed are confirmed; lost files of closed months are made again; what happened is
posted as notices. Signatures stay people's. Run twice, it does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from huimin.core.catalogue import text
from huimin.core.days import instant_text
from huimin.jobs.timer_runs import Outcome, note_run
from huimin.months import queries
from huimin.months.closes import close_by_version, files_of, months_to_draft
from huimin.months.closes import report_of_close as report_of
from huimin.months.draft import check_and_draft
from huimin.months.files import folder_of, make_files, restore_files, write_draft_files
from huimin.months.tell import closed_notice, draft_notice
from huimin.months.words import titles_of
from huimin.notices.log import troubled_deliveries
from huimin.notices.post import post_notice, targets_of
from huimin.notices.send import Attempt, send_due
from huimin.report_mail.post import post_due, sweep_files
from huimin.settings import Settings
from huimin.settlement.answer import close_due
from huimin.storage.engine import Engine, Transaction

ACTOR = "system"
WHAT = "month"
# A closing is told while it is news: a mailbox that is set up today gets no history.
NEWS = timedelta(days=7)


@dataclass
class Run(Outcome):
    """What one call did, in sentences; `problems` are what somebody must look at."""

    attempts: list[Attempt] = field(default_factory=list)


def run_month_end(engine: Engine, settings: Settings, *, clock: Callable[[], datetime]) -> Run:
    """Do all of it; one part that fails keeps no other from being done."""
    run, now = Run(), clock()
    for month in engine.read(lambda tx: months_to_draft(tx, now)):
        run.try_part(month, partial(_draft, run, engine, settings, month, now))
    run.try_part(text("结算单"), lambda: _confirm_due(run, engine, now))
    for row in engine.read(queries.approved_versions):
        month, version = row["month"], row["version"]
        run.try_part(month, partial(_restore, run, engine, settings, month, version))
    run.try_part(text("通知"), lambda: _tell_closed(engine, settings, now))
    run.try_part(text("报表寄送"), lambda: _post_reports(run, engine, settings, clock))
    run.try_part(text("通知"), lambda: run.attempts.extend(send_due(engine, settings, clock=clock)))
    troubled = len(engine.read(troubled_deliveries))
    if troubled:
        run.problems.append(
            text("{count} 份通知没有送到，见 huimin notices list。", count=troubled)
        )
    note_run(engine, WHAT, run, started_at=now, ended_at=clock(), language=settings.language)
    return run


def _draft(run: Run, engine: Engine, settings: Settings, month: str, now: datetime) -> None:
    drafted = check_and_draft(
        engine,
        month,
        settings=settings,
        now=now,
        actor=ACTOR,
        progress=lambda step, done, total: None,
    )
    version = drafted["version"]
    if drafted["changed"] or not folder_of(settings.folder, month, version).exists():
        report, folder = report_of(drafted), settings.folder
        contents = engine.read(lambda tx: make_files(tx, folder, drafted, report))
        write_draft_files(folder, month, version, contents)
        run.done.append(
            text("{month}：已核对，第 {version} 版等待填报。", month=month, version=version)
        )
    stops = [check["code"] for check in drafted["checks"] if check["level"] == "stop"]
    if stops:
        checks = titles_of(stops)
        run.problems.append(
            text("{month}：核对没有通过（{checks}），必须先处理。", month=month, checks=checks)
        )
    notice = draft_notice(drafted, settings.base_url, settings.language)
    engine.write(lambda tx: post_notice(tx, notice, targets_of(settings), now=now))


def _confirm_due(run: Run, engine: Engine, now: datetime) -> None:
    confirmed = engine.write(lambda tx: close_due(tx, now=now))
    if confirmed:
        run.done.append(text("{count} 份结算单过了确认期限，已按期确认。", count=len(confirmed)))


def _restore(run: Run, engine: Engine, settings: Settings, month: str, version: int) -> None:
    forms = engine.read(lambda tx: restore_files(tx, settings.folder, month, version))
    if forms:
        run.done.append(
            text(
                "{month} 第 {version} 版：补写了 {forms}。",
                month=month,
                version=version,
                forms=tuple(forms),
            )
        )


def _post_reports(
    run: Run, engine: Engine, settings: Settings, clock: Callable[[], datetime]
) -> None:
    posting = post_due(engine, settings, clock=clock)
    if posting.posted:
        run.done.append(text("{count} 份月报表待寄出。", count=len(posting.posted)))
    if posting.failed:
        run.problems.append(text("{count} 份月报表没有做成，详见日志。", count=len(posting.failed)))
    sweep_files(engine, settings, clock())


def _tell_closed(engine: Engine, settings: Settings, now: datetime) -> None:
    since = instant_text(now - NEWS)

    def work(tx: Transaction) -> None:
        for row in queries.approved_since(tx, since=since):
            close = close_by_version(tx, row["month"], row["version"])
            notice = closed_notice(
                close, files_of(tx, close["id"]), settings.base_url, settings.language
            )
            post_notice(tx, notice, targets_of(settings), now=now)

    engine.write(work)
