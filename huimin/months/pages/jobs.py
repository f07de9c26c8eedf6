"""The job that checks a month, as its page follows it."""

from __future__ import annotations

from huimin.jobs.jobs import jobs_before
from huimin.months.checks import CODES
from huimin.months.words import check_title
from huimin.storage.engine import Row, Transaction
from huimin.web.language import request_language


def kind_of_job(month: str) -> str:
    """What the jobs room calls it."""
    return f"month.{month}"


def latest_job(tx: Transaction, month: str) -> Row | None:
    """The latest check of the month."""
    jobs = jobs_before(tx, kind_of_job(month), count=1)
    return jobs[0] if jobs else None


def step_words(job: Row) -> str:
    """Which check it is at, in the reader's language; nothing before the first."""
    return check_title(job["step"], request_language()) if job["step"] in CODES else ""
