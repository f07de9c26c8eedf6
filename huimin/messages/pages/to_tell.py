"""Whom the office tells itself, by village: people without a phone, and whom no message reached.

What was told is written down for many at once, as it comes back from the village on paper.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, own_division, require, signed_in
from huimin.audit.list_answer import list_answer
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.core.permissions import allows
from huimin.core.refusals import Problems
from huimin.divisions.choices import division_choices, place_names
from huimin.messages.log import ToTellCriteria, count_to_tell, to_tell_after
from huimin.messages.pages import pages
from huimin.messages.pages.words import problem_text
from huimin.messages.tell import RESULTS, Noted, Telling, note_told
from huimin.messages.texts import KIND_WORDS, TOLD_BY_OFFICE, content_of_fact, said
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import Listed, Place, page_of
from huimin.web.navigation import waiting_at
from huimin.web.words import OnPages

PRINTED_MAX = 500
COUNTED_MAX = 1_000


@pages.get("/to-tell")
@require("message.person")
def to_tell() -> str | Response:
    """The list; whoever may tell ticks whom they told."""
    return _list_page(Form())


@pages.post("/to-tell")
@require("message.tell")
def keep_told() -> Answer:
    """Write down what came of telling those who are ticked."""
    form, by, within = Form.sent(), acting(), own_division()
    chosen = request.form.getlist("chosen")

    def work(tx: Transaction) -> Noted:
        problems = Problems()
        day: date | None = problems.read(lambda at, _typed: form.day(at), "told_on", "")
        problems.finish()
        telling = Telling(form.text("result"), day)
        return note_told(tx, chosen, telling, within=within, **by)

    return form.carry_out(
        work,
        again=lambda refused: _list_page(refused, chosen),
        then=lambda noted: go_on(_noted_words(noted), "messages.to_tell", **_filters()),
    )


def _noted_words(noted: Noted) -> str:
    if not noted.passed_over:
        return str(_("已记下 {count} 人。", count=noted.written))
    return str(
        _(
            "已记下 {count} 人；另有 {others} 人没有再记：这天的这个结果已经记过，或不用再告知了。",
            count=noted.written,
            others=noted.passed_over,
        )
    )


@pages.get("/to-tell/print")
@require("message.tell")
def print_to_tell() -> str:
    """The list on paper, for whoever goes to the village."""
    names, places, criteria = names_for_reader(), place_names(), _criteria(_filters())
    listed = instance().engine.read(lambda tx: to_tell_after(tx, criteria, count=PRINTED_MAX + 1))
    # A sheet for each village, and what one person is to be told in one place of it.
    rows = sorted(
        listed[:PRINTED_MAX],
        key=lambda row: (row["division_code"], row["name"], row["holder_id"], row["id"]),
    )
    results = OnPages(RESULTS)

    def village(code: str, of_it: list[Row]) -> dict[str, Any]:
        return {
            "place": places.get(code, ""),
            "people": len({row["holder_id"] for row in of_it}),
            "rows": [
                {
                    "name": names(row["name"], row["division_code"]),
                    "said": _said(row),
                    "last": _last(row, results),
                }
                for row in of_it
            ],
        }

    return render_template(
        "messages/print.html",
        villages=[
            village(code, list(of_it))
            for code, of_it in groupby(rows, key=lambda row: str(row["division_code"]))
        ],
        many=len(listed) > PRINTED_MAX,
        printed_max=PRINTED_MAX,
        filters=_filters(),
        today=county_day(instance().clock()),
    )


def _list_page(told: Form, chosen: list[str] | None = None) -> str | Response:
    may_tell = allows(member().role, "message.tell")

    def read_rows(tx: Transaction, form: Form, place: Place) -> Listed:
        return page_of(to_tell_after, tx, _criteria(form.values), place)

    def more(_form: Form) -> dict[str, Any]:
        return {
            "may_tell": may_tell,
            "told": told,
            "results": OnPages(RESULTS),
            "today": county_day(instance().clock()).isoformat(),
            "filters": _filters(),
        }

    return list_answer(_list(may_tell, set(chosen or ())), read_rows, more=more)


def _list(may_tell: bool, chosen: set[str]) -> ListPage:
    names, places, kinds = names_for_reader(), place_names(), OnPages(KIND_WORDS)
    results = OnPages(RESULTS)

    def tick_cell(row: Row) -> Markup:
        return cells.tick(row["id"], names(row["name"], row["division_code"]))

    def name_cell(row: Row) -> Markup:
        name = names(row["name"], row["division_code"])
        return cells.link(name, "messages.person", row["holder_id"])

    def why(row: Row) -> str:
        return problem_text(row["problem"]) or _("没有能收短信的手机，或本人不要短信。")

    columns = [
        *([Column(cells.tick_all(), "id", tick_cell, "tick", only="page")] if may_tell else []),
        Column(_("姓名"), lambda row: mask_name(row["name"]), name_cell),
        Column(_("村（社区）"), lambda row: places.get(row["division_code"], ""), sort="village"),
        Column(
            _("要告知的话"),
            _said,
            lambda row: cells.below(_said(row), kinds[row["kind"]]),
            "text-wrap",
        ),
        Column(_("为什么不发短信"), why, css_class="text-wrap"),
        Column(_("上次告知"), lambda row: _last(row, results) or cells.NOTHING),
        column.minute(_("列入时间"), "made_at", only="workbook"),
    ]
    own = own_division()
    return ListPage(
        "messages.to_tell",
        _("要告知的人"),
        columns,
        [
            Filter("division", _("镇街或村社"), division_choices(own), typed=True),
            Filter("kind", _("内容"), [(kind, kinds[kind]) for kind in TOLD_BY_OFFICE]),
        ],
        Empty(_("没有等着告知的人。每天由定时任务列出；能收短信的人由系统发。")),
        none_fit=_("没有符合这些条件的人。"),
    )


def _filters() -> dict[str, str]:
    asked = {name: request.args.get(name, "").strip() for name in ("division", "kind")}
    return {name: value for name, value in asked.items() if value}


def _criteria(filters: Any) -> ToTellCriteria:
    return ToTellCriteria(
        county_day(instance().clock()),
        filters.get("division") or None,
        own_division(),
        filters.get("kind") or None,
    )


def _said(row: Row) -> str:
    """The words of the message, without who writes, as somebody of the office may say them."""
    content = content_of_fact(row["kind"], row["fact"])
    return said(row["kind"], content, row["language"], instance().settings)


def _last(row: Row, results: OnPages) -> str:
    return f"{row['told_on']} {results[row['result']]}" if row["result"] else ""


def _waiting() -> int:
    reader = signed_in()
    if reader is None or not allows(reader.role, "message.tell"):
        return 0
    criteria = ToTellCriteria(county_day(instance().clock()), within=own_division())
    return instance().engine.read(lambda tx: count_to_tell(tx, criteria, COUNTED_MAX))


waiting_at("messages.to_tell", _waiting)
