"""Generate the table of refusals in the handbook's page for POS developers.

`python -m huimin.handbook.pos_page` writes it, and so does
`python -m huimin.handbook.commands_page`; a test fails when it is out of date.
The rest of the page is written by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

from huimin.core.catalogue import say
from huimin.core.refusal_kinds import KINDS

PAGE = Path(__file__).resolve().parent / "pos.md"
HEADING = "## Refusal codes"
TABLE = re.compile(r"(?m)^\| code \|.*\n(?:\|.*\n)*")


def refusals_table() -> str:
    """Every code that has a sentence for the cashier, as Markdown."""
    rows = ["| code | status | why, for the cashier | to say aloud |", "|---|---|---|---|"]
    for code, kind in sorted(KINDS.items(), key=lambda item: (item[1].status, item[0])):
        if not kind.cashier and not code.startswith("offline_"):
            continue  # only shown on pages
        detail = f"{_plain(kind.detail)} / {_plain(say(kind.detail, 'en'))}"
        rows.append(f"| `{code}` | {kind.status} | {detail} | {kind.cashier} |")
    return "\n".join(rows) + "\n"


def pos_page() -> str:
    """The page with an up-to-date table. Raises ValueError when the page has no table."""
    page = PAGE.read_text(encoding="utf-8")
    before, heading, after = page.partition(f"{HEADING}\n")
    if not heading or not TABLE.search(after):
        raise ValueError(f"{PAGE.name} has no table below {HEADING!r}")
    return before + heading + TABLE.sub(lambda _: refusals_table(), after, count=1)


def _plain(text: str) -> str:
    return re.sub(r"\{\w+\}", "…", text).replace("|", "\\|").replace("<", "&lt;")


def write_page() -> None:
    """Bring the file up to date."""
    PAGE.write_text(pos_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_page()
