"""The content of a list's cells that is more than text: links, states, buttons."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from huimin.web.words import minute_text

# Shown when there is no value.
NOTHING = "—"


def state(code: str, word: Any) -> Markup:
    """A state as a small mark, coloured by its code."""
    return Markup('<span class="state state-{}">{}</span>').format(code, word)


def link(text: Any, endpoint: str, key: str) -> Markup:
    """A link to one thing's page: `key` fills the one variable part of its address."""
    return Markup('<a href="{}">{}</a>').format(_address(endpoint, key), text)


def post_button(text: Any, endpoint: str, key: str) -> Markup:
    """A row's button that posts to `endpoint`, which is used as for `link`."""
    return Markup(
        '<form method="post" action="{}"><input type="hidden" name="csrf_token" value="{}">'
        '<button class="btn btn-outline-primary btn-sm nowrap">{}</button></form>'
    ).format(_address(endpoint, key), generate_csrf(), text)


def stars(count: int) -> Markup:
    """Stars out of five, read aloud as a number."""
    return Markup(
        '<span class="stars nowrap"><span aria-hidden="true">{}{}</span>'
        '<span class="visually-hidden">{}</span></span>'
    ).format("★" * count, "☆" * (5 - count), gettext("{count} 颗星", count=count))


def minute(instant: str) -> Markup:
    """An instant as county time, to the minute, on one line."""
    return Markup('<span class="nowrap">{}</span>').format(minute_text(instant))


def tick(key: str, name: str) -> Markup:
    """A box to choose a row; the boxes are sent as `chosen`."""
    return Markup(
        '<input class="form-check-input" type="checkbox" name="chosen" value="{}" aria-label="{}">'
    ).format(key, gettext("勾选 {name}", name=name))


def tick_all() -> Markup:
    """The box above that ticks them all."""
    return Markup(
        '<input class="form-check-input" type="checkbox" data-check-all="chosen" aria-label="{}">'
    ).format(gettext("勾选本页全部"))


def _address(endpoint: str, key: str) -> str:
    rule = next(current_app.url_map.iter_rules(endpoint))
    arguments: dict[str, Any] = dict.fromkeys(rule.arguments, key)
    return url_for(endpoint, **arguments)


def beside(text: Any) -> Markup:
    """Text in grey next to a value."""
    return Markup('<span class="optional">{}</span>').format(text)


def below(value: Any, *texts: Any) -> Markup:
    """A value, and below it further texts in grey, separated by dots."""
    more = Markup(" · ").join(text for text in texts if text)
    return Markup("{}<br>{}").format(value, beside(more)) if more else Markup("{}").format(value)
