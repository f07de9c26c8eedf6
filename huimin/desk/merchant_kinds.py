"""What each kind of item that waits for a merchant's manager is called, and the one next step.

Returns need nothing here: the manager confirms a large one at the till, while the customer waits.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from huimin.desk.kinds import LOOK, OVER_ON, Kind

# In the order of the page, most urgent first.
MERCHANT_KINDS: dict[str, Kind] = {
    "settlements_answered": Kind(
        _("份结算单的异议县里已答复，等您再次确认"),
        _("看答复"),
        "settlement.settlements",
        "settlement.read",
        {"state": "open"},
        one="settlement.statement",
        id_as="settlement_id",
        act="settlement.answer",
        urgent=True,
        since=OVER_ON,
    ),
    "payee_proposed": Kind(
        _("项收款账户变更等县里审批，请核对是不是您这边提出的"),
        LOOK,
        "merchants.own_outlets",
        "outlet.own",
        one="settlement.payee",
        id_as="merchant_id",
        urgent=True,
    ),
    "settlements_to_confirm": Kind(
        _("份结算单等您核对并确认"),
        _("去核对"),
        "settlement.settlements",
        "settlement.read",
        {"state": "open"},
        one="settlement.statement",
        id_as="settlement_id",
        act="settlement.answer",
        since=OVER_ON,
    ),
    "days_compared": Kind(
        _("天的账单核对过，还没有结清"),
        _("去结清"),
        "closing.choose_day",
        "day.read",
        one="closing.day",
        id_as="day/outlet",
        act="day.close_differing",
        since=_("最早的是{since}"),
    ),
    "devices_unsent": Kind(
        _("台收银设备有断网交易还没有传上来"),
        LOOK,
        "merchants.devices",
        "device.read",
        one="merchants.device",
        id_as="device_id",
        act="device.manage",
        since=_("最早的从{since}起没有联网"),
    ),
    "cashiers_locked": Kind(
        _("个收银员账号因密码多次输错被锁"),
        _("去重设密码"),
        "merchants.own_outlets",
        "outlet.own",
        act="cashier.manage",
        urgent=True,
    ),
}
