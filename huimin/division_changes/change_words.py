"""The words of changes of divisions: the kinds as offices write them, and the states of a list."""

from __future__ import annotations

from huimin.core.catalogue import Words
from huimin.divisions.lives import DISSOLVED, FOUNDED, MERGED, MOVED, RENAMED

KINDS = Words(
    "division_change",
    {MERGED: "撤并", RENAMED: "更名", MOVED: "划转", FOUNDED: "新设", DISSOLVED: "撤销"},
)
# What offices write besides.
SPELLINGS = {
    **{word: kind for kind, word in KINDS.items()},
    **dict.fromkeys(("合并", "并入", "撤并入", "撤销并入", "合并设立"), MERGED),
    **dict.fromkeys(("改名", "变更名称", "村改社区", "村改居", "乡改镇", "镇改街道"), RENAMED),
    **dict.fromkeys(("划入", "划出", "代管划转", "区划调整"), MOVED),
    **dict.fromkeys(("设立", "新增", "恢复", "新建"), FOUNDED),
    **dict.fromkeys(("撤消", "取消"), DISSOLVED),
}
LIST_STATES = Words(
    "division_list_state",
    {"proposed": "待审批", "approved": "已通过", "rejected": "不予通过", "withdrawn": "已撤回"},
)
LEVELS = Words("division_level", {"county": "县", "town": "镇街", "village": "村（社区）"})
