"""In which ways a month's files were made before, so that signed ones are made again alike.

Each of VERSIONS is a way: the layout, and the wording: (kind of the table of words, today's word) →
the word of then. Which of them a file was signed in is told by its SHA-256 alone. Whoever renames a
word that stands in a month's files adds the wording that it ends, and renames today's word in the
older ones; whoever changes the layout adds that which it ends. The county of version 1 in the tests
has such files.
"""

from __future__ import annotations

from collections.abc import Mapping

from huimin.reports.exports import Layout

VERSIONS: tuple[tuple[Layout, Mapping[tuple[str, str], str]], ...] = (
    ("today", {}),
    # Until 2026-11-29: the difference of two rates as a rate.
    ("points_as_percent", {}),
    # Until 2026-11-28: every table in the PDF, no charts in the workbook, codes of digits bare.
    ("first", {}),
    # Until 2026-11-28: thousands of an amount were not grouped.
    ("first", {("amount", ","): ""}),
    # Until 2026-11-28, the schema's version 1.
    (
        "first",
        {
            ("amount", ","): "",
            ("channel", "补录优惠"): "补办",
            ("figure", "退货笔数"): "冲正笔数",
            ("figure", "登记补录"): "登记补办",
            ("figure", "补录通过"): "补办通过",
            ("figure", "补录不予通过"): "补办不予通过",
            ("figure", "期末待审补录"): "期末待审补办",
            ("grouping", "示范点类别"): "网点类别",
            ("", "金额已扣除退货；退货计入办理当月。"): "金额已扣除冲正；冲正计入办理当月。",
            (
                "",
                "有效卡指期末未过期、未补卡、未注销的卡；挂失、暂停的卡也在内。",
            ): "有效卡指期末未过期、未补办、未注销的卡；挂失、暂停的卡也在内。",
        },
    ),
)
