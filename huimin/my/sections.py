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
from huimin.my.card_sections import (
    card_content,
    left_content,
    looks_content,
    near_content,
    nothing,
    people_content,
    purchases_content,
    requests_content,
    saved_content,
    until_content,
)
from huimin.my.device import device_of
from huimin.my.family_view import members_with_view
from huimin.my.messages_section import messages_content
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


def _code(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {**card_content(tx, looking), "device": device_of(tx, looking.who)}


def _family(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {"members": members_with_view(tx, looking.who.holder_id)}


def _sessions(tx: Transaction, looking: Looking) -> Mapping[str, Any]:
    return {
        "sessions": sessions_of(tx, looking.who, looking.now),
        "device": device_of(tx, looking.who),
    }


SECTIONS: tuple[Section, ...] = (
    Section("card", _("我的卡"), card_content, for_member=True),
    Section("code", _("结账时出示的动态码"), _code, at_counter=False),
    Section("left", _("还可以优惠多少"), left_content, for_member=True),
    Section("saved", _("省了多少"), saved_content),
    Section("purchases", _("消费记录"), purchases_content),
    Section("near", _("附近哪里可以用"), near_content, for_member=True),
    Section("until", _("优惠到什么时候"), until_content),
    Section("people", _("谁可以用这张卡"), people_content),
    Section("stop", _("卡丢了，停用"), nothing),
    Section("requests", _("我提的事"), requests_content),
    Section("family", _("让家人也能看"), _family),
    Section("messages", _("收到什么短信"), messages_content),
    Section("looks", _("谁看过我的资料"), looks_content),
    Section("data", _("我的资料带一份走"), nothing),
    Section("paper", _("打印一张便民单"), nothing, for_member=True),
    Section("sessions", _("在哪里登录过"), _sessions),
)


def sections_for(who: SignedIn) -> tuple[Section, ...]:
    """The sections that this person sees."""
    return tuple(
        section
        for section in SECTIONS
        if (who.is_holder or section.for_member) and (section.at_counter or not who.opened_by)
    )
