"""The audit record in the browser: events with old and new values, and card look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from huimin.access.guards import require
from huimin.audit.audit_words import (
    field_words,
    outcome_words,
    subject_address,
    subject_words,
    value_words,
)
from huimin.audit.changes import changes_of
from huimin.audit.event_words import EVENTS, event_words
from huimin.audit.export_list import workbook_response
from huimin.audit.find_events import WantedEvents, events_before, lookups_before, subject_of
from huimin.core.refusals import FieldProblems
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import PAGE_ROWS, Listed, Place, listed
from huimin.web.words import grouped, minute_text

pages = Blueprint("audit", __name__)

FILTERS = ("actor", "action", "subject", "first", "last", "number")


@pages.get("/audit/")
@require("audit.read")
def events() -> str | Response:
    """Who saw or changed what."""
    return _list(
        events_before,
        "audit/events.html",
        [
            (_("时间"), lambda row: minute_text(row["at"])),
            (_("工作人员"), lambda row: row["actor"]),
            (_("做了什么"), lambda row: event_words(row["action"])),
            (_("对象"), lambda row: f"{subject_words(row['subject_kind'])} {_named(row)}"),
            (_("对象编号"), lambda row: row["subject_id"]),
            (_("原因"), lambda row: row["reason"]),
            (_("原来"), lambda row: _values(row, "old")),
            (_("改为"), lambda row: _values(row, "new")),
            (_("来自"), lambda row: row["address"]),
        ],
    )


@pages.get("/audit/lookups")
@require("audit.read")
def lookups() -> str | Response:
    """Who looked a card up."""
    return _list(
        lookups_before,
        "audit/lookups.html",
        [
            (_("时间"), lambda row: minute_text(row["at"])),
            (_("示范点"), lambda row: row["outlet_name"]),
            (_("收银终端"), lambda row: row["terminal_code"]),
            (_("工作人员"), lambda row: row["username"]),
            (_("卡号"), lambda row: row["number"]),
            (_("结果"), lambda row: outcome_words(row["outcome"])),
        ],
    )


def _list(find: Any, template: str, columns: Any) -> str | Response:
    form = Form.asked(FILTERS)
    as_workbook, place = request.args.get("format") == "xlsx", Place.asked()
    page = Listed([], 0)
    try:
        asked = _wanted(form)

        def look(tx: Transaction) -> Listed:
            size = ROWS_MAX if as_workbook else PAGE_ROWS
            wanted = asked
            if asked.subject_id is not None:
                wanted = replace(asked, subject_id=subject_of(tx, asked.subject_id))
            return listed(
                lambda key, n, backwards=False: find(tx, wanted, key, n, backwards=backwards),
                lambda: 0,
                place=place,
                size=size,
            )

        page = instance().engine.read(look)
    except FieldProblems as why:
        form = form.refused(why)
    if as_workbook:
        return workbook_response(_("审计记录"), columns, page.rows)
    return render_template(
        template,
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        actions=list(EVENTS.items()),
        event_words=event_words,
        changes=changes_of,
        named=_named,
        subject_words=subject_words,
        subject_address=subject_address,
        field_words=field_words,
        value_words=value_words,
        outcome_words=outcome_words,
    )


def _wanted(form: Form) -> WantedEvents:
    return WantedEvents(
        actor=form.optional("actor"),
        action=form.optional("action"),
        subject_id=form.optional("subject"),
        number="".join(form.text("number").split()) or None,
        first=form.optional_day("first"),
        last=form.optional_day("last"),
    )


def _named(row: Mapping[str, Any]) -> str:
    """The subject's name, or its id if it has none."""
    name = row["subject_name"] or row["subject_id"]
    return grouped(name) if row["subject_kind"] == "card" and row["subject_name"] else str(name)


def _values(row: Mapping[str, Any], side: str) -> str:
    """The old or the new values of an event, in words."""
    pairs = [(one.name, getattr(one, side)) for one in changes_of(row)]
    return "；".join(
        f"{field_words(name)} {value_words(name, value)}"
        for name, value in pairs
        if value is not None
    )
