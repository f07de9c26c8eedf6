"""What the program says, in every language: one catalogue, looked up by the simplified Chinese.

A sentence is written once, in simplified Chinese, where it is used. The catalogue in translations/
holds its traditional Chinese, made by phrase, and its English, written by hand;
`python -m huimin.web.catalogs` brings it up to date. `{name}` in a sentence is filled in by the
parameter of that name.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh_Hans", "zh_Hant", "en")
SOURCE = "zh_Hans"
TRANSLATIONS = Path(__file__).resolve().parent / "translations"
# Words of an earlier version of the program by kind and today's word; normally none.
_EARLIER: ContextVar[Mapping[tuple[str, str], str] | None] = ContextVar("earlier", default=None)


def say(source: str, language: str = SOURCE, /, **params: Any) -> str:
    """The sentence in that language (in simplified Chinese if the language is unknown).

    A parameter that is a Text is translated too, a tuple of them becomes a list.
    """
    translation = word("", source, language)
    return filled(translation, language, params) if params else translation


def filled(sentence: str, language: str, params: Mapping[str, Any]) -> str:
    """The sentence with its parameters; a missing one becomes a dash."""
    parameters = _Dashes(params)
    for name, value in params.items():
        if isinstance(value, Text | tuple):
            parameters[name] = _in_language(value, language)
    return sentence.format_map(parameters)


def _in_language(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, tuple):
        return (", " if language == "en" else "、").join(
            str(_in_language(v, language)) for v in value
        )
    return value


def sentence(source: str) -> str:
    """The source itself: marks a literal as a sentence for the catalogue."""
    return source


def sentences(*sources: str) -> tuple[str, ...]:
    """The same for several, such as the headings of a table."""
    return sources


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence to be translated later, when the reader's language is known.

    `kind` names the table of Words that it comes from; "" for a sentence.
    """

    source: str
    params: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""

    def say(self, language: str = SOURCE) -> str:
        """The text in that language."""
        translation = word(self.kind, self.source, language)
        return filled(translation, language, self.params) if self.params else translation


def text(source: str, /, **params: Any) -> Text:
    """The sentence with its parameters, to be translated later."""
    return Text(source, params)


class Words(Mapping[str, str]):
    """The names of the codes of one kind of thing: code → simplified Chinese, in order.

    The catalogue keeps these words by kind, because one Chinese word may need two in English.
    """

    def __init__(self, kind: str, words: Mapping[str, str]) -> None:
        self.kind = kind
        self._words = dict(words)

    def __getitem__(self, code: str) -> str:
        return self._words[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def say(self, code: str, language: str = SOURCE, /, **params: Any) -> str:
        """The code's name in that language; an unknown code is returned as it is."""
        source = self._words.get(code)
        if source is None:
            return code
        translation = word(self.kind, source, language)
        return filled(translation, language, params) if params else translation

    def text(self, code: str, /, **params: Any) -> Text:
        """The same, to be translated later."""
        return Text(self._words.get(code, code), params, self.kind)


def word(kind: str, source: str, language: str = SOURCE) -> str:
    """A word of the table `kind` in that language; a sentence where `kind` is ""."""
    earlier = _EARLIER.get()
    if earlier is not None and language == SOURCE:
        return earlier.get((kind, source), source)
    return _translated(kind, source, language)


@contextmanager
def worded_as(earlier: Mapping[tuple[str, str], str]) -> Iterator[None]:
    """Speak simplified Chinese as an earlier version did: (kind, today's word) → the word of then.

    A signed file is made again with it, so that its bytes are those that were signed.
    """
    token = _EARLIER.set(earlier)
    try:
        yield
    finally:
        _EARLIER.reset(token)


# Every sentence in two languages, and some room; a look-up is then one in a dictionary.
@lru_cache(maxsize=8_192)
def _translated(kind: str, source: str, language: str) -> str:
    translations = _translations(language)
    # Gettext answers for an empty text with the head of its file.
    if translations is None or not source:
        return source
    return translations.pgettext(kind, source) if kind else translations.gettext(source)


@cache
def _translations(language: str) -> gettext.NullTranslations | None:
    if language == SOURCE or language not in LANGUAGES:
        return None
    return gettext.translation("messages", TRANSLATIONS, [language])


class _Dashes(dict[str, Any]):
    """Fills a missing parameter with a dash."""

    def __missing__(self, key: str) -> str:
        return "—"
