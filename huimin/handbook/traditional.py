"""Make the handbook's traditional Chinese from its simplified text.

`python -m huimin.handbook.traditional` writes zh_hant/, and so does
`python -m huimin.handbook.commands_page`; a test fails when it is out of date. What stands in code
is typed or sent as it is, so it stays; everything else is converted as the catalogue is, by our own
phrases and OpenCC (extra `dev`). Never edit zh_hant/ by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from huimin.handbook.render import FOLDER, TEXTS
from huimin.web.catalogs import converter

SIMPLIFIED, TRADITIONAL = FOLDER / TEXTS["zh_Hans"], FOLDER / TEXTS["zh_Hant"]
# Fenced and indented code, code within a line, and the address of a link or a picture.
CODE = re.compile(r"(^```.*?^```$|^(?: {4}[^\n]*\n)+|`[^`\n]+`|\]\([^)\n]*\))", re.DOTALL | re.M)


def traditional_text(text: str, convert: Callable[[str], str]) -> str:
    """A page in traditional Chinese, its code and its addresses as they are."""
    parts = CODE.split(text)
    return "".join(part if place % 2 else convert(part) for place, part in enumerate(parts))


def traditional_pages() -> dict[str, str]:
    """Every page by file name. Raises RuntimeError without OpenCC."""
    convert = converter()
    if convert is None:
        raise RuntimeError("OpenCC is missing: pip install 'huimin[dev]'")
    return {
        path.name: traditional_text(path.read_text(encoding="utf-8"), convert)
        for path in sorted(SIMPLIFIED.glob("*.md"))
    }


def write_pages() -> None:
    """Bring the folder up to date."""
    pages = traditional_pages()
    TRADITIONAL.mkdir(exist_ok=True)
    for path in TRADITIONAL.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (TRADITIONAL / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    try:
        write_pages()
    except RuntimeError as problem:
        sys.exit(str(problem))
