"""Alerts in the browser, for administrators and auditors: the list, one with its evidence."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.alerts.find_alerts import (
    NOTE_MAX,
    WantedAlerts,
    alert_by_id,
    alerts_before,
    count_alerts,
    look_at,
    outlets_with_alerts,
    rows_of_alert,
)
from huimin.alerts.wording import RULES, found_words, rule_innocent, rule_meaning, rule_name
from huimin.audit.event_words import event_words
from huimin.audit.export_list import workbook_response
from huimin.audit.record import events_of
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems
from huimin.divisions.find import all_divisions
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import grouped, minute_text

pages = Blueprint("alerts", __name__)

FILTERS = ("rule", "outlet", "town", "state", "first", "last")
STATES = {"open": lazy_gettext("待查看"), "looked_at": lazy_gettext("已查看")}
# How a sale came in, where it was not at once.
CHANNELS = {"offline": lazy_gettext("断网时的交易"), "claim": lazy_gettext("事后补报")}
# Without any wish for a state, what still waits is shown; "all" is every state.
ALL = "all"


@pages.get("/alerts/", endpoint="alerts")
@require("alert.read")
def alert_list() -> str | Response:
    """What the rules found, the latest first."""
    form = Form.asked(FILTERS)
    form = Form({**form.values, "state": form.text("state") or "open"})
    as_workbook, language = request.args.get("format") == "xlsx", request_language()
    page = Listed([], 0, "", None)
    try:
        page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    except FieldProblems as why:
        form = form.refused(why)
    if as_workbook:
        return workbook_response(_("异常提醒"), _columns(language), page.rows)
    outlets, divisions = instance().engine.read(
        lambda tx: (outlets_with_alerts(tx), all_divisions(tx))
    )
    return render_template(
        "alerts/alerts.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        narrowed=any(form.text(name) for name in FILTERS if name != "state"),
        rules=[(code, rule_name(code, language)) for code in RULES],
        outlets=[(row["id"], row["name"]) for row in outlets],
        towns=[(row["code"], row["name"]) for row in divisions if row["level"] == "town"],
        states=[*STATES.items(), (ALL, _("全部"))],
        **_words(language),
    )


@pages.get("/alerts/<alert_id>", endpoint="alert")
@require("alert.read")
def one_alert(alert_id: str) -> str:
    """One alert: the rule in plain words, and the rows that made it."""
    return _alert_page(alert_id, Form())


@pages.post("/alerts/<alert_id>", endpoint="look")
@require("alert.look")
def look(alert_id: str) -> Response | tuple[str, int]:
    """Close it with what was found out."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    try:
        change(lambda tx: look_at(tx, alert_id, note=form.text("note"), now=now, actor=actor))
    except FieldProblems as why:
        return _alert_page(alert_id, form.refused(why)), 422
    tell(_("已标记为查看过；同一情况再有新的交易时，这条提醒会重新出现。"))
    return redirect(url_for("alerts.alert", alert_id=alert_id))


def _alert_page(alert_id: str, form: Form) -> str:
    def look_up(tx: Transaction) -> tuple[Any, Any, Any]:
        alert = alert_by_id(tx, alert_id)
        return alert, rows_of_alert(tx, alert_id), events_of(tx, "alert", alert_id)

    alert, rows, events = instance().engine.read(look_up)
    language = request_language()
    return render_template(
        "alerts/alert.html",
        alert=alert,
        rows=rows,
        events=events[::-1],
        event_words=event_words,
        form=form,
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


def _columns(language: str) -> list[Any]:
    return [
        (_("交易日"), lambda row: row["business_day"]),
        (_("规则"), lambda row: rule_name(row["rule"], language)),
        (_("情况"), lambda row: found_words(row["rule"], row["numbers"], language)),
        (_("示范点"), lambda row: row["outlet_name"]),
        (_("乡镇（街道）"), lambda row: row["town_name"]),
        (_("收银终端"), lambda row: row["till_label"]),
        (_("收银员"), lambda row: row["staff_name"] or row["cashier"]),
        (_("卡号"), lambda row: grouped(row["card_number"]) if row["card_number"] else None),
        (_("持有人"), lambda row: row["name_masked"]),
        (_("笔数"), lambda row: row["row_count"]),
        (_("状态"), lambda row: str(STATES[row["state"]])),
        (_("最近一笔"), lambda row: minute_text(row["grown_at"])),
        (_("查看人"), lambda row: row["looked_by"]),
        (_("核实情况"), lambda row: row["note"]),
    ]


def _page(form: Form, *, size: int) -> Listed:
    state = form.text("state")
    wanted = WantedAlerts(
        rule=form.optional("rule"),
        outlet_id=form.optional("outlet"),
        town_code=form.optional("town"),
        state=None if state == ALL else state,
        first=form.optional_day("first"),
        last=form.optional_day("last"),
    )
    place = Place.asked()

    def look_up(tx: Transaction) -> Listed:
        return listed(
            lambda key, n, backwards=False: alerts_before(tx, wanted, key, n, backwards=backwards),
            lambda: count_alerts(tx, wanted, COUNT_MAX + 1),
            place=place,
            size=size,
        )

    return instance().engine.read(look_up)
