"""The main navigation: where a signed-in person may go, in the order of their day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import request, url_for
from flask_babel import lazy_gettext as _

from huimin.core.permissions import allows

# Endpoint, label, the action that opens it. An entry lights up for all pages of its room.
ENTRIES = (
    ("desk.today", _("今日待办"), "application.read"),
    ("holders.people", _("持卡人"), "holder.read"),
    ("holders.applications", _("申请"), "application.read"),
    ("holders.registers", _("名册"), "register.import"),
    ("cards.cards", _("卡片"), "card.read"),
    ("merchants.merchants", _("商户"), "merchant.read"),
    ("policies.policies", _("优惠政策"), "policy.read"),
    ("checkout.till", _("收银台"), "till.use"),
    ("closing.choose_day", _("对账单"), "day.read"),
    ("merchants.own_outlets", _("本商户"), "outlet.own"),
    ("alerts.alerts", _("提醒"), "alert.read"),
    ("claims.claims", _("优惠补办"), "claim.read"),
    ("offline.items", _("断网交易"), "offline.read"),
    ("reach.towns", _("精准帮扶"), "reach.read"),
    ("reports.months", _("月报表"), "report.read"),
    ("months.months", _("月度结账"), "month.read"),
    ("settlement.settlements", _("结算单"), "settlement.read"),
    ("notices.deliveries", _("通知"), "notice.read"),
    ("access.staff", _("工作人员"), "staff.read"),
    ("audit.events", _("审计"), "audit.read"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place to go: its address, its name, whether the reader is there, how much waits there."""

    address: str
    label: str
    current: bool
    waiting: int = 0


_waiting: dict[str, Callable[[], int]] = {}


def waiting_at(endpoint: str, count: Callable[[], int]) -> None:
    """Let a room say how much waits for the reader behind the entry of `endpoint`."""
    _waiting[endpoint] = count


def waiting_counts() -> dict[str, int]:
    """What waits for the reader of this request, by endpoint."""
    return {endpoint: count() for endpoint, count in _waiting.items()}


def entries(role: str | None, waiting: Mapping[str, int]) -> list[Entry]:
    """What the role may open; nothing for somebody who is not signed in.

    `waiting` says by endpoint how much waits for the reader.
    """
    if role is None:
        return []
    here = request.path
    found = []
    for endpoint, label, action in ENTRIES:
        if allows(role, action):
            address = url_for(endpoint)
            current = here == address or here.startswith(address)
            found.append(Entry(address, str(label), current, waiting.get(endpoint, 0)))
    # The longest address that fits is where the reader is: /holders/applications is not /holders.
    lit = max((entry.address for entry in found if entry.current), key=len, default=None)
    return [replace(entry, current=entry.address == lit) for entry in found]
