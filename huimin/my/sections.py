"""What a signed-in holder sees, section by section, in the order of the page.

On the start page all sections stand below each other; in large type each is a page of its own, one
thing a screen. A section names its template (templates/my/sections/), what it reads, and whether it
belongs to the smaller view of a member of the family. All of a page is read in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _

from huimin.instance import Instance
from huimin.my import queries
from huimin.my.device import device_of
from huimin.my.family_view import members_with_view
from huimin.my.sessions import SignedIn, sessions_of
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks, at what moment, and the instance for its keys and settings."""

    who: SignedIn
    instance: Instance
    now: datetime
    today: date


Content = Callable[[Transaction, Looking], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Section:
    """One thing on the page: its name in the address, its heading, and what its template gets."""

    name: str
    title: Any
    content: Content
    for_member: bool = False
    # Not on the page that is opened at the counter: what only the holder's own phone can do.
    at_counter: bool = True


def _card(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {"card": queries.card_by_id(tx, id=looking.who.card_id)}


def _code(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {"device": device_of(tx, looking.who)}


def _family(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {"members": members_with_view(tx, looking.who.holder_id)}


def _sessions(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {
        "sessions": sessions_of(tx, looking.who, looking.now),
        "device": device_of(tx, looking.who),
    }


SECTIONS: tuple[Section, ...] = (
    Section("card", _("我的卡"), _card, for_member=True),
    Section("code", _("结账时出示的动态码"), _code, at_counter=False),
    Section("family", _("让家人也能看"), _family),
    Section("sessions", _("在哪里登录过"), _sessions),
)


def sections_for(who: SignedIn) -> tuple[Section, ...]:
    """The sections that this person sees."""
    return tuple(
        section
        for section in SECTIONS
        if (who.is_holder or section.for_member) and (section.at_counter or not who.opened_by)
    )
