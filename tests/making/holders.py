"""Holders to test with: invented people with right ID numbers, made through the real use case."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from stdnum.cn import ric

from huimin.core.identity import parse_id_number
from huimin.holders.people import (
    EligibilityDraft,
    FamilyDraft,
    HolderDraft,
    add_holder,
    holder_by_id,
)
from huimin.instance import Instance

NEW_SOUTH_COMMUNITY = "512022002004"
_serial = itertools.count(1)


def id_number(
    serial: int | None = None, born: date = date(1956, 3, 8), region: str = "512022"
) -> str:
    """A right ID number of nobody; another serial is another person."""
    serial = next(_serial) if serial is None else serial
    day = date.fromordinal(born.toordinal() + serial // 1000)
    body = f"{region}{day:%Y%m%d}{serial % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def unmistakable_number() -> str:
    """The same with X at the end: no other text holds its last four by chance, as an area's code
    or a help-line may."""
    return next(number for number in iter(id_number, "") if number.endswith("X"))


def make_holder(instance: Instance, **over: Any) -> dict[str, Any]:
    """A holder's row. `family`: drafts or (name, relation) pairs; `eligibility`: a kind or None;
    `entitled`: its first and last day.
    """
    family = tuple(
        member if isinstance(member, FamilyDraft) else FamilyDraft(*member)
        for member in over.pop("family", (("张小梅", "女儿"),))
    )
    kind = over.pop("eligibility", "dibao")
    first, last = over.pop("entitled", (date(2023, 3, 1), None))
    eligibilities = () if kind is None else (EligibilityDraft(kind, first, "测试名册", last),)
    number = over.pop("id_number", None) or id_number()
    wanted: dict[str, Any] = {
        "name": "黄筱平",
        "id_number": parse_id_number(number, today=date(2026, 10, 31)),
        "division_code": NEW_SOUTH_COMMUNITY,
        "phone": "13800000000",
        "family": family,
        "eligibilities": eligibilities,
        **over,
    }
    draft = HolderDraft(**wanted)

    def work(tx: Any) -> dict[str, Any]:
        holder_id = add_holder(
            tx, instance.personal_data, draft, now=instance.clock(), actor="test"
        )
        row = holder_by_id(tx, holder_id)
        assert row is not None
        return row

    return instance.engine.write(work)
