"""The main navigation: where a signed-in person may go, in the order of a working day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import request, url_for
from flask_babel import lazy_gettext as _

from huimin.core.permissions import allows

# Endpoint, label, required action. An entry is current on all pages below its address.
ENTRIES = (
    ("desk.today", _("今日待办"), "application.read"),
    ("holders.people", _("持卡人"), "holder.read"),
    ("holders.applications", _("申请"), "application.read"),
    ("holders.registers", _("名册"), "register.import"),
    ("holders.endings", _("结束保障"), "ending.read"),
    ("cards.cards", _("卡片"), "card.read"),
    ("merchants.merchants", _("商户"), "merchant.read"),
    ("policies.policies", _("优惠政策"), "policy.read"),
    ("checkout.till", _("收银台"), "till.use"),
    ("closing.choose_day", _("对账单"), "day.read"),
    ("merchants.own_outlets", _("本商户"), "outlet.own"),
    ("merchants.devices", _("收银设备"), "device.read"),
    ("alerts.alerts", _("提醒"), "alert.read"),
    ("claims.claims", _("补录优惠"), "claim.read"),
    ("offline.items", _("断网交易"), "offline.read"),
    ("attempts.attempts", _("被拒记录"), "attempt.read"),
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
    """An entry: its address and label, whether it is current, and its number of waiting items."""

    address: str
    label: str
    current: bool
    waiting: int = 0


_waiting: dict[str, Callable[[], int]] = {}


def waiting_at(endpoint: str, count: Callable[[], int]) -> None:
    """Register the function that counts what is waiting for the reader at `endpoint`."""
    _waiting[endpoint] = count


def waiting_counts() -> dict[str, int]:
    """The number of waiting items for this request's reader, by endpoint."""
    return {endpoint: count() for endpoint, count in _waiting.items()}


def entries(role: str | None, waiting: Mapping[str, int]) -> list[Entry]:
    """The entries that the role may open, with `waiting` counts by endpoint; [] without a role."""
    if role is None:
        return []
    path = request.path
    allowed = []
    for endpoint, label, action in ENTRIES:
        if allows(role, action):
            address = url_for(endpoint)
            current = path == address or path.startswith(address)
            allowed.append(Entry(address, str(label), current, waiting.get(endpoint, 0)))
    # The longest matching address is current: /holders/applications rather than /holders.
    current_address = max(
        (entry.address for entry in allowed if entry.current), key=len, default=None
    )
    return [replace(entry, current=entry.address == current_address) for entry in allowed]
