"""Begin a proposal to end aid: from what a complete register lacks, or from a list of ends.

A draft changes nobody's aid. It names each eligibility that would end, in the order of villages.
Who is meant is looked up in a read, so that tills sell meanwhile; only the draft is a write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Unpack

from huimin.core.acting import By
from huimin.core.catalogue import Text, sentence, text
from huimin.core.days import county_day, instant_text, parse_instant
from huimin.core.identity import mask_name
from huimin.core.json_text import write_json
from huimin.core.kept_refusal import kept_text
from huimin.core.refusals import field_problem
from huimin.holders import queries
from huimin.holders.endings.end_list import EndList, EndRow, LeftRow
from huimin.holders.people import eligibilities_of, find_by_id_number, holder_by_id
from huimin.holders.person_name import same_name
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

NOT_COMPLETE = sentence(
    "这份名册里有没读到或需要修改的行，不能据此结束任何人的保障；请先改好，再上传完整的名册。"
)
CONFIRMED = sentence("检查那天或以后又复核过，或在另一份名册里，没有列入")
NOT_KNOWN = sentence("系统里没有这个身份证号码的持卡人")
NOTHING_TO_END = sentence("这个人没有还在享受的保障，或者没有这一类")


@dataclass(frozen=True, slots=True)
class _Listed:
    """An eligibility that would end, and the person who has it."""

    holder: Mapping[str, Any]
    eligibility: Mapping[str, Any]
    cause: str
    last_day: date | None = None
    list_row: str | None = None


@dataclass(frozen=True, slots=True)
class MatchedEndings:
    """What a draft would hold, in the order of villages, and the rows that end nobody's aid."""

    listed: Sequence[_Listed]
    left: Sequence[LeftRow]


def match_register(
    tx: Transaction, job: Row, missing: Sequence[Row], *, now: datetime
) -> MatchedEndings:
    """Who of those that a checked register lacks would lose aid; for a read.

    `job` is the check, `missing` its list. Raises FieldProblems on `missing` unless the register
    was read completely.
    """
    if not job["result"].get("complete"):
        raise field_problem("missing", NOT_COMPLETE)
    today, checked_on = county_day(now), county_day(parse_instant(job["created_at"]))
    listed: list[_Listed] = []
    left: list[LeftRow] = []
    for row in missing:
        holder = holder_by_id(tx, row["holder_id"])
        eligibility = queries.eligibility_by_id(tx, id=row["eligibility_id"])
        if holder is None or holder["erased_at"] is not None or eligibility is None:
            continue
        if confirmed_since(holder["verified_on"], checked_on):
            left.append(LeftRow("", None, mask_name(holder["name"]), Text(CONFIRMED)))
        elif _lasts(eligibility, today):
            listed.append(_Listed(holder, eligibility, "missing"))
    return MatchedEndings(_in_order(listed), left)


def draft_from_register(
    tx: Transaction, job: Row, matched: MatchedEndings, **by: Unpack[By]
) -> str:
    """A draft with what a checked register lacks; the one that is open, if there is one.

    Raises FieldProblems on `missing` when nothing is left to end.
    """
    begun = queries.open_ending_of_job(tx, job_id=job["id"])
    if begun is not None:
        return str(begun["id"])
    if not matched.listed:
        raise field_problem("missing", "名单上的保障都已另有改动，没有要结束的。")
    return _write(tx, matched, source="register", file=job["asked"]["file"], job=job["id"], **by)


def confirmed_since(verified_on: str | None, day: date) -> bool:
    """Whether somebody, or another register, has confirmed the person on that day or later.

    One register may be only one of several: whoever stands in another is not missing.
    """
    return verified_on is not None and verified_on >= day.isoformat()


def match_list(
    tx: Transaction, personal_data: PersonalData, listing: EndList, *, now: datetime
) -> MatchedEndings:
    """The people whom a list names, for a read; the rows that are nobody's stand beside them."""
    today, left = county_day(now), list(listing.left)
    listed: dict[str, _Listed] = {}
    for row in listing.rows:
        ending = _of_row(tx, personal_data, row, today)
        if isinstance(ending, Text):
            left.append(LeftRow(row.sheet, row.row, mask_name(row.name), ending))
            continue
        again = [one for one in ending if one.eligibility["id"] in listed]
        if again:
            place = listed[again[0].eligibility["id"]].list_row
            why = text("同一个人在 {place} 已有", place=place)
            left.append(LeftRow(row.sheet, row.row, mask_name(row.name), why))
            continue
        listed |= {one.eligibility["id"]: one for one in ending}
    titles = [one.sheet for one in listing.rows] + [one.sheet for one in listing.left]
    place_of_sheet = {title: place for place, title in enumerate(dict.fromkeys(titles))}
    left.sort(key=lambda one: (place_of_sheet[one.sheet], one.row or 0))
    return MatchedEndings(_in_order(listed.values()), left)


def draft_from_list(
    tx: Transaction, matched: MatchedEndings, *, file_name: str, **by: Unpack[By]
) -> str:
    """A draft with the people whom a list names."""
    return _write(tx, matched, source="list", file=file_name, **by)


def _of_row(
    tx: Transaction, personal_data: PersonalData, row: EndRow, today: date
) -> list[_Listed] | Text:
    """What ends by one row of a list, or why nothing does."""
    holder = find_by_id_number(tx, personal_data, row.id_number)
    if holder is None or holder["erased_at"] is not None:
        return Text(NOT_KNOWN)
    if not same_name(holder["name"], row.name):
        return text(
            "系统里这个身份证号码登记的姓名是“{name}”，与本行不同；请核对是谁的号码。",
            name=mask_name(holder["name"]),
        )
    ending = [
        one
        for one in eligibilities_of(tx, holder["id"])
        if (row.kinds is None or one["kind"] in row.kinds) and _lasts(one, row.last_day or today)
    ]
    if not ending:
        return Text(NOTHING_TO_END)
    place = f"{row.sheet} {row.row}"
    return [_Listed(holder, one, row.cause, row.last_day, place) for one in ending]


def _in_order(listed: Iterable[_Listed]) -> list[_Listed]:
    return sorted(
        listed,
        key=lambda one: (
            one.holder["division_code"],
            one.holder["name"],
            one.holder["id"],
            one.eligibility["starts_on"],
        ),
    )


def _lasts(eligibility: Mapping[str, Any], day: date) -> bool:
    """Whether it would still be in force after the day."""
    return eligibility["ends_on"] is None or eligibility["ends_on"] > day.isoformat()


def _write(
    tx: Transaction,
    matched: MatchedEndings,
    *,
    source: str,
    file: str,
    job: str | None = None,
    **by: Unpack[By],
) -> str:
    ending_id = new_id()
    unmatched = [
        {"sheet": one.sheet, "row": one.row, "name": one.name_masked, "why": kept_text(one.why)}
        for one in matched.left
    ]
    queries.insert_ending(
        tx,
        id=ending_id,
        source=source,
        job_id=job,
        file_name=file,
        unmatched_json=write_json(unmatched),
        drafted_at=instant_text(by["now"]),
        drafted_by=by["actor"],
    )
    rows = [
        {
            "ending_id": ending_id,
            "place": place,
            "holder_id": one.holder["id"],
            "eligibility_id": one.eligibility["id"],
            "cause": one.cause,
            "list_row": one.list_row,
            "last_day": one.last_day.isoformat() if one.last_day else None,
            "had_last_day": one.eligibility["ends_on"],
        }
        for place, one in enumerate(matched.listed, start=1)
    ]
    if rows:
        queries.insert_ending_people(tx, rows)
    return ending_id
