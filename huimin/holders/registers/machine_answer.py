"""What a program is told of a check or an import: rows by number, never a name or a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from huimin.core.kept_refusal import KeptRefusal, text_of
from huimin.holders.registers.change_words import change_text
from huimin.holders.registers.gains import Change
from huimin.storage.engine import Row

# Entries of each list in one answer.
ENTRIES = 1_000
_LISTS = ("understood", "new", "changes", "refused", "repeated", "left_out")


def register_answer(
    job: Row,
    lists: Mapping[str, Any],
    *,
    after: int,
    language: str,
    place_of: Callable[[str], str | None],
) -> dict[str, Any]:
    """The answer to `GET /registers/{id}`, with entries of each list from `after` on.

    `lists` is what a check has stored, empty for an import and for a check that is not done.
    """
    checking, result = job["kind"] == "register.check", job["result"] or {}
    done = job["state"] == "done"
    parts = _parts(lists, language, place_of)
    shown = {name: rows[after : after + ENTRIES] for name, rows in parts.items()}
    more = any(len(rows) > after + ENTRIES for rows in parts.values())
    counts = ("rows", "accepted", "refused", "repeated", "left_out")
    written = ("new", "updated", "unchanged", "proposed", "passed")
    return {
        "id": job["id"],
        "kind": "check" if checking else "import",
        **{name: job[name] for name in ("state", "step", "done_count", "total_count")},
        "file": job["asked"]["file"],
        "digest": result["digest"] if done and checking else None,
        "complete": result["complete"] if done and checking else None,
        "counts": {name: result[name] for name in counts} if done and checking else None,
        "people": _people(result) if done and checking else None,
        "written": None if checking or not done else {name: result[name] for name in written},
        "ending": result.get("ending") if done else None,
        "failure": _failure(result, language) if job["state"] == "failed" else None,
        **shown,
        "more": more,
    }


def _people(result: Mapping[str, Any]) -> dict[str, int]:
    names = ("new", "unchanged", "without_card", "missing")
    return {**{name: result[name] for name in names}, "changed": result["gaining"]}


def _failure(result: Mapping[str, Any], language: str) -> dict[str, Any]:
    refusal = KeptRefusal.from_record(result, other="job_failed")
    fields = [problem["field"] for problem in refusal.problems]
    messages = refusal.field_messages(language)
    return {
        "code": refusal.code,
        "detail": refusal.refusal(language).detail(language),
        "errors": [
            {"field": field, "message": message}
            for field, message in zip(fields, messages, strict=True)
        ],
    }


def _parts(
    lists: Mapping[str, Any], language: str, place_of: Callable[[str], str | None]
) -> dict[str, list[dict[str, Any]]]:
    if not lists:
        return {name: [] for name in _LISTS}
    ids = dict(lists["person_ids"])

    def placed(row: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        place = {"sheet": row["sheet"], "row": row["row"], "person_id": ids.get(row["row"])}
        return {**place, **more}

    def sentence_of(text: Mapping[str, Any]) -> str:
        return text_of(text, language).say(language)

    changes = [
        placed(row, **change, sentence=change_text(Change(**change), place_of).say(language))
        for row in lists["gaining"]
        for change in row.get("changes", [])
    ]
    refused = [
        placed(
            one,
            **{name: one[name] for name in ("column", "field", "code")},
            sentence=sentence_of(one["text"]),
            remedy=sentence_of(one["remedy"]),
        )
        for one in lists["problems"]
    ]
    names = ("first_sheet", "first_row", "differs", "added")
    columns = ("sheet", "column", "head", "field", "of")
    return {
        "understood": [{name: row[name] for name in columns} for row in lists["understood"]],
        "new": [placed(row) for row in lists["new"]],
        "changes": changes,
        "refused": refused,
        "repeated": [
            placed(one, **{name: one[name] for name in names}) for one in lists["repeated"]
        ],
        "left_out": [
            placed(one, sentence=sentence_of(one["why"]), lost=one["lost"])
            for one in lists["left_out"]
        ],
    }
