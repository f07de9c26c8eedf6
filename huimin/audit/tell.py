"""A recorded event as an office reads it: who, what, to which thing, and old → new.

The events carry the names that they need (names.py). Nothing here shows a column, a code or an id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huimin.audit.changes import changes_of
from huimin.audit.field_words import FIELDS, LABELS, OWN_STATES, Names, value_words
from huimin.core.catalogue import say, sentence
from huimin.core.json_text import read_json

ARROW = " → "
# Who acts without a name of their own.
BY_ITSELF = {
    "public": sentence("公开页面上的申请人"),
    "time": sentence("系统（期限已过）"),
    "system": sentence("系统"),
    "unknown": sentence("不知道是谁"),
}
# Holders and their families on the pages of "my card", whom the event itself names.
ON_MY_CARD = {"holder": sentence("持卡人本人"), "member": sentence("家庭成员")}
# Events that say of which entitlement they speak, though that does not change.
NAMES_ITS_KIND = (
    "holder.eligibility_added",
    "holder.eligibility_ended",
    "holder.eligibility_restored",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an event says: its label, the value before ("" if there was none), and now."""

    label: str
    old: str
    new: str

    @property
    def words(self) -> str:
        """The values in one line, old → new."""
        return ARROW.join(value for value in (self.old, self.new) if value)


def facts_of(event: Mapping[str, Any], language: str) -> list[Fact]:
    """What an event changed or says, in that language; none for a mere look."""
    names: Names = event["names"]
    facts = []
    if event["action"] in NAMES_ITS_KIND:
        recorded = read_json(event["new_json"] or event["old_json"] or "{}")
        if recorded.get("kind"):
            kind = value_words("kind", recorded["kind"], names, language)
            facts.append(Fact(LABELS.say("kind", language), "", kind))
    named = {fact.label for fact in facts}
    for change in changes_of(event):
        if change.name not in FIELDS:
            continue
        label = LABELS.say(change.name, language)
        if label in named or (change.old is None and change.new is None):
            continue
        about = event["action"].partition(".")[0]
        old = "" if change.old is None else _words(about, change.name, change.old, names, language)
        new = _words(about, change.name, change.new, names, language)
        # What was recorded when a thing began and is empty says nothing.
        if old or change.new not in (None, ""):
            facts.append(Fact(label, old, new))
    return facts


def _words(about: str, field: str, value: Any, names: Names, language: str) -> str:
    """The value of a field of a thing of that kind: its states are called as on its own page."""
    states = OWN_STATES.get(about)
    if field == "state" and states is not None and value in states:
        return states.say(value, language)
    return value_words(field, value, names, language)


def fact_lines(event: Mapping[str, Any], language: str) -> list[str]:
    """All facts of an event, a line each."""
    colon = ": " if language == "en" else "："
    return [f"{one.label}{colon}{one.words}" for one in facts_of(event, language)]


def actor_words(event: Mapping[str, Any], language: str) -> str:
    """Who did it: a person's name with the user name, or what acted by itself."""
    actor, names = str(event["actor"]), event["names"]
    if name := names.get(("actor", actor)):
        return f"{name} ({actor})" if language == "en" else f"{name}（{actor}）"
    kind, colon, rest = actor.partition(":")
    if actor in BY_ITSELF:
        return say(BY_ITSELF[actor], language)
    if kind in ON_MY_CARD:
        return say(ON_MY_CARD[kind], language)
    if not colon:
        return actor
    if kind == "terminal":
        return say("收银终端 {name}", language, name=names.get(("terminal_code", rest), rest))
    if kind == "cli":
        return say("服务器命令行 {user}", language, user=rest)
    if kind == "register":
        return say("送名册的系统：{source}", language, source=rest)
    return actor
