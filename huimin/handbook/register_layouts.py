"""The layouts of registers that are read, each as a small sheet with what comes of its rows.

The handbook's page and its pictures are made of these (register_pictures.py), and a test imports
each as a workbook: what stands beside a row in the picture is what comes of it. The people are
invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HOLDER, MEMBER, BOTH, LEFT = "持卡人", "家庭成员", "两人都是持卡人", "略过"
WHO = (
    *("512022195603081018", "512022195603081026", "512022195603081034", "512022195603081042"),
    *("512022195603081050", "512022195603081069"),
)
PLACE = ("高寺镇", "清水村")
Cells = tuple[Any, ...]


@dataclass(frozen=True)
class Layout:
    """One layout: `name` of its picture, words, the sheet's rows, and what comes of them by row.

    `merged` are areas such as "D1:E1"; rows that nothing comes of are heads and titles.
    """

    name: str
    chinese: str
    english: str
    rows: tuple[Cells, ...]
    comes: dict[int, str]
    merged: tuple[str, ...] = field(default=())


LAYOUTS = (
    Layout(
        "plain",
        "一行一人，上面有标题，下面有合计和签字；表头带说明也认得。",
        "A row for each person, with titles above and sums below; heads may have remarks.",
        (
            ("高寺镇农村低保花名册",),
            (
                "序号",
                "姓名（必填）",
                "公民身份号码",
                "乡镇",
                "村（社区）",
                "低保类别",
                "起始保障年月",
            ),
            (1, "张三", WHO[0], *PLACE, "A类", "2013年12月"),
            (2, "李四", WHO[1], "〃", "同上", "B类", "201401"),
            ("合计", "2人", None, None, None, None, None),
        ),
        {3: HOLDER, 4: HOLDER, 5: LEFT},
    ),
    Layout(
        "others",
        "旁边还有监护人、户主、开户人、收款人等：姓名和号码只取本人的；分不清时不导入，页面上问您是哪一列。",
        "Guardians, heads and payees beside the person: name and number are the person's own. "
        "Where nothing decides, the page asks.",
        (
            (
                "监护人",
                "监护人身份证号",
                "儿童姓名",
                "儿童身份证号",
                "乡镇",
                "村",
                "儿童类别",
                "认定日期",
            ),
            ("王五", WHO[2], "张小三", WHO[0], *PLACE, "孤儿", "2020-05-01"),
        ),
        {2: HOLDER},
    ),
    Layout(
        "levels",
        "两三层表头；户主是持卡人，下面没有户主的行是这一户的成员。",
        "Heads in two or three levels; rows without a head of household continue the one above.",
        (
            ("乡镇", "村", "户主信息", None, "保障类别", "认定时间", "家庭成员", None),
            (None, None, "姓名", "身份证号", None, None, "姓名", "与户主关系"),
            (*PLACE, "张三", WHO[0], "低保", "2020-01-01", "李四", "配偶"),
            (None, None, None, None, None, None, "张小五", "儿子"),
        ),
        {3: HOLDER, 4: MEMBER},
        ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "F1:F2", "G1:H1"),
    ),
    Layout(
        "rows",
        "一户几行：写明是否保障对象的，只有保障对象是持卡人，同住的人是家庭成员。",
        "A household in several rows: who is entitled is a holder, the others are family members.",
        (
            (
                "户主姓名",
                "姓名",
                "身份证号码",
                "与户主关系",
                "是否保障对象",
                "地址",
                "类别",
                "享受时间",
            ),
            ("张三", "张三", WHO[0], "户主", "是", "高寺镇清水村3组", "低保", "2020-01-01"),
            ("张三", "李四", WHO[1], "配偶", "否", "高寺镇清水村3组", "低保", "2020-01-01"),
        ),
        {2: HOLDER, 3: MEMBER},
    ),
    Layout(
        "columns",
        "成员在后面的列里。",
        "Members in columns of their own.",
        (
            (
                "户主",
                "身份证号",
                "乡镇",
                "村",
                "类别",
                "认定日期",
                "成员1姓名",
                "成员1关系",
                "成员2姓名",
                "成员2关系",
            ),
            ("张三", WHO[0], *PLACE, "低保", "2020-01-01", "李四", "妻", "张小五", "子"),
        ),
        {2: HOLDER},
    ),
    Layout(
        "cell",
        "全家写在一格里，先写姓名先写关系都可以。",
        "A whole family in one cell.",
        (
            ("户主", "身份证号", "乡镇", "村", "类别", "认定日期", "家庭成员"),
            ("张三", WHO[0], *PLACE, "低保", "2020-01-01", "李四（妻子）；张小五，长子"),
        ),
        {2: HOLDER},
    ),
    Layout(
        "beside",
        "左右并排两块同样的表头，两块都读。",
        "Two blocks of the same heads beside each other are both read.",
        (
            (
                "姓名",
                "身份证号",
                "类别",
                "认定日期",
                "姓名",
                "身份证号",
                "类别",
                "认定日期",
                "乡镇",
                "村",
            ),
            ("张三", WHO[0], "低保", "2020-01-01", "李四", WHO[1], "特困", "2020-01-01", *PLACE),
        ),
        {2: BOTH},
    ),
    Layout(
        "ended",
        "状态、备注、截止日期写明已经停了的，不导入并写明原因；截止日期在以后的，记为最后一天。",
        "Whoever a state or a remark says has left is named and not imported; a last day is kept.",
        (
            ("姓名", "身份证号", "乡镇", "村", "保障类别", "认定日期", "停保时间", "状态", "备注"),
            ("张三", WHO[0], *PLACE, "低保残疾", "2020-01-01", "2030年12月", "正常", None),
            ("李四", WHO[1], *PLACE, "低保", "2020-01-01", None, "停保", None),
            ("王五", WHO[2], *PLACE, "低保", "2020-01-01", None, "正常", "2024年3月去世"),
            ("赵六", WHO[3], *PLACE, "原低保户", "2020-01-01", None, "正常", None),
        ),
        {2: HOLDER, 3: LEFT, 4: LEFT, 5: LEFT},
    ),
    Layout(
        "sections",
        "下面另起一表也读；停发、死亡、拟纳入的名单和段落不当作在享的人，逐行写明。",
        "Further tables are read; lists and sections of people whose aid has ended enrol nobody.",
        (
            ("姓名", "身份证号", "乡镇", "村", "类别", "认定日期"),
            ("张三", WHO[0], *PLACE, "低保", "2020-01-01"),
            ("镇", "村", "姓名", "身份证号", "批准时间", "类别"),
            (*PLACE, "李四", WHO[1], "2021-01-01", "特困"),
            ("停发人员",),
            (*PLACE, "王五", WHO[2], "2019-01-01", "特困"),
        ),
        {2: HOLDER, 4: HOLDER, 5: LEFT, 6: LEFT},
    ),
)
