"""The two jobs of a register: check and match it, then import it and propose applications.

The uploaded file, the check's lists and the rows to correct are stored encrypted in the job's
folder for DAYS_STORED; the file is in clear only while a job reads it. The import reads the file
again, so that exactly its content is written.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Unpack

from huimin.core.acting import By
from huimin.core.catalogue import Text
from huimin.core.days import county_day
from huimin.core.json_text import read_json, write_json
from huimin.core.kept_refusal import kept_text
from huimin.holders.personal_data import PersonalData
from huimin.holders.registers.check_file import check_file
from huimin.holders.registers.import_register import import_register
from huimin.holders.registers.match import Match, match_register, propose
from huimin.holders.registers.refused_workbook import write_refused_workbook
from huimin.holders.registers.result import RegisterCheck
from huimin.holders.registers.sheets_apart import registers_apart
from huimin.holders.registers.supplement import Supplement
from huimin.holders.registers.understood import question_row, understood_rows
from huimin.jobs.jobs import jobs_finished_before
from huimin.storage.engine import Engine, Row, Transaction

REGISTER_BYTES_MAX = 50 * 1024 * 1024
ENDINGS = (".xlsx", ".xls", ".csv")
FOLDER, REGISTER, REFUSED, LISTS = "jobs", "register.sealed", "refused.sealed", "found.sealed"
DAYS_STORED = 30
PROBLEMS_STORED = 2_000
# A job's steps; pages/registers.py has the words.
CHECKING, MATCHING, WRITING = "check", "match", "write"
# Registers that are read at once, each in a process of its own; further ones wait.
_reading = threading.BoundedSemaphore(2)
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

    def store(self, content: bytes) -> None:
        """Store the uploaded file."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._seal(REGISTER, content)

    def check(self, progress: StepProgress) -> Row:
        """Check and match the register; writes only the job's own progress to the database."""
        checked = self._checked(progress)

        def match(tx: Transaction) -> Match:
            arguments = (tx, self.personal_data, checked, self.today)
            step = partial(progress, MATCHING)
            return match_register(*arguments, step, self.supplement.register_date)

        groups = self.engine.read(match).as_dict()
        to_mend = self._store_refused(checked)
        problems = [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "text": kept_text(one.text)}
            for one in checked.problems[:PROBLEMS_STORED]
        ]
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
        lists = {**groups, "problems": problems, "left_out": left_out, "understood": columns}
        lists["questions"] = [question_row(question) for question in checked.questions]
        self._seal(LISTS, write_json(lists).encode())
        return {
            **checked.counts,
            "complete": checked.complete,
            "to_mend": to_mend,
            **{name: len(rows) for name, rows in groups.items()},
        }

    def lists(self) -> Row:
        """The check's lists. Raises FileNotFoundError when they have been deleted."""
        lists: Row = read_json(self._unsealed(LISTS))
        return lists

    def refused(self) -> bytes:
        """The workbook of rows to correct. Raises FileNotFoundError when there is none."""
        return self._unsealed(REFUSED)

    def copy_from(self, checked: RegisterWork) -> None:
        """Copy the file of the check that this import follows."""
        self.store(checked._unsealed(REGISTER))

    def write(self, progress: StepProgress) -> Row:
        """Import and apply for cards; nobody's aid ends by it."""
        checked = self._checked(progress)
        by = self.by
        counts = import_register(
            self.engine,
            self.personal_data,
            checked,
            progress=lambda done, total: progress(WRITING, done, total),
            propose=lambda tx, rows: propose(tx, self.personal_data, rows, **by),
            register_date=self.supplement.register_date,
            **by,
        )
        return asdict(counts)

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
            about = (path, self.file_name, self.today)
            step = partial(progress, CHECKING)
            return check_file(
                tx, self.personal_data, *about, step, self.supplement, opened=registers_apart
            )

        while not _reading.acquire(timeout=WAIT_SECONDS):
            progress(CHECKING, 0, 1)  # so that it can be stopped, and is not taken for dead
        try:
            ending = Path(self.file_name).suffix.lower()
            with self._decrypted_file(REGISTER, self._unsealed(REGISTER), ending) as path:
                return self.engine.read(work)
        finally:
            _reading.release()


def drop_old_files(tx: Transaction, folder: Path, now: datetime) -> None:
    """Delete the files of jobs that ended DAYS_STORED ago; the jobs themselves stay."""
    for job_id in jobs_finished_before(tx, now - timedelta(days=DAYS_STORED)):
        shutil.rmtree(folder / FOLDER / job_id, ignore_errors=True)
