"""The first page of an office's day: what is waiting, each count a link to its list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import lazy_gettext as _

from huimin.access.guards import member, require
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.desk.today import COUNT_MAX, ENDING_DAYS, waiting_today
from huimin.policies.policy_list import UNPUBLISHED
from huimin.web.current import instance

pages = Blueprint("desk", __name__)

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
        items.append({"words": words, "urgent": urgent, "count": count, "address": address})
    return render_template("desk/today.html", items=items, today=county_day(now))
