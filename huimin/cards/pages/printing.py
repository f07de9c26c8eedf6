"""Print cards: choose unprinted ones, download the PDF; every run is logged."""

from __future__ import annotations

import hashlib

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, own_division, require
from huimin.audit.list_answer import workbook_response
from huimin.cards.card_list import card_in
from huimin.cards.hand_over import hand_over, handover_of
from huimin.cards.pages import pages
from huimin.cards.print_log import CARDS_MAX, Layout, cards_in_run, print_runs, record_run
from huimin.cards.print_run import card_to_print, cards_of_run, printed_cards, public_host
from huimin.cards.sheet import CardFace, cards_pdf
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import FieldProblems, field_problem
from huimin.divisions.choices import town_choices
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Form, go_on
from huimin.web.lists import ROWS_MAX, as_workbook
from huimin.web.words import CARD_STATES, grouped, minute_text, recorded_reason

RUNS_SHOWN = 50
# Of the cards that wait, the newest.
NEWEST_SHOWN = 50


@pages.get("/cards/print")
@require("card.print")
def print_choice() -> str | BaseResponse:
    """How many cards are waiting to be printed, by town, and the log of runs."""
    if not as_workbook():
        return _page(Form({"town": request.args.get("town", "")}))
    own = own_division()
    runs = instance().engine.read(lambda tx: print_runs(tx, own, count=ROWS_MAX))
    return workbook_response(_("打印记录"), _run_columns(), runs)


@pages.post("/cards/print")
@require("card.print")
def print_cards() -> BaseResponse | tuple[str, int]:
    """The PDF of unprinted cards, which count as printed from now on."""
    form, today = Form.sent(), county_day(instance().clock())
    town = own_division() or form.optional("town")
    rows = instance().engine.read(lambda tx: cards_of_run(tx, today=today, town_code=town))
    try:
        return _recorded_pdf(
            rows[:CARDS_MAX], _layout(form), reason=REASONS["card_printed"], again=False
        )
    except FieldProblems as error:
        return _page(form.refused(error)), 422


@pages.post("/cards/<card_id>/print")
@require("card.print")
def print_card(card_id: str) -> BaseResponse:
    """Print one card; if it was printed before, a reason is required."""
    form, within, today = Form.sent(), own_division(), county_day(instance().clock())

    def query(tx: Transaction) -> Row:
        card_in(tx, card_id, within=within)
        return card_to_print(tx, card_id, today)

    card = instance().engine.read(query)
    again = bool(form.text("reason"))
    reason = form.text("reason") or REASONS["card_printed"]
    try:
        return _recorded_pdf([card], "single", reason=reason, again=again)
    except FieldProblems:
        if again:
            raise
        return redirect(url_for("cards.card_of_office", card_id=card_id, again=1))


@pages.get("/cards/print-runs/<print_run_id>")
@require("card.read")
def print_run(print_run_id: str) -> str | BaseResponse:
    """One run: which cards, by whom and why."""
    if not as_workbook():
        return _run_page(print_run_id, Form())
    own = own_division()
    _run, rows = instance().engine.read(lambda tx: cards_in_run(tx, print_run_id, within=own))
    return workbook_response(_("打印记录"), _card_columns(), rows)


@pages.post("/cards/print-runs/<print_run_id>")
@require("card.print")
def print_again(print_run_id: str) -> BaseResponse | tuple[str, int]:
    """Reprint those cards of an earlier run that are still active, with a reason."""
    form, own = Form.sent(), own_division()
    run, rows = instance().engine.read(lambda tx: cards_in_run(tx, print_run_id, within=own))
    still = [row for row in rows if row["state"] == "active"]
    try:
        if not form.text("reason"):
            raise field_problem("reason", "请写明重印的原因。")
        return _recorded_pdf(still, run["layout"], reason=form.text("reason"), again=True)
    except FieldProblems as error:
        return _run_page(print_run_id, form.refused(error)), 422


@pages.post("/cards/print-runs/<print_run_id>/handed-over")
@require("card.print")
def run_handed_over(print_run_id: str) -> BaseResponse:
    """The cards of a run that are in use were handed over, or taken to the villages."""
    own, by = own_division(), acting()

    def work(tx: Transaction) -> int:
        _run, rows = cards_in_run(tx, print_run_id, within=own)
        return hand_over(tx, _not_handed_over(tx, rows), **by)

    count = change(work)
    return go_on(
        _("已记下 {count} 张卡交出去了。", count=count),
        "cards.print_run",
        print_run_id=print_run_id,
    )


def _not_handed_over(tx: Transaction, rows: list[Row]) -> list[str]:
    in_use = [row["id"] for row in rows if row["state"] == "active"]
    return [card_id for card_id in in_use if handover_of(tx, card_id) is None]


def _recorded_pdf(rows: list[Row], layout: Layout, *, reason: str, again: bool) -> Response:
    """The PDF as a download, recorded before it is sent."""
    if not rows:
        raise field_problem("cards", "没有要打印的卡。")
    settings = instance().settings
    faces = printed_cards(rows, instance().key_ring, public_host(settings.base_url))
    face = CardFace(settings.county_name, settings.help_line)
    pdf = cards_pdf(faces, face, single=layout == "single")
    ids = [row["id"] for row in rows]
    by, digest = acting(), hashlib.sha256(pdf).hexdigest()

    def work(tx: Transaction) -> None:
        record_run(tx, ids, layout=layout, pdf_sha256=digest, reason=reason, again=again, **by)

    change(work)
    return file_response(pdf, "application/pdf", "huimin-cards.pdf")


def _run_columns() -> list[Column]:
    def time_cell(row: Row) -> Markup:
        return cells.link(minute_text(row["printed_at"]), "cards.print_run", row["id"])

    return [
        Column(_("时间"), lambda row: minute_text(row["printed_at"]), time_cell, "nowrap"),
        Column(_("工作人员"), "printed_by"),
        column.count(_("张数"), "card_count"),
        Column(_("原因"), lambda row: recorded_reason(row["reason"])),
        Column("SHA-256", "pdf_sha256", only="workbook"),
    ]


def _card_columns() -> list[Column]:
    names = names_for_reader()

    def number_cell(row: Row) -> Markup:
        return cells.link(grouped(row["number"]), "cards.card_of_office", row["id"])

    def name_cell(row: Row) -> str:
        return names(row["holder_name"], row["division_code"])

    return [
        Column(_("卡号"), "number", number_cell, "nowrap"),
        Column(_("姓名"), lambda row: mask_name(row["holder_name"]), name_cell),
        Column(_("村（社区）"), "village_name"),
        column.state(_("卡片状态"), CARD_STATES),
    ]


def _layout(form: Form) -> Layout:
    return "single" if form.text("layout") == "single" else "sheet"


def _run_page(print_run_id: str, form: Form) -> str:
    own = own_division()

    def query(tx: Transaction) -> tuple[Row, list[Row], int]:
        run, rows = cards_in_run(tx, print_run_id, within=own)
        return run, rows, len(_not_handed_over(tx, rows))

    run, rows, waiting_count = instance().engine.read(query)
    return render_template(
        "cards/print_run.html",
        run=run,
        rows=rows,
        waiting_count=waiting_count,
        columns=_card_columns(),
        form=form,
    )


def _page(form: Form) -> str:
    today, own = county_day(instance().clock()), own_division()
    town = own or form.optional("town")

    def query(tx: Transaction) -> tuple[list[Row], list[Row]]:
        waiting = cards_of_run(tx, today=today, town_code=town)
        return waiting, print_runs(tx, own, count=RUNS_SHOWN)

    waiting, runs = instance().engine.read(query)
    newest = sorted(waiting, key=lambda card: str(card["id"]), reverse=True)
    just_issued = request.args.get("card", "")
    return render_template(
        "cards/print.html",
        form=form,
        waiting=len(waiting),
        newest=newest[:NEWEST_SHOWN],
        newest_columns=_newest_columns(),
        just_issued=next((card for card in waiting if card["id"] == just_issued), None),
        names=names_for_reader(),
        cards_max=CARDS_MAX,
        runs=runs,
        columns=_run_columns(),
        towns=town_choices(own),
    )


def _newest_columns() -> list[Column]:
    number, name, village, _state = _card_columns()
    return [name, number, village, column.minute(_("发卡时间"), "created_at")]
