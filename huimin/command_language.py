"""The language in which commands speak: their help, what they print, and click's own words.

HUIMIN_LANGUAGE decides; without it the shell's LC_ALL, LC_MESSAGES or LANG, as for any command.
Help is written in simplified Chinese where its command stands and translated by the catalogue;
click's words ("Usage:", "No such option") have a catalogue of their own, which gettext finds.
"""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import click

from huimin.core.catalogue import LANGUAGES, SOURCE, TRANSLATIONS, say
from huimin.core.recorded_reasons import reason_words

# The catalogue of click's words, translations/<language>/LC_MESSAGES/click.po.
CLICK_WORDS = "click"
# Regions and scripts of a shell's locale that read traditional characters.
TRADITIONAL = ("tw", "hk", "mo", "hant")
C = TypeVar("C", bound=click.Command)


def language(environment: Mapping[str, str] | None = None) -> str:
    """One of the catalogue's languages, by these variables (those of the process by default).

    A shell without a language (C, POSIX, or nothing set: a server, a timer, a container) speaks
    simplified Chinese, as offices do; a shell in a language that the catalogue lacks, English.
    """
    variables = os.environ if environment is None else environment
    chosen = variables.get("HUIMIN_LANGUAGE", "")
    if chosen in LANGUAGES:
        return chosen
    names = (variables.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "").partition(".")[0].lower()
    tongue, *rest = locale.replace("@", "_").replace("-", "_").split("_")
    if tongue in ("", "c", "posix"):
        return SOURCE
    if tongue == "zh":
        return "zh_Hant" if any(part in TRADITIONAL for part in rest) else "zh_Hans"
    return "en"


class SpeakingGroup(click.Group):
    """A group that knows its language, for those whose sub-commands are found only when called."""

    language = SOURCE


def in_language(command: C, language: str) -> C:
    """The command, its options and all below it, with their help in that language.

    The command itself stays as it is. What a SpeakingGroup finds later it translates by itself.
    """
    spoken = copy.copy(command)
    # Click keeps its option --help with the words of the language in which it was made.
    spoken._help_option = None
    spoken.help = _said(command.help and inspect.cleandoc(command.help), language)
    spoken.params = [_option(one, language) for one in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {
            name: in_language(below, language) for name, below in spoken.commands.items()
        }
    if isinstance(spoken, SpeakingGroup):
        spoken.language = language
    return spoken


def _option(parameter: click.Parameter, language: str) -> click.Parameter:
    spoken = copy.copy(parameter)
    if isinstance(spoken, click.Option):
        spoken.help = _said(spoken.help, language)
        if spoken.show_default is True and isinstance(spoken.default, str):
            # What is recorded by default stays as it is; only its words are shown.
            words = reason_words(spoken.default, language)
            spoken.show_default = True if words == spoken.default else words
    spoken.metavar = _said(spoken.metavar, language)
    return spoken


def _said(words: str | None, language: str) -> str | None:
    return say(words, language) if words else words


@contextmanager
def click_speaking(language: str) -> Iterator[None]:
    """Let click say its own words in that language.

    Click asks gettext, which reads the language from the environment alone.
    """
    before = os.environ.get("LANGUAGE")
    gettext.bindtextdomain(CLICK_WORDS, str(TRANSLATIONS))
    gettext.textdomain(CLICK_WORDS)
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain("messages")
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before
