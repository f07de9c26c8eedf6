"""What stands in a cell and what is made of it: headers, dates, names, families, places, kinds."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.divisions.load import package_divisions
from huimin.holders.eligibility_words import kind_reading
from huimin.holders.person_name import NameProblem, read_name
from huimin.holders.registers.cells import SheetRow
from huimin.holders.registers.dates import read_date
from huimin.holders.registers.family_cell import FamilyProblem, read_family
from huimin.holders.registers.find_header import find_headers
from huimin.holders.registers.header import Header
from huimin.holders.registers.places import PlaceProblem, Places
from huimin.holders.registers.problem import column_letter
from tests.making.holders import id_number
from tests.making.registers import (
    HEADER,
    TODAY,
    check,
    codes,
    register_row,
    write_csv,
    write_xlsx,
)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2023, 3, 1),
        date(2023, 3, 1),
        45_060 - 74,
        45_060.0 - 74,
        20_230_301,
        *("2023-03-01", "2023.03.01", "2023年3月1日", "20230301", "2023/03/01", "2023-3-1"),
        *(
            "2023.3.1",
            "２０２３年３月１日",
            " 2023 年 3 月 1 号 ",
            "2023-03-01 00:00:00",
            "'2023-03-01",
        ),
    ],
)
def test_a_date_is_read_however_it_is_written(cell: Any) -> None:
    assert read_date(cell, TODAY) == date(2023, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        *("2026年2月30日", "2023-13-01", "2023-03", "23-03-01", "明年", "", "2023-03-011"),
        *("1900-01-01", "2099-01-01", "٢٠٢٣-٠٣-٠١"),
        *(True, 3, 1e300, float("nan"), float("inf"), None, 20_231_341, [1]),
    ],
)
def test_what_is_no_day_is_refused(cell: Any) -> None:
    with pytest.raises(ValueError):
        read_date(cell, TODAY)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        ("  张 　三 ", "张三"),
        ("张三（户主）", "张三"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("Anna Maria  Li", "Anna Maria Li"),
        ("𠮷田", "𠮷田"),
    ],
)
def test_a_name_loses_what_was_added_to_it(cell: str, name: str) -> None:
    assert read_name(cell) == name


@pytest.mark.parametrize(
    "cell",
    [None, 5, "", "张3", "=1+1", "+张三", "@张三", "张\x00三", "张" * 61, "😀", "-", "张三\ue000"],
)
def test_what_is_no_name_is_refused(cell: Any) -> None:
    with pytest.raises(NameProblem):
        read_name(cell)


def test_every_way_to_list_a_family_is_read() -> None:
    wife, son = id_number(), id_number()
    expected = [("张三", "配偶", wife), ("李四", "子", None), ("王五", "母", son)]
    for text in (
        f"张三（配偶）{wife}；李四（子）；王五（母）{son}",
        f"张三(配偶){wife};李四(子);王五(母){son};",
        f"张三（配偶）{wife}、李四（子）、王五（母）{son}",
        f"张三（配偶）{wife}\n李四（子）\r\n王五（母）{son}\n",
        f"张三（配偶，{wife}），李四（子），王五（母，{son}）",
        f"配偶：张三 {wife}；子：李四；母：王五 {son}",
        f"张三，配偶，{wife}；李四，子；王五，母，{son}",
        f"张三，配偶，{wife}，李四，子，王五，母，{son}",
        f"张三/配偶/{wife}；李四/子；王五/母/{son}",
        f"1.张三（配偶，{wife}）2.李四（子）3.王五（母，{son}）",
        f"3人：张三【配偶】{wife}；李四【子】；王五【母】{son}",
        f"张三（配偶，52岁）身份证号：{wife} 李四（子） 王五（母）{son}",
        f"配偶（张三，{wife}）；子（李四）；母（王五，{son}）",
        f"配偶张三{wife}、子李四、母王五{son}",
        f"张三 配偶 {wife}；李四 子；王五 母 {son}",
        f"张 三（配偶） {wife[:6]} {wife[6:14]} {wife[14:]}；李四（子）；王五（母）身份证号：{son}",
    ):
        read = read_family(text, today=TODAY)
        assert [(m.name, m.relation, m.id_number) for m in read] == expected, text


@pytest.mark.parametrize(
    "cell", [None, "", "无", " / ", "没有", "无其他家庭成员", "单人户", "3人", 3]
)
def test_no_family_is_no_problem(cell: str | int | None) -> None:
    assert read_family(cell, today=TODAY) == ()


def test_the_holder_in_their_own_family_is_left_out_and_a_repeated_member_counts_once() -> None:
    own = id_number()
    text = f"黄筱平（本人）；黄筱平（户主）{own}；黄筱平（妻）{own}；张三（子）；张三（子）"
    assert [m.name for m in read_family(text, today=TODAY, holder_number=own)] == ["张三"]


@pytest.mark.parametrize(
    "cell",
    [
        "张三",
        "（配偶）",
        "张三（配偶）51202219840830405",
        "张三（配偶）512022198408304050",
        "张三（配偶）512022199902304055",
        5.5,
        "；".join(f"张{chr(0x4E00 + n)}（子）" for n in range(21)),
    ],
)
def test_a_family_that_cannot_be_read_is_refused_without_repeating_it(cell: Any) -> None:
    with pytest.raises(FamilyProblem) as caught:
        read_family(cell, today=TODAY)
    assert "512022" not in str(caught.value) and "张三" not in str(caught.value).partition("，")[0]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("低保", ("dibao",)),
        ("城市最低生活保障", ("dibao",)),
        ("特困供养", ("tekun",)),
        ("重度残疾", ("disability",)),
        ("重大疾病", ("major_illness",)),
        ("事实无人抚养儿童", ("orphan",)),
        ("低保边缘家庭", ("other",)),
        ("低保、残疾", ("dibao", "disability")),
        ("dibao", ("dibao",)),
        ("富裕", None),
        ("低保、富裕", None),
        *((text, None) for text in ("停低保", "疑似低保", "低保户家属", "低保（否）")),
        *((text, None) for text in ("孤儿（满18）", "低保（残疾已注销）", "去年低保")),
        ("重大疾病（白血病）", ("major_illness",)),
        ("社会散居孤儿", ("orphan",)),
        ("", None),
    ],
)
def test_eligibilities_are_read_from_the_offices_words(
    text: str, kinds: tuple[str, ...] | None
) -> None:
    reading = kind_reading(text)
    assert ((reading and reading.kinds) or None) == kinds


def test_places_are_found_and_near_names_offered() -> None:
    places = Places(package_divisions())
    code = places.village("高寺镇", "清水村村民委员会")
    for town, village in (
        ("高寺", "清水村"),
        ("乐至县高寺镇", "清水村"),
        ("高寺镇人民政府", "清水村委会"),
        (" 高 寺 镇 ", "高寺镇清水村3组"),
        ("高寺镇", "清水村第五社"),
    ):
        assert places.village(town, village) == code, (town, village)
    with pytest.raises(PlaceProblem) as caught:
        places.village("高寺镇", "清水河村")
    assert caught.value.field == "village" and "清水村村民委员会" in caught.value.text.say()
    with pytest.raises(PlaceProblem) as caught:
        places.village("不存在镇", "清水村")
    assert caught.value.field == "town"
    with pytest.raises(PlaceProblem) as caught:
        places.village("高寺镇", "512022198408304055")
    assert "51202219" not in caught.value.text.say()


def test_column_letters() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 51, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "ZZ",
        "AAA",
    ]


def only_header(rows: list[SheetRow]) -> Header:
    (header,) = find_headers(rows)
    return header


def test_headers_in_other_spellings_and_two_rows() -> None:
    for spelled in (
        ("户主姓名", "身份证号", "所属乡镇", "村居", "救助类别", "起始时间"),
        ("*姓  名", "*居民身份证号码", "镇街", "村/社区", "困难类型", "批准日期"),
        (
            "申请人姓名",
            "申请人身份证号码",
            "户籍所在乡镇",
            "所在村（居）",
            "对象类别",
            "享受保障起始时间",
        ),
    ):
        header = only_header([SheetRow(7, spelled)])
        assert header.missing() == [], (spelled, header)
        assert [header.columns[f] for f in ("name", "id_number", "town", "village")] == [0, 1, 2, 3]
    above = ("序号", "户主信息", None, "家庭住址", None, "类别", "认定时间", "监护人姓名")
    below = (None, "姓名", "身份证号", "乡镇", "村", None, None, None)
    header = only_header([SheetRow(2, above), SheetRow(3, below)])
    assert header.missing() == [] and header.row_number == 3
    assert header.columns["name"] == 1 and 7 not in header.columns.values()


def test_rows_that_name_nobody_are_left_out_and_half_rows_are_not(tmp_path: Path) -> None:
    good = register_row()
    rows = [
        good,
        [None] * 11,
        [7, *[None] * 10],
        ["天池街道", *[None] * 10],
        list(HEADER),
        ["合  计", "2人"],
        ["制表人：张三", None, "审核人："],
        ["注：本表一式三份"],
        register_row(id_number=None),
        register_row(name=None),
    ]
    for path in (write_xlsx(tmp_path / "a.xlsx", rows), write_csv(tmp_path / "a.csv", rows)):
        checked = check(path)
        first = 4 if path.suffix == ".xlsx" else 3
        assert [row.row for row in checked.accepted] == [first]
        assert codes(checked) == [
            (first + 8, "D", "id_missing"),
            (first + 9, "B", "name_missing"),
        ]
        assert [one.row for one in checked.left_out] == [first + n for n in range(2, 8)]


def test_every_problem_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    row = register_row(
        name="张3",
        id_number="5120221984083040",
        phone="打电话",
        town=None,
        kind="富裕",
        starts_on="明年",
        family="张三",
    )
    checked = check(write_xlsx(tmp_path / "a.xlsx", [row]))
    assert [code for _, _, code in codes(checked)] == [
        *("name_format", "id_format", "phone", "division", "date", "kind", "family")
    ]
    assert len(checked.refused) == 1 and checked.accepted == []


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (13_800_000_000, "13800000000"),
        (13_800_000_000.0, "13800000000"),
        ("138-0000-0000", "13800000000"),
        (" 138 0000 0000 ", "13800000000"),
        ("１３８０００００００００"[:11], "13800000000"),
        ("028-23330000", "02823330000"),
        ("13800000000/13900000000", "13800000000/13900000000"),
        ("无", None),
        (None, None),
    ],
)
def test_phones_are_cleaned(tmp_path: Path, cell: Any, phone: str | None) -> None:
    checked = check(write_xlsx(tmp_path / "a.xlsx", [register_row(phone=cell)]))
    assert [row.draft.phone for row in checked.accepted] == [phone], checked.problems


def test_a_merged_town_counts_for_every_row_below_and_a_merged_name_does_not(
    tmp_path: Path,
) -> None:
    rows = [
        register_row(),
        register_row(town=None, kind=None),
        register_row(town=None, kind=None, name=None),
        register_row(town=None),
    ]
    path = write_xlsx(
        tmp_path / "a.xlsx",
        rows,
        merged=["A1:K1", "F4:F6", "H4:H6", "B5:B6"],
        above=[("标题",), ()],
    )
    checked = check(path)
    assert [row.row for row in checked.accepted] == [4, 5]
    assert codes(checked) == [(6, "B", "name_missing"), (7, "F", "division")]
    assert "合并" in checked.problems[0].message
    assert {row.draft.division_code[:9] for row in checked.accepted} == {
        checked.accepted[0].draft.division_code[:9]
    }


def test_a_repeated_person_is_told_with_the_first_place(tmp_path: Path) -> None:
    number = id_number()
    rows = [
        register_row(id_number=number, town="没有"),
        register_row(id_number=number),
        register_row(id_number=number),
        register_row(id_number=number, kind="残疾"),
    ]
    checked = check(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.row for row in checked.accepted] == [5]
    assert [(r.row, r.first_row, r.differs) for r in checked.repeated] == [
        (6, 5, False),
        (7, 5, True),
    ]


def test_a_sheet_without_a_needed_column_is_a_problem_and_not_left_out(tmp_path: Path) -> None:
    header = [text for text in HEADER if text != "公民身份号码"]
    checked = check(write_xlsx(tmp_path / "a.xlsx", [register_row()[:10]], header=header))
    assert codes(checked) == [(3, None, "header_missing")]
    assert "身份证号码" in checked.problems[0].message
