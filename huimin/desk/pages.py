"""The first page of an office's day, where each count leads to its list; and one search."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, own_division, require
from huimin.checkout.receipts.receipts import HASH_CHARACTERS
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.visible_text import visible
from huimin.desk.search import MATCHES_MAX, search_everything
from huimin.desk.today import COUNT_MAX, ENDING_DAYS, waiting_today
from huimin.holders.sealed_text import sealed_text, unsealed_text
from huimin.holders.search import TEXT_MAX
from huimin.policies.policy_list import UNPUBLISHED
from huimin.storage.engine import Row
from huimin.web.current import instance
from huimin.web.forms import Form

pages = Blueprint("desk", __name__)

# Kind of a match → the page of one, and the argument that its id is.
PAGES_OF_MATCHES = {
    "people": ("holders.person", "holder_id"),
    "merchants": ("merchants.merchant", "merchant_id"),
    "outlets": ("merchants.outlet", "outlet_id"),
    "staff": ("access.one_staff", "staff_id"),
}
# Kind of a match → the list that searches for more of it by `text` in its address.
LISTS_OF_MATCHES = {
    "merchants": "merchants.merchants",
    "outlets": "merchants.outlets",
    "staff": "access.staff",
}

# Code → words, urgent or not, and the list's endpoint, arguments and required action.
KINDS: dict[str, tuple[Any, bool, str, dict[str, Any], str]] = {
    "applications_returned": (
        _("份申请退回修改，等待改好再交"),
        True,
        "holders.applications",
        {"state": "returned"},
        "application.read",
    ),
    "applications_late": (
        _("份申请已超过一个工作日"),
        True,
        "holders.applications",
        {"state": "submitted", "older": 1},
        "application.read",
    ),
    "applications": (
        _("份申请待审核"),
        False,
        "holders.applications",
        {"state": "submitted"},
        "application.read",
    ),
    "endings": (
        _("份结束保障的提议待审批"),
        False,
        "holders.endings",
        {"state": "proposed"},
        "ending.decide",
    ),
    "claims": (_("份补录登记待审核"), False, "claims.claims", {"state": "submitted"}, "claim.read"),
    "to_issue": (_("人已通过，等待发卡"), False, "cards.cards", {}, "card.read"),
    "to_print": (_("张卡等待打印"), False, "cards.cards", {"unprinted": 1}, "card.read"),
    "lost": (_("张卡已挂失，等待补卡"), False, "cards.cards", {"state": "lost"}, "card.read"),
    "not_entitled": (
        _("张卡的持卡人目前没有保障，收银时不给优惠"),
        False,
        "cards.cards",
        {"entitled": "none"},
        "card.read",
    ),
    "ending": (
        _("人的保障 30 天内到期"),
        False,
        "holders.people",
        {"ending": ENDING_DAYS},
        "holder.read",
    ),
    "unverified": (_("张卡的持卡人该复核了"), False, "cards.cards", {"verify": "due"}, "card.read"),
    "to_renew": (
        _("张卡 30 天内到期，等待续发"),
        False,
        "cards.renewal",
        {"days": ENDING_DAYS},
        "card.issue",
    ),
    "alerts": (_("条异常提醒待查看"), False, "alerts.alerts", {"state": "open"}, "alert.read"),
    "waiting_sales": (
        _("笔断网交易待核"),
        False,
        "offline.items",
        {"status": "waiting"},
        "offline.read",
    ),
    "silent": (
        _("个示范点本月还没有交易"),
        False,
        "merchants.outlets",
        {"silent": 1},
        "merchant.read",
    ),
    "settlements_disputed": (
        _("份结算单有异议，等待答复"),
        False,
        "settlement.settlements",
        {"state": "disputed"},
        "settlement.read",
    ),
    "settlements_unpaid": (
        _("份结算单确认后 30 天还没付清"),
        False,
        "settlement.settlements",
        {"late": "pay"},
        "settlement.read",
    ),
    "merchant_applications": (
        _("家商户申请加入"),
        False,
        "merchants.applications",
        {},
        "merchant.read",
    ),
    "months": (_("个月份等待结账"), False, "months.months", {}, "month.read"),
    "notices": (_("份通知没有送到"), True, "notices.deliveries", {}, "notice.read"),
    "policy_drafts": (
        _("份优惠政策还没有发布"),
        False,
        "policies.policies",
        {"state": UNPUBLISHED},
        "policy.read",
    ),
    "locked": (
        _("个账号因密码多次输错被锁"),
        True,
        "access.staff",
        {"state": "locked"},
        "staff.read",
    ),
}


@pages.get("/today")
@require("application.read")
def today() -> str:
    """What is waiting; a registrar sees only the own town."""
    return render_template("desk/today.html", items=_items(), today=county_day(instance().clock()))


@pages.get("/today/waiting")
@require("application.read")
def waiting() -> dict[str, Any]:
    """The same for the navigation, which asks when a group is opened: words with their pages."""
    return {
        "waiting": [
            {
                "endpoint": item["endpoint"],
                "words": f"{item['count']} {item['words']}",
                "address": item["address"],
            }
            for item in _items()
            if item["address"]
        ]
    }


@pages.post("/search")
@require("application.read")
def search() -> Response:
    """What was typed may be a person's name or number: it stands in the address encrypted."""
    text = visible(Form.sent().text("text"))[:TEXT_MAX].strip()
    return redirect(url_for("desk.matching", find=sealed_text(instance().personal_data, text)))


@pages.get("/search")
@require("application.read")
def matching() -> str | Response:
    """The one thing that was found, or all that was, by kind."""
    user, personal_data, now = member(), instance().personal_data, instance().clock()
    sealed = request.args.get("find", "")
    text = unsealed_text(personal_data, sealed)
    if not text:
        return render_template("desk/search.html", text="", matches=None)
    matches = instance().engine.read(
        lambda tx: search_everything(
            tx,
            personal_data,
            text,
            role=user.role,
            within=own_division(),
            today=county_day(now),
        )
    )
    if matches.only is not None:
        return redirect(_address_of(*matches.only))
    return render_template(
        "desk/search.html",
        text=text,
        matches=matches,
        matches_max=MATCHES_MAX,
        address_of=_address_of,
        more_of=lambda kind: _more_of(kind, text, sealed),
    )


def _address_of(kind: str, row: Row) -> str:
    if kind == "sales":
        prefix = row["hash"][:HASH_CHARACTERS]
        return url_for("proof.receipt", receipt_no=row["receipt_no"], hash_prefix=prefix)
    endpoint, argument = PAGES_OF_MATCHES[kind]
    return url_for(endpoint, **{argument: row["id"]})


def _more_of(kind: str, text: str, sealed: str) -> str | None:
    if kind == "people":
        return url_for("holders.people", find=sealed)
    return url_for(LISTS_OF_MATCHES[kind], text=text) if kind in LISTS_OF_MATCHES else None


def _items() -> list[dict[str, Any]]:
    user, now, months = member(), instance().clock(), instance().settings.verify_months
    within = user.division_code if user.role == "registrar" else None
    waiting = instance().engine.read(
        lambda tx: waiting_today(
            tx, now=now, within=within, verify_months=months, working_days=instance().working_days
        )
    )
    items = []
    for one in waiting:
        words, urgent, endpoint, arguments, action = KINDS[one.code]
        count = f"{COUNT_MAX:,}+" if one.count >= COUNT_MAX else f"{one.count:,}"
        address = url_for(endpoint, **arguments) if allows(user.role, action) else None
        items.append(
            {
                "words": str(words),
                "urgent": urgent,
                "count": count,
                "endpoint": endpoint,
                "address": address,
            }
        )
    return items
