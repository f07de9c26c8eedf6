"""The two jobs of a register: check and match it, then import it and propose applications.

The uploaded file lies in the job's folder, mode 0600; so does what the check found, encrypted. The
import reads the file again, so that what is written is what stands in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from huimin.core.days import county_day
from huimin.core.json_text import read_json, write_json
from huimin.divisions.find import all_divisions
from huimin.holders.check_register import RegisterCheck, check_register
from huimin.holders.people import find_by_id_number
from huimin.holders.personal_data import PersonalData
from huimin.holders.refused_workbook import write_refused_workbook
from huimin.holders.register_import import import_register, require_fitting_keys
from huimin.holders.register_match import end_missing, match_register, propose
from huimin.holders.register_places import Places
from huimin.holders.register_row import Circumstances
from huimin.storage.engine import Engine, Transaction

REGISTER_BYTES_MAX = 50 * 1024 * 1024
ENDINGS = (".xlsx", ".csv")
FOLDER, REFUSED, FOUND = "jobs", "refused.xlsx", "found.sealed"
PROBLEMS_KEPT = 2_000
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

    @property
    def path(self) -> Path:
        """The register itself."""
        return self.place / f"register{Path(self.file_name).suffix.lower()}"

    def keep(self, content: bytes) -> None:
        """Write the uploaded file."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)

    def check(self, told: Told) -> Row:
        """Check and match; nothing is written to the database but the job's own progress."""
        found = self._checked(told)
        told("对照", 0, 1)
        match = self.engine.read(
            lambda tx: match_register(tx, self.personal_data, found, self.today)
        )
        told("对照", 1, 1)
        to_mend = write_refused_workbook(self.place / REFUSED, found, now=self.now)
        problems = [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "message": one.message}
            for one in found.problems[:PROBLEMS_KEPT]
        ]
        kept = write_json({**match.as_dict(), "problems": problems}).encode()
        sealed = self.personal_data.seal(kept, self.job_id)
        (self.place / FOUND).write_bytes(sealed)
        (self.place / FOUND).chmod(0o600)
        return {
            "accepted": len(found.accepted),
            "refused": len(found.refused),
            "repeated": len(found.repeated),
            "to_mend": to_mend,
            **{name: len(rows) for name, rows in match.as_dict().items()},
        }

    def found(self) -> Row:
        """The lists that the check made. Raises FileNotFoundError when they are gone."""
        sealed = (self.place / FOUND).read_bytes()
        lists: Row = read_json(self.personal_data.unseal(sealed, self.job_id))
        return lists

    def write(self, told: Told, *, end_from: date | None) -> Row:
        """Import, propose, and end what the register no longer holds from a day on."""
        found = self._checked(told)
        missing = self.found()["missing"] if end_from is not None else []
        counts = import_register(
            self.engine,
            self.personal_data,
            found,
            now=self.now,
            actor=self.actor,
            progress=lambda done, total: told("写入", done, total),
        )
        proposed = propose(
            self.engine,
            self.personal_data,
            found.accepted,
            now=self.now,
            actor=self.actor,
            today=self.today,
            told=lambda done, total: told("提出申请", done, total),
        )
        ended = 0
        if end_from is not None:
            ended = end_missing(
                self.engine,
                missing,
                last_day=end_from - timedelta(days=1),
                reason=f"名册“{self.file_name}”中已没有",
                now=self.now,
                actor=self.actor,
            )
        return {
            "new": counts.new,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "proposed": proposed,
            "ended": ended,
        }

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
            return check_register(self.path, around, lambda d, t: told("检查", d, t))

        return self.engine.read(work)
