"""One proposal to end aid: the people to tick, the decision, the way back, the villages' list."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import workbook_response
from huimin.audit.record import events_of
from huimin.core.acting import By
from huimin.core.catalogue import SOURCE
from huimin.core.days import county_day
from huimin.core.kept_refusal import text_of
from huimin.core.money import money_text
from huimin.core.permissions import allows
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import Refusal
from huimin.core.words import ELIGIBILITIES
from huimin.holders.endings.decide_ending import (
    approve_ending,
    end_some,
    ending_by_id,
    propose_ending,
    reject_ending,
    restore_some,
    tick_people,
    undo_ending,
    withdraw_ending,
)
from huimin.holders.endings.ending_words import ROW_STATES
from huimin.holders.endings.read_ending import (
    PAGE_ROWS,
    ROWS_MAX,
    ending_counts,
    ending_rows,
    unmatched_rows,
)
from huimin.holders.pages import pages
from huimin.holders.pages.endings import CAUSE_NAMES, COLOURS, STATES
from huimin.jobs.jobs import job_by_id
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on, tell
from huimin.web.language import request_language
from huimin.web.words import OnPages

ROW_STATE_NAMES = OnPages(ROW_STATES)
ROW_COLOURS = {
    "listed": "waiting",
    "ended": "approved",
    "passed": "stop",
    "restored": "done",
    "kept": "stop",
}
# Rows that nobody's aid ends by, as many as a page names; the workbook has them all.
UNMATCHED_SHOWN = 200
# In these, a server that stopped may have left rows to work on.
RUNNING = ("approved", "undone")
# Of a whole register, fewer than one in so many are gone since the last one.
MISSING_PART = 10


@pages.get("/endings/<ending_id>")
@require("ending.read")
def ending(ending_id: str) -> str | Response:
    """The page of one; with `format=xlsx` its people as a workbook."""
    if request.args.get("format") == "xlsx":
        return _workbook(ending_id)
    return _page(ending_id, Form())


@pages.post("/endings/<ending_id>")
@require("ending.propose")
def change_ending(ending_id: str) -> Answer:
    """Of a draft: save what is ticked, go through its pages, propose it. Or withdraw it."""
    form, by = Form.sent(), acting()
    act = form.text("act")
    ticked, first, last = _ticked(form)

    def work(tx: Transaction) -> int:
        form.act("save", "first", "next", "propose", "withdraw")
        if act == "withdraw":
            withdraw_ending(tx, ending_id, **by)
            return 0
        tick_people(tx, ending_id, first=first, last=last, ticked=ticked)
        if act != "propose":
            return 0
        day, reason = form.optional_day("last_day"), form.text("reason")
        return propose_ending(tx, ending_id, last_day=day, reason=reason, **by)

    def then(count: int) -> Response:
        if act == "withdraw":
            return go_on(_("已撤回，没有动任何人的保障。"), "holders.endings")
        if act == "propose":
            tell(_("已提出结束 {count} 项保障，请另一位工作人员审批。", count=f"{count:,}"))
            return redirect(url_for("holders.ending", ending_id=ending_id))
        after = {"next": last, "save": first - 1}.get(act, 0)
        return redirect(url_for("holders.ending", ending_id=ending_id, after=max(after, 0)))

    return form.carry_out(
        work, again=lambda refused: _page(ending_id, refused, after=max(first - 1, 0)), then=then
    )


@pages.post("/endings/<ending_id>/decision")
@require("ending.decide")
def decide_ending(ending_id: str) -> Answer:
    """Approve, reject or undo it, or go on where the server stopped in between."""
    form, by, four_eyes = Form.sent(), acting(), instance().settings.four_eyes
    act, reason = form.text("act"), form.text("reason")

    def work(tx: Transaction) -> None:
        if act == "approve":
            approve_ending(tx, ending_id, four_eyes=four_eyes, reason=reason, **by)
        elif act == "reject":
            reject_ending(tx, ending_id, reason=reason, **by)
        elif act == "undo":
            undo_ending(tx, ending_id, reason=reason, **by)
        elif act != "continue" or ending_by_id(tx, ending_id)["state"] not in RUNNING:
            raise Refusal("not_found")

    def then(_done: None) -> Response:
        tell(_outcome(ending_id, by))
        return redirect(url_for("holders.ending", ending_id=ending_id))

    return form.carry_out(
        work,
        again=lambda refused: _page(ending_id, refused, opened="" if act == "approve" else act),
        then=then,
    )


@pages.get("/endings/<ending_id>/notice")
@require("ending.read")
def ending_notice(ending_id: str) -> str | Response:
    """The people whose aid has ended, by village, to be printed; `format=xlsx` as a workbook."""
    row, people = instance().engine.read(
        lambda tx: (ending_by_id(tx, ending_id), _all_rows(tx, ending_id))
    )
    ended = [one for one in people if one["state"] == "ended"]
    # Somebody may have moved since the list was made.
    ended.sort(key=lambda one: (one["division_code"], one["place"]))
    if row["state"] != "approved" or not ended:
        raise Refusal("not_found")
    if request.args.get("format") == "xlsx":
        title = _("告知名单")
        return workbook_response(title, _notice_columns(), ended, heading=row["file_name"])
    villages = [
        ((first["town_name"], first["village_name"]), [first, *rest])
        for _code, rows in groupby(ended, key=lambda one: one["division_code"])
        for first, *rest in [list(rows)]
    ]
    return render_template(
        "holders/ending_notice.html",
        ending=row,
        villages=villages,
        columns=_notice_columns()[1:],
        count=len({one["holder_id"] for one in ended}),
        today=county_day(instance().clock()),
    )


@pages.get("/endings/<ending_id>/left")
@require("ending.read")
def rows_left(ending_id: str) -> Response:
    """Every row of the list that ends nobody's aid, with the reason, as a workbook."""
    row, language = (
        instance().engine.read(lambda tx: ending_by_id(tx, ending_id)),
        request_language(),
    )
    columns = [
        Column(_("工作表"), "sheet"),
        Column(_("行号"), "row"),
        Column(_("姓名"), "name"),
        Column(_("原因"), lambda one: text_of(one["why"], language).say(language)),
    ]
    title = _("没有列入的行")
    return workbook_response(title, columns, unmatched_rows(row), heading=row["file_name"])


def _outcome(ending_id: str, by: By) -> str:
    """Do what a decision leaves to do, a part at a time; and what came of it."""

    def run(part: Callable[..., int]) -> None:
        while change(lambda tx: part(tx, ending_id, **by)):
            pass

    run(end_some)
    run(restore_some)
    row, counts = instance().engine.read(
        lambda tx: (ending_by_id(tx, ending_id), ending_counts(tx, ending_id))
    )
    by_state = counts.by_state
    if row["state"] == "approved":
        words = _("已结束 {count} 项保障。", count=f"{by_state.get('ended', 0):,}")
        left = by_state.get("passed", 0)
    elif row["state"] == "undone":
        words = _("已恢复 {count} 项保障。", count=f"{by_state.get('restored', 0):,}")
        left = by_state.get("kept", 0)
    else:
        return str(_("已作出不予通过的决定，没有动任何人的保障。"))
    if left:
        words += _("另有 {count} 项之后已有改动，没有动，名单里写明了。", count=f"{left:,}")
    return str(words)


def _ticked(form: Form) -> tuple[list[int], int, int]:
    """The places that are ticked, and the first and the last of the page that was sent."""

    def number(text: str) -> int:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0

    chosen = [number(text) for text in request.form.getlist("chosen")]
    return chosen, number(form.text("first")), number(form.text("last"))


def _page(ending_id: str, form: Form, *, after: int | None = None, opened: str = "") -> str:
    today, language = county_day(instance().clock()), request_language()
    if after is None:
        asked_after = request.args.get("after", "")
        after = int(asked_after) if asked_after.isdigit() and len(asked_after) < 7 else 0
    behind = after

    def query(tx: Transaction) -> tuple[Row, Any, list[Row], list[Row]]:
        row = ending_by_id(tx, ending_id)
        rows = ending_rows(
            tx,
            ending_id,
            today=today,
            after=behind,
            count=PAGE_ROWS + 1,
            all_rows=row["state"] == "draft",
        )
        return row, ending_counts(tx, ending_id), rows, events_of(tx, "ending", ending_id)

    row, counts, rows, events = instance().engine.read(query)
    shown_rows, role = rows[:PAGE_ROWS], member().role
    draft = row["state"] == "draft"
    checked = (
        instance().engine.read(lambda tx: job_by_id(tx, row["job_id"])) if row["job_id"] else None
    )
    proposers = (row["drafted_by"], row["proposed_by"])
    unmatched = unmatched_rows(row)
    return render_template(
        "holders/ending.html",
        ending=row,
        counts=counts,
        rows=shown_rows,
        columns=_columns(row, choosing=draft and allows(role, "ending.propose")),
        more=len(rows) > PAGE_ROWS,
        behind=behind,
        form=form,
        blank_form=Form(),
        opened=opened,
        colour=COLOURS[row["state"]],
        state_name=STATES[row["state"]],
        unmatched=[
            {**one, "why": text_of(one["why"], language).say(language)}
            for one in unmatched[:UNMATCHED_SHOWN]
        ],
        unmatched_count=len(unmatched),
        may_propose=allows(role, "ending.propose"),
        may_decide=allows(role, "ending.decide"),
        own=instance().settings.four_eyes and member().username in proposers,
        reason=_usual_reason(row),
        partial=checked is not None and _may_be_a_part(checked["result"]),
        today=today.isoformat(),
        events=events,
    )


def _may_be_a_part(checked: Row) -> bool:
    """Whether so many are missing that the register may be only a part of what the office has."""
    return bool(checked["missing"] * MISSING_PART > checked["accepted"] + checked["missing"])


def _usual_reason(row: Row) -> str:
    """What is written as the reason unless somebody writes another; a record is in Chinese."""
    code = "not_in_register" if row["source"] == "register" else "on_ending_list"
    return REASONS.say(code, SOURCE, file_name=row["file_name"])[:200]


def _columns(row: Row, *, choosing: bool) -> list[Column]:
    """What is shown of each person, with a box to tick while it is a draft."""

    def tick_cell(one: Row) -> Markup:
        box = cells.tick(str(one["place"]), one["name_masked"])
        return box.replace("<input", Markup("<input checked")) if one["chosen"] else box

    tick = [Column(cells.tick_all(), "place", tick_cell, "tick", only="page")] if choosing else []
    of_list = row["source"] == "list"
    where = (
        column.dashed(_("名单里的行"), "list_row")
        if of_list
        else column.dashed(_("最近复核"), "verified_on", css_class="nowrap")
    )
    return [
        *tick,
        Column(_("姓名"), "name_masked", _name_link),
        *column.places(),
        *_of_the_aid(),
        Column(_("原因"), lambda one: CAUSE_NAMES[one["cause"]]),
        where,
        Column(_("之后"), _loses),
        Column(_("那天以后的优惠交易"), _since),
        *([_outcome_column()] if row["state"] in ("approved", "undone") else []),
    ]


def _shown_name(one: Row) -> str:
    return names_for_reader()(one["name"], one["division_code"])


def _name_link(one: Row) -> Markup:
    return cells.link(_shown_name(one), "holders.person", one["id"])


def _of_the_aid() -> list[Column]:
    language = request_language()
    return [
        Column(_("保障类别"), lambda one: ELIGIBILITIES.say(one["kind"], language)),
        Column(_("认定日期"), "starts_on", css_class="nowrap"),
        column.dashed(_("卡号末四位"), "card_end"),
        column.dashed(_("最后一天"), "last_day", css_class="nowrap"),
    ]


def _outcome_column() -> Column:
    return column.state(_("结果"), ROW_STATE_NAMES, colours=ROW_COLOURS)


def _loses(one: Row) -> str:
    """What the person has left."""
    language = request_language()
    kinds = "、".join(ELIGIBILITIES.say(kind, language) for kind in one["left_kinds"])
    if kinds:
        return str(_("还有{kinds}，卡照常用", kinds=kinds))
    return str(_("不再有保障，收银时没有优惠") if one["card_end"] else _("不再有保障"))


def _since(one: Row) -> str:
    since = one["since"]
    if since is None:
        return cells.NOTHING
    if not since["sales"]:
        return str(_("没有"))
    words = _(
        "{count} 笔，原价 {amount}，优惠 {discount}",
        count=f"{since['sales']:,}",
        amount=money_text(since["amount_fen"]),
        discount=money_text(since["discount_fen"]),
    )
    return str(words)


def _notice_columns() -> list[Column]:
    """What a village passes on, with room to sign."""
    return [
        *column.places()[1:],
        Column(_("姓名"), "name_masked", _shown_name),
        *_of_the_aid(),
        Column(_("原因"), lambda one: CAUSE_NAMES[one["cause"]]),
        Column(_("告知人签字"), lambda one: "", letters=16),
        Column(_("告知日期"), lambda one: "", letters=12),
    ]


def _all_rows(tx: Transaction, ending_id: str) -> list[Row]:
    today = county_day(instance().clock())
    return ending_rows(tx, ending_id, today=today, count=ROWS_MAX)


def _workbook(ending_id: str) -> Response:
    row, people = instance().engine.read(
        lambda tx: (ending_by_id(tx, ending_id), _all_rows(tx, ending_id))
    )
    title = _("结束保障")
    return workbook_response(title, _columns(row, choosing=False), people, heading=row["file_name"])
