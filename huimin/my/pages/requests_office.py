"""The office's side: what holders ask, answered; and a card stopped for somebody who calls."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from limits import RateLimitItemPerHour
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in, names_for_reader
from huimin.access.guards import acting, member, own_division, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal, field_problem
from huimin.holders.person_page import note_view
from huimin.my.answer import ACCEPTED, DECLINED, answer_request
from huimin.my.requests import RequestCriteria, request_in, requests_before
from huimin.my.stop import FACTS, card_of_caller, stop_for_caller
from huimin.my.words import ABOUT, REQUEST_KINDS, REQUEST_STATES
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.throttle import Throttle
from huimin.web.words import OnPages

# Registered apart from the holder's own: they are pages of the console, for staff.
requests_pages = Blueprint("requests", __name__)

KINDS, STATES, PARTS = map(OnPages, (REQUEST_KINDS, REQUEST_STATES, ABOUT))
# Which colour a state has, named after the states of other lists.
COLOURS = {"open": "submitted", "accepted": "approved", "declined": "returned"}
# With no state chosen, open requests are shown; "all" is every state.
ALL = "all"
# Callers who were not known, for one card: whoever guesses for a card does not guess for long.
unknown_callers = Throttle("unknown_callers", RateLimitItemPerHour(5))


@requests_pages.get("/requests/")
@require("holder_request.read")
def requests() -> str | Response:
    """The list; what is open comes first."""
    return list_answer(_list(), rows_of(requests_before, _criteria))


@requests_pages.get("/requests/<request_id>")
@require("holder_request.read")
def request(request_id: str) -> str:
    """One request, with the ledger's row or the person beside it; a look at the person."""
    by, within, secrets = acting(), own_division(), instance().personal_data

    def work(tx: Transaction) -> None:
        asked = request_in(tx, secrets, request_id, within=within)
        note_view(tx, asked["holder_id"], **by)

    change(work)
    return _request_page(request_id, Form())


@requests_pages.post("/requests/<request_id>")
@require("holder_request.answer")
def answer(request_id: str) -> Answer:
    """Answer it: it was so and is done, or how it really was."""
    form, within, by, user = Form.sent(), own_division(), acting(), member()
    secrets, settings = instance().personal_data, instance().settings

    def work(tx: Transaction) -> Row:
        asked = request_in(tx, secrets, request_id, within=within)
        if not _may_answer(user.role, asked):
            raise Refusal("forbidden")
        return answer_request(
            tx,
            secrets,
            request_id,
            verdict=form.act(ACCEPTED, DECLINED),
            answer=form.text("answer"),
            within=within,
            staff_id=user.id,
            settings=settings,
            **by,
        )

    def then(answered: Row) -> Response:
        said = _("已答复，持卡人能看到。")
        if answered["reversal_id"]:
            said = _("已答复，这一笔的优惠已收回；持卡人能看到。")
        return go_on(said, "requests.request", request_id=request_id)

    return form.carry_out(
        work, again=lambda refused: _request_page(request_id, refused), then=then, refusals=True
    )


@requests_pages.get("/cards/<card_id>/caller")
@require("card.stop_for_caller")
def caller(card_id: str) -> str:
    """What to ask somebody who calls to stop a card."""
    return _caller_page(card_id, Form())


@requests_pages.post("/cards/<card_id>/caller")
@require("card.stop_for_caller")
def stop_by_call(card_id: str) -> Answer:
    """Stop the card if the caller answered two questions rightly."""
    form, within, by = Form.sent(), own_division(), acting()
    secrets = instance().personal_data

    def stop() -> bool:
        unknown_callers.require_room(card_id)
        said = form.texts(*FACTS)
        known = change(lambda tx: stop_for_caller(tx, secrets, card_id, said, within=within, **by))
        if not known:
            unknown_callers.note(card_id)
            raise field_problem(
                "",
                "来电人说的与登记的对不上，卡没有停用。请来电人带身份证到就近的便民服务窗口；"
                "拿不准时可以在卡片页暂停这张卡。",
            )
        return known

    return form.attempt(
        stop,
        again=lambda refused: _caller_page(card_id, refused),
        then=lambda _known: go_on(
            _("已挂失，这张卡不能再用；下一步补卡或等待找回。"),
            "cards.card_of_office",
            card_id=card_id,
        ),
        refusals=True,
    )


def _may_answer(role: str, asked: Row) -> bool:
    """Whether the role answers requests of this kind: of a purchase an administrator does."""
    needed = "holder_request.take_back" if asked["kind"] == "purchase" else "holder_request.answer"
    return allows(role, needed)


def _request_page(request_id: str, form: Form) -> str:
    within, secrets = own_division(), instance().personal_data

    def work(tx: Transaction) -> tuple[Row, Any]:
        asked = request_in(tx, secrets, request_id, within=within)
        return asked, events_of(tx, "holder_request", request_id)

    asked, events = instance().engine.read(work)
    own = instance().settings.four_eyes and asked["raised_by"] == member().username
    return render_template(
        "my/office_request.html",
        form=form,
        asked=asked,
        sale=asked["sale"],
        name=name_in(asked) or cells.NOTHING,
        events=events,
        kinds=KINDS,
        states=STATES,
        colours=COLOURS,
        parts=PARTS,
        overdue=asked["due_on"] < county_day(instance().clock()).isoformat(),
        may_answer=_may_answer(member().role, asked) and not (own and asked["kind"] == "purchase"),
        raised_here=own and asked["kind"] == "purchase",
        mask_name=mask_name,
    )


def _caller_page(card_id: str, form: Form) -> str:
    within = own_division()
    card = instance().engine.read(lambda tx: card_of_caller(tx, card_id, within=within))
    return render_template(
        "my/office_caller.html",
        form=form,
        card=card,
        name=names_for_reader()(card["holder_name"], card["division_code"]),
    )


def _list() -> ListPage:
    columns = [
        column.linked(
            _("提出时间"), "raised_minute", "requests.request", css_class="nowrap", sort="-at"
        ),
        column.state(_("状态"), STATES, colours=COLOURS, sort="state"),
        column.word(_("诉求"), "kind", KINDS),
        Column(_("持卡人"), "name_masked", lambda row: name_in(row) or cells.NOTHING, "nowrap"),
        Column(_("关于"), _about),
        column.money(_("优惠"), "discount_fen", place="figure"),
        Column(_("应在此日前答复"), "due_on", _due_cell, css_class="nowrap", sort="due"),
        Column(_("收据号"), "receipt_no", only="workbook"),
        column.minute(_("答复时间"), "answered_at", only="workbook"),
        Column(_("答复人"), "answered_by", only="workbook"),
    ]
    states = [*STATES.items(), (ALL, _("全部"))]
    filters = [
        Filter("state", _("状态"), states, blank=None, default="open", all=ALL),
        Filter("kind", _("诉求"), list(KINDS.items())),
        Filter("overdue", _("期限"), [("1", _("已过答复期限"))], _("不限")),
    ]
    nothing = _("没有符合条件的诉求。持卡人在“我的卡”里提出后，会显示在这里。")
    return ListPage(
        "requests.requests", _("持卡人诉求"), columns, filters, Empty(nothing), nothing, order="-at"
    )


def _about(row: Row) -> str:
    return str(PARTS[row["about"]] if row["about"] else row["outlet_name"] or "")


def _due_cell(row: Row) -> str | Markup:
    if row["state"] != "open" or row["due_on"] >= county_day(instance().clock()).isoformat():
        return str(row["due_on"])
    return Markup("{} {}").format(row["due_on"], cells.state("suspended", _("已过期限")))


def _criteria(form: Form) -> RequestCriteria:
    overdue = county_day(instance().clock()) if form.text("overdue") else None
    return RequestCriteria(
        state=None if form.text("state") == ALL else form.text("state"),
        kind=form.optional("kind"),
        overdue_on=overdue,
        within=own_division(),
    )
