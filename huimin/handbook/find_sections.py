"""Search the handbook: the sections in which all words of a query stand, best first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huimin.handbook.render import Page, Section, page_names, read_page

QUERY_CHARACTERS_MAX = 60
RESULTS_MAX = 30
EXCERPT_CHARACTERS = 120
# How much more a word counts where it stands: in the page's title, in the heading, in the text.
IN_TITLE, IN_HEADING, IN_TEXT_MAX = 20, 10, 5
HAN = re.compile("[\u4e00-\u9fff]")
# Chinese is written without spaces: what a reader asks is cut into words of two characters where
# the whole of it stands nowhere.
PIECE_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class Result:
    """A section that answers the query, with an excerpt around its first word."""

    page: Page
    section: Section
    excerpt: str


def find_sections(query: str, language: str) -> list[Result]:
    """The sections for that query (its first QUERY_CHARACTERS_MAX characters) in that language.

    A section is found when each word of the query stands in it, in any letter case; a Chinese word
    that stands nowhere is looked for by its parts. At most RESULTS_MAX, best first.
    """
    words = query[:QUERY_CHARACTERS_MAX].lower().split()
    if not words:
        return []
    return _sections_with(words, language) or _sections_with(_pieces(words), language)


def _sections_with(words: list[str], language: str) -> list[Result]:
    weighed = []
    for name in page_names():
        page = read_page(name, language)
        if page is None:
            continue
        for section in page.sections:
            weight = _weight(words, page, section)
            if weight:
                weighed.append((weight, Result(page, section, _excerpt(words, section))))
    weighed.sort(key=lambda one: -one[0])
    return [one for _, one in weighed[:RESULTS_MAX]]


def _weight(words: list[str], page: Page, section: Section) -> int:
    """How well a section answers; 0 where one of the words is missing."""
    title, heading, text = page.title.lower(), section.title.lower(), section.text.lower()
    total = 0
    for word in words:
        weight = min(text.count(word), IN_TEXT_MAX)
        weight += IN_HEADING * (word in heading)
        # The page's title answers for its first section alone, not for each below.
        weight += IN_TITLE * (word in title and section.level == "h1")
        if not weight:
            return 0
        total += weight
    return total


def _pieces(words: list[str]) -> list[str]:
    """Chinese words cut into two characters each; the others as they are."""
    pieces = []
    for word in words:
        if HAN.search(word) and len(word) > PIECE_CHARACTERS:
            last = len(word) - PIECE_CHARACTERS
            starts = [*range(0, last, PIECE_CHARACTERS), last]
            pieces += [word[start : start + PIECE_CHARACTERS] for start in starts]
        else:
            pieces.append(word)
    return pieces


def _excerpt(words: list[str], section: Section) -> str:
    """What stands around the first word found in the text; its beginning where none is."""
    text, lowered = section.text, section.text.lower()
    places = [place for word in words if (place := lowered.find(word)) >= 0]
    start = max(min(places, default=0) - EXCERPT_CHARACTERS // 4, 0)
    end = start + EXCERPT_CHARACTERS
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
