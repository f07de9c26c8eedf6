"""How long ago what must happen again and again happened last: timers, backup, anchor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from huimin.anchors.daily import (
    check_all,
    has_nothing_to_anchor,
    newest_anchor,
    outside_notes,
)
from huimin.anchors.verify import NamedNote
from huimin.backup.newest import (
    BACKUP_AGE_MAX,
    REHEARSAL_AGE_MAX,
    newest_backup_at,
    newest_rehearsal_at,
)
from huimin.core.catalogue import Text, Words, text
from huimin.core.days import parse_instant
from huimin.doctor.finding import ATTENTION, BROKEN, Finding, Scene
from huimin.jobs.timer_runs import newest_good_run, newest_run
from huimin.keys.key_ring import FILE_NAME, KeyRing
from huimin.storage.engine import Transaction

# A daily timer may be late by a morning: the machine was off, or an hour of the night was moved.
DAILY = timedelta(hours=36)
OUTCOMES = Words("timer_outcome", {"attention": "有要人处理的事", "failed": "没有做完"})


# When it was last done until that instant, as the database knows; None for never.
DoneAt = Callable[[Transaction, datetime], datetime | None]


@dataclass(frozen=True, slots=True)
class Timed:
    """Work that a timer does: its name, its words, when it was last done, and how old that may be.

    `command` does it now.
    """

    name: str
    words: Text
    done_at: DoneAt
    age_max: timedelta
    command: str


def _run_of(what: str) -> DoneAt:
    def ended_at(tx: Transaction, now: datetime) -> datetime | None:
        row = newest_good_run(tx, what, now)
        return None if row is None else parse_instant(row["ended_at"])

    return ended_at


def _anchored_at(tx: Transaction, now: datetime) -> datetime | None:
    row = newest_anchor(tx, now)
    return None if row is None else parse_instant(row["made_at"])


TIMERS = (
    Timed("day", text("每天办理的事"), _run_of("day"), DAILY, "huimin day run"),
    Timed("month", text("月底办理"), _run_of("month"), DAILY, "huimin month run"),
)
BACKUP = Timed("backup", text("备份"), newest_backup_at, BACKUP_AGE_MAX, "huimin backup")
REHEARSAL = Timed(
    "rehearsal",
    text("恢复演练"),
    newest_rehearsal_at,
    REHEARSAL_AGE_MAX,
    "huimin backup rehearse",
)
ANCHOR = Timed("anchor", text("存证"), _anchored_at, DAILY, "huimin day run")
EVERY = (BACKUP, REHEARSAL, ANCHOR, *TIMERS)


def age_of(tx: Transaction, timed: Timed, now: datetime) -> timedelta | None:
    """How long ago it last came through; None if it never did.

    The first anchor is not due while there is no sale that it could hold.
    """
    done_at = timed.done_at(tx, now)
    if done_at is None and timed is ANCHOR and has_nothing_to_anchor(tx):
        return timedelta()
    return None if done_at is None else now - done_at


def check_timers(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """Timers that should have run, and those whose last run has something for a person."""
    for timed in TIMERS:
        yield from _late(scene, tx, timed)
        last = newest_run(tx, timed.name, scene.now)
        if last is not None and last["outcome"] in OUTCOMES:
            first, _, _ = last["detail"].partition("\n")
            yield Finding(
                ATTENTION,
                text(
                    "{what}最近一次（{at}）{outcome}：{first}",
                    what=timed.words,
                    at=last["ended_at"],
                    outcome=OUTCOMES.text(last["outcome"]),
                    first=first,
                ),
                text("请运行 {command}，按它说的处理。", command=timed.command),
            )


def check_backup(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """No backup, or an old one, or none that was ever restored for practice."""
    for timed in (BACKUP, REHEARSAL):
        yield from _late(scene, tx, timed)


def check_anchor(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """No anchor, or an old one; and where one disagrees with the ledger, here or outside."""
    newest = newest_anchor(tx, scene.now)
    age = None if newest is None else scene.now - parse_instant(newest["made_at"])
    if age is not None or not has_nothing_to_anchor(tx):
        yield from _too_old(ANCHOR, age)
    outside: list[NamedNote] = []
    try:
        outside = outside_notes(scene.settings)
    except OSError as error:
        words = text("存证文件夹 {path} 读不到。", path=error.filename or "")
        yield Finding(ATTENTION, words, text("请把文件夹接好，或更正 HUIMIN_ANCHOR_FOLDER。"))
    key_ring = KeyRing(scene.settings.folder / FILE_NAME)
    remedy = text("请停下服务，保留这个数据库，按手册“存证与证明”处理。")
    for problem in check_all(tx, key_ring, outside).problems:
        yield Finding(BROKEN, problem, remedy)


def _late(scene: Scene, tx: Transaction, timed: Timed) -> Iterator[Finding]:
    return _too_old(timed, age_of(tx, timed, scene.now))


def _too_old(timed: Timed, age: timedelta | None) -> Iterator[Finding]:
    if age is None:
        words = text("{what}：从来没有做过。", what=timed.words)
    elif age > timed.age_max:
        hours = int(age.total_seconds() // 3600)
        words = text("{what}：上次是 {hours} 小时以前。", what=timed.words, hours=hours)
    else:
        return
    remedy = text(
        "请设置定时任务（huimin units 写出来），现在先运行 {command}。", command=timed.command
    )
    yield Finding(ATTENTION, words, remedy)
