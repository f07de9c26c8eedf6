"""Holders entered by hand or by another room: once, whole, and masked where a till looks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.holders.people import (
    EligibilityDraft,
    FamilyDraft,
    add_eligibility,
    eligibilities_on,
    family_of,
    find_by_id_number,
    list_holders,
    one_family,
    presenters_of,
)
from huimin.holders.relations import one_relation
from huimin.instance import Instance
from tests.making.holders import id_number, make_holder


def test_a_holder_is_found_by_number_and_presented_masked(instance: Instance) -> None:
    number = id_number()
    holder = make_holder(
        instance,
        id_number=number,
        family=[("欧阳小梅", "女儿"), FamilyDraft("李四", "子", id_number())],
    )
    found = instance.engine.read(lambda tx: find_by_id_number(tx, instance.personal_data, number))
    assert found == holder
    presenters = instance.engine.read(lambda tx: presenters_of(tx, holder["id"]))
    assert [(p["kind"], p["name_masked"], p["relation"]) for p in presenters] == [
        ("holder", "黄*平", "本人"),
        ("family_member", "欧**梅", "女儿"),
        ("family_member", "李*", "儿子"),
    ]
    assert presenters[0]["id"] == holder["id"]
    assert len(instance.engine.read(lambda tx: family_of(tx, holder["id"]))) == 2


def test_a_number_is_entered_once_however_many_try(instance: Instance) -> None:
    number = id_number()

    def enter(_: int) -> bool:
        try:
            make_holder(instance, id_number=number)
        except FieldProblems as refused:
            return [problem.field for problem in refused.problems] != ["id_number"]
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(enter, range(8))) == 1
    assert len(instance.engine.read(lambda tx: list_holders(tx))) == 1
    count = "SELECT COUNT(*) AS n FROM family_member"
    assert instance.engine.read(lambda tx: tx.connection.execute(count).fetchone())["n"] == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "张" * 61}, "name"),
        ({"name": "张\0三"}, "name"),
        ({"family": [("", "子")]}, "family"),
        ({"family": [(f"张{chr(0x4E00 + n)}", "子") for n in range(21)]}, "family"),
        ({"eligibility": "rich"}, "eligibility"),
    ],
)
def test_an_unfit_draft_writes_nothing(
    instance: Instance, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldProblems) as caught:
        make_holder(instance, **over)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert instance.engine.read(lambda tx: list_holders(tx)) == []


def test_eligibilities_count_from_their_first_to_their_last_day(instance: Instance) -> None:
    holder_id = make_holder(instance, eligibility=None)["id"]
    drafts = (
        EligibilityDraft("dibao", date(2026, 1, 1), "名册", ends_on=date(2026, 6, 30)),
        EligibilityDraft("dibao", date(2026, 6, 1), "名册"),
        EligibilityDraft("orphan", date(2026, 12, 1), "名册"),
    )

    def write(tx: Any) -> list[bool]:
        return [add_eligibility(tx, holder_id, one, now=instance.clock()) for one in drafts * 2]

    assert instance.engine.write(write) == [True, True, True, False, False, False]
    for day, kinds in (
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), ["dibao"]),
        (date(2026, 6, 30), ["dibao"]),
        (date(2026, 12, 1), ["dibao", "orphan"]),
    ):
        seen = instance.engine.read(lambda tx, day=day: eligibilities_on(tx, holder_id, day))
        assert seen == kinds


def test_the_list_pages_and_keeps_to_a_division(instance: Instance) -> None:
    here = [make_holder(instance)["id"] for _ in range(3)]
    there = make_holder(instance, division_code="512022001001")["id"]

    def listed(**over: Any) -> list[str]:
        return [row["id"] for row in instance.engine.read(lambda tx: list_holders(tx, **over))]

    assert listed() == listed(division_code="512022000000") == [*here, there]
    assert listed(count=2) == here[:2] and listed(after=here[1]) == [here[2], there]
    assert listed(division_code="512022001000") == [there]
    assert listed(division_code="512022001001") == [there]
    assert listed(division_code="512022002000") == here
    assert listed(division_code="nothing") == []


def test_relations_are_one_list_however_they_are_written() -> None:
    for written, relation in {
        "妻": "配偶",
        "户主之妻": "配偶",
        "长子": "儿子",
        "之次女": "女儿",
        "養女": "女儿",
        "儿 媳": "儿媳",
        "外婆": "外祖母",
        "侄子": "侄子",
        "成员": "家庭成员",
    }.items():
        assert one_relation(written) == relation, written
    family = [
        FamilyDraft("李四", "妻"),
        FamilyDraft("李 四", "家庭成员"),
        FamilyDraft("我", "子", "x"),
    ]
    assert one_family(family, "x") == (FamilyDraft("李四", "配偶"),)
