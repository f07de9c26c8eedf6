"""Whose columns, rows and sheets are whose in registers: nobody is taken for somebody beside them.

Heads that name a stranger by any word, members in columns of their own, tables and sheets of people
whose aid has ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huimin.holders.registers.column_head import read_head
from tests.holders.test_register_layouts import PLACE, REST, accounted, book, family, people
from tests.making.holders import id_number
from tests.making.registers import check, codes

PLACES = ("乡镇", "村", "保障类别", "认定日期")
HEAD = ("序号", "姓名", "身份证号码", *PLACES)


@pytest.mark.parametrize(
    "others",
    [
        ("收款人姓名", "收款人身份证号"),
        ("姓名（监护人）", "身份证号（监护人）"),
        ("一卡通户名", "一卡通身份证号"),
        ("原姓名", "原身份证号"),
        ("遗属姓名", "遗属身份证号"),
        ("持卡人姓名", "持卡人身份证号"),
        ("曾用名", "旧身份证号"),
    ],
)
@pytest.mark.parametrize("own_first", [True, False])
def test_a_stranger_beside_the_person_is_no_second_block(
    tmp_path: Path, others: tuple[str, str], own_first: bool
) -> None:
    mine, theirs = ("甲三", id_number()), ("甲一", id_number())
    own = ("姓名", "身份证号")
    head = (*own, *others) if own_first else (*others, *own)
    cells = (*mine, *theirs) if own_first else (*theirs, *mine)
    rows = [(*PLACES, *head), (*PLACE, *REST, *cells)]
    assert people(check(book(tmp_path / "a.xlsx", ("名册", rows)))) == [mine]


@pytest.mark.parametrize(
    ("head", "cells", "name"),
    [
        (("死者姓名", "死者身份证号", "遗属姓名", "遗属身份证号"), "1 2", "2"),
        (("申请人姓名", "申请人身份证号", "共同申请人姓名", "共同申请人身份证号"), "1 2", "1"),
        (("户主姓名", "户主身份证号", "受惠者姓名", "受惠者身份证号"), "1 2", None),
        (("户主姓名", "户主身份证号", "优待者姓名"), "1 x", "1"),
    ],
)
def test_a_head_that_no_list_has_is_the_person_only_where_nobody_else_can_be(
    tmp_path: Path, head: tuple[str, ...], cells: str, name: str | None
) -> None:
    numbers = {"1": id_number(), "2": id_number()}
    row = [c for place in cells.split() for c in (f"甲{'一二三'[len(place)]}", numbers.get(place))]
    names = {"1": "甲乙", "2": "丙丁", "x": "戊己"}
    row = [c for place in cells.split() for c in (names[place], numbers.get(place))][: len(head)]
    checked = check(book(tmp_path / "a.xlsx", ("名册", [(*PLACES, *head), (*PLACE, *REST, *row)])))
    if name is None:
        assert codes(checked) == [(1, None, "header_unclear")]
    else:
        assert people(checked) == [(names[name], numbers[name])]


@pytest.mark.parametrize(
    "columns",
    [
        ("姓名1", "关系1", "身份证号1", "姓名2", "关系2", "身份证号2"),
        ("家庭成员1", "关系1", "身份证号1", "家庭成员2", "关系2", "身份证号2"),
        ("成员姓名", "与户主关系", "成员身份证号") * 2,
        ("配偶姓名", None, "配偶身份证号", "长子姓名", None, "长子身份证号"),
    ],
)
def test_members_in_columns_however_they_are_numbered(
    tmp_path: Path, columns: tuple[str, ...]
) -> None:
    head, wife, son = (id_number() for _ in range(3))
    first = ("户主姓名", "户主身份证号", *PLACES, *columns)
    row = ("甲一", head, *PLACE, *REST, "甲二", None, wife, "甲三", None, son)
    row = tuple("妻长子"[:1] if c is None else c for c in row) if "关系1" in columns else row
    checked = check(book(tmp_path / "a.xlsx", ("名册", [first, row])))
    assert people(checked) == [("甲一", head)]
    assert [name for name, _ in family(checked, "甲一")] == ["甲二", "甲三"]
    accounted(checked)


def test_a_roster_of_households_with_a_count_beside_the_names(tmp_path: Path) -> None:
    head, wife, other = (id_number() for _ in range(3))
    rows: list[tuple[Any, ...]] = [
        ("乐至县农村最低生活保障家庭花名册",),
        (
            *("序号", "户主姓名", "家庭成员姓名", "与户主关系", "身份证号码", "保障人口"),
            *("家庭住址", "低保类别", "享受时间", "银行账号"),
        ),
        (
            1,
            "甲一",
            "甲一",
            "户主",
            head,
            2,
            "高寺镇/清水村/3组",
            "B类",
            "2018年7月",
            "62145912345",
        ),
        (None, None, "甲二", "配偶", wife),
        (2, "乙一", "乙一", "户主", other, 1, "高寺镇清水村", "A类", "2019年1月", None),
        ("合计", None, None, None, None, 3),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [("甲一", head), ("乙一", other)]
    assert family(checked, "甲一") == [("甲二", "配偶")]
    accounted(checked)


@pytest.mark.parametrize(
    ("head", "yes", "no"),
    [
        ("是否保障对象", "√", None),
        ("是否享受低保", "是", "×"),
        ("人员类型", "保障人员", "非保障人员"),
        ("是否为救助对象", 1, 0),
    ],
)
def test_who_only_lives_in_a_household_is_told_apart(
    tmp_path: Path, head: str, yes: Any, no: Any
) -> None:
    first, wife, other = (id_number() for _ in range(3))
    rows = [
        ("户号", "姓名", "身份证号", "与户主关系", head, *PLACES),
        ("H1", "甲一", first, "户主", yes, *PLACE, *REST),
        ("H1", "甲二", wife, "配偶", no, *PLACE, *REST),
        ("H2", "乙一", other, "户主", yes, *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [("甲一", first), ("乙一", other)]
    assert family(checked, "甲一") == [("甲二", "配偶")]
    accounted(checked)


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("停止发放时间", "ends_on"),
        ("风险消除时间", "ends_on"),
        ("去世时间", "ends_on"),
        ("识别时间", "starts_on"),
        ("起止时间", "period"),
        ("儿童类别", "kind"),
        ("镇（街道）、村（社区）", "place"),
        ("乡镇村组", "place"),
        ("保障人口", "known"),
        ("身份证地址", "place"),
        ("是否健在", "state"),
        ("Name", "name"),
    ],
)
def test_a_head_is_read_as_what_it_asks_for(head: str, field: str) -> None:
    read = read_head(head)
    assert read is not None and read.field == field


@pytest.mark.parametrize(
    "below",
    [
        [("停发人员名单",), (*HEAD[:-1], "停发时间")],
        [("死亡人员",), ("序号", "姓名", "身份证号码", "死亡时间")],
        [("二、停发人员",)],
        [("拟取消低保对象",), HEAD],
    ],
)
def test_a_part_of_a_sheet_about_ended_aid_enrols_nobody_and_is_named(
    tmp_path: Path, below: list[tuple[str, ...]]
) -> None:
    one, two = ("甲一", id_number()), ("甲二", id_number())
    rows = [HEAD, (1, *one, *PLACE, *REST), *below, (2, *two, *PLACE, *REST)]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [one] and not checked.complete
    accounted(checked)


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("停发", "名册"),
        ("2024年死亡", "名册"),
        ("名册", "高寺镇10月停发低保人员花名册"),
        ("名册", "拟纳入低保对象公示名单"),
    ],
)
def test_a_sheet_of_ended_aid_by_its_title_is_no_register(
    tmp_path: Path, sheet: str, title: str
) -> None:
    one = (1, "甲一", id_number(), *PLACE, *REST)
    checked = check(book(tmp_path / "a.xlsx", (sheet, [(title,), HEAD, one])))
    assert people(checked) == [] and codes(checked) == [(2, None, "ended_list")]
    accounted(checked)


def test_a_register_of_changes_is_read_by_its_column_and_a_second_table_by_its_own_levels(
    tmp_path: Path,
) -> None:
    one, two, three = (("甲一", id_number()), ("甲二", id_number()), ("甲三", id_number()))
    rows = [
        ("低保新增、停发人员花名册（不含特困）",),
        (*HEAD, "变动情况"),
        (1, *one, *PLACE, *REST, "新增"),
        (2, *two, *PLACE, *REST, "停发"),
        ("序号", "户主信息", None, "住址", None, "保障类别", "认定日期"),
        (None, "姓名", "身份证号", "乡镇", "村"),
        (3, *three, *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [one, three] and checked.complete
    accounted(checked)
