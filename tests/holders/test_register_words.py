"""What offices write in a register's cells: kinds, states, remarks, days, names, phones, places."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huimin.core.phone import read_phones
from huimin.divisions.load import package_divisions
from huimin.holders.eligibility_words import kind_reading
from huimin.holders.person_name import NameProblem, read_name
from huimin.holders.registers.being_entitled import (
    UNKNOWN_STATE,
    NotEntitled,
    ended_by_remark,
    ended_by_state,
)
from huimin.holders.registers.dates import read_date
from huimin.holders.registers.places import PlaceProblem, Places
from tests.making.holders import id_number
from tests.making.registers import HEADER, TODAY, check, codes, register_row, write_xlsx

IN_FORCE, ENDED, UNCLEAR = "in force", "ended", "unclear"


def comes_to(reading: NotEntitled | None) -> str:
    if reading is None:
        return IN_FORCE
    return UNCLEAR if reading is UNKNOWN_STATE else ENDED


@pytest.mark.parametrize(
    ("kinds", "texts"),
    [
        (
            ("dibao",),
            ("低保（单人保）", "低保★", "是低保", "低保：是", "老低保户", "低保户（已脱贫）"),
        ),
        (("dibao",), ("☑低保 □特困 □残疾", "原特困现低保", "曾是五保，现低保", "新增低保")),
        (("tekun",), ("□低保 √特困", "原低保，现特困")),
        (("disability",), ("不是低保，是残疾", "退出低保，保留残疾", "未纳入低保的残疾人")),
        (("dibao", "disability"), ("低保且残疾", "既是低保又是残疾", "低保+二级残疾")),
        ((), ("低保停", "停低保", "低保（否）", "低保×", "放弃低保", "低保除外", "低保（暂缓）")),
        (None, ("特困转低保", "低保 ☐ 特困 ☑", "低保？残疾", "困境", "☒低保")),
    ],
)
def test_kinds_beside_marks_and_denials(
    kinds: tuple[str, ...] | None, texts: tuple[str, ...]
) -> None:
    for text in texts:
        reading = kind_reading(text)
        assert (None if reading is None else reading.kinds) == kinds, text
    assert kind_reading("A类（重病）", "dibao").kinds == ("major_illness", "dibao")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("state", "comes"),
    [
        *((state, IN_FORCE) for state in ("救助中", "已纳入", "发放", "渐退期", "未停发", "健在")),
        *(
            (state, ENDED)
            for state in ("不在保", "非正常", "未在保", "中止", "撤销", "冻结", "不健在")
        ),
        *((state, UNCLEAR) for state in ("失联", "变更", "正常（死亡）")),
    ],
)
def test_states(state: str, comes: str) -> None:
    assert comes_to(ended_by_state(state)) == comes


@pytest.mark.parametrize(
    ("remark", "comes"),
    [
        *(
            (text, IN_FORCE)
            for text in ("外出务工", "失联", "服刑人员", "配偶（已故）", "妻亡", "父死母改嫁")
        ),
        *(
            (text, ENDED)
            for text in ("亡", "（故）", "2023.5亡", "去逝", "病死", "已退", "主动放弃", "停")
        ),
        *(
            (text, UNCLEAR)
            for text in (
                "疑似死亡",
                "拟于6月停发",
                "查无此人",
                "转特困",
                "户口迁走",
                "去年走了",
                "该人已不在",
            )
        ),
    ],
)
def test_remarks(remark: str, comes: str) -> None:
    assert comes_to(ended_by_remark(remark, "低保")) == comes
    assert ended_by_remark("2023年由低保转特困", "特困") is None


def test_any_of_several_states_ends_it_and_a_state_of_something_else_is_no_question(
    tmp_path: Path,
) -> None:
    header = (*HEADER, "居住状态", "业务状态", "人员状态")
    rows = [
        [*register_row(), "租房", "保障中", "正常"],
        [*register_row(), "租房", "保障中", "死亡"],
        [*register_row(), "租房", "看不懂", "正常"],
    ]
    checked = check(write_xlsx(tmp_path / "a.xlsx", rows, header=header, above=()))
    assert [row.row for row in checked.accepted] == [2]
    assert [left.row for left in checked.left_out] == [3] and codes(checked) == [(4, "M", "state")]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "二O二三年三月一日",
            "2023/3/1 星期三",
            "2023年3月1日（周三）",
            "自2023年3月1日起",
            "2023.3.1。",
        ),
        *("2023\u20113\u20111", "2023−3−1", "2023∕3∕1", "2023-3-1 8:30 AM", "2023年3月1日 8时30分"),
    ],
)
def test_days_in_more_forms(cell: str) -> None:
    assert read_date(cell, TODAY) == date(2023, 3, 1)


@pytest.mark.parametrize(
    ("head", "cell", "days"),
    [
        ("认定日期", "2023.3.1-2024.2.28", (date(2023, 3, 1), date(2024, 2, 28))),
        ("起止时间", "2023年3月1日至2024年2月28日", (date(2023, 3, 1), date(2024, 2, 28))),
        ("享受时间", "2023年3月至今", (date(2023, 3, 1), None)),
        ("起止时间", "2023-03-01~长期", (date(2023, 3, 1), None)),
        ("起止时间", "2023-03-01", (date(2023, 3, 1), None)),
    ],
)
def test_a_beginning_and_an_end_in_one_cell(
    tmp_path: Path, head: str, cell: str, days: tuple[date, date | None]
) -> None:
    header = tuple(head if name == "认定日期" else name for name in HEADER)
    row = register_row(starts_on=cell)
    (accepted,) = check(write_xlsx(tmp_path / "a.xlsx", [row], header=header, above=())).accepted
    (eligibility,) = accepted.draft.eligibilities
    assert (eligibility.starts_on, eligibility.ends_on) == days


@pytest.mark.parametrize("dot", "•．.・‧●﹒･⸳∘˙ꞏ··")
def test_every_middle_dot_is_one(dot: str) -> None:
    assert read_name(f"阿依{dot}古丽") == "阿依·古丽"


@pytest.mark.parametrize(
    "text", ["张三 李四", "张三　李四", "张三等", "张O", "李xx", "待定", "姓名"]
)
def test_what_is_not_one_whole_name_is_refused(text: str) -> None:
    with pytest.raises(NameProblem):
        read_name(text)
    assert read_name("欧阳 修文") == "欧阳修文" and read_name("扎西 次仁") == "扎西次仁"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("①13800000000②13900000000", ("13800000000", "13900000000")),
        ("1、13800000000 2、13900000000", ("13800000000", "13900000000")),
        *(
            (text, ())
            for text in ("空号", "已停机", "未提供", "不清楚", "没得", "NULL", "无联系方式")
        ),
    ],
)
def test_phones_in_more_forms(cell: str, numbers: tuple[str, ...]) -> None:
    assert read_phones(cell) == numbers


def test_places_with_signs_groups_and_offices() -> None:
    places = Places(package_divisions())
    code = places.village("高寺镇", "清水村")
    pairs: tuple[tuple[Any, ...], ...] = (
        *(
            ("高寺镇", f"清水村{rest}")
            for rest in ("/3组", "-3组", "双河组", "一、二组", "村部", "。")
        ),
        *(
            ("高寺镇（街道）", "清水行政村"),
            ("高寺镇党委政府", "清水村党支部"),
            ("高寺镇清水村", "清水村"),
        ),
    )
    for town, village in pairs:
        assert places.village(town, village) == code, (town, village)
    for address in (
        *("四川省/资阳市/乐至县/高寺镇/清水村", "四川省-资阳市-乐至县-高寺镇-清水村村民委员会"),
        *("四川乐至高寺镇清水村3组", "四川省内江市乐至县高寺镇清水村双河组15号", code),
    ):
        assert places.address(address) == code, address
    with pytest.raises(PlaceProblem):
        places.village("高寺镇", "清水村双河村")


def test_traditional_characters_say_the_same(tmp_path: Path) -> None:
    for state in ("停發", "註銷", "已死亡"):
        assert comes_to(ended_by_state(state)) == ENDED, state
    for remark in ("已遷出", "2024年3月去世", "已銷戶"):
        assert comes_to(ended_by_remark(remark)) == ENDED, remark
    assert kind_reading("原低保戶") == kind_reading("原低保户")
    assert kind_reading("殘疾人").kinds == ("disability",)  # type: ignore[union-attr]
    heads = ("姓名", "性別", "身份證號碼", "聯繫電話", "鄉鎮", "村", "保障類別", "認定日期", "備註")
    rows = [
        ("黃小平", "女", id_number(), "13800000000", "高寺鎮", "清水村", "低保", "2024-10-17", note)
        for note in ("", "已遷出")
    ]
    result = check(write_xlsx(tmp_path / "traditional.xlsx", [heads, *rows]))
    assert [row.draft.name for row in result.accepted] == ["黃小平"]
    assert len(result.left_out) + len(result.refused) == 1


@pytest.mark.parametrize(
    ("place", "cell"), [(5, "高寺\ue001镇"), (7, "低保\ue001类"), (8, "2024\ue001年10月")]
)
def test_a_character_that_nobody_sees_is_named_as_such(
    tmp_path: Path, place: int, cell: str
) -> None:
    row = [1, "黄小平", "女", id_number(), "13800000000", "高寺镇", "清水村", "低保", "2024-10-17"]
    heads = ("序号", "姓名", "性别", "身份证号码", "联系电话", "乡镇", "村", "保障类别", "认定日期")
    assert check(write_xlsx(tmp_path / "seen.xlsx", [row], header=heads)).accepted
    row[place] = cell
    checked = check(write_xlsx(tmp_path / "unseen.xlsx", [row], header=heads))
    assert not checked.accepted
    assert any("显示不出来的字" in problem.message for problem in checked.problems)
