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
// Which category of goods is meant: the server's own list (core/categories.py), for a till offline.
// Written by python -m huimin.checkout.till_categories; don't edit it by hand.

/** @type {Record<string, string>} each code, with how it is spelt: without case, width and signs */
const SPELLED = {
"""
TAIL = """};
const CODE_OF = new Map(
  Object.entries(SPELLED).flatMap(([code, spellings]) =>
    spellings.split(" ").map((spelling) => /** @type {[string, string]} */ ([spelling, code])),
  ),
);

/**
 * A spelling without case, width, spaces, punctuation and invisible characters.
 * @param {string} text
 */
function plain(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\\p{L}\\p{N}]/gu, "");
}

/** @param {string} category */
export function knownCode(category) {
  return CODE_OF.get(plain(category)) ?? null;
}

/**
 * The code that is meant; an unknown category by its letters.
 * @param {string} category
 */
export function codeOrPlain(category) {
  return CODE_OF.get(plain(category)) ?? plain(category);
}

/**
 * Whether somebody knows the category: the list, or the policy that leaves it out.
 * @param {string} category
 * @param {string[]} excluded
 */
export function isKnown(category, excluded) {
  const spelling = plain(category);
  return (
    CODE_OF.has(spelling) || (spelling !== "" && excluded.map(codeOrPlain).includes(spelling))
  );
}
"""


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
