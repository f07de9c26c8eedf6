"""Whether this process lives, and whether it can serve tills: looked at every few seconds.

`/livez` and `/readyz` only read what the last look found, so that a stranger who asks a thousand
times costs nothing. A look goes through the writer; one that does not end shows that the writer
hangs.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from huimin.core.catalogue import Text, text
from huimin.core.days import CLOCK_SLACK
from huimin.core.refusals import Refusal
from huimin.core.system_words import system_words
from huimin.doctor.clock import behind
from huimin.doctor.disk import FULL_BYTES, MEGABYTE, free_bytes
from huimin.doctor.keys import keys_problem
from huimin.instance import Instance
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.open_engine import version_behind

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5
# The catalogue of tables is read less often: on PostgreSQL that costs some fifty milliseconds.
SCHEMA_SECONDS = 60
# A look that takes longer hangs: the longest wait for a database is much shorter.
STUCK_SECONDS = 60
# What problems are called; "tables" and "writes" also stand for a database that does not answer.
CHECKS = ("disk", "writes", "schema", "tables", "keys", "clock")
PROBE = bytes(64 * 1024)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps this process from serving tills: the check's name, and a sentence."""

    check: str
    words: Text


class Readiness:
    """What the last look found; whoever asks first after five seconds looks again."""

    def __init__(self, instance: Instance, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._instance, self._monotonic = instance, monotonic
        self._looking = threading.Lock()
        self._began: float | None = None
        self._looked_at: float | None = None
        self._problems: tuple[Problem, ...] = ()
        self._schema: tuple[float, Problem | None] | None = None

    @property
    def looking_for(self) -> float | None:
        """For how many seconds the look that is under way has been; None while nobody looks."""
        began = self._began
        return None if began is None else self._monotonic() - began

    @property
    def lives(self) -> bool:
        """Whether looks come to an end: the process answers, and its writer works."""
        return (self.looking_for or 0) < STUCK_SECONDS

    def problems(self) -> tuple[Problem, ...]:
        """What keeps tills from being served, as it was found within the last seconds."""
        self.look()
        if self._looked_at is None or not self.lives:
            return (Problem("writes", text("数据库没有回答。")),)
        return self._problems

    def look(self) -> None:
        """Look again if the last look is old, unless somebody is at it."""
        now = self._monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        # The first answer waits a little for the first look; later ones wait for none.
        if not self._looking.acquire(timeout=LOOK_SECONDS if self._looked_at is None else 0):
            return
        try:
            self._began = now
            self._problems = self._found()
            self._looked_at = self._monotonic()
        finally:
            self._began = None
            self._looking.release()

    def _found(self) -> tuple[Problem, ...]:
        problems: list[Problem] = []
        for check, find in (
            ("disk", self._of_disk),
            ("writes", self._of_writes),
            ("schema", self._of_schema),
            ("tables", self._of_tables),
        ):
            try:
                problems += find()
            except StorageProblem as problem:
                problems.append(Problem(check, problem.text))
            except Exception as error:
                log.exception("a look failed", check=check)
                words = text("检查时程序出错（{error}），详见日志。", error=type(error).__name__)
                problems.append(Problem(check, words))
        # The clock is looked at twice, before a write and beside the rows: it is said once.
        return tuple({problem.check: problem for problem in problems}.values())

    def _of_disk(self) -> Iterator[Problem]:
        folder = self._instance.settings.folder
        try:
            free = free_bytes(folder)
            # A quota or a file system gone read-only shows only when something is written.
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(PROBE)
        except OSError as error:
            words = text("数据文件夹写不进去：{problem}。", problem=system_words(error))
            yield Problem("disk", words)
            return
        if free < FULL_BYTES:
            words = text("数据文件夹所在的磁盘只剩 {free} MB。", free=free // MEGABYTE)
            yield Problem("disk", words)

    def _of_writes(self) -> list[Problem]:
        try:  # on a standby it is refused: no till may be sent there
            # A statement, because a connection may begin its transaction with the first one.
            self._instance.engine.write(lambda tx: tx.connection.execute("SELECT 1").fetchall())
        except Refusal as refused:
            return [Problem("clock" if refused.code == "clock_wrong" else "writes", refused.text)]
        return []

    def _of_schema(self) -> list[Problem]:
        now = self._monotonic()
        if self._schema is None or now - self._schema[0] >= SCHEMA_SECONDS:
            self._schema = now, self._instance.engine.read(self._schema_problem)
        problem = self._schema[1]
        return [] if problem is None else [problem]

    def _schema_problem(self, tx: Transaction) -> Problem | None:
        try:
            steps = version_behind(tx, self._instance.settings)
        except StorageProblem as problem:
            return Problem("schema", problem.text)
        if steps:
            return Problem("schema", text("数据库比程序旧 {steps} 个版本。", steps=steps))
        return None

    def _of_tables(self) -> list[Problem]:
        return self._instance.engine.read(self._table_problems)

    def _table_problems(self, tx: Transaction) -> list[Problem]:
        settings, problems = self._instance.settings, []
        keys = keys_problem(tx, settings.folder, secret=not settings.secret_key)
        if keys is not None:
            problems.append(Problem("keys", keys))
        if behind(tx, self._instance.clock()) > CLOCK_SLACK:
            words = text("这台机器的时钟比数据库里最新的记录还早。")
            problems.append(Problem("clock", words))
        return problems
