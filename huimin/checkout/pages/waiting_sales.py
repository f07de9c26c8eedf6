"""One waiting sale at the office: the facts beside it, and the decision of one or two people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in
from huimin.access.guards import acting, member, require
from huimin.checkout.offline.decide_waiting import (
    accept_waiting,
    hindrance,
    needs_two_people,
    refuse_waiting,
)
from huimin.checkout.offline.waiting_facts import facts_of
from huimin.checkout.offline.waiting_sales import doubts_of_waiting, waiting_sale
from huimin.checkout.pages.offline_items import BEARERS, STATUSES
from huimin.core.json_text import read_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.money import money_text
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.storage.engine import Row, Transaction
from huimin.web import cells
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language

waiting_pages = Blueprint("waiting", __name__)


@waiting_pages.get("/offline/<waiting_id>", endpoint="sale")
@require("offline.read")
def waiting_sale_page(waiting_id: str) -> str:
    """One waiting sale."""
    return _page(waiting_id, Form())


@waiting_pages.post("/offline/<waiting_id>", endpoint="decide")
@require("offline.decide")
def decide(waiting_id: str) -> Answer:
    """Say that it is entered, or that it is not and who bears it."""
    form, by = Form.sent(), acting()
    reason = form.text("reason")

    def work(tx: Transaction) -> Row:
        if form.act("accept", "refuse") == "accept":
            return accept_waiting(tx, waiting_id, reason=reason, **by)
        return refuse_waiting(tx, waiting_id, bearer=form.text("bearer"), reason=reason, **by)

    def then(decision: Row) -> Response:
        if not decision["is_final"]:
            message = _("已记下您的意见；金额较大，还须另一位管理员作出同样的核定。")
        elif decision["verdict"] == "accepted":
            message = _("已核定入账。")
        else:
            message = _("已核定不入账，{bearer}。", bearer=BEARERS[decision["bearer"]])
        return go_on(message, "waiting.sale", waiting_id=waiting_id)

    return form.carry_out(
        work, again=lambda refused: _page(waiting_id, refused), then=then, refusals=True
    )


def _page(waiting_id: str, form: Form) -> str:
    language = request_language()

    def work(tx: Transaction) -> dict[str, Any]:
        sale = waiting_sale(tx, waiting_id)
        if sale is None:
            raise Refusal("not_found")
        state = _state(sale)
        why_not = hindrance(tx, sale, instance().clock()) if state == "waiting" else None
        return {
            "sale": sale,
            "state": state,
            "doubts": [doubt.detail(language) for doubt in doubts_of_waiting(sale)],
            "hindrance": KeptRefusal.of(why_not).detail(language) if why_not else None,
            "two_people": needs_two_people(sale),
            **(facts := facts_of(tx, sale)),
            "answers": [
                {**row, "why": _why(row["refusal_json"], language)} for row in facts["answers"]
            ],
        }

    context = instance().engine.read(work)
    is_mine = [row for row in context["decisions"] if row["decided_by"] == member().username]
    return render_template(
        "checkout/waiting_sale.html",
        form=form,
        holder_name=name_in(context["sale"]) or cells.NOTHING,
        state_words=STATUSES,
        bearers=list(BEARERS.items()),
        bearer_words=BEARERS,
        delay_words=_delay_words(context.pop("delay")),
        may_decide=context["state"] == "waiting" and allows(member().role, "offline.decide"),
        my_decision=is_mine[-1] if is_mine else None,
        discount=money_text(context["sale"]["discount_fen"]),
        **context,
    )


def _why(refusal_json: str, language: str) -> str:
    return KeptRefusal.from_record(read_json(refusal_json)).detail(language)


def _state(sale: Row) -> str:
    """As the list names it (STATUSES)."""
    if sale["verdict"] is not None:
        return f"waiting_{sale['verdict']}"
    return "waiting" if sale["cancelled_at"] is None else "waiting_cancelled"


def _delay_words(delay: timedelta) -> str:
    hours, minutes = divmod(int(delay.total_seconds()) // 60, 60)
    if hours >= 48:
        return str(_("{days} 天以后", days=hours // 24))
    return str(_("{hours} 小时 {minutes} 分以后", hours=hours, minutes=minutes))
