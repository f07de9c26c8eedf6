"""A job is work that outlives its request. Its progress and its result are in the database.

The work runs in a thread of the serving process and checks between steps whether it should stop.
A job whose process has died is recognised by its silence and marked as failed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from huimin.core.days import instant_text
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import FieldProblems, Refusal
from huimin.jobs import queries
from huimin.jobs.reasons import reason_record
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.giving_way import long_work
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
# Often enough for a bar that moves, seldom enough not to burden the writer.
NOTE_EVERY = timedelta(seconds=0.5)
SILENT = timedelta(seconds=60)
CLOSE_SECONDS_MAX = 10


class JobCancelled(Exception):
    """Somebody asked the job to stop."""


class Progress:
    """Passed to a job's work to report progress; raises JobCancelled when the job should stop."""

    def __init__(self, engine: Engine, job_id: str, clock: Clock, stop: threading.Event) -> None:
        self._engine, self._job_id, self._clock, self._stop = engine, job_id, clock, stop
        self._noted: datetime | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Store the step and its counts, at most twice a second."""
        if self._stop.is_set():
            raise JobCancelled
        now = self._clock()
        # A clock that was put back is no reason to be silent until it has caught up.
        if self._noted and timedelta() <= now - self._noted < NOTE_EVERY and done < total:
            return
        self._noted = now
        note = {"id": self._job_id, "step": step, "done_count": done, "total_count": total}
        row = self._engine.write(
            lambda tx: queries.note_progress(tx, now=instant_text(now), **note)
        )
        if row is None or row["cancel_asked"]:
            raise JobCancelled


Work = Callable[[Progress], Row]


class Jobs:
    """Runs jobs, one thread each, and stops them when the instance is closed."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, job_id: str, work: Work) -> None:
        """Run the work of a job whose row has been committed."""
        thread = threading.Thread(
            target=self._run, args=(job_id, work), name=f"huimin-job-{job_id}", daemon=True
        )
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def wait(self) -> None:
        """Return when no job is running."""
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Stop running jobs at their next step. May be called twice."""
        self._stop.set()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS_MAX)

    def _run(self, job_id: str, work: Work) -> None:
        try:
            with long_work():  # beside the tills, which share this process
                progress = Progress(self._engine, job_id, self._clock, self._stop)
                state, result = "done", work(progress)
        except JobCancelled:
            state, result = "cancelled", {}
        except (FieldProblems, Refusal) as problem:
            state, result = "failed", reason_record(problem)
        except Exception:
            log.exception("a job failed", job=job_id)
            state, result = "failed", reason_record(Refusal("job_failed"))
        now, text = instant_text(self._clock()), write_json(result)
        self._engine.write(
            lambda tx: queries.finish_job(tx, id=job_id, state=state, result_json=text, now=now)
        )


def begin_job(tx: Transaction, kind: str, parameters: Row, *, now: datetime, actor: str) -> str:
    """Write the row of a job that is about to start, and return its id."""
    job_id = new_id()
    queries.insert_job(
        tx,
        id=job_id,
        kind=kind,
        step="",
        asked_json=write_json(parameters),
        now=instant_text(now),
        created_by=actor,
    )
    return job_id


def job_by_id(tx: Transaction, job_id: str) -> Row:
    """The job, with `asked` and `result` parsed from JSON. Raises Refusal `not_found`."""
    row = queries.job_by_id(tx, id=job_id)
    if row is None:
        raise Refusal("not_found")
    return _read(row)


def ask_cancel(tx: Transaction, job_id: str) -> None:
    """Ask a running job to stop at its next step."""
    queries.ask_cancel(tx, id=job_id)


def fail_lost_jobs(tx: Transaction, now: datetime) -> None:
    """Mark running jobs that have been silent too long as failed: their process has died."""
    reason = write_json(reason_record(Refusal("job_interrupted")))
    queries.lost_jobs(
        tx, now=instant_text(now), stale=instant_text(now - SILENT), result_json=reason
    )


def jobs_finished_before(tx: Transaction, before: datetime) -> list[str]:
    """Ids of the jobs that ended before an instant."""
    return [row["id"] for row in queries.old_jobs(tx, before=instant_text(before))]


def _read(row: Row) -> Row:
    result = read_json(row["result_json"]) if row["result_json"] else None
    return {**row, "asked": read_json(row["asked_json"]), "result": result}


# Jobs whose kind fits a pattern such as "register.%", the latest first.
jobs_before = ListQuery[str](queries, "jobs_before", lambda kinds: {"kinds": kinds}, _read)
