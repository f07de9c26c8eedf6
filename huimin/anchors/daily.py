"""The daily task: check the last anchors, make those that are missing, hand them out.

Where an anchor disagrees, no new one is made: it would give the county's signature to what somebody
has changed, or to a second story about the same days.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from huimin.anchors import queries
from huimin.anchors.hand_out import post_newest, write_files
from huimin.anchors.make import make_day_anchors
from huimin.anchors.verify import NamedNote, Report, check_anchors, kept_notes, notes_in
from huimin.core.catalogue import text
from huimin.core.days import CLOCK_SLACK, instant_text
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome
from huimin.keys.key_ring import KeyRing
from huimin.ledger.prove import ChainBroken
from huimin.settings import Settings
from huimin.storage.engine import Engine, Row, Transaction

ANCHOR = text("存证")
NOT_MADE = text("没有做新的存证：请先按手册“存证与证明”处理上面的问题，不要再改动数据库。")


def anchor_day(instance: Instance) -> Outcome:
    """The whole task."""
    outcome = Outcome()
    outside = _outside(instance, outcome)
    report = check_kept(instance.engine, instance.key_ring, outside)
    outcome.problems += report.problems
    outcome.done += report.remarks
    if any(not one.explained for one in report.disagreements):
        outcome.problems.append(NOT_MADE)
        return outcome
    outcome.try_part(ANCHOR, lambda: _make(instance, outcome))
    outcome.try_part(text("存证文件夹"), lambda: _write(instance, outcome))
    outcome.try_part(text("存证通知"), lambda: _post(instance))
    return outcome


def newest_anchor(tx: Transaction, now: datetime) -> Row | None:
    """{id, day, made_at, size, root, sha256} of the newest anchor, or None: its age is told by it.

    `day` is None for one that somebody asked for. One that is later than `now` is of a time when
    the clock was wrong.
    """
    row: Row | None = queries.newest_anchor(tx, latest=instant_text(now + CLOCK_SLACK))
    return row


def has_nothing_to_anchor(tx: Transaction) -> bool:
    """Whether nothing was ever sold."""
    return queries.first_recorded(tx) is None


def check_kept(engine: Engine, key_ring: KeyRing, outside: list[NamedNote]) -> Report:
    """Check the anchors that the database keeps, and those from outside that it does not."""
    return engine.read(lambda tx: check_all(tx, key_ring, outside))


def check_all(tx: Transaction, key_ring: KeyRing, outside: list[NamedNote]) -> Report:
    """The same, over an open snapshot."""
    own_notes = kept_notes(tx)
    texts = {one.note for one in own_notes}
    others = [one for one in outside if one.note not in texts]
    return check_anchors(tx, key_ring, [*own_notes, *others])


def outside_notes(settings: Settings) -> list[NamedNote]:
    """The latest anchors in the folder of the settings. Raises OSError if it can't be read."""
    folder = settings.anchor_folder
    return [] if folder is None else notes_in(Path(folder), latest_only=True)


def _outside(instance: Instance, outcome: Outcome) -> list[NamedNote]:
    notes: list[NamedNote] = []
    outcome.try_part(text("存证文件夹"), lambda: notes.extend(outside_notes(instance.settings)))
    return notes


def _make(instance: Instance, outcome: Outcome) -> None:
    try:
        anchors = make_day_anchors(instance)
    except ChainBroken as broken:
        outcome.problems += [broken.finding.text, text("流水链断了，没有做存证。")]
        return
    if anchors:
        newest = anchors[-1].anchor
        facts = {"count": len(anchors), "day": newest.day, "size": newest.tree.size}
        outcome.done.append(
            text("做了 {count} 份存证，最新的是 {day}，共 {size} 行流水。", **facts)
        )


def _write(instance: Instance, outcome: Outcome) -> None:
    count = write_files(instance)
    if count:
        outcome.done.append(text("存证文件夹里写了 {count} 份。", count=count))


def _post(instance: Instance) -> None:
    newest = instance.engine.read(lambda tx: queries.latest_days(tx, row_limit=1))
    if newest:
        post_newest(instance, newest[0]["day"])
