"""Why a job failed, kept as a refusal is, so that each reader gets their own language."""

from __future__ import annotations

from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import FieldProblems, Refusal
from huimin.storage.engine import Row


def reason_record(problem: FieldProblems | Refusal) -> Row:
    """A failed job's result, as stored."""
    return KeptRefusal.of(problem).as_record()


def reason_of(result: Row | None, language: str) -> str:
    """The reason in that language; that of an unexpected failure if none was stored."""
    refusal = KeptRefusal.from_record(result or {}, other="job_failed")
    between = "; " if language == "en" else "；"
    return between.join(refusal.field_messages(language)) or refusal.detail(language)
