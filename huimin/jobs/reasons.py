"""Why a job failed, stored as a code with parameters, so that each reader gets their own language.

A refusal is stored as its code and parameters; bad input as each field with its sentences.
"""

from __future__ import annotations

from typing import Any

from huimin.core.kept_refusal import kept_params, params_of
from huimin.core.refusal_kinds import KINDS
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal

INPUT = "invalid_input"
Row = dict[str, Any]


def reason_record(problem: FieldProblems | Refusal) -> Row:
    """A failed job's result, as stored."""
    if isinstance(problem, Refusal):
        return {"code": problem.code, "params": kept_params(problem.params)}
    problems = [
        {"field": one.field, "chinese": one.chinese, "english": one.english}
        for one in problem.problems
    ]
    return {"code": INPUT, "problems": problems}


def reason_of(result: Row | None, language: str) -> str:
    """The reason in that language; that of an unexpected failure if none was stored."""
    reason = result or {}
    if reason.get("problems"):
        between = "; " if language == "en" else "；"
        return between.join(FieldProblem(**one).message(language) for one in reason["problems"])
    code = reason.get("code")
    params = params_of(reason.get("params", {}), language)
    return Refusal(code if code in KINDS else "job_failed", **params).detail(language)
