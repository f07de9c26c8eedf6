"""Render the handbook's Markdown as safe HTML, with an anchor for each heading.

Raw HTML in a page is shown as text and only harmless addresses become links; links between the
files, which work in the repository, are turned into links under /help.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).resolve().parent
# The reading order; pages not named here follow alphabetically.
ORDER = ("console", "till", "pos", "access", "operations", "commands")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}", re.ASCII)
LINK = re.compile(r"(?:\./)?([a-z][a-z0-9_-]*)\.md(#.*)?", re.ASCII)
PICTURE = re.compile(r"(?:\./)?pictures/([a-z0-9_-]+\.(?:png|svg))", re.ASCII)
CONTENTS_LEVELS = ("h2", "h3")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its title, its body as HTML, and its headings as (level, anchor, text)."""

    name: str
    title: str
    body: str
    contents: tuple[tuple[str, str, str], ...]


def page_names() -> list[str]:
    """The names of all pages in reading order."""
    names = {path.stem for path in FOLDER.glob("*.md") if NAME.fullmatch(path.stem)}
    return [name for name in ORDER if name in names] + sorted(names - set(ORDER))


def read_page(name: str) -> Page | None:
    """The page of that name, or None."""
    return _rendered(name) if name in page_names() else None


@cache
def _rendered(name: str) -> Page:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return render(name, text)


def render(name: str, text: str) -> Page:
    """The Markdown text as a page."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    tokens = parser.parse(text)
    title, contents, anchors = name, [], set[str]()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _words(tokens[place + 1])
            anchor = _anchor(words, anchors)
            token.attrSet("id", anchor)
            if token.tag == "h1":
                title = words
            elif token.tag in CONTENTS_LEVELS:
                contents.append((token.tag, anchor, words))
        for child in token.children or ():
            _rewrite_address(child)
    body = parser.renderer.render(tokens, parser.options, {})
    return Page(name, title, body, tuple(contents))


def _rewrite_address(token: Token) -> None:
    if token.type == "link_open":
        link = LINK.fullmatch(str(token.attrGet("href") or ""))
        if link is not None:
            token.attrSet("href", f"/help/{link[1]}{link[2] or ''}")
    elif token.type == "image":
        picture = PICTURE.fullmatch(str(token.attrGet("src") or ""))
        if picture is not None:
            token.attrSet("src", f"/help/pictures/{picture[1]}")


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or ()).strip()


def _anchor(words: str, anchors: set[str]) -> str:
    """A unique anchor named as GitHub does, so that links work in both places."""
    slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") or "section"
    anchor, count = slug, 0
    while anchor in anchors:
        count += 1
        anchor = f"{slug}-{count}"
    anchors.add(anchor)
    return anchor


def _table_open(_renderer: Any, _tokens: Sequence[Token], _i: int, _o: Any, _e: Any) -> str:
    # A wide table scrolls on its own, also with the keyboard.
    return '<div class="table-responsive" tabindex="0"><table class="table">\n'


def _table_close(_renderer: Any, _tokens: Sequence[Token], _i: int, _o: Any, _e: Any) -> str:
    return "</table></div>\n"
