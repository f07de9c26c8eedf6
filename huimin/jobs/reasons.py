"""Why a job failed, kept as a code with its fields, so that every reader has it in their language.

A refusal keeps its code and what fills its sentence; bad input keeps each field with its sentences.
"""

from __future__ import annotations

from typing import Any

from huimin.core.refusals import KINDS, FieldProblem, FieldProblems, Refusal

INPUT = "invalid_input"
Row = dict[str, Any]


def kept_reason(why: FieldProblems | Refusal) -> Row:
    """What stands in a failed job's result."""
    if isinstance(why, Refusal):
        return {"code": why.code, "params": dict(why.params)}
    problems = [
        {"field": one.field, "chinese": one.chinese, "english": one.english} for one in why.problems
    ]
    return {"code": INPUT, "problems": problems}


def reason_of(result: Row | None, language: str) -> str:
    """The reason in that language; that of an unexpected failure when none was kept."""
    kept = result or {}
    if kept.get("problems"):
        between = "; " if language == "en" else "；"
        return between.join(FieldProblem(**one).message(language) for one in kept["problems"])
    code = kept.get("code")
    # A tuple is words in each language; JSON has only lists.
    params = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept.get("params", {}).items()
    }
    return Refusal(code if code in KINDS else "job_failed", **params).detail(language)
