"""What a list of changes comes to, against the divisions that there are: every change, or every
reason why not. Nothing is written here.

The days are played through in order on a copy of the divisions. Of one day, all lines speak of the
divisions as they were the day before; towns come first, villages after them. Codes follow GB/T
10114: six digits of the county, three of the town (001–099 street, 1xx 镇, 2xx 乡), three of the
village (0xx and 1xx 社区, 2xx and 3xx 村).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby
from typing import Any

from huimin.core.catalogue import Text, sentence, text
from huimin.core.days import month_of
from huimin.core.refusals import Problems
from huimin.division_changes.change_words import LEVELS
from huimin.division_changes.county_copy import CountyCopy, Place, Planned
from huimin.division_changes.list_words import FULL_STOP, TOWN_KINDS, VILLAGE_KINDS
from huimin.division_changes.read_list import Line
from huimin.divisions.find import town_of
from huimin.divisions.lives import DISSOLVED, FOUNDED, MERGED, RENAMED, Lives, day_words

NAMED_MAX = 10
_EXAMPLES = {
    "town": sentence("某某街道、某某镇、某某乡"),
    "village": sentence("某某村民委员会、某某社区居民委员会"),
}


class _Wrong(Exception):
    """What is wrong with a line."""

    def __init__(self, source: str, **params: Any) -> None:
        super().__init__(source)
        self.source, self.params = source, params


def plan_changes(
    lines: Iterable[Line],
    lives: Lives,
    problems: Problems,
    *,
    locked_months: Collection[str] = (),
    undone_codes: Collection[str] = (),
) -> list[Planned]:
    """The changes in the order in which they take effect; what can't be done is in `problems`.

    `undone_codes` are those that another list will change.
    """
    plan = _Plan(lives, set(undone_codes))
    planned: list[Planned] = []
    ordered = sorted(lines, key=lambda line: line.effective_on)
    for day, of_day in groupby(ordered, key=lambda line: line.effective_on):
        listed = list(of_day)
        if month_of(day) in locked_months:
            for line in listed:
                refuse(
                    problems,
                    line.number,
                    "{day}在已结账的月份里，请用还没有结账的月份里的日期。",
                    day=day_words(day.isoformat()),
                )
            continue
        planned += plan.play(day, listed, problems)
    return planned


def refuse(problems: Problems, line: int, source: str, **params: Any) -> None:
    """Note what is wrong with a line of the file."""
    problems.refuse("file", "第 {line} 行：{problem}", line=line, problem=Text(source, params))


class _Plan:
    """The lines, played through day by day on a copy of the county."""

    def __init__(self, lives: Lives, undone: set[str]) -> None:
        self._undone = undone
        self._county = CountyCopy(lives)

    def play(self, day: date, lines: list[Line], problems: Problems) -> list[Planned]:
        """The changes of one day, done on the copy."""
        self._county.begin_day()
        resolved: list[tuple[Line, str | None]] = []
        for line in lines:
            try:
                resolved.append((line, self._old(line)))
            except _Wrong as error:
                refuse(problems, line.number, error.source, **error.params)
        resolved = self._once_each(resolved, problems)
        self._leaving = {
            old: line for line, old in resolved if old and not self._keeps_code(line, old)
        }
        self._renamed = {
            old: line.new_name
            for line, old in resolved
            if old and line.kind == RENAMED and self._keeps_code(line, old)
        }
        planned: list[Planned] = []
        for level in ("town", "village"):
            for line, old in resolved:
                if self._level(line, old) != level:
                    continue
                try:
                    change = self._planned(line, old, day)
                except _Wrong as error:
                    refuse(problems, line.number, error.source, **error.params)
                    continue
                planned.append(change)
                self._county.do(change)
                if level == "town" and change.kind == RENAMED and not change.only_name:
                    followers = self._followers(change, {one for _, one in resolved if one})
                    planned += followers
                    for follower in followers:
                        self._county.do(follower)
        self._require_no_orphans(planned, problems)
        return planned

    def _old(self, line: Line) -> str | None:
        """The code that a line is about; None for a new division."""
        if line.kind == FOUNDED:
            if line.old_code or line.old_name:
                raise _Wrong("新设的不写原代码、原名称；由别的村镇变来的请写 撤并、更名 或 划转。")
            return None
        if not line.old_code and not line.old_name:
            raise _Wrong("请写原代码或原名称。")
        by_name = self._county.code_by_name(line.old_name) if line.old_name else None
        if not line.old_code:
            if by_name is None:
                raise _Wrong(
                    "没有叫“{name}”的镇街或村社{hint}",
                    name=line.old_name,
                    hint=self._near(line.old_name),
                )
            return by_name
        place = self._county.get(line.old_code)
        if place is None or place.level == "county":
            raise _Wrong("没有行政区划代码 {code}。", code=line.old_code)
        if place.ended_on is not None:
            raise _Wrong(
                "{code}（{name}）已经不在了：{day}变更。",
                code=place.code,
                name=place.name,
                day=day_words(place.ended_on),
            )
        if (
            line.old_name
            and by_name != place.code
            and not self._county.is_called(place, line.old_name)
        ):
            raise _Wrong(
                "代码 {code} 是“{name}”，不是“{written}”。",
                code=place.code,
                name=self._county.full_name(place),
                written=line.old_name,
            )
        return place.code

    def _once_each(
        self, resolved: list[tuple[Line, str | None]], problems: Problems
    ) -> list[tuple[Line, str | None]]:
        first: dict[str, Line] = {}
        distinct = []
        for line, old in resolved:
            if old is not None and old in first:
                refuse(
                    problems,
                    line.number,
                    "{name}在同一天有两处变更（第 {other} 行也有）。",
                    name=self._county.full_name(self._county[old]),
                    other=first[old].number,
                )
                continue
            if old is not None:
                first[old] = line
            distinct.append((line, old))
        return distinct

    @staticmethod
    def _keeps_code(line: Line, old: str) -> bool:
        return line.kind == RENAMED and line.new_code in ("", old)

    def _level(self, line: Line, old: str | None) -> str:
        if old is not None:
            return self._county[old].level
        return "town" if line.new_code.endswith("000") else "village"

    def _planned(self, line: Line, old: str | None, day: date) -> Planned:
        before = self._county[old] if old else None
        if before is not None and day.isoformat() <= before.since:
            raise _Wrong(
                "{name}从{day}才有，变更要在那以后。",
                name=self._county.full_name(before),
                day=day_words(before.since),
            )
        new_code, new_name = self._target(line, before, day)
        for code in (old, new_code):
            if code in self._undone:
                raise _Wrong("{code} 已在另一份还没有生效的变更里，请先等它生效或撤回。", code=code)
        return Planned(
            line.number,
            line.kind,
            self._level(line, old),
            day,
            old,
            before.name if before else None,
            new_code,
            new_name,
            line.basis,
        )

    def _target(
        self, line: Line, before: Place | None, day: date
    ) -> tuple[str, str] | tuple[None, None]:
        """Code and name of what follows. Raises _Wrong."""
        if before is None:
            return self._founded(line, day)
        if line.kind == DISSOLVED:
            return self._dissolved(line)
        if line.kind == MERGED:
            return self._merged(line, before)
        return self._renamed_to(line, before) if line.kind == RENAMED else self._moved(line, before)

    def _merged(self, line: Line, before: Place) -> tuple[str, str]:
        code = line.new_code or self._named_target(line, before)
        if code == before.code:
            raise _Wrong("不能并入自己。")
        self._require_no_chain(line, before.code, code)
        target = self._county.get(code)
        if target is None:
            return code, self._fit_to_begin(code, line.new_name, before.level)
        if target.ended_on is not None:
            raise _Wrong("代码 {code} 用过了（{name}），请换一个。", code=code, name=target.name)
        if target.level != before.level:
            raise _Wrong("镇街只能并入镇街，村社只能并入村社。")
        later = self._renamed.get(code)
        written = self._county.clean(line.new_name)
        fits = (
            not written
            or self._county.is_called(target, written)
            or written == self._county.clean(later or "")
        )
        if not fits:
            raise _Wrong(
                "代码 {code} 是“{name}”，不是“{written}”。",
                code=code,
                name=self._county.full_name(target),
                written=line.new_name,
            )
        return code, later or target.name

    def _renamed_to(self, line: Line, before: Place) -> tuple[str, str]:
        name = self._new_name(line.new_name)
        if self._keeps_code(line, before.code):
            if name == before.name:
                raise _Wrong("新名称和原名称一样。")
            self._require_free_name(name, before.parent, before.code)
            self._require_kind(before.code, name, before.level)
            return before.code, name
        code = line.new_code
        if before.level == "village" and not self._county.are_of_one_town(before.code, code):
            raise _Wrong("新代码在另一个镇街，请写 划转。")
        return self._fit_to_follow(line, before, code, name)

    def _moved(self, line: Line, before: Place) -> tuple[str, str]:
        if before.level != "village":
            raise _Wrong("只有村社能划转；镇街请写 撤并 或 更名。")
        if not line.new_code:
            raise _Wrong("划转要写新代码：到了新的镇街，代码会变。")
        if town_of(line.new_code) == town_of(before.code):
            raise _Wrong("新代码还在原来的镇街里；只改名称或代码请写 更名。")
        name = self._new_name(line.new_name or before.name)
        return self._fit_to_follow(line, before, line.new_code, name)

    def _founded(self, line: Line, day: date) -> tuple[str, str]:
        if not line.new_code:
            raise _Wrong("新设要写新代码。")
        ended = self._county.get(line.new_code)
        if ended is not None and ended.ended_on is not None and ended.level != "county":
            if day.isoformat() <= ended.ended_on:
                raise _Wrong("恢复的日期要在{day}以后。", day=day_words(ended.ended_on))
            self._require_town(line.new_code)
            name = self._new_name(line.new_name or ended.name)
            self._require_free_name(name, ended.parent, ended.code)
            return ended.code, name
        level = "town" if line.new_code.endswith("000") else "village"
        return line.new_code, self._fit_to_begin(line.new_code, line.new_name, level)

    @staticmethod
    def _dissolved(line: Line) -> tuple[None, None]:
        if line.new_code or line.new_name:
            raise _Wrong("撤销不写新代码、新名称；并入别处请写 撤并。")
        return None, None

    def _fit_to_follow(self, line: Line, before: Place, code: str, name: str) -> tuple[str, str]:
        """A code that takes over from one division alone: unused, or the one it had before."""
        self._require_no_chain(line, before.code, code)
        ended = self._county.get(code)
        if (
            ended is not None
            and ended.ended_on is not None
            and self._county.leads_to(code, before.code)
        ):
            self._require_town(code)
            self._require_free_name(name, ended.parent, before.code)
            return code, name
        return code, self._fit_to_begin(code, name, before.level, but=before.code)

    def _fit_to_begin(self, code: str, name: str, level: str, but: str = "") -> str:
        """The name of a division that begins under an unused code. Raises _Wrong."""
        name = self._new_name(name)
        used = self._county.get(code)
        if used is not None:
            raise _Wrong("代码 {code} 用过了（{name}），请换一个。", code=code, name=used.name)
        if code[:6] != self._county.code[:6]:
            raise _Wrong(
                "代码 {code} 不在本县（{county}）。", code=code, county=self._county.code[:6]
            )
        if (level == "town") != code.endswith("000") or code[6:9] == "000":
            raise _Wrong("代码 {code} 不是{level}的代码。", code=code, level=LEVELS.text(level))
        self._require_kind(code, name, level)
        self._require_town(code)
        parent = self._county.code if level == "town" else town_of(code)
        self._require_free_name(name, parent, but)
        return name

    def _require_kind(self, code: str, name: str, level: str) -> None:
        kinds, digit = (TOWN_KINDS, code[6]) if level == "town" else (VILLAGE_KINDS, code[9])
        digits = next((digits for ending, digits in kinds if name.endswith(ending)), None)
        if digits is None:
            raise _Wrong(
                "新名称要写全：{example}。",
                example=Text(_EXAMPLES[level]),
            )
        if digit not in digits:
            raise _Wrong(
                "“{name}”和代码 {code} 对不上：第 {place} 位应是 {digits}，请核对（GB/T 10114）。",
                name=name,
                code=code,
                place=7 if level == "town" else 10,
                digits=" / ".join(digits),
            )

    def _require_town(self, code: str) -> None:
        if code.endswith("000"):
            return
        town = self._county.get(town_of(code))
        if town is None or town.ended_on is not None:
            raise _Wrong("代码 {code} 所在的镇街 {town} 那天没有。", code=code, town=town_of(code))

    def _require_free_name(self, name: str, parent: str | None, but: str) -> None:
        for one in self._county.living():
            same = one.name == name and one.parent == parent
            if same and one.code != but and one.code not in self._leaving:
                raise _Wrong("已经有“{name}”了（{code}）。", name=name, code=one.code)

    def _require_no_chain(self, line: Line, old: str, new: str) -> None:
        """The target must not go away itself on the same day."""
        if new not in self._leaving:
            return
        code, passed = new, [old]
        while code in self._leaving and code not in passed:
            passed.append(code)
            code = self._leaving[code].new_code
        numbers = tuple(
            str(number) for number in sorted(self._leaving[one].number for one in passed)
        )
        if code in passed:
            raise _Wrong("第 {numbers} 行互相并来并去，成了一圈。", numbers=numbers)
        raise _Wrong(
            "它要并入的 {code} 当天也不在了（第 {other} 行），请直接写最后并入哪里。",
            code=new,
            other=self._leaving[new].number,
        )

    def _require_no_orphans(self, planned: list[Planned], problems: Problems) -> None:
        for change in planned:
            if change.level != "town" or change.only_name or change.old_code is None:
                continue
            left = [one.name for one in self._county.living() if one.parent == change.old_code]
            if left:
                refuse(
                    problems,
                    change.line,
                    "{town}没有了，下面的 {count} 个村社还没有写去向（每个一行）：{names}。",
                    town=change.old_name,
                    count=len(left),
                    names=tuple(left[:NAMED_MAX]),
                )

    def _followers(self, town: Planned, spoken_of: set[str]) -> list[Planned]:
        """A renamed town's villages keep their last digits, unless a line speaks of them."""
        return [
            Planned(
                town.line,
                RENAMED,
                "village",
                town.effective_on,
                one.code,
                one.name,
                str(town.new_code)[:9] + one.code[9:],
                one.name,
                town.basis,
            )
            for one in sorted(self._county.living(), key=lambda one: one.code)
            if one.parent == town.old_code and one.code not in spoken_of
        ]

    def _named_target(self, line: Line, before: Place) -> str:
        if not line.new_name:
            raise _Wrong("请写新代码或新名称：并入哪里。")
        name = line.new_name
        code = self._county.code_by_name(name)
        if code is None and before.level == "village":
            code = self._county.village_beside(before, name)
        if code is None:
            raise _Wrong(
                "没有叫“{name}”的镇街或村社；新设立的请写新代码{hint}",
                name=name,
                hint=self._near(name),
            )
        return code

    def _near(self, written: str) -> Any:
        near = self._county.names_near(written)
        return text("，相近的有{near}。", near=tuple(near)) if near else FULL_STOP

    @staticmethod
    def _new_name(name: str) -> str:
        if not name:
            raise _Wrong("请写新名称。")
        return re.sub(r"\s", "", name)
