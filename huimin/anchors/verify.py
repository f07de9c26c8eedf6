"""Check anchors against the ledger: one file, a folder of them, and those that the county keeps.

A terminal's trouble is reported once, with the oldest anchor that shows it and the newest that does
not: between the two it happened. A file that is no anchor of this county is named, not passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from huimin.anchors import queries
from huimin.anchors.compare import Disagreement, compare
from huimin.anchors.county_key import AnchorRefused, open_anchor
from huimin.anchors.note import AnchorText
from huimin.core.catalogue import Text, text
from huimin.core.days import month_of
from huimin.core.signed_note import NOTE_BYTES_MAX
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Transaction

FILES_MAX = 20_000
LATEST_DAYS = 30
FILE_PREFIX, FILE_SUFFIX = "huimin-anchor-", ".txt"


@dataclass(frozen=True, slots=True)
class NamedNote:
    """A text that should be an anchor, and what to call it."""

    name: str
    note: str


@dataclass
class Report:
    """How anchors and ledger agree: how many do, what does not, what is no anchor."""

    agreed: int = 0
    newest: str | None = None
    disagreements: list[Disagreement] = field(default_factory=list)
    refused: list[Text] = field(default_factory=list)

    @property
    def problems(self) -> list[Text]:
        """What somebody must look at."""
        open_ones = [one.text for one in self.disagreements if not one.explained]
        return [*self.refused, *open_ones]

    @property
    def remarks(self) -> list[Text]:
        """What is on record and explains itself."""
        return [one.text for one in self.disagreements if one.explained]


def check_anchors(tx: Transaction, key_ring: KeyRing, notes: Iterable[NamedNote]) -> Report:
    """Compare each with the ledger."""
    report, opened = Report(), list[tuple[NamedNote, AnchorText, bool]]()
    for named in notes:
        try:
            anchor = open_anchor(tx, key_ring, named.note)
        except AnchorRefused as refused:
            report.refused.append(text("{name}：{problem}", name=named.name, problem=refused.text))
            continue
        sha256 = hashlib.sha256(named.note.encode()).hexdigest()
        known = queries.anchor_by_sha256(tx, sha256=sha256) is not None
        opened.append((named, anchor, known))
    reported: set[tuple[str, str | None]] = set()
    agreed: str | None = None
    for named, anchor, known in sorted(opened, key=lambda one: one[1].made_at):
        disagreements = compare(tx, anchor, name=named.name, is_known=known)
        report.newest = anchor.made_at
        if not disagreements:
            report.agreed, agreed = report.agreed + 1, named.name
        fresh = [one for one in disagreements if (one.code, one.terminal_id) not in reported]
        reported |= {(one.code, one.terminal_id) for one in fresh}
        report.disagreements += [_bounded(one, agreed) for one in fresh]
    return report


def _bounded(one: Disagreement, agreed: str | None) -> Disagreement:
    if agreed is None or one.terminal_id is None:
        return one
    since = text("（存证 {agreed} 时还相符）", agreed=agreed)
    return replace(one, facts={**one.facts, "since": since})


def kept_notes(tx: Transaction) -> list[NamedNote]:
    """The anchors in the database that are checked each day: the latest, and each month's last."""
    days = {row["day"] for row in queries.latest_days(tx, row_limit=LATEST_DAYS)}
    days |= {row["day"] for row in queries.last_days_of_months(tx)}
    rows = (queries.anchor_of_day(tx, day=day) for day in sorted(days))
    return [NamedNote(row["day"], row["note"]) for row in rows]


def file_name(label: str) -> str:
    """What the file of a day's anchor is called."""
    return f"{FILE_PREFIX}{label}{FILE_SUFFIX}"


def note_in(path: Path) -> NamedNote:
    """The text of a file. Raises OSError."""
    with path.open("rb") as file:
        content = file.read(NOTE_BYTES_MAX + 1)
    return NamedNote(path.name, content.decode("utf-8", "replace"))


def notes_in(folder: Path, *, latest_only: bool = False) -> list[NamedNote]:
    """The anchors in a folder: all text files, or the latest days' and each month's last.

    Raises OSError for a folder that can't be read.
    """
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix == FILE_SUFFIX and not path.name.startswith(".")
    )
    if latest_only:
        paths = _latest(paths)
    return [note_in(path) for path in paths[-FILES_MAX:]]


def _latest(paths: Sequence[Path]) -> list[Path]:
    by_day = {}
    for path in paths:
        label = path.name.removeprefix(FILE_PREFIX).removesuffix(FILE_SUFFIX)
        try:
            by_day[date.fromisoformat(label)] = path
        except ValueError:
            continue
    days = sorted(by_day)
    last_of_months = {month_of(day): day for day in days}
    return [by_day[day] for day in sorted({*days[-LATEST_DAYS:], *last_of_months.values()})]
