"""The life of divisions: what each was called when, and which one followed it.

A code that is over leads to its successor, that to its own, until one lives. A division that never
changed has one life, without a beginning; so a county without changes costs one small query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huimin.core.catalogue import say, sentence
from huimin.divisions import queries
from huimin.storage.engine import Row, Transaction

MERGED, RENAMED, MOVED, FOUNDED, DISSOLVED = "merged", "renamed", "moved", "founded", "dissolved"
NAMED_MAX = 4


@dataclass(frozen=True, slots=True)
class Life:
    """A stretch of days with one name: '' and None are open ends. `ended_by` is the change's kind,
    `successor_code` what followed: its own code where only the name changed."""

    code: str
    name: str
    level: str
    valid_from: str
    valid_until: str | None
    successor_code: str | None = None
    ended_by: str | None = None
    ended_on: str = ""

    def overlaps(self, first: str, last: str) -> bool:
        """Whether any of these days is in it."""
        return self.valid_from <= last and (self.valid_until is None or self.valid_until >= first)


@dataclass
class Lives:
    """The lives of every division by code, in the order of codes; each code's oldest first."""

    by_code: dict[str, list[Life]]
    parents: dict[str, str | None]
    _living: dict[str, str | None] = field(default_factory=dict)

    @property
    def any_past(self) -> bool:
        """Whether anything ever changed."""
        return any(life.valid_until for lives in self.by_code.values() for life in lives)

    def now(self, code: str) -> str | None:
        """The living division that a code leads to: mostly itself; None if nothing followed it."""
        if code not in self._living:
            self._living[code] = self._followed(code)
        return self._living[code]

    def as_of(self, code: str, day: date) -> str:
        """The code that a division's figures are compared under on a day.

        Its own while it lived on that day or later, or where nothing followed it.
        """
        seen = {code}
        while True:
            last = self.by_code[code][-1] if code in self.by_code else None
            if last is None or last.valid_until is None or last.valid_until >= day.isoformat():
                return code
            if last.successor_code is None or last.successor_code in seen:
                return code
            code = last.successor_code
            seen.add(code)

    def joined_by(self, day: date) -> dict[str, str]:
        """Of what was over on a day: the code → the one that its figures are compared under."""
        followed = {code: self.as_of(code, day) for code in self.by_code}
        return {code: target for code, target in followed.items() if target != code}

    def names_over(self, first: date, last: date, since: date | None = None) -> dict[str, str]:
        """What a report of these days calls each division, in Chinese: the name of then.

        Where a change falls into the days or has ended the division, both names are said; with
        `since`, also where it fell between then and these days. Codes that began later are left
        out.
        """
        begun = self._begun_in(since or first, last)
        names = {}
        for code, lives in self.by_code.items():
            then = [life for life in lives if life.valid_from <= last.isoformat()]
            if then:
                names[code] = self._name_over(then, since or first, last, begun.get(code, []))
        return names

    def living_in(self, first: date, last: date, level: str) -> list[str]:
        """The codes of a level that lived on any of these days, in order."""
        days = first.isoformat(), last.isoformat()
        return [
            code
            for code, lives in self.by_code.items()
            if any(life.level == level and life.overlaps(*days) for life in lives)
        ]

    def joined_over(self, first: date, last: date, codes: Iterable[str]) -> list[tuple[str, ...]]:
        """The codes in groups that must never be told apart in figures of these days.

        Divisions stand together if one followed the other at any time up to the last of the days
        and the earlier one still lived, or still has figures, in them.
        """
        listed = list(codes)
        group_of = {code: code for code in listed}

        def root(code: str) -> str:
            while group_of.setdefault(code, code) != code:
                code = group_of[code]
            return code

        for code in listed:
            lives = self.by_code.get(code, [])
            for life in lives:
                ended = life.valid_until is not None and life.ended_on <= last.isoformat()
                counts = life is lives[-1] or str(life.valid_until) >= first.isoformat()
                if ended and counts and life.successor_code not in (None, code):
                    group_of[root(code)] = root(str(life.successor_code))
        groups: dict[str, list[str]] = {}
        for code in listed:
            groups.setdefault(root(code), []).append(code)
        return [tuple(group) for group in groups.values()]

    def came_from(self, code: str) -> list[str]:
        """The names of what became this division at any time, the oldest first, each once."""
        names = [
            life.name
            for lives in self.by_code.values()
            for life in lives
            if life.successor_code == code and (life.code != code or life.ended_by == RENAMED)
        ]
        return list(dict.fromkeys(names))

    def _followed(self, code: str) -> str | None:
        seen: set[str] = set()
        follow: str | None = code
        while follow is not None and follow not in seen and follow in self.by_code:
            last = self.by_code[follow][-1]
            if last.valid_until is None:
                return follow
            seen.add(follow)
            follow = last.successor_code
        return None

    def _begun_in(self, first: date, last: date) -> dict[str, list[Life]]:
        """What ended on these days, by the other code that followed it."""
        begun: dict[str, list[Life]] = {}
        for lives in self.by_code.values():
            for life in lives:
                in_days = first.isoformat() <= life.ended_on <= last.isoformat()
                if in_days and life.successor_code not in (None, life.code):
                    begun.setdefault(str(life.successor_code), []).append(life)
        return begun

    def _name_over(self, then: list[Life], first: date, until: date, came: list[Life]) -> str:
        last = then[-1]
        notes = []
        for before in then[:-1]:
            if before.ended_on >= first.isoformat() and before.successor_code == last.code:
                notes.append(
                    say("原{name}，{day}更名", name=before.name, day=day_words(before.ended_on))
                )
        if came:
            notes.append(self._came(last.code, came))
        if last.valid_until is not None and last.ended_on <= until.isoformat():
            notes.append(self._gone(last))
        return with_notes(last.name, notes)

    def _came(self, code: str, came: list[Life]) -> str:
        day, names = day_words(came[-1].ended_on), list(dict.fromkeys(one.name for one in came))
        if len(names) == 1 and came[0].ended_by != MERGED:
            return say("原{name}，{day}变更", day=day, name=names[0])
        # It was there before them, so they came to it.
        if self.by_code[code][0].valid_from < min(one.ended_on for one in came):
            return say("{day}{names}并入", day=day, names=_listed(names))
        return say("{day}由{names}合并而来", day=day, names=_listed(names))

    def _gone(self, life: Life) -> str:
        day = day_words(life.ended_on)
        if life.successor_code is None:
            return say("{day}撤销", day=day)
        followed = [
            one.name for one in self.by_code[life.successor_code] if one.valid_from <= life.ended_on
        ]
        return say(
            _GONE.get(str(life.ended_by), _GONE[MERGED]),
            day=day,
            name=followed[-1] if followed else "",
        )


_GONE = {
    MERGED: sentence("{day}并入{name}"),
    RENAMED: sentence("{day}更名为{name}"),
    MOVED: sentence("{day}划为{name}"),
}


def lives_of(tx: Transaction) -> Lives:
    """Every division's lives, for one reading."""
    past: dict[str, list[Life]] = {}
    for row in queries.past_lives(tx):
        past.setdefault(row["code"], []).append(
            Life(
                row["code"],
                row["name"],
                row["level"],
                row["valid_from"],
                row["valid_until"],
                row["successor_code"],
                row["kind"],
                row["effective_on"],
            )
        )
    by_code, parents = {}, {}
    for row in queries.lives_now(tx):
        lives = past.get(row["code"], [])
        # A division that is over has its last life among the past ones.
        if row["valid_until"] is None:
            now = (row["code"], row["name"], row["level"], row["valid_from"], None)
            lives = [*lives, Life(*now)]
        by_code[row["code"]] = lives
        parents[row["code"]] = row["parent_code"]
    return Lives(by_code, parents)


def living_code(tx: Transaction, code: str) -> str:
    """The code of the living division that a code leads to; the code itself if there is none."""
    row: Row | None = queries.division_by_code(tx, code=code)
    if row is not None or not queries.any_past(tx):
        return code
    return lives_of(tx).now(code) or code


def division_then(tx: Transaction, holder_id: str, code: str, day: date) -> str:
    """Where a holder who is in `code` now was counted on an earlier day, but for changes of
    divisions: a late row keeps the division of its own day."""
    before: str | None = queries.code_before(tx, holder_id=holder_id, day=day.isoformat())
    return before or code


def outlets_then(tx: Transaction, day: date) -> dict[str, str]:
    """The divisions in which outlets stood on a day that have gone along with one since, by id."""
    rows = queries.outlets_before(tx, day=day.isoformat())
    return {row["subject_id"]: row["old_code"] for row in rows}


def past_names(tx: Transaction) -> list[dict[str, Any]]:
    """Names and codes that offices may still write: {code, name, level, parent_code, now}.

    `now` is the code of the living division that took its place. Nothing that nothing followed.
    """
    if not queries.any_past(tx):
        return []
    lives, rows = lives_of(tx), list[dict[str, Any]]()
    for code, stretches in lives.by_code.items():
        now = lives.now(code)
        for life in stretches:
            if life.valid_until is not None and now is not None:
                row = {"code": code, "name": life.name, "level": life.level, "now": now}
                rows.append({**row, "parent_code": lives.parents[code]})
    return rows


def with_notes(name: str, notes: Iterable[str]) -> str:
    """A name with what is to be said of it in brackets."""
    listed = [note for note in notes if note]
    return f"{name}（{'；'.join(listed)}）" if listed else name


def day_words(day: str) -> str:
    """2026-11-05 as 2026年11月5日."""
    on = date.fromisoformat(day)
    return say("{year}年{month}月{day}日", year=on.year, month=on.month, day=on.day)


def _listed(names: list[str]) -> str:
    shown = "、".join(names[:NAMED_MAX])
    if len(names) <= NAMED_MAX:
        return shown
    return say("{names}等 {count} 个", names=shown, count=len(names))
