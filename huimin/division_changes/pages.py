"""The county's divisions in the browser: what there is and was, and the lists of changes.

A list that is sent is checked as a whole, and shown with everybody who would move; it changes
nothing before it is approved, by another person while four eyes are set.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer, workbook_response
from huimin.audit.record import events_of
from huimin.core.catalogue import sentence
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.division_changes import queries
from huimin.division_changes.apply import apply_due
from huimin.division_changes.change_lists import (
    ListCriteria,
    approve_list,
    changes_of,
    check_list,
    effects_of,
    list_by_id,
    lists_before,
    people_of,
    planned_of,
    problem_of,
    propose_list,
    reject_list,
    total_of,
    withdraw_list,
)
from huimin.division_changes.change_words import KINDS, LEVELS, LIST_STATES
from huimin.division_changes.divisions_list import DivisionCriteria, divisions_after
from huimin.division_changes.effect_words import effect_parts
from huimin.divisions.choices import former_names
from huimin.divisions.lives import lives_of
from huimin.holders.registers.sheets_apart import lists_apart
from huimin.storage.engine import Row, Transaction
from huimin.storage.new_file import clean_file_name
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, sent_file, tell
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.uploads import takes_files
from huimin.web.words import OnPages

pages = Blueprint("division_changes", __name__, url_prefix="/divisions")


@pages.app_context_processor
def _words_of_former_places() -> dict[str, Callable[[], dict[str, list[str]]]]:
    # A form's typed choice (templates/widgets.html) finds a place by its former names too.
    return {"former_place_names": former_names}


LIST_BYTES_MAX = 2 * 2**20
ENDINGS = (".xlsx", ".xls", ".csv")
COLOURS = {
    "proposed": "submitted",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "rejected",
}
STATES, KIND_NAMES, LEVEL_NAMES = OnPages(LIST_STATES), OnPages(KINDS), OnPages(LEVELS)


@pages.get("/")
@require("division.read")
def divisions() -> str | Response:
    """Every division there is and was; with `format=xlsx` as a workbook."""
    waiting = instance().engine.read(queries.waiting_lists)
    return list_answer(
        _divisions_page(),
        rows_of(
            divisions_after,
            lambda form: DivisionCriteria(
                level=form.optional("level"),
                state=form.optional("state"),
                text=form.optional("text"),
            ),
        ),
        more=lambda _form: {"waiting": waiting},
    )


@pages.get("/<code>")
@require("division.read")
def one_division(code: str) -> str:
    """One division: its names and days, and the changes that speak of it."""

    def query(tx: Transaction) -> tuple[Any, list[Row], list[Row]]:
        changes = list(queries.changes_about(tx, code=code))
        return lives_of(tx), changes, events_of(tx, "division", code)

    lives, changes, events = instance().engine.read(query)
    if code not in lives.by_code:
        raise Refusal("not_found")
    last = lives.by_code[code][-1]
    now = lives.now(code)
    parent = lives.parents[code]
    return render_template(
        "division_changes/division.html",
        code=code,
        last=last,
        level=LEVEL_NAMES[last.level],
        stretches=list(reversed(lives.by_code[code])),
        now=now if now not in (None, code) else None,
        now_name=lives.by_code[now][-1].name if now else "",
        parent=parent,
        parent_name=lives.by_code[parent][-1].name if parent else "",
        came_from=lives.came_from(code),
        columns=_change_columns(with_list=True),
        changes=[_shown(row) for row in changes],
        events=events,
    )


@pages.get("/changes/")
@require("division.read")
def lists() -> str | Response:
    """The lists of changes, the latest first; with `format=xlsx` as a workbook."""
    return _lists_page()


@pages.post("/changes/")
@require("division.propose")
@takes_files(LIST_BYTES_MAX)
def upload_list() -> Answer:
    """Check a list and propose it; nothing changes by it."""
    form, by = Form.sent(), acting()

    def proposed() -> str:
        name, sha256, planned = _sent_list()
        return change(
            lambda tx: propose_list(tx, planned, file_name=name, file_sha256=sha256, **by)
        )

    return form.attempt(
        proposed,
        again=_lists_page,
        then=lambda list_id: redirect(url_for("division_changes.one_list", list_id=list_id)),
        refusals=True,
    )


@pages.get("/changes/<list_id>")
@require("division.read")
def one_list(list_id: str) -> str | Response:
    """A list with what it does; with `format=xlsx` everybody who moves, as a workbook."""
    if request.args.get("format") == "xlsx":
        return _people_workbook(list_id)
    return _one_page(list_id, Form())


@pages.post("/changes/<list_id>")
@require("division.decide")
def decide(list_id: str) -> Answer:
    """Approve, reject or withdraw a list."""
    form, by, four_eyes = Form.sent(), acting(), instance().settings.four_eyes
    act, reason = form.text("act"), form.text("reason")

    def work(tx: Transaction) -> None:
        if act == "approve":
            approve_list(tx, list_id, four_eyes=four_eyes, **by)
        elif act == "reject":
            reject_list(tx, list_id, reason=reason, **by)
        elif act == "withdraw":
            withdraw_list(tx, list_id, reason=reason, **by)
        else:
            raise Refusal("not_found")

    def then(_done: None) -> Response:
        if act == "approve":
            apply_due(instance().engine, now=by["now"])
        tell(_outcome(list_id))
        return redirect(url_for("division_changes.one_list", list_id=list_id))

    return form.carry_out(
        work,
        again=lambda refused: _one_page(list_id, refused, opened="" if act == "approve" else act),
        then=then,
    )


def _sent_list() -> tuple[str, str, list[Any]]:
    """Name, SHA-256 and changes of the file that was sent. Raises FieldProblems."""
    sent = sent_file("file", sentence("请选择区划变更的文件。"))
    name = clean_file_name(sent.filename or "")
    suffix = PurePath(name).suffix.lower()
    if suffix not in ENDINGS:
        raise field_problem("file", "文件须为 .xlsx、.xls 或 .csv。")
    content, today = sent.read(), county_day(instance().clock())
    with tempfile.TemporaryDirectory(prefix="huimin-divisions-") as folder:
        path = Path(folder) / f"list{suffix}"
        path.write_bytes(content)
        with instance().readers.turn(acting()["actor"]):
            planned = instance().engine.read(
                lambda tx: check_list(tx, path, today=today, opened=lists_apart)
            )
    return name, hashlib.sha256(content).hexdigest(), planned


def _outcome(list_id: str) -> str:
    row, changes = instance().engine.read(
        lambda tx: (list_by_id(tx, list_id), changes_of(tx, list_id))
    )
    if row["state"] == "withdrawn":
        return str(_("已撤回，没有改动任何资料。"))
    if row["state"] == "rejected":
        return str(_("已作出不予通过的决定，没有改动任何资料。"))
    waiting = [one for one in changes if one["applied_at"] is None]
    if not waiting:
        return str(_("已通过，{count} 项变更都已生效。", count=len(changes)))
    return str(
        _(
            "已通过：{applied} 项已生效，{waiting} 项到日期生效。",
            applied=len(changes) - len(waiting),
            waiting=len(waiting),
        )
    )


def _one_page(list_id: str, form: Form, opened: str = "") -> str:
    now, language = instance().clock(), request_language()

    def query(tx: Transaction) -> tuple[Row, list[Row], list[Row], FieldProblems | None, list[Row]]:
        row, rows = list_by_id(tx, list_id), changes_of(tx, list_id)
        effects = effects_of(tx, [planned_of(one) for one in rows])
        for one, effect in zip(rows, effects, strict=True):
            if one["applied_at"] is not None:
                effect.update(_moved(tx, one))
        problem = problem_of(tx, row, now)
        return row, rows, effects, problem, events_of(tx, "division_list", list_id)

    row, rows, effects, problem, events = instance().engine.read(query)
    total = total_of(effects)
    shown = [
        {**_shown(one), "effects": effect_parts(effect).say(language) or cells.NOTHING}
        for one, effect in zip(rows, effects, strict=True)
    ]
    role = member().role
    return render_template(
        "division_changes/list.html",
        row=row,
        rows=shown,
        columns=_change_columns(),
        form=form,
        blank_form=Form(),
        opened=opened,
        colour=COLOURS[row["state"]],
        state_name=STATES[row["state"]],
        total=total,
        total_words=effect_parts(total).say(language),
        applied=sum(one["applied_at"] is not None for one in rows),
        problem=[one.message(language) for one in problem.problems] if problem else [],
        may_decide=allows(role, "division.decide"),
        own=instance().settings.four_eyes and member().username == row["proposed_by"],
        events=events,
    )


def _moved(tx: Transaction, row: Row) -> Row:
    """What went along when the change took effect, as far as that is recorded."""
    names = {
        "holder": "people",
        "outlet": "outlets",
        "staff": "staff",
        "merchant_application": "merchant_applications",
    }
    counts = dict.fromkeys(("people", "family", "unprinted", "applications", *names.values()), 0)
    for one in queries.moves_of_change(tx, change_id=row["id"]):
        counts[names[one["subject_kind"]]] = one["count"]
    return counts


def _shown(row: Row) -> Row:
    def place(code: str | None, name: str | None) -> str:
        return f"{name} {code}" if code else cells.NOTHING

    return {
        **row,
        "old": place(row["old_code"], row["old_name"]),
        "new": place(row["new_code"], row["new_name"]),
        "in_effect": row["applied_at"],
    }


def _change_columns(*, with_list: bool = False) -> list[Column]:
    def in_effect(row: Row) -> str:
        return str(_("已生效") if row["in_effect"] else _("还没有"))

    last = (
        Column(
            _("文件"),
            "file_name",
            lambda row: cells.link(row["file_name"], "division_changes.one_list", row["list_id"]),
        )
        if with_list
        else Column(_("一起过去的"), "effects")
    )
    return [
        Column(_("原来"), "old"),
        Column(_("变更"), lambda row: KIND_NAMES[row["kind"]]),
        Column(_("之后"), "new"),
        Column(_("生效日期"), "effective_on", css_class="nowrap"),
        Column(_("依据"), "basis"),
        last,
        Column(_("生效"), in_effect),
    ]


def _people_workbook(list_id: str) -> Response:
    row, people = instance().engine.read(
        lambda tx: (
            list_by_id(tx, list_id),
            people_of(
                tx,
                [planned_of(one) for one in changes_of(tx, list_id) if one["applied_at"] is None],
            ),
        )
    )
    columns = [
        Column(_("姓名"), "name_masked"),
        Column(_("卡号末四位"), "card_end"),
        Column(_("原来"), "old"),
        Column(_("之后"), "new"),
        Column(_("生效日期"), "effective_on"),
    ]
    return workbook_response(_("区划变更的人"), columns, people, heading=row["file_name"])


def _lists_page(form: Form | None = None) -> str | Response:
    more = {
        "may_propose": allows(member().role, "division.propose"),
        "megabytes": LIST_BYTES_MAX // 2**20,
    }
    return list_answer(
        _lists(),
        rows_of(lists_before, lambda form: ListCriteria(state=form.optional("state"))),
        form=form,
        more=lambda _form: more,
    )


def _lists() -> ListPage:
    def effect(row: Row) -> str:
        if row["state"] != "approved":
            return cells.NOTHING
        if row["applied"] == row["changes"]:
            return str(_("全部已生效"))
        return str(_("{applied} / {changes} 项", applied=row["applied"], changes=row["changes"]))

    columns = [
        Column(
            _("文件"),
            "file_name",
            lambda row: cells.link(row["file_name"], "division_changes.one_list", row["id"]),
        ),
        column.count(_("变更"), "changes", place="figure"),
        Column(_("最早生效"), "first_day", css_class="nowrap"),
        column.state(_("状态"), STATES, colours=COLOURS, sort="state"),
        Column(_("生效"), effect),
        column.minute(_("提出时间"), "proposed_at", sort="-at"),
        Column(_("提出人"), "proposed_by"),
        Column(_("审批人"), "decided_by"),
    ]
    return ListPage(
        "division_changes.lists",
        _("区划变更"),
        columns,
        [Filter("state", _("状态"), choices_of(STATES, tuple(STATES)))],
        Empty(_("还没有区划变更。上传一份变更表，先看清楚会改动什么，再审批。")),
        none_fit=_("没有这种状态的变更。"),
        order="-at",
    )


def _divisions_page() -> ListPage:
    def name(row: Row) -> Markup:
        link = cells.link(row["name"], "division_changes.one_division", row["code"])
        return cells.below(link, row["code"])

    def state(row: Row) -> str:
        if row["valid_until"] is None:
            return str(_("现行"))
        if row["successor_name"]:
            words = _(
                "到 {day} 为止，之后是{name}", day=row["valid_until"], name=row["successor_name"]
            )
            return str(words)
        return str(_("到 {day} 为止", day=row["valid_until"]))

    columns = [
        Column(_("名称"), "name", name, sort="name"),
        Column(_("代码"), "code", only="workbook"),
        Column(_("级别"), lambda row: LEVEL_NAMES[row["level"]], sort="level"),
        Column(_("所在镇街"), lambda row: row["town_name"] or cells.NOTHING, sort="town"),
        Column(_("从"), lambda row: row["valid_from"] or cells.NOTHING, css_class="nowrap"),
        Column(_("状态"), state, place="state"),
    ]
    filters = [
        Filter("text", _("名称或代码，旧名也行"), type="search", maxlength=40),
        Filter("level", _("级别"), [(one, LEVEL_NAMES[one]) for one in ("town", "village")]),
        Filter("state", _("状态"), [("living", _("现行")), ("over", _("已不再用"))]),
    ]
    return ListPage(
        "division_changes.divisions",
        _("行政区划"),
        columns,
        filters,
        none_fit=_("没有符合的镇街或村社。"),
    )
