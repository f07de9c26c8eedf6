"""Alerts in the browser, for administrators and auditors: the list, one with its evidence."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in
from huimin.access.guards import acting, member, require
from huimin.alerts.find_alerts import (
    NOTE_MAX,
    AlertCriteria,
    alert_by_id,
    alerts_before,
    look_at,
    outlets_with_alerts,
    rows_of_alert,
)
from huimin.alerts.wording import RULES, found_words, rule_innocent, rule_meaning, rule_name
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.permissions import allows
from huimin.divisions.choices import town_choices
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage, day_filters, outlet_filter
from huimin.web.lists import rows_of

pages = Blueprint("alerts", __name__)

STATES = {"open": lazy_gettext("待查看"), "looked_at": lazy_gettext("已查看")}
# How a sale came in, where it was not at once.
CHANNELS = {"offline": lazy_gettext("断网时的交易"), "claim": lazy_gettext("事后补报")}
# With no state chosen, show open alerts; "all" is every state.
ALL = "all"


@pages.get("/alerts/", endpoint="alerts")
@require("alert.read")
def alert_list() -> str | Response:
    """What the rules found, the latest first."""
    return list_answer(_list(request_language()), rows_of(alerts_before, _criteria))


@pages.get("/alerts/<alert_id>", endpoint="alert")
@require("alert.read")
def one_alert(alert_id: str) -> str:
    """One alert: the rule in plain words, and the rows that made it."""
    return _alert_page(alert_id, Form())


@pages.post("/alerts/<alert_id>", endpoint="look")
@require("alert.look")
def look_at_alert(alert_id: str) -> Answer:
    """Close it with a note of what was found."""
    form, by = Form.sent(), acting()
    message = _("已标记为查看过；同一情况再有新的交易时，这条提醒会重新出现。")
    return form.carry_out(
        lambda tx: look_at(tx, alert_id, note=form.text("note"), **by),
        again=lambda refused: _alert_page(alert_id, refused),
        then=lambda _done: go_on(message, "alerts.alert", alert_id=alert_id),
    )


def _alert_page(alert_id: str, form: Form) -> str:
    def query(tx: Transaction) -> tuple[Any, Any, Any]:
        alert = alert_by_id(tx, alert_id)
        return alert, rows_of_alert(tx, alert_id), events_of(tx, "alert", alert_id)

    alert, rows, events = instance().engine.read(query)
    language = request_language()
    return render_template(
        "alerts/alert.html",
        alert=alert,
        rows=rows,
        events=events[::-1],
        form=form,
        name_in=lambda row: name_in(row) or cells.NOTHING,
        note_max=NOTE_MAX,
        channel_words=CHANNELS,
        may_look=allows(member().role, "alert.look"),
        meaning=rule_meaning(alert["rule"], language),
        innocent=rule_innocent(alert["rule"], language),
        **_words(language),
    )


def _words(language: str) -> dict[str, Any]:
    return {
        "rule_name": lambda rule: rule_name(rule, language),
        "found_words": lambda alert: found_words(alert["rule"], alert["numbers"], language),
        "state_words": STATES,
    }


def _list(language: str) -> ListPage:
    return ListPage(
        "alerts.alerts",
        _("异常提醒"),
        _columns(language),
        _filters(language),
        Empty(_("还没有任何提醒。交易按规则自动检查，有值得看一看的会出现在这里。")),
        none_fit=_("没有符合条件的提醒。"),
    )


def _columns(language: str) -> list[Column]:
    def rule_of(row: Row) -> str:
        return rule_name(row["rule"], language)

    def facts_of(row: Row) -> str:
        return found_words(row["rule"], row["numbers"], language)

    def rule_cell(row: Row) -> Markup:
        return cells.below(cells.link(rule_of(row), "alerts.alert", row["id"]), facts_of(row))

    def outlet_cell(row: Row) -> Markup:
        return cells.below(row["outlet_name"], row["town_name"], row["till_label"])

    return [
        Column(_("交易日"), "business_day", only="workbook"),
        Column(_("规则"), rule_of, rule_cell, sort="rule"),
        Column(_("交易日"), "business_day", css_class="nowrap", only="page", sort="-day"),
        Column(_("情况"), facts_of, only="workbook"),
        Column(_("示范点"), "outlet_name", outlet_cell, "nowrap"),
        Column(_("乡镇（街道）"), "town_name", only="workbook"),
        Column(_("收银终端"), "till_label", only="workbook"),
        column.dashed(
            _("收银员"), lambda row: row["staff_name"] or row["cashier"], css_class="nowrap"
        ),
        column.card_number(only="workbook"),
        Column(_("持卡人"), "name_masked", lambda row: name_in(row) or cells.NOTHING, "nowrap"),
        column.count(_("笔数"), "row_count", place="figure"),
        column.state(
            _("状态"), STATES, colours={"open": "waiting", "looked_at": "done"}, sort="state"
        ),
        column.minute(_("最近一笔"), "grown_at", only="workbook"),
        Column(_("查看人"), "looked_by", only="workbook"),
        Column(_("核实情况"), "note", only="workbook"),
    ]


def _filters(language: str) -> list[Filter]:
    outlets = instance().engine.read(outlets_with_alerts)
    states = [*STATES.items(), (ALL, _("全部"))]
    return [
        Filter("state", _("状态"), states, blank=None, default="open", all=ALL),
        Filter("rule", _("规则"), [(code, rule_name(code, language)) for code in RULES]),
        Filter("town", _("镇街"), town_choices(), typed=True),
        outlet_filter(outlets),
        *day_filters(),
    ]


def _criteria(form: Form) -> AlertCriteria:
    return AlertCriteria(
        rule=form.optional("rule"),
        outlet_id=form.optional("outlet"),
        town_code=form.optional("town"),
        state=None if form.text("state") == ALL else form.text("state"),
        first=form.optional_day("first"),
        last=form.optional_day("last"),
    )
