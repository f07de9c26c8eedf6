"""Proposals to end aid: all of them, and the form for a list of people whose aid has ended."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath

from flask import redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer
from huimin.core.catalogue import sentence
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.refusals import field_problem
from huimin.holders.endings.draft_ending import draft_from_list, match_list
from huimin.holders.endings.end_list import EndList, read_end_list
from huimin.holders.endings.ending_words import CAUSES, ENDING_STATES, LIST_CAUSES
from huimin.holders.endings.read_ending import EndingCriteria, endings_before
from huimin.holders.pages import pages
from huimin.holders.registers.jobs import ENDINGS
from huimin.holders.registers.sheets_apart import lists_apart
from huimin.storage.engine import Row
from huimin.storage.new_file import clean_file_name
from huimin.web import cells, column
from huimin.web.choices import choices_of, eligibility_choices
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, sent_file
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.uploads import takes_files
from huimin.web.words import OnPages

LIST_BYTES_MAX = 4 * 2**20
# A colour of its own is not worth a class: each state takes that of another.
COLOURS = {
    "draft": "draft",
    "proposed": "submitted",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "rejected",
    "undone": "rejected",
}
STATES, CAUSE_NAMES = OnPages(ENDING_STATES), OnPages(CAUSES)


@pages.get("/endings/")
@require("ending.read")
def endings() -> str | Response:
    """The proposals, the latest first; with `format=xlsx` as a workbook."""
    return _list_page()


@pages.post("/endings/")
@require("ending.propose")
@takes_files(LIST_BYTES_MAX)
def upload_end_list() -> Answer:
    """Read a list of ends and make a draft of it; nobody's aid ends by it."""
    form, by = Form.sent(), acting()

    def draft() -> str:
        name, listing = _sent_list(form)
        secrets, now = instance().personal_data, by["now"]
        matched = instance().engine.read(lambda tx: match_list(tx, secrets, listing, now=now))
        return change(lambda tx: draft_from_list(tx, matched, file_name=name, **by))

    return form.attempt(
        draft,
        again=_list_page,
        then=lambda ending_id: redirect(url_for("holders.ending", ending_id=ending_id)),
        refusals=True,
    )


def _sent_list(form: Form) -> tuple[str, EndList]:
    """The name and the rows of the file that was sent. Raises FieldProblems."""
    sent = sent_file("file", sentence("请选择名单文件。"))
    name = clean_file_name(sent.filename or "")
    suffix = PurePath(name).suffix.lower()
    cause, kind = form.text("cause"), form.optional("kind")
    if suffix not in ENDINGS:
        raise field_problem("file", "名单须为 .xlsx、.xls 或 .csv 文件。")
    if cause not in LIST_CAUSES:
        raise field_problem("cause", "请选择这份名单是为什么停保。")
    if kind is not None and kind not in dict(eligibility_choices()):
        raise field_problem("kind", "请从列表里选择保障类别。")
    with tempfile.TemporaryDirectory(prefix="huimin-ending-") as folder:
        path = Path(folder) / f"list{suffix}"
        path.write_bytes(sent.read())
        with instance().readers.turn(acting()["actor"]):
            today = county_day(instance().clock())
            return name, read_end_list(
                path, cause=cause, kind=kind, today=today, opened=lists_apart
            )


def _list_page(form: Form | None = None) -> str | Response:
    more = {
        "may_propose": allows(member().role, "ending.propose"),
        "causes": [(cause, CAUSE_NAMES[cause]) for cause in LIST_CAUSES],
        "kinds": eligibility_choices(),
        "megabytes": LIST_BYTES_MAX // 2**20,
    }
    return list_answer(
        _list(),
        rows_of(endings_before, lambda form: EndingCriteria(state=form.optional("state"))),
        form=form,
        more=lambda _form: more,
    )


def _list() -> ListPage:
    def source(row: Row) -> str:
        return str(_("名册里已没有") if row["source"] == "register" else _("停保名单"))

    def file_cell(row: Row) -> Markup:
        link = cells.link(row["file_name"], "holders.ending", row["id"])
        return cells.below(link, source(row))

    columns = [
        Column(_("名册或名单"), "file_name", file_cell),
        Column(_("依据"), source, only="workbook"),
        column.count(_("人数"), "people", place="figure"),
        column.state(_("状态"), STATES, colours=COLOURS, sort="state"),
        column.minute(_("时间"), "drafted_at", sort="-at"),
        Column(_("提出人"), lambda row: row["proposed_by"] or row["drafted_by"]),
        Column(_("审批人"), "decided_by"),
    ]
    filters = [Filter("state", _("状态"), choices_of(STATES, tuple(STATES)))]
    nothing = _("还没有要结束的保障。上传停保名单，或者在名册的对照结果里提出。")
    return ListPage(
        "holders.endings",
        _("结束保障"),
        columns,
        filters,
        Empty(nothing),
        none_fit=_("没有这种状态的提议。"),
        order="-at",
    )
