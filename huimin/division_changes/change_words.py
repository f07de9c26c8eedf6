"""The words of changes of divisions: the kinds as offices write them, and the states of a list."""

from __future__ import annotations

from huimin.core.catalogue import Words
from huimin.divisions.lives import DISSOLVED, FOUNDED, MERGED, MOVED, RENAMED

KINDS = Words(
    "division_change",
    {MERGED: "撤并", RENAMED: "更名", MOVED: "划转", FOUNDED: "新设", DISSOLVED: "撤销"},
)
LIST_STATES = Words(
    "division_list_state",
    {"proposed": "待审批", "approved": "已通过", "rejected": "不予通过", "withdrawn": "已撤回"},
)
LEVELS = Words("division_level", {"county": "县", "town": "镇街", "village": "村（社区）"})
