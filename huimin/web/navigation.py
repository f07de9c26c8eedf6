"""The main navigation: where a signed-in person may go, in five groups, in the order of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _

from huimin.core.permissions import allows

# Group → its pages: endpoint, label, required action. A page is current below its address too.
GROUPS = (
    (_("今日"), (("desk.today", _("今日待办"), "today.read"),)),
    (
        _("人与卡"),
        (
            ("holders.people", _("持卡人"), "holder.read"),
            ("holders.new_person", _("登记持卡人"), "holder.write"),
            ("holders.applications", _("申请"), "application.read"),
            ("cards.cards", _("卡片"), "card.read"),
            ("requests.requests", _("持卡人诉求"), "holder_request.read"),
            ("holders.registers", _("名册"), "register.import"),
            ("holders.endings", _("结束保障"), "ending.read"),
            ("reach.towns", _("精准帮扶"), "reach.read"),
            ("messages.to_tell", _("要告知的人"), "message.person"),
        ),
    ),
    (
        _("商户与示范点"),
        (
            ("merchants.merchants", _("商户"), "merchant.read"),
            ("merchants.outlets", _("示范点"), "merchant.read"),
            ("merchants.applications", _("加入申请"), "merchant.read"),
            ("checkout.till", _("收银台"), "till.use"),
            ("closing.choose_day", _("对账单"), "day.read"),
            ("merchants.own_outlets", _("本商户"), "outlet.own"),
            ("merchants.devices", _("收银设备"), "device.read"),
            ("offline.items", _("断网交易"), "offline.read"),
            ("claims.claims", _("补录优惠"), "claim.read"),
            ("ratings.ratings", _("评价"), "rating.read"),
            ("ratings.complaints", _("投诉"), "complaint.read"),
            ("shelf_prices.compared", _("比价"), "price.read"),
            ("shelf_prices.choose_outlet", _("采集价格"), "price.record"),
            ("attempts.attempts", _("被拒记录"), "attempt.read"),
            ("alerts.alerts", _("提醒"), "alert.read"),
        ),
    ),
    (
        _("账与报表"),
        (
            ("reports.months", _("月报表"), "report.read"),
            ("months.months", _("月度结账"), "month.read"),
            ("settlement.settlements", _("结算单"), "settlement.read"),
            ("settlement.unpaid", _("待付款"), "settlement.manage"),
            ("settlement.payees", _("收款账户"), "settlement.manage"),
        ),
    ),
    (
        _("管理"),
        (
            ("policies.policies", _("优惠政策"), "policy.read"),
            ("division_changes.divisions", _("行政区划"), "division.read"),
            ("access.staff", _("工作人员"), "staff.read"),
            ("notices.deliveries", _("通知"), "notice.read"),
            ("messages.messages", _("短信记录"), "message.read"),
            ("report_mail.recipients", _("报表寄送"), "report_mail.read"),
            ("audit.events", _("审计"), "audit.read"),
        ),
    ),
)
# Whoever may open so few pages sees them all, without groups.
UNGROUPED_MAX = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its endpoint, address and label, whether it is current, how many items wait there."""

    endpoint: str
    address: str
    label: str
    current: bool
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one word; a group of one page is shown as a link to it."""

    label: str
    entries: list[Entry]

    @property
    def current(self) -> bool:
        """Whether the reader is on one of its pages."""
        return any(entry.current for entry in self.entries)

    @property
    def waiting(self) -> int:
        """How many items wait on all its pages."""
        return sum(entry.waiting for entry in self.entries)


_waiting: dict[str, Callable[[], int]] = {}


def waiting_at(endpoint: str, count: Callable[[], int]) -> None:
    """Register the function that counts what is waiting for the reader at `endpoint`."""
    _waiting[endpoint] = count


def waiting_counts() -> dict[str, int]:
    """The number of waiting items for this request's reader, by endpoint."""
    return {endpoint: count() for endpoint, count in _waiting.items()}


def groups_for(role: str | None, waiting: Mapping[str, int]) -> list[Group]:
    """The groups with the pages that the role may open; [] without a role.

    `waiting` counts by endpoint. A role with at most UNGROUPED_MAX pages has each as a group.
    """
    if role is None:
        return []
    addresses = {
        endpoint: url_for(endpoint)
        for _label, pages in GROUPS
        for endpoint, _page, action in pages
        if allows(role, action)
    }
    # The longest matching address is current: /merchants/applications rather than /merchants.
    above = [address for address in addresses.values() if request.path.startswith(address)]
    current = max(above, key=len, default=None)
    groups = []
    for label, pages in GROUPS:
        entries = [
            Entry(
                endpoint,
                addresses[endpoint],
                str(page),
                addresses[endpoint] == current,
                waiting.get(endpoint, 0),
            )
            for endpoint, page, _action in pages
            if endpoint in addresses
        ]
        if entries:
            groups.append(Group(str(label), entries))
    if len(addresses) <= UNGROUPED_MAX:
        return [Group(entry.label, [entry]) for group in groups for entry in group.entries]
    return groups
