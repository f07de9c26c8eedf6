"""Generate the handbook's page on access from the table that the guards read.

`python -m huimin.handbook.access_page` writes it, and so does
`python -m huimin.handbook.commands_page`; a test fails when it is out of date.
Never edit the page by hand.
"""

from __future__ import annotations

from pathlib import Path

from huimin.core.catalogue import Words
from huimin.core.permissions import ACTION_WORDS, PERMISSIONS, ROLE_REACH, ROLES
from huimin.core.words import ROLE_NAMES

PAGE = Path(__file__).resolve().parent / "access.md"
INTRODUCTION = """\
# 权限 / Access

由 `python -m huimin.handbook.access_page` 按 `huimin/core/permissions.py` 生成，请勿手改；
程序的每一页都按同一张表放行。

Generated from `huimin/core/permissions.py` by `python -m huimin.handbook.access_page`; don't edit
it. Every page of the program is guarded by the same table.

表里没有的，谁都不能做。别的镇街的人、别的商户的示范点，对无权的人就像不存在一样（404）。

What is not in the table is allowed to nobody. Another town's people and another merchant's outlets
look as if they did not exist (404).
"""
YES, NO = "✓", "—"


def access_page() -> str:
    """The whole page as Markdown."""
    reach = ["| 岗位 / role | 范围 / reach |", "|---|---|"]
    for role in ROLES:
        reach.append(f"| {_both(ROLE_NAMES, role)} | {_both(ROLE_REACH, role)} |")
    heads = [_both(ROLE_NAMES, role) for role in ROLES]
    table = ["| 操作 / action | " + " | ".join(heads) + " |", "|---|" + ":-:|" * len(ROLES)]
    for action, allowed in PERMISSIONS.items():
        marks = " | ".join(YES if role in allowed else NO for role in ROLES)
        table.append(f"| {_both(ACTION_WORDS, action)} `{action}` | {marks} |")
    return "\n".join(
        [INTRODUCTION, "## 岗位 / Roles", "", *reach, "", "## 操作 / Actions", "", *table, ""]
    )


def _both(words: Words, code: str) -> str:
    return f"{words.say(code)} / {words.say(code, 'en')}"


def write_page() -> None:
    """Bring the file up to date."""
    PAGE.write_text(access_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_page()
    print(PAGE)
