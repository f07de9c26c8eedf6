"""Generate the till page's own list of categories, from the table in core/categories.py.

`python -m huimin.checkout.till_categories` writes it; a test fails when it is out of date.
"""

from __future__ import annotations

import json
from pathlib import Path

from huimin.core.categories import CODE_OF

SCRIPT = Path(__file__).resolve().parent / "static" / "categories.js"
PLACE_WIDTH = 100
HEAD = """// @ts-check
// The categories of goods and how they are spelt: the server's own list (core/categories.py).
// Written by python -m huimin.checkout.till_categories; don't edit it by hand.

/** @type {Record<string, string>} each code, with how it is spelt: without case, width and signs */
export const SPELLED = {
"""
TAIL = "};\n"


def script() -> str:
    """The whole module."""
    spelled: dict[str, list[str]] = {}
    for spelling, code in CODE_OF.items():
        spelled.setdefault(code, []).append(spelling)
    lines = []
    for code, spellings in spelled.items():
        text = json.dumps(" ".join(spellings), ensure_ascii=False)
        line = f"  {code}: {text},\n"
        if len(line) > PLACE_WIDTH:
            line = f"  {code}:\n    {text},\n"
        lines.append(line)
    return HEAD + "".join(lines) + TAIL


if __name__ == "__main__":
    SCRIPT.write_text(script(), encoding="utf-8", newline="\n")
