"""Generate the table of refusals in the handbook's page for POS developers.

`python -m huimin.handbook.pos_page` writes it, and so does
`python -m huimin.handbook.commands_page`; a test fails when it is out of date.
The rest of the page is written by hand.
"""

from __future__ import annotations

import re

from huimin.core.catalogue import say
from huimin.core.refusal_kinds import KINDS
from huimin.handbook.render import text_file

# The heading above the table, and the table's head, in the page of each language.
HEADINGS = {"zh_Hans": "## 不予优惠的代码", "en": "## Refusal codes"}
HEADS = {
    "zh_Hans": "| 代码 | 状态码 | 给收银员看的原因 | 读给顾客听的话 |",
    "en": "| code | status | why, for the cashier | to say aloud |",
}
TABLE = re.compile(r"(?m)^\| (?:code|代码) \|.*\n(?:\|.*\n)*")


def refusals_table(language: str) -> str:
    """Every code that has a sentence for the cashier, as Markdown in that language."""
    rows = [HEADS[language], "|---|---|---|---|"]
    for code, kind in sorted(KINDS.items(), key=lambda item: (item[1].status, item[0])):
        if not kind.cashier and not code.startswith("offline_"):
            continue  # only shown on pages
        detail, aloud = (_plain(say(words, language)) for words in (kind.detail, kind.cashier))
        rows.append(f"| `{code}` | {kind.status} | {detail} | {aloud} |")
    return "\n".join(rows) + "\n"


def pos_page(language: str) -> str:
    """The page with an up-to-date table. Raises ValueError when the page has no table."""
    page = text_file("pos", language).read_text(encoding="utf-8")
    before, heading, after = page.partition(f"{HEADINGS[language]}\n")
    if not heading or not TABLE.search(after):
        raise ValueError(f"pos.md ({language}) has no table below {HEADINGS[language]!r}")
    return before + heading + TABLE.sub(lambda _: refusals_table(language), after, count=1)


def _plain(text: str) -> str:
    return re.sub(r"\{\w+\}", "…", text).replace("|", "\\|").replace("<", "&lt;")


def write_page() -> None:
    """Bring both files up to date."""
    for language in HEADINGS:
        text_file("pos", language).write_text(pos_page(language), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_page()
