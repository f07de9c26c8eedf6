"""The two jobs of a register: check and match it, then import it and propose applications.

The uploaded file, the check's lists and the rows to correct are stored encrypted in the job's
folder for HUIMIN_KEEP_REGISTER_DAYS; the file is in clear only while a job reads it. The import
reads the file again, so that exactly its content is written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Unpack

from huimin.core.acting import By
from huimin.core.catalogue import Text, sentence
from huimin.core.days import county_day
from huimin.core.json_text import read_json, write_json
from huimin.core.kept_refusal import kept_text
from huimin.core.refusals import FieldProblem, Refusal
from huimin.holders.registers.as_shown import Prints, digest_of
from huimin.holders.registers.check_file import check_file
from huimin.holders.registers.import_register import import_register
from huimin.holders.registers.json_rows import JSON_ENDING, json_sheets, person_ids
from huimin.holders.registers.match import Match, match_register, propose
from huimin.holders.registers.places import quotable
from huimin.holders.registers.problem import Problem
from huimin.holders.registers.refused_workbook import write_refused_workbook
from huimin.holders.registers.result import RegisterCheck, RepeatedRow
from huimin.holders.registers.sheets_apart import registers_apart
from huimin.holders.registers.supplement import Supplement
from huimin.holders.registers.understood import (
    fields_by_column,
    question_row,
    understood_rows,
)
from huimin.jobs.jobs import jobs_finished_before
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.places import Places

REGISTER_BYTES_MAX = 50 * 1024 * 1024
ENDINGS = (".xlsx", ".xls", ".csv")
FOLDER, REGISTER, REFUSED, LISTS = "jobs", "register.sealed", "refused.sealed", "found.sealed"
# So far back people look for a register that waits to be imported.
DAYS_STORED = 30
PROBLEMS_STORED = 2_000
# Of the rows that would no longer do what was shown, so many are named.
DIFFERING_NAMED = 100
CHANGED_SINCE = sentence("检查以后，这一行的人在县里的登记变了；请重新检查再导入。")
# A job's steps; pages/registers.py has the words.
CHECKING, MATCHING, WRITING = "check", "match", "write"
# Registers that are read at once, each in a process of its own; further ones wait.
READ_AT_ONCE = 2
WAIT_SECONDS = 1
StepProgress = Callable[[str, int, int], None]


class RegisterWork:
    """The work of both jobs on one uploaded file."""

    def __init__(
        self,
        engine: Engine,
        personal_data: PersonalData,
        folder: Path,
        *,
        job_id: str,
        file_name: str,
        supplement: Supplement | None = None,
        **by: Unpack[By],
    ) -> None:
        self.engine, self.personal_data, self.by = engine, personal_data, by
        self._folder, self.file_name = folder / FOLDER / job_id, file_name
        self.job_id, self.today, self.supplement = (
            job_id,
            county_day(by["now"]),
            supplement or Supplement(),
        )

    def of_job(self, job_id: str) -> RegisterWork:
        """The work of another job on the same register."""
        folder = self._folder.parent.parent
        return RegisterWork(
            self.engine,
            self.personal_data,
            folder,
            job_id=job_id,
            file_name=self.file_name,
            supplement=self.supplement,
            **self.by,
        )

    def store(self, content: bytes) -> None:
        """Store the uploaded file."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._seal(REGISTER, content)

    def check(self, progress: StepProgress) -> Row:
        """Check and match the register; writes only the job's own progress to the database."""
        checked = self._checked(progress)
        match = self._matched(checked, progress)
        groups = match.as_dict()
        to_mend = self._store_refused(checked)
        fields = fields_by_column(checked)
        problems = [_stored_problem(one, fields) for one in checked.problems[:PROBLEMS_STORED]]
        left_out = [
            {
                "sheet": left.sheet,
                "row": left.row,
                "why": kept_text(Text(left.why)),
                "lost": left.lost,
            }
            for left in checked.left_out[:PROBLEMS_STORED]
        ]
        columns = [row for sheet in checked.understood for row in understood_rows(sheet)]
        former = [
            {"written": quotable(written), "now": now}
            for written, now in list(checked.former_places.items())[:PROBLEMS_STORED]
        ]
        lists = {
            **groups,
            "problems": problems,
            "left_out": left_out,
            "understood": columns,
            "repeated": [_stored_repeat(one) for one in checked.repeated[:PROBLEMS_STORED]],
            "person_ids": list(self._person_ids().items()),
            "former_places": former,
            "questions": [question_row(question) for question in checked.questions],
        }
        self._seal(LISTS, write_json(lists).encode())
        return {
            **checked.counts,
            "complete": checked.complete,
            "to_mend": to_mend,
            "digest": digest_of(_prints(match)),
            **{name: len(rows) for name, rows in groups.items()},
        }

    def lists(self) -> Row:
        """The check's lists. Raises FileNotFoundError when they have been deleted."""
        lists: Row = read_json(self._unsealed(LISTS))
        return lists

    def refused(self) -> bytes:
        """The workbook of rows to correct. Raises FileNotFoundError when there is none."""
        return self._unsealed(REFUSED)

    def register(self) -> bytes:
        """The uploaded file. Raises FileNotFoundError when it has been deleted, SealedProblem when
        no key opens it: what follows this check is then not begun."""
        return self._unsealed(REGISTER)

    def write(self, progress: StepProgress, shown: Prints | None = None) -> Row:
        """Import and apply for cards; nobody's aid ends by it.

        With `shown` it does exactly that or nothing: raises Refusal `register_changed` when the
        county has changed since. What changes while it is being written is not written, and counted
        as `passed`.
        """
        checked = self._checked(progress)
        by = self.by
        if shown is not None:
            self._require_as_shown(checked, shown, progress)
        counts = import_register(
            self.engine,
            self.personal_data,
            checked,
            progress=lambda done, total: progress(WRITING, done, total),
            propose=lambda tx, rows: propose(tx, self.personal_data, rows, **by),
            register_date=self.supplement.register_date,
            shown=shown,
            **by,
        )
        return asdict(counts)

    def require_as_shown(self, shown: Prints, progress: StepProgress) -> None:
        """Raise Refusal `register_changed`, with the rows, when it would not do what was shown."""
        self._require_as_shown(self._checked(progress), shown, progress)

    def shown(self) -> Prints:
        """What the check has shown, by sheet and row. Raises FileNotFoundError."""
        lists = self.lists()
        groups = (lists["new"], lists["gaining"], lists["unchanged"])
        return {(one["sheet"], one["row"]): one["print"] for group in groups for one in group}

    def _require_as_shown(
        self, checked: RegisterCheck, shown: Prints, progress: StepProgress
    ) -> None:
        now = {(s, r): print_ for s, r, print_ in _prints(self._matched(checked, progress))}
        places = dict.fromkeys([*shown, *now])
        differing = [place for place in places if shown.get(place) != now.get(place)]
        if differing:
            problems = [
                FieldProblem(f"{sheet} {row}", Text(CHANGED_SINCE))
                for sheet, row in differing[:DIFFERING_NAMED]
            ]
            raise Refusal("register_changed", count=len(differing), problems=problems)

    def _matched(self, checked: RegisterCheck, progress: StepProgress) -> Match:
        def match(tx: Transaction) -> Match:
            arguments = (tx, self.personal_data, checked, self.today)
            step = partial(progress, MATCHING)
            return match_register(*arguments, step, self.supplement.register_date)

        return self.engine.read(match)

    def _person_ids(self) -> dict[int, str]:
        return person_ids(self._unsealed(REGISTER)) if self._is_json else {}

    @property
    def _is_json(self) -> bool:
        return Path(self.file_name).suffix.lower() == JSON_ENDING

    def _store_refused(self, checked: RegisterCheck) -> bool:
        with self._decrypted_file(REFUSED, b"", ".xlsx") as path:
            written = write_refused_workbook(path, checked, now=self.by["now"])
            if written:
                self._seal(REFUSED, path.read_bytes())
        return written

    def _seal(self, name: str, content: bytes) -> None:
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(self.personal_data.seal(content, f"{self.job_id}/{name}"))

    def _unsealed(self, name: str) -> bytes:
        sealed = (self._folder / name).read_bytes()
        return self.personal_data.unseal(sealed, f"{self.job_id}/{name}")

    @contextmanager
    def _decrypted_file(self, name: str, content: bytes, suffix: str) -> Iterator[Path]:
        """A temporary unencrypted file of mode 0600, deleted afterwards."""
        path = self._folder / f"{name}{suffix}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _checked(self, progress: StepProgress) -> RegisterCheck:
        def work(tx: Transaction) -> RegisterCheck:
            # Rows have no file: their source is that of the key.
            name = Path(self.file_name).stem if self._is_json else self.file_name
            about = (path, name, self.today)
            step = partial(progress, CHECKING)
            return check_file(
                tx,
                self.personal_data,
                *about,
                step,
                self.supplement,
                # Plain JSON of our own making needs no process of its own.
                opened=json_sheets if self._is_json else registers_apart,
            )

        ending = Path(self.file_name).suffix.lower()
        with (
            self._turn_to_read(progress),
            self._decrypted_file(REGISTER, self._unsealed(REGISTER), ending) as path,
        ):
            return self.engine.read(work)

    @contextmanager
    def _turn_to_read(self, progress: StepProgress) -> Iterator[None]:
        """Wait until few enough are read, in all processes of the server together."""
        with closing(Places(self._folder.parent.parent)) as places:
            while True:
                with places.waited_for("registers read", READ_AT_ONCE, WAIT_SECONDS) as came:
                    if came:
                        yield
                        return
                progress(CHECKING, 0, 1)  # so that it can be stopped, and is not taken for dead


def _prints(match: Match) -> list[tuple[str, int, str]]:
    groups = (match.new, match.gaining, match.unchanged)
    return [(one["sheet"], one["row"], one["print"]) for group in groups for one in group]


def _stored_problem(one: Problem, fields: Mapping[tuple[str, str | None], str]) -> Row:
    return {
        "sheet": one.sheet,
        "row": one.row,
        "column": one.column,
        "field": fields.get((one.sheet, one.column)),
        "code": one.code,
        "text": kept_text(one.text),
        "remedy": kept_text(one.remedy),
    }


def _stored_repeat(one: RepeatedRow) -> Row:
    """Without the person's number."""
    names = ("sheet", "row", "first_sheet", "first_row", "differs", "added")
    return {name: getattr(one, name) for name in names}


def drop_old_files(tx: Transaction, folder: Path, now: datetime, days: int) -> int:
    """Delete the files of jobs that ended that many days ago (0: none); the jobs themselves stay.

    Returns of how many jobs there were any.
    """
    if not days or not (folder / FOLDER).is_dir():
        return 0
    left = {path.name for path in (folder / FOLDER).iterdir()}
    old = left.intersection(jobs_finished_before(tx, now - timedelta(days=days)))
    for job_id in old:
        shutil.rmtree(folder / FOLDER / job_id, ignore_errors=True)
    return len(old)
