"""Render the handbook's Markdown as safe HTML in the reader's language, an anchor for each heading.

A page has a text in simplified Chinese (zh/) and one in English (en/), with the same headings in
the same order; the traditional text (zh_hant/) is made from the simplified one (traditional.py).
The anchors are those of the English headings, so an address means the same in every language.

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
# The folder of the texts in each language of the catalogue.
TEXTS = {"zh_Hans": "zh", "zh_Hant": "zh_hant", "en": "en"}
ANCHORS_FROM = "en"
# The reading order, by whom a page is for; a test compares it with the files.
PARTS = {
    "holder": ("my-card",),
    "office": (
        "console",
        "people",
        "registers",
        "reach",
        "messages",
        "divisions",
        "alerts",
        "ratings",
        "prices",
    ),
    "shop": ("till", "till-offline", "receipts"),
    "money": ("reports", "months", "settlement", "public"),
    "server": (
        "access",
        "operations",
        "backup",
        "postgresql",
        "anchors",
        "privacy",
        "scale",
        "commands",
    ),
    "maker": ("pos", "offline", "register-api", "inside"),
}
ORDER = tuple(name for names in PARTS.values() for name in names)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}", re.ASCII)
LINK = re.compile(r"(?:\./)?([a-z][a-z0-9_-]*)\.md(#.*)?", re.ASCII)
PICTURE = re.compile(r"(?:\.\./)?pictures/([a-z0-9_-]+\.(?:png|svg|webp))", re.ASCII)
CONTENTS_LEVELS = ("h2", "h3")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the plain words (`text`) below it up to the next; `level` is its tag."""

    level: str
    anchor: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its title, its body as HTML, and its sections, first that of the title."""

    name: str
    title: str
    body: str
    sections: tuple[Section, ...]

    @property
    def contents(self) -> list[Section]:
        """The sections that the list of contents names."""
        return [section for section in self.sections if section.level in CONTENTS_LEVELS]


def text_file(name: str, language: str) -> Path:
    """The file with a page's text in that language of the catalogue."""
    return FOLDER / TEXTS[language] / f"{name}.md"


def page_names() -> list[str]:
    """The names of all pages in reading order; a page that has no place there comes last."""
    names = {path.stem for path in (FOLDER / TEXTS[ANCHORS_FROM]).glob("*.md")}
    return [name for name in ORDER if name in names] + sorted(names - set(ORDER))


def read_page(name: str, language: str) -> Page | None:
    """The page of that name in that language (of the catalogue), or None."""
    if not NAME.fullmatch(name) or name not in page_names():
        return None
    return _rendered(name, language)


@cache
def _rendered(name: str, language: str) -> Page:
    text = text_file(name, language).read_text(encoding="utf-8")
    if language == ANCHORS_FROM:
        return render(name, text)
    return render(name, text, tuple(one.anchor for one in _rendered(name, ANCHORS_FROM).sections))


def render(name: str, text: str, anchors: Sequence[str] = ()) -> Page:
    """The Markdown text as a page; its headings get these anchors, or else ones of their words."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    tokens = parser.parse(text)
    headings: list[tuple[str, str, str]] = []
    words: list[list[str]] = []
    taken = set(anchors)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = _words(tokens[place + 1])
            at = len(headings)
            anchor = anchors[at] if at < len(anchors) else _anchor(title, taken)
            token.attrSet("id", anchor)
            headings.append((token.tag, anchor, title))
            words.append([])
        elif (
            words and token.type in ("inline", "fence") and tokens[place - 1].type != "heading_open"
        ):
            words[-1].append(_words(token))
        for child in token.children or ():
            _rewrite_address(child)
    body = parser.renderer.render(tokens, parser.options, {})
    sections = tuple(
        Section(level, anchor, title, " ".join(below))
        for (level, anchor, title), below in zip(headings, words, strict=True)
    )
    title = next((section.title for section in sections if section.level == "h1"), name)
    return Page(name, title, body, sections)


def _rewrite_address(token: Token) -> None:
    if token.type == "link_open":
        link = LINK.fullmatch(str(token.attrGet("href") or ""))
        if link is not None:
            token.attrSet("href", f"/help/{link[1]}{link[2] or ''}")
    elif token.type == "image":
        picture = PICTURE.fullmatch(str(token.attrGet("src") or ""))
        if picture is not None:
            token.attrSet("src", f"/help/pictures/{picture[1]}")
            token.attrSet("loading", "lazy")


def _words(token: Token) -> str:
    """The plain words of a line or of a block of code; a picture has none."""
    if token.children is None:
        return token.content.strip()
    return "".join(
        " " if child.type == "softbreak" else child.content
        for child in token.children
        if child.type != "image"
    ).strip()


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
