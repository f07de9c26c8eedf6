"""The words that offices write into a list of changes: its head, its kinds, the kinds of places."""

from __future__ import annotations

import re

from huimin.core.catalogue import sentence
from huimin.division_changes.change_words import KINDS
from huimin.divisions.lives import DISSOLVED, FOUNDED, MERGED, MOVED, RENAMED

# The five kinds, and what offices write besides.
SPELLINGS = {
    **{word: kind for kind, word in KINDS.items()},
    **dict.fromkeys(("合并", "并入", "撤并入", "撤销并入", "合并设立"), MERGED),
    **dict.fromkeys(("改名", "变更名称", "村改社区", "村改居", "乡改镇", "镇改街道"), RENAMED),
    **dict.fromkeys(("划入", "划出", "代管划转", "区划调整"), MOVED),
    **dict.fromkeys(("设立", "新增", "恢复", "新建"), FOUNDED),
    **dict.fromkeys(("撤消", "取消"), DISSOLVED),
}
COLUMNS = {
    "effective_on": ("生效日期", "生效时间", "执行日期"),
    "kind": ("变更", "变更类型", "变更方式"),
    "old_code": ("原代码", "原区划代码"),
    "old_name": ("原名称", "原区划名称"),
    "new_code": ("新代码", "新区划代码", "现代码"),
    "new_name": ("新名称", "新区划名称", "现名称"),
    "basis": ("依据", "批文号", "依据（批文号）", "批准文号", "文号"),
}
# What stands behind a head in brackets.
REMARK = re.compile(r"[（(].*[）)]$")
# The end of a place's name → the digits that the first of its code's own three may be.
TOWN_KINDS = (("街道", "0"), ("镇", "1"), ("乡", "2"))
VILLAGE_KINDS = (("社区", "01"), ("居民委员会", "01"), ("村民委员会", "23"), ("村", "23"))
FULL_STOP = sentence("。")
