"""The two jobs of a register: check and match it, then import it and propose applications.

The uploaded file, what the check found and the rows to mend lie in the job's folder, encrypted, for
KEPT_DAYS; the file is in clear only while a job reads it. The import reads it again, so that what
is written is what stands in it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from huimin.core.days import county_day
from huimin.core.json_text import read_json, write_json
from huimin.divisions.find import all_divisions
from huimin.holders.people import find_by_id_number
from huimin.holders.personal_data import PersonalData
from huimin.holders.registers.check_register import RegisterCheck, check_register
from huimin.holders.registers.import_register import import_register, require_fitting_keys
from huimin.holders.registers.match import Match, end_missing, match_register, propose
from huimin.holders.registers.places import Places
from huimin.holders.registers.refused_workbook import write_refused_workbook
from huimin.holders.registers.row import Circumstances
from huimin.jobs.jobs import jobs_finished_before
from huimin.storage.engine import Engine, Transaction

REGISTER_BYTES_MAX = 50 * 1024 * 1024
ENDINGS = (".xlsx", ".csv")
FOLDER, REGISTER, REFUSED, FOUND = "jobs", "register.sealed", "refused.sealed", "found.sealed"
KEPT_DAYS = 30
PROBLEMS_KEPT = 2_000
# What a job is at, as its page says it (pages/registers.py has the words).
CHECKING, MATCHING, WRITING, ENDING = "check", "match", "write", "end"
Row = dict[str, Any]
Told = Callable[[str, int, int], None]


class RegisterWork:
    """What both jobs need: where the file lies, and who asks."""

    def __init__(
        self,
        engine: Engine,
        personal_data: PersonalData,
        folder: Path,
        *,
        job_id: str,
        file_name: str,
        now: datetime,
        actor: str,
    ) -> None:
        self.engine, self.personal_data, self.now, self.actor = engine, personal_data, now, actor
        self.place, self.file_name = folder / FOLDER / job_id, file_name
        self.job_id, self.today = job_id, county_day(now)

    def keep(self, content: bytes) -> None:
        """Keep the uploaded file."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._seal(REGISTER, content)

    def check(self, told: Told) -> Row:
        """Check and match; nothing is written to the database but the job's own progress."""
        found = self._checked(told)

        def match(tx: Transaction) -> Match:
            given = (tx, self.personal_data, found, self.today)
            return match_register(*given, lambda done, total: told(MATCHING, done, total))

        groups = self.engine.read(match).as_dict()
        to_mend = self._keep_refused(found)
        problems = [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "message": one.message}
            for one in found.problems[:PROBLEMS_KEPT]
        ]
        self._seal(FOUND, write_json({**groups, "problems": problems}).encode())
        return {
            "accepted": len(found.accepted),
            "refused": len(found.refused),
            "repeated": len(found.repeated),
            "to_mend": to_mend,
            **{name: len(rows) for name, rows in groups.items()},
        }

    def found(self) -> Row:
        """The lists that the check made. Raises FileNotFoundError when they are gone."""
        lists: Row = read_json(self._unsealed(FOUND))
        return lists

    def refused(self) -> bytes:
        """The workbook of rows to mend. Raises FileNotFoundError when there is none."""
        return self._unsealed(REFUSED)

    def copy_from(self, checked: RegisterWork) -> None:
        """Take over the file of the check that this import follows."""
        self.keep(checked._unsealed(REGISTER))

    def write(self, told: Told, *, missing: list[Row], end_from: date | None) -> Row:
        """Import, apply for cards, and end what the register no longer holds from a day on."""
        found = self._checked(told)
        given: dict[str, Any] = {"now": self.now, "actor": self.actor}
        counts = import_register(
            self.engine,
            self.personal_data,
            found,
            progress=lambda done, total: told(WRITING, done, total),
            propose=lambda tx, rows: propose(tx, self.personal_data, rows, **given),
            **given,
        )
        ended = 0
        if end_from is not None:
            ended = end_missing(
                self.engine,
                missing,
                last_day=end_from - timedelta(days=1),
                reason=f"名册“{self.file_name}”中已没有",
                told=lambda done, total: told(ENDING, done, total),
                **given,
            )
        return {**asdict(counts), "ended": ended}

    def _keep_refused(self, found: RegisterCheck) -> bool:
        with self._in_clear(REFUSED, b"", ".xlsx") as path:
            written = write_refused_workbook(path, found, now=self.now)
            if written:
                self._seal(REFUSED, path.read_bytes())
        return written

    def _seal(self, name: str, content: bytes) -> None:
        handle = os.open(self.place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(self.personal_data.seal(content, f"{self.job_id}/{name}"))

    def _unsealed(self, name: str) -> bytes:
        sealed = (self.place / name).read_bytes()
        return self.personal_data.unseal(sealed, f"{self.job_id}/{name}")

    @contextmanager
    def _in_clear(self, name: str, content: bytes, suffix: str) -> Iterator[Path]:
        """A file that only this account can read, gone when it is no longer needed."""
        path = self.place / f"{name}{suffix}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _checked(self, told: Told) -> RegisterCheck:
        def work(tx: Transaction) -> RegisterCheck:
            require_fitting_keys(tx, self.personal_data)

            def registered_name(number: str) -> str | None:
                holder = find_by_id_number(tx, self.personal_data, number)
                return None if holder is None else str(holder["name"])

            around = Circumstances(
                places=Places(all_divisions(tx)),
                today=self.today,
                file_name=self.file_name,
                registered_name=registered_name,
            )
            return check_register(path, around, lambda d, t: told(CHECKING, d, t))

        ending = Path(self.file_name).suffix.lower()
        with self._in_clear(REGISTER, self._unsealed(REGISTER), ending) as path:
            return self.engine.read(work)


def drop_old_files(tx: Transaction, folder: Path, now: datetime) -> None:
    """Delete the files of jobs that ended KEPT_DAYS ago; that they were there stays on record."""
    for job_id in jobs_finished_before(tx, now - timedelta(days=KEPT_DAYS)):
        shutil.rmtree(folder / FOLDER / job_id, ignore_errors=True)
