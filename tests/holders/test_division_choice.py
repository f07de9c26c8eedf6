"""The village of the form: its code, as the choice sends it, or as an older draft has it."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.divisions.find import all_divisions
from huimin.divisions.lives import past_names
from huimin.holders.division_choice import Villages
from huimin.instance import Instance
from tests.making.holders import NEW_SOUTH_COMMUNITY, id_number
from tests.making.office import OTHER_TOWN, TOWN, Office


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def form(division: str) -> dict[str, str]:
    return {
        "name": "赵小兰",
        "id_number": id_number(),
        "division_code": division,
        "kind": "dibao",
        "since": "2026-03-01",
        "act": "enter",
    }


def villages_of(instance: Instance, within: str | None) -> Villages:
    rows, past = instance.engine.read(lambda tx: (all_divisions(tx), past_names(tx)))
    return Villages(rows, within, past)


def names_of(instance: Instance) -> dict[str, str]:
    return {row["code"]: row["name"] for row in instance.engine.read(all_divisions)}


WRONG = (
    ("", "请选择村或社区"),
    ("5120220", "12 位数字"),
    ("512022002999", "没有这个区划代码"),
    (TOWN, "请选到村或社区"),
    ("512022001001", "不属于您的镇（街道）"),
    (OTHER_TOWN, "不属于您的镇（街道）"),
    ("天池街道 · 西郊社区", "不属于您的镇（街道）"),
    ("月亮镇 · 西郊社区", "没有叫“月亮镇”的镇（街道）"),
    ("西郊社区", "没有叫“西郊社区”的村（社区）"),
)


def test_what_can_be_no_village_is_refused_beside_the_field(office: Office) -> None:
    client = office.client("registrar")
    for text, words in WRONG:
        refused = office.post(client, "/holders/new", **form(text))
        assert refused.status_code == 422
        said = refused.text.partition('id="problem-division_code">')[2].partition("</div>")[0]
        assert words in said, text


def test_a_village_is_known_by_code_by_label_and_by_name(
    office: Office, instance: Instance
) -> None:
    names, villages = names_of(instance), villages_of(instance, TOWN)
    town, village = names[TOWN], names[NEW_SOUTH_COMMUNITY]
    label = f"{town} · {village}"
    short = village.removesuffix("居民委员会").removesuffix("村民委员会")
    for text in (NEW_SOUTH_COMMUNITY, label, f"{town}{short}", short, f" {town}・{short} "):
        assert villages.code_of(text) == NEW_SOUTH_COMMUNITY, text
    page = office.client("registrar").get("/holders/new").text
    assert f'<option value="{NEW_SOUTH_COMMUNITY}">{label}</option>' in page


def test_a_village_of_another_town_is_neither_listed_nor_taken(
    office: Office, instance: Instance
) -> None:
    names = names_of(instance)
    theirs = f"{names[OTHER_TOWN]} · {names['512022001001']}"
    registrar, administrator = office.client("registrar"), office.client()
    assert theirs not in registrar.get("/holders/new").get_data(as_text=True)
    assert theirs in administrator.get("/holders/new").get_data(as_text=True)
    assert villages_of(instance, TOWN).code_of(theirs) == ""
    assert villages_of(instance, None).code_of(theirs) == "512022001001"


def test_a_village_that_does_not_belong_to_the_town_is_told_with_near_names(
    instance: Instance,
) -> None:
    names = names_of(instance)
    with pytest.raises(FieldProblems) as refused:
        villages_of(instance, None).chosen(f"{names[TOWN]} · 西郊社区")
    said = str(refused.value.problems[0].message("zh_Hans"))
    assert said.startswith(f"{names[TOWN]}没有叫“西郊社区”的村（社区）")


def test_a_name_that_several_towns_have_asks_for_the_town(instance: Instance) -> None:
    # 放生 is a village of one town and a community of another.
    with pytest.raises(FieldProblems) as refused:
        villages_of(instance, None).chosen("放生")
    said = str(refused.value.problems[0].message("zh_Hans"))
    assert (
        "请写上镇（街道）" in said and "放生村村民委员会" in said and "放生社区居民委员会" in said
    )


def test_a_person_is_entered_with_the_label_and_an_older_draft_shows_it(
    office: Office, instance: Instance
) -> None:
    client, names = office.client("registrar"), names_of(instance)
    label = f"{names[TOWN]} · {names[NEW_SOUTH_COMMUNITY]}"
    entered = office.post(client, "/holders/new", **form(label))
    assert entered.status_code == 302
    kept = office.post(client, "/holders/new", **{**form(NEW_SOUTH_COMMUNITY), "act": "draft"})
    assert kept.status_code == 302
    listed = client.get("/holders/").get_data(as_text=True)
    draft = listed.partition("/holders/new?draft=")[2].partition('"')[0]
    page = client.get(f"/holders/new?draft={draft}").get_data(as_text=True)
    assert f'<option value="{NEW_SOUTH_COMMUNITY}" selected>{label}</option>' in page
