"""The words of a proposal to end aid: its states, its causes, and what became of each row."""

from __future__ import annotations

from huimin.core.catalogue import Words

ENDING_STATES = Words(
    "ending_state",
    {
        "draft": "草稿",
        "proposed": "待审批",
        "approved": "已结束",
        "rejected": "不予通过",
        "withdrawn": "已撤回",
        "undone": "已恢复",
    },
)
# Why the aid of one person ends; "missing" is of registers, the others of lists.
CAUSES = Words(
    "ending_cause",
    {
        "missing": "名册里已没有",
        "died": "去世",
        "moved": "迁出",
        "twice": "重复享受",
        "stopped": "停保或退出",
    },
)
LIST_CAUSES = ("died", "moved", "twice", "stopped")
# Somebody who has died or moved away loses all aid, whatever kind the list names.
CAUSES_OF_ALL_AID = frozenset({"died", "moved"})
ROW_STATES = Words(
    "ending_row_state",
    {
        "listed": "还没有结束",
        "ended": "已结束",
        "passed": "提出后已另有改动，没有动",
        "restored": "已恢复",
        "kept": "结束后又有改动，没有恢复",
    },
)
