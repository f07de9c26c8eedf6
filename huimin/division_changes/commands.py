"""`huimin divisions`: changes of divisions from a list, and the villages' coordinates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import click

from huimin.command_line import (
    Answer,
    acting,
    actor,
    answers,
    echo,
    pass_instance,
    utf8_text,
)
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day
from huimin.core.refusals import FieldProblems
from huimin.division_changes.apply import apply_due
from huimin.division_changes.change_lists import (
    OCCUPANTS,
    approve_list,
    changes_of,
    check_list,
    effects_of,
    list_by_id,
    problem_of,
    propose_list,
    reject_list,
    total_of,
    withdraw_list,
)
from huimin.division_changes.change_words import KINDS, LIST_STATES
from huimin.division_changes.county_copy import Planned
from huimin.division_changes.effect_words import effects_text
from huimin.divisions.coordinates import locate_divisions, read_locations
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction

FILE_NAME_MAX = 120


@click.group()
def divisions() -> None:
    """行政区划。"""


@divisions.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_instance
def coordinates(instance: Instance, file: Path) -> None:
    """从 CSV（code,latitude,longitude，WGS 84 十进制度数）装入村社的经纬度，全部或全不。"""
    content = utf8_text(file)
    locations, now = read_locations(content), instance.clock()
    count = instance.engine.write(
        lambda tx: locate_divisions(tx, locations, now=now, actor=actor())
    )
    echo("已装入 {count} 个村社（镇街）的经纬度。", count=count)


@divisions.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="只检查、显示会改动什么，不写入。")
@answers
def change(instance: Instance, file: Path, dry_run: bool) -> Answer:
    """提出区划变更（撤并、更名、划转、新设、撤销），.xlsx、.xls 或 .csv。

    整份检查，有一行不对就都不收。要两人办理时（HUIMIN_FOUR_EYES），由另一位审批后生效；
    日期在以后的，到那天生效。
    """
    by = acting(instance)
    today = county_day(by["now"])

    def read(tx: Transaction) -> tuple[list[Planned], list[Row]]:
        planned = check_list(tx, file, today=today)
        return planned, effects_of(tx, planned)

    planned, effects = instance.engine.read(read)
    value = {"dry_run": dry_run, "list": None, "changes": _values(planned, effects)}
    lines = _lines(planned, effects)
    if dry_run:
        return Answer(value, [*lines, text("试运行，没有改动任何资料。")])
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    four_eyes = instance.settings.four_eyes

    def write(tx: Transaction) -> str:
        name = file.name[-FILE_NAME_MAX:]
        list_id = propose_list(tx, planned, file_name=name, file_sha256=sha256, **by)
        if not four_eyes:
            approve_list(tx, list_id, four_eyes=False, **by)
        return list_id

    list_id = instance.engine.write(write)
    if not four_eyes:
        apply_due(instance.engine, now=by["now"])
    return Answer({**value, "list": _value(instance, list_id)}, [*lines, _state(instance, list_id)])


@divisions.command()
@click.argument("list_id", metavar="LIST")
@answers
def approve(instance: Instance, list_id: str) -> Answer:
    """审批另一位提出的区划变更；到了日期的立即生效。"""
    by, four_eyes = acting(instance), instance.settings.four_eyes
    instance.engine.write(lambda tx: approve_list(tx, list_id, four_eyes=four_eyes, **by))
    apply_due(instance.engine, now=by["now"])
    return Answer(_value(instance, list_id), [_state(instance, list_id)])


@divisions.command()
@click.argument("list_id", metavar="LIST")
@click.option("--reason", required=True, help="为什么不予通过。")
@answers
def reject(instance: Instance, list_id: str, reason: str) -> Answer:
    """对提出的区划变更不予通过；什么都不动。"""
    by = acting(instance)
    instance.engine.write(lambda tx: reject_list(tx, list_id, reason=reason, **by))
    return Answer(_value(instance, list_id), [_state(instance, list_id)])


@divisions.command()
@click.argument("list_id", metavar="LIST")
@click.option("--reason", required=True, help="为什么撤回。")
@answers
def withdraw(instance: Instance, list_id: str, reason: str) -> Answer:
    """撤回还没有生效的区划变更。"""
    by = acting(instance)
    instance.engine.write(lambda tx: withdraw_list(tx, list_id, reason=reason, **by))
    return Answer(_value(instance, list_id), [_state(instance, list_id)])


@divisions.command()
@answers
def apply(instance: Instance) -> Answer:
    """让到了日期的区划变更生效；服务运行时每分钟自己做，平常不需要。"""
    waiting = apply_due(instance.engine, now=instance.clock())
    lines = [
        text("变更 {list} 到了日期，但现在对不上，没有生效：{problem}", list=one, problem=problem)
        for one in waiting
        for problem in [_problem(instance, one)]
    ]
    return Answer({"waiting": waiting}, lines or [text("到了日期的变更都已生效。")])


def _problem(instance: Instance, list_id: str) -> str:
    now = instance.clock()
    error: FieldProblems | None = instance.engine.read(
        lambda tx: problem_of(tx, list_by_id(tx, list_id), now)
    )
    return "；".join(one.message() for one in error.problems) if error else ""


def _lines(planned: Sequence[Planned], effects: Sequence[Row]) -> list[Text]:
    lines = [
        text(
            "第 {line} 行 {day} {kind}：{old} → {new}（{basis}）{effects}",
            line=one.line,
            day=one.effective_on.isoformat(),
            kind=KINDS.text(one.kind),
            old=_named(one.old_name, one.old_code),
            new=_named(one.new_name, one.new_code),
            basis=one.basis,
            effects=effects_text(effect),
        )
        for one, effect in zip(planned, effects, strict=True)
    ]
    total = effects_text(total_of(effects))
    return [*lines, text("共 {count} 项变更{effects}", count=len(planned), effects=total)]


def _named(name: str | None, code: str | None) -> str:
    return f"{name} {code}" if code else "—"


def _values(planned: Sequence[Planned], effects: Sequence[Row]) -> list[Row]:
    return [
        {
            "line": one.line,
            "kind": one.kind,
            "level": one.level,
            "effective_on": one.effective_on.isoformat(),
            "old": one.old_code and {"code": one.old_code, "name": one.old_name},
            "new": one.new_code and {"code": one.new_code, "name": one.new_name},
            "basis": one.basis,
            "moves": {name: effect[name] for name in OCCUPANTS},
        }
        for one, effect in zip(planned, effects, strict=True)
    ]


def _value(instance: Instance, list_id: str) -> Row:
    row, changes = instance.engine.read(
        lambda tx: (list_by_id(tx, list_id), changes_of(tx, list_id))
    )
    waiting = [one["effective_on"] for one in changes if one["applied_at"] is None]
    return {
        "id": list_id,
        "state": row["state"],
        "applied": len(changes) - len(waiting),
        "waiting": sorted(waiting),
    }


def _state(instance: Instance, list_id: str) -> Text:
    value = _value(instance, list_id)
    if value["state"] == "proposed":
        return text("已提出，编号 {list}；请由另一位工作人员审批。", list=list_id)
    if value["state"] != "approved":
        return text("编号 {list}：{state}。", list=list_id, state=LIST_STATES.text(value["state"]))
    if not value["waiting"]:
        return text("已通过，{count} 项变更都已生效。", count=value["applied"])
    return text(
        "已通过，编号 {list}：{applied} 项已生效，{waiting} 项到日期生效（最早 {day}）。",
        list=list_id,
        applied=value["applied"],
        waiting=len(value["waiting"]),
        day=value["waiting"][0],
    )
