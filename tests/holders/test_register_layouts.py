"""Registers in the layouts that offices send: who of them is a person entitled, and who is family.

Each layout is written here as an office would write it; nobody may be taken for somebody else, and
nobody may be lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from huimin.core.refusals import FieldProblems
from huimin.holders.registers.result import RegisterCheck
from huimin.holders.registers.supplement import Supplement
from huimin.holders.registers.understood import understood_text
from tests.making.holders import id_number
from tests.making.registers import HEADER, TODAY, check, codes, register_row, write_xlsx

PLACE = ("高寺镇", "清水村")
REST = ("低保", "2020-01-01")


def book(
    path: Path, *sheets: tuple[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()
) -> Path:
    """A workbook of sheets; `merged` areas of the first."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        workbook.worksheets[0].merge_cells(area)
    workbook.save(path)
    return path


def people(checked: RegisterCheck) -> list[tuple[str, str]]:
    return [(row.draft.name, row.draft.id_number.number) for row in checked.accepted]


def family(checked: RegisterCheck, name: str) -> list[tuple[str, str]]:
    (draft,) = [row.draft for row in checked.accepted if row.draft.name == name]
    return [(member.name, member.relation) for member in draft.family]


def accounted(checked: RegisterCheck) -> None:
    """The four numbers add up to the rows."""
    counts = checked.counts
    parts = ("accepted", "refused", "repeated", "left_out")
    assert counts["rows"] == sum(counts[part] for part in parts)  # counted where they are read


@pytest.mark.parametrize(
    "others",
    [
        ("父亲姓名", "父亲身份证号"),
        ("监护人", "监护人身份证号码"),
        ("户主姓名", "户主身份证号"),
        ("代领人姓名", "代领人身份证号"),
        ("开户人", "开户人身份证号"),
        ("照料护理人姓名", "照料护理人证件号码"),
        ("联系人", "联系人身份证"),
        ("帮扶责任人", "责任人身份证号"),
    ],
)
@pytest.mark.parametrize("own", [("姓名", "身份证号码"), ("儿童姓名", "儿童身份证号")])
@pytest.mark.parametrize("own_first", [True, False])
def test_a_person_is_never_taken_for_the_one_beside_them(
    tmp_path: Path, others: tuple[str, str], own: tuple[str, str], own_first: bool
) -> None:
    number, other = id_number(), id_number()
    mine, theirs = ("郑小五", number), ("郑父亲", other)
    head = (*own, *others) if own_first else (*others, *own)
    cells = (*mine, *theirs) if own_first else (*theirs, *mine)
    path = book(
        tmp_path / "a.xlsx",
        ("名册", [("序号", *head, "乡镇", "村", "类别", "认定日期"), (1, *cells, *PLACE, *REST)]),
    )
    checked = check(path)
    assert people(checked) == [mine] and checked.complete
    accounted(checked)


def test_two_columns_that_may_both_be_the_person_are_a_question_and_the_answer_is_taken(
    tmp_path: Path,
) -> None:
    number, other = id_number(), id_number()
    rows = [
        ("姓名", "监护人", "身份证号", "乡镇", "村", "类别", "认定日期"),
        ("郑小五", "郑父亲", number, *PLACE, *REST),
    ]
    path = book(tmp_path / "a.xlsx", ("名册", rows))
    with_question = check(path)
    assert people(with_question) == [] and codes(with_question) == [(1, None, "header_unclear")]
    assert "A 列“姓名”" in with_question.problems[0].message
    assert "B 列“监护人”" in with_question.problems[0].message
    answered = check(path, supplement=Supplement(columns={"name": 0, "id_number": 2}))
    assert people(answered) == [("郑小五", number)]
    assert other not in str(people(answered))


def test_a_number_behind_another_name_is_the_persons_where_that_other_has_one_of_their_own(
    tmp_path: Path,
) -> None:
    number = id_number()
    rows = [
        ("姓名", "监护人", "身份证号", "监护人身份证号", "乡镇", "村", "类别", "认定日期"),
        ("郑小五", "郑父亲", number, id_number(), *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [("郑小五", number)] and checked.complete


def test_an_address_that_stops_at_its_town_is_refused_as_one_without_a_village(
    tmp_path: Path,
) -> None:
    rows = [
        ("姓名", "身份证号", "家庭住址", "类别", "认定日期"),
        ("张三", id_number(), "高寺镇", *REST),
        ("李四", id_number(), "高寺镇清水村", *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert [name for name, _ in people(checked)] == ["李四"]
    assert [(problem.row, problem.code) for problem in checked.problems] == [(2, "division")]
    assert "没有填写村（社区）" in checked.problems[0].message
    accounted(checked)


def test_a_village_that_is_called_as_its_town_is_found_in_an_address(tmp_path: Path) -> None:
    rows = [
        ("姓名", "身份证号", "乡镇", "家庭住址", "类别", "认定日期"),
        ("张三", id_number(), "石佛镇", "石佛社区3组", *REST),
        ("李四", id_number(), "石佛镇", "石佛镇没有村3组", *REST),
        ("王五", id_number(), "高寺镇", "石佛社区3组", *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert [(row.draft.name, row.draft.division_code) for row in checked.accepted] == [
        ("张三", "512022101001")
    ]
    accounted(checked)


def test_households_in_rows_blocks_and_two_levels_give_family_members(tmp_path: Path) -> None:
    head, wife, son, alone = (id_number() for _ in range(4))
    two_levels = [
        ("农村低保花名册",),
        ("序号", "乡镇", "村", "户主信息", None, "保障类别", "认定时间", "家庭成员", None, None),
        (None, None, None, "姓名", "身份证号", None, None, "姓名", "与户主关系", "身份证号"),
        (1, *PLACE, "张三", head, *REST, "李四", "配偶", wife),
        (None, None, None, None, None, None, None, "张小五", "儿子", son),
        (2, *PLACE, "王二", alone, *REST),
    ]
    numbered = [
        (
            *("乡镇", "村", "户主姓名", "户主身份证号", "类别", "认定日期"),
            *("成员1姓名", "成员1关系", "成员1身份证号", "成员2姓名", "成员2关系", "成员2身份证号"),
        ),
        (*PLACE, "张三", head, *REST, "李四", "配偶", wife, "张小五", "儿子", son),
        (*PLACE, "王二", alone, *REST),
    ]
    in_rows = [
        (
            "户主姓名",
            "姓名",
            "身份证号码",
            "与户主关系",
            "乡镇",
            "村",
            "类别",
            "认定日期",
            "是否保障对象",
        ),
        ("张三", "张三", head, "户主", *PLACE, *REST, "是"),
        ("张三", "李四", wife, "配偶", *PLACE, *REST, "否"),
        ("张三", "张小五", son, "儿子", *PLACE, *REST, "否"),
        ("王二", "王二", alone, "户主", *PLACE, *REST, "是"),
    ]
    for name, rows, merged in (
        ("two_levels", two_levels, ("D2:E2", "H2:J2", "A2:A3", "B2:B3", "C2:C3", "F2:F3", "G2:G3")),
        ("numbered", numbered, ()),
        ("in_rows", in_rows, ()),
    ):
        checked = check(book(tmp_path / f"{name}.xlsx", ("名册", rows), merged=merged))
        assert people(checked) == [("张三", head), ("王二", alone)], name
        assert family(checked, "张三") == [("李四", "配偶"), ("张小五", "儿子")], name
        assert family(checked, "王二") == [] and checked.complete, name
        accounted(checked)


def test_every_entitled_person_of_a_household_has_a_card_and_the_others_present_it(
    tmp_path: Path,
) -> None:
    head, wife = id_number(), id_number()
    rows = [
        ("户主姓名", "姓名", "身份证号码", "与户主关系", "乡镇", "村", "类别", "认定日期"),
        ("张三", "张三", head, "户主", *PLACE, *REST),
        ("张三", "李四", wife, "配偶", *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [("张三", head), ("李四", wife)]
    assert family(checked, "张三") == [("李四", "配偶")]
    assert family(checked, "李四") == [("张三", "户主")]


def test_people_beside_each_other_on_one_row_are_all_read(tmp_path: Path) -> None:
    numbers = [id_number() for _ in range(3)]
    head = ("序号", "姓名", "身份证号码", "乡镇", "村", "保障类别", "认定日期")
    rows = [
        (*head, None, *head),
        (1, "张三", numbers[0], *PLACE, *REST, None, 2, "李四", numbers[1], *PLACE, *REST),
        (3, "王五", numbers[2], *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == list(zip(("张三", "李四", "王五"), numbers, strict=True))
    accounted(checked)


def test_one_person_on_sheets_of_two_kinds_has_both_and_two_names_for_one_number_have_none(
    tmp_path: Path,
) -> None:
    number, shared = id_number(), id_number()
    one = register_row(name="张三", id_number=number)
    two = register_row(name="张三", id_number=number, kind="残疾")
    wrong = register_row(name="李四", id_number=shared)
    other = register_row(name="王五", id_number=shared, kind="残疾")
    path = book(tmp_path / "a.xlsx", ("低保", [HEADER, one, wrong]), ("残疾", [HEADER, two, other]))
    checked = check(path)
    (row,) = checked.accepted
    assert [e.kind for e in row.draft.eligibilities] == ["dibao", "disability"]
    assert [repeated.added for repeated in checked.repeated] == [("disability",)]
    assert [code for _, _, code in codes(checked)] == ["name_conflict", "name_conflict"]
    accounted(checked)


@pytest.mark.parametrize(
    ("over", "state", "ends", "kinds"),
    [
        ({}, "在保", None, {"dibao": None}),
        ({}, "发放成功", None, {"dibao": None}),
        ({}, "未发放成功", None, None),
        ({}, "停保", "2024-06-30", None),
        ({}, "死亡", None, None),
        ({}, "注销", None, None),
        ({}, "审核中", None, None),
        ({}, None, "2030年12月", {"dibao": date(2030, 12, 31)}),
        ({}, None, "长期", {"dibao": None}),
        ({}, None, "9999-12-31", {"dibao": None}),
        ({}, None, date(2099, 12, 31), {"dibao": None}),
        ({"remark": "本人2025年死亡"}, None, None, None),
        ({"remark": "已迁出"}, None, None, None),
        ({"remark": "父亲死亡，母亲改嫁"}, None, None, {"dibao": None}),
        ({"remark": "2024年退出后重新纳入"}, None, None, {"dibao": None}),
        ({"kind": "非低保残疾人"}, None, None, {"disability": None}),
        ({"kind": "低保残疾"}, None, None, {"dibao": None, "disability": None}),
        ({"kind": "原低保户"}, None, None, None),
        ({"kind": "退出低保"}, None, None, None),
        ({"kind": "拟取消低保"}, None, None, None),
        ({"kind": "不符合低保条件"}, None, None, None),
        ({"kind": "低保（已停发）"}, None, None, None),
    ],
)
def test_an_aid_has_a_beginning_an_end_and_a_state(
    tmp_path: Path,
    over: dict[str, Any],
    state: str | None,
    ends: str | None,
    kinds: dict[str, date | None] | None,
) -> None:
    header = (*HEADER, "状态", "停保时间" if state else "享受截止年月")
    row = [*register_row(**over), state, ends]
    checked = check(book(tmp_path / "a.xlsx", ("名册", [header, row])))
    if kinds is None:
        assert people(checked) == [] and [left.row for left in checked.left_out] == [2]
        assert checked.left_out[0].why and checked.complete, "its end is known: nobody is lost"
    else:
        (accepted,) = checked.accepted
        assert {e.kind: e.ends_on for e in accepted.draft.eligibilities} == kinds
    accounted(checked)


def test_an_export_with_a_row_for_each_member_says_who_of_them_is_entitled(tmp_path: Path) -> None:
    head, wife, son = (id_number() for _ in range(3))
    household = ("乐至县高寺镇清水村", "张三", head, "农村低保", "2013-12", "张三")
    blank = (None,) * len(household)
    rows = [
        (
            *("区划名称", "户主姓名", "户主身份证号", "保障类型", "开始享受时间", "开户人"),
            *("成员姓名", "成员身份证号", "与户主关系", "是否保障对象"),
        ),
        (*household, "张三", head, "户主", "是"),
        (*blank, "李四", wife, "配偶", "是"),
        (*blank, "张小五", son, "儿子", "否"),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert people(checked) == [("张三", head), ("李四", wife)]
    assert family(checked, "张三") == [("李四", "配偶"), ("张小五", "儿子")]
    assert family(checked, "李四") == [("张三", "户主"), ("张小五", "家庭成员")]
    accounted(checked)


def test_three_levels_of_heads_a_second_table_and_a_certificate_s_number_are_read(
    tmp_path: Path,
) -> None:
    head, son, other, disabled = (id_number() for _ in range(4))
    three = [
        ("低保花名册",),
        ("序号", "户主", None, None, "家庭成员情况", None, None, "保障情况", None, "住址", None),
        (None, "姓名", "证件信息", None, "姓名", "关系", "身份证号", "类别", "起始", "乡镇", "村"),
        (None, None, "类型", "号码", None, None, None, None, "日期", None, None),
        (1, "孔七", "身份证", head, "曹八", "子", son, *REST, *PLACE),
        ("乡镇", "村", "姓名", "身份证号", "类别", "认定日期"),
        (*PLACE, "陈二", other, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", three)))
    assert people(checked) == [("孔七", head), ("陈二", other)]
    assert family(checked, "孔七") == [("曹八", "子")]
    certificate = [
        ("姓名", "残疾证号", "残疾类别", "残疾等级", "监护人", "乡镇", "村", "发证日期"),
        ("周五", f"{disabled}43", "肢体", "三级", "周父", *PLACE, "2018-05-01"),
    ]
    by_certificate = check(book(tmp_path / "b.xlsx", ("残疾", certificate)))
    assert people(by_certificate) == [("周五", disabled)]
    assert [e.kind for e in by_certificate.accepted[0].draft.eligibilities] == ["disability"]


def test_strangers_in_a_row_are_no_household(tmp_path: Path) -> None:
    """Without a household's number or head nobody may present another's card."""
    numbers = [id_number() for _ in range(4)]
    rows = [
        ("姓名", "身份证号码", "与户主关系", "乡镇", "村", "类别", "认定日期"),
        ("张三", numbers[0], "配偶", *PLACE, *REST),
        ("李四", numbers[1], "母亲", *PLACE, *REST),
        ("王五", numbers[2], "本人", *PLACE, *REST),
        ("赵六", numbers[3], "本人", *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert len(checked.accepted) == 4
    assert all(row.draft.family == () for row in checked.accepted)


@pytest.mark.parametrize("cell", ["2013-12", "201312", "2013年12月", 2013.12])
def test_a_month_counts_where_the_head_asks_for_one_and_nowhere_else(
    tmp_path: Path, cell: Any
) -> None:
    head = ("姓名", "身份证号", "乡镇", "村", "低保类别")
    row = ("张三", id_number(), *PLACE, "A类", cell)
    checked = check(book(tmp_path / "a.xlsx", ("名册", [(*head, "起始保障年月"), row])))
    (accepted,) = checked.accepted
    assert [(e.kind, e.starts_on) for e in accepted.draft.eligibilities] == [
        ("dibao", date(2013, 12, 1))
    ]
    refused = check(book(tmp_path / "b.xlsx", ("名册", [(*head, "认定日期"), row])))
    assert [code for _, _, code in codes(refused)] == ["date"]


def test_what_a_register_does_not_say_is_said_once(tmp_path: Path) -> None:
    number = id_number()
    rows = [("姓名", "身份证号", "住址"), ("张三", number, "四川省资阳市乐至县高寺镇清水村3组12号")]
    path = book(tmp_path / "a.xlsx", ("特困", rows))
    assert [code for _, _, code in codes(check(path))] == ["header_missing"]
    supplement = Supplement(kinds=("tekun",), starts_on=date(2024, 1, 1))
    (accepted,) = check(path, supplement=supplement).accepted
    (eligibility,) = accepted.draft.eligibilities
    assert (eligibility.kind, eligibility.starts_on) == ("tekun", date(2024, 1, 1))
    by_sheet = [("姓名", "身份证号", "保障类别", "认定日期"), ("李四", id_number(), *REST)]
    named = check(book(tmp_path / "b.xlsx", ("清水村", by_sheet)))
    assert [row.draft.division_code for row in named.accepted] == [accepted.draft.division_code]


def test_the_same_as_above_is_what_stands_above(tmp_path: Path) -> None:
    rows = [
        register_row(),
        register_row(town="同上", village="″", kind="〃", starts_on="同上"),
        register_row(name="同上"),
    ]
    checked = check(write_xlsx(tmp_path / "a.xlsx", rows, above=()))
    assert [row.row for row in checked.accepted] == [2, 3]
    assert len({row.draft.division_code for row in checked.accepted}) == 1
    assert codes(checked) == [(4, "B", "name_format")]


def test_hidden_crossed_out_and_headless_rows_are_named_and_nobody_s_aid_may_end_by_them(
    tmp_path: Path,
) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (HEADER, register_row(), register_row(), register_row()):
        sheet.append(list(row))
    sheet.row_dimensions[3].hidden = True
    for cell in sheet[4]:
        cell.font = Font(strike=True)
    other = workbook.create_sheet("续")
    other.append(register_row())
    path = tmp_path / "a.xlsx"
    workbook.save(path)
    checked = check(path)
    assert [row.row for row in checked.accepted] == [2]
    assert [(left.sheet, left.row, left.lost) for left in checked.left_out] == [
        (sheet.title, 3, True),
        (sheet.title, 4, True),
        ("续", None, True),
    ]
    assert not checked.complete


def test_whoever_stands_above_the_header_is_named_and_their_aid_is_safe(tmp_path: Path) -> None:
    head = ("姓名", "身份证号", "乡镇", "村", "类别")
    rows = [
        head,
        *(("甲一", id_number(), *PLACE, "低保"), ("甲二", id_number(), *PLACE, "低保")),
        (*head, "认定日期"),
        ("乙一", id_number(), *PLACE, *REST),
    ]
    checked = check(book(tmp_path / "a.xlsx", ("名册", rows)))
    assert [row.row for row in checked.accepted] == [5]
    assert [(left.row, left.lost) for left in checked.left_out] == [(2, True), (3, True)]
    assert not checked.complete
    accounted(checked)


@pytest.mark.parametrize(
    ("state", "remark", "comes"),
    [
        ("未停保", None, "accepted"),
        ("正常（未停发）", None, "accepted"),
        ("暂停后恢复", None, "refused"),
        (None, "又名王小二，2023年5月死亡", "left out"),
        (None, "该女已死亡", "left out"),
        (None, "2024年再次核查，本人已死亡", "left out"),
        (None, "重新核定后停发", "left out"),
        (None, "其妻2020年病故", "accepted"),
        (None, "配偶（张三）已故", "accepted"),
        (None, "户主2021年死亡", "refused"),
    ],
)
def test_the_living_stay_and_the_dead_are_not_enrolled(
    tmp_path: Path, state: str | None, remark: str | None, comes: str
) -> None:
    row = [*register_row(remark=remark), state]
    checked = check(book(tmp_path / "a.xlsx", ("名册", [(*HEADER, "状态"), row])))
    came = {"accepted": checked.accepted, "refused": checked.refused, "left out": checked.left_out}
    assert [name for name, listed in came.items() if listed] == [comes]
    accounted(checked)


@pytest.mark.parametrize(
    ("head", "cell"),
    [("是否在保", "否"), ("是否享受低保", "否"), ("享受情况", "停"), ("核销年月", "2020-12")],
)
def test_a_column_that_says_the_aid_is_over_counts(tmp_path: Path, head: str, cell: str) -> None:
    row = [*register_row(starts_on="2019-01-01"), cell]
    checked = check(book(tmp_path / "a.xlsx", ("名册", [(*HEADER, head), row])))
    open_ended = [e for r in checked.accepted for e in r.draft.eligibilities if e.ends_on is None]
    assert open_ended == []
    accounted(checked)


def test_a_range_has_its_last_day_and_what_was_not_read_is_named(tmp_path: Path) -> None:
    header = (*HEADER, "保障期限", "户口性质")
    row = [*register_row(starts_on="2024-01-01"), "2024.1-2027.12", "农业"]
    checked = check(book(tmp_path / "a.xlsx", ("名册", [header, row])))
    (accepted,) = checked.accepted
    assert accepted.draft.eligibilities[0].ends_on == date(2027, 12, 31)
    assert "M 列“户口性质”没有读" in understood_text(checked.understood[0]).say()


def test_an_account_holder_s_number_is_nobody_else_s(tmp_path: Path) -> None:
    rows = [("开户名", "身份证号", "姓名", "乡镇", "村", "类别", "认定日期")]
    rows.append(("钱二", id_number(), "赵一", *PLACE, *REST))
    assert codes(check(book(tmp_path / "a.xlsx", ("名册", rows)))) == [(1, None, "header_unclear")]


def test_an_unpaired_quotation_mark_loses_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [",".join(HEADER)]
    for place in range(12):
        row = [str(cell or "") for cell in register_row()]
        row[-1] = '"重点' if place in (3, 8) else ""
        lines.append(",".join(row))
    path.write_text("\n".join(lines), encoding="gb18030")
    with pytest.raises(FieldProblems) as caught:
        check(path)
    assert "引号不成对" in str(caught.value) and "行" in str(caught.value)
    balanced = path.read_text(encoding="gb18030").replace('"重点', '"重点"', 1)
    path.write_text(balanced.replace('"重点', '重点"', 1), encoding="gb18030")
    with pytest.raises(FieldProblems):
        check(path)


def test_an_old_workbook_and_one_that_openpyxl_refuses_are_read(tmp_path: Path) -> None:
    old = check(Path(__file__).parent / "data" / "old_format.xls")
    assert people(old) == [("张三", "51202219500316002X")], old.problems
    assert old.accepted[0].draft.eligibilities[0].starts_on == date(2013, 12, 1)
    plain = write_xlsx(tmp_path / "a.xlsx", [register_row(name="李四")])
    strict = _strict(plain, tmp_path / "strict.xlsx")
    assert [name for name, _ in people(check(strict))] == ["李四"]
    page = tmp_path / "b.xls"
    page.write_text("<html><table><tr><td>姓名</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(FieldProblems) as caught:
        check(page)
    assert "网页" in str(caught.value)


def test_dates_of_a_workbook_that_counts_from_1904_are_right(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = workbook.active
    assert sheet is not None
    sheet.append(list(HEADER))
    sheet.append(register_row(starts_on=date(2024, 10, 17)))
    # The same day as a number that has lost its format.
    sheet.append(register_row(starts_on=(date(2024, 10, 17) - date(1904, 1, 1)).days))
    workbook.save(tmp_path / "a.xlsx")
    checked = check(tmp_path / "a.xlsx")
    days = [row.draft.eligibilities[0].starts_on for row in checked.accepted]
    assert days == [date(2024, 10, 17)] * 2 and days[0] < TODAY


def _strict(source: Path, target: Path) -> Path:
    """The same workbook with the names of strict OOXML."""
    import zipfile

    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
            b"http://purl.oclc.org/ooxml/spreadsheetml/main"
        ),
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for part in before.namelist():
            content = before.read(part)
            for loose, strict in names.items():
                content = content.replace(loose, strict)
            after.writestr(part, content)
    return target


def test_hidden_and_crossed_out_rows_of_an_old_workbook_are_named(tmp_path: Path) -> None:
    old = (Path(__file__).parent / "data" / "old_format.xls").read_bytes()
    hidden, struck = bytearray(old), bytearray(old)
    hidden[old.index(b"\x08\x02\x10\x00\x02\x00") + 16] |= 0x20  # the record of row 3
    fonts = [match.start() for match in re.finditer(rb"\x31\x00\x15\x00", old)]
    for font in fonts:
        struck[font + 6] |= 0x08
    assert len(fonts) == 8
    for name, content in (("hidden", hidden), ("struck", struck)):
        path = tmp_path / f"{name}.xls"
        path.write_bytes(bytes(content))
        checked = check(path)
        assert not checked.accepted and not checked.complete, name
        assert [(left.row, left.lost) for left in checked.left_out] == [(3, True)], name


def test_hidden_and_crossed_out_rows_of_strict_ooxml_are_named(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for values in (HEADER, register_row(name="李四"), register_row(), register_row()):
        sheet.append(list(values))
    sheet.row_dimensions[3].hidden = True
    for cell in sheet[4]:
        cell.font = Font(strike=True)
    workbook.save(tmp_path / "a.xlsx")
    checked = check(_strict(tmp_path / "a.xlsx", tmp_path / "strict.xlsx"))
    assert [name for name, _ in people(checked)] == ["李四"]
    assert [(left.row, left.lost) for left in checked.left_out] == [(3, True), (4, True)]


def test_what_stands_alone_beyond_the_columns_that_are_read_is_counted(tmp_path: Path) -> None:
    far = [None] * 300 + ["王五"]
    path = write_xlsx(tmp_path / "a.xlsx", [register_row(), far, register_row()])
    text = path.with_suffix(".csv")
    lines = [HEADER, register_row(), [cell or "" for cell in far]]
    text.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding="utf-8")
    for checked, rows, number in ((check(path), 3, 5), (check(text), 2, 3)):
        counts = checked.counts
        assert counts["rows"] == rows == sum(counts.values()) - counts["rows"], counts
        assert [(left.row, left.lost) for left in checked.left_out] == [(number, True)]


def test_a_sheet_much_wider_than_any_register_is_refused_at_once(tmp_path: Path) -> None:
    wide = xlsxwriter.Workbook(tmp_path / "wide.xlsx", {"constant_memory": True})
    sheet = wide.add_worksheet()
    for row in range(8):
        for column in range(16_384):
            sheet.write_number(row, column, 1)
    wide.close()
    with pytest.raises(FieldProblems) as caught:
        check(tmp_path / "wide.xlsx")
    assert "太宽" in str(caught.value)
