"""Generate the handbook's page on access from the table that the guards read.

`python -m huimin.handbook.access_page` writes it, and so does
`python -m huimin.handbook.commands_page`; a test fails when it is out of date.
Never edit the page by hand.
"""

from __future__ import annotations

from huimin.core.catalogue import say, sentences
from huimin.core.permissions import ACTION_WORDS, PERMISSIONS, ROLE_REACH, ROLES
from huimin.core.words import ROLE_NAMES
from huimin.handbook.render import text_file

INTRODUCTIONS = {
    "zh_Hans": """\
# 权限

本页由 `python -m huimin.handbook.access_page` 按 `huimin/core/permissions.py` 生成，请勿手改；
程序的每一页都按同一张表放行。

表里没有的，谁都不能做。别的镇街的人、别的商户的示范点，对无权的人就像不存在一样（404）。
""",
    "en": """\
# Access

Generated from `huimin/core/permissions.py` by `python -m huimin.handbook.access_page`; don't edit
it. Every page of the program is guarded by the same table.

What is not in the table is allowed to nobody. Another town's people and another merchant's outlets
look as if they did not exist (404).
""",
}
ROLE, REACH, ACTION = sentences("岗位", "范围", "操作")
YES, NO = "✓", "—"


def access_page(language: str) -> str:
    """The whole page as Markdown, in that language ("zh_Hans" or "en")."""
    roles = [ROLE_NAMES.say(role, language) for role in ROLES]
    reach = [_row([say(ROLE, language), say(REACH, language)]), "|---|---|"]
    for role, name in zip(ROLES, roles, strict=True):
        reach.append(_row([name, ROLE_REACH.say(role, language)]))
    table = [_row([say(ACTION, language), *roles]), "|---|" + ":-:|" * len(ROLES)]
    for action, allowed in PERMISSIONS.items():
        marks = [YES if role in allowed else NO for role in ROLES]
        table.append(_row([f"{ACTION_WORDS.say(action, language)} `{action}`", *marks]))
    titles = [f"## {say(title, language)}" for title in (ROLE, ACTION)]
    parts = [INTRODUCTIONS[language], titles[0], "", *reach, "", titles[1], "", *table, ""]
    return "\n".join(parts)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_page() -> None:
    """Bring both files up to date."""
    for language in INTRODUCTIONS:
        text_file("access", language).write_text(
            access_page(language), encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    write_page()
