"""Who may do what: one table of action × role. Whatever is not in it is allowed to nobody.

The guards of all pages read this table, and the handbook's page on access is generated from it and
the words below (`python -m huimin.handbook.access_page`); a test checks it against every route.
"""

from __future__ import annotations

ADMINISTRATOR = "administrator"
REGISTRAR = "registrar"
AUDITOR = "auditor"
MERCHANT_MANAGER = "merchant_manager"
CASHIER = "cashier"

ROLES = (ADMINISTRATOR, REGISTRAR, AUDITOR, MERCHANT_MANAGER, CASHIER)

OFFICE = frozenset({ADMINISTRATOR, REGISTRAR})
READERS = frozenset({ADMINISTRATOR, AUDITOR})
OFFICE_AND_AUDITOR = OFFICE | READERS
COUNTER = frozenset({CASHIER, MERCHANT_MANAGER})

# A registrar's actions are limited to the people of their own town, a manager's to their own
# merchant, a cashier's to their own outlet: everything else does not exist for them (404).
PERMISSIONS: dict[str, frozenset[str]] = {
    "home.read": frozenset(ROLES),
    "account.own": frozenset(ROLES),
    "holder.read": OFFICE_AND_AUDITOR,
    "holder.write": OFFICE,
    "holder.unmask": OFFICE,
    "holder.export": OFFICE_AND_AUDITOR,
    "application.read": OFFICE_AND_AUDITOR,
    "application.decide": OFFICE,
    "register.import": frozenset({ADMINISTRATOR}),
    "card.read": OFFICE_AND_AUDITOR,
    "card.issue": OFFICE,
    "card.change": OFFICE,
    "card.print": OFFICE,
    "merchant.read": READERS,
    "merchant.write": frozenset({ADMINISTRATOR}),
    "outlet.own": frozenset({MERCHANT_MANAGER}),
    "cashier.manage": frozenset({MERCHANT_MANAGER}),
    "policy.read": READERS,
    "policy.write": frozenset({ADMINISTRATOR}),
    "till.use": COUNTER,
    "redemption.reverse": COUNTER,
    "day.read": COUNTER,
    "day.close": COUNTER,
    "day.close_differing": frozenset({MERCHANT_MANAGER}),
    "claim.read": OFFICE_AND_AUDITOR,
    "claim.decide": frozenset({ADMINISTRATOR}),
    "offline.read": READERS,
    "reach.read": OFFICE_AND_AUDITOR,
    "report.read": READERS,
    "report.template": frozenset({ADMINISTRATOR}),
    "settlement.read": READERS | {MERCHANT_MANAGER},
    "settlement.answer": frozenset({MERCHANT_MANAGER}),
    "settlement.manage": frozenset({ADMINISTRATOR}),
    "month.read": READERS,
    "month.close": frozenset({ADMINISTRATOR}),
    "notice.read": READERS,
    "notice.send": frozenset({ADMINISTRATOR}),
    "ledger.read": READERS,
    "alert.read": READERS,
    "alert.look": frozenset({ADMINISTRATOR}),
    "staff.read": READERS,
    "staff.write": frozenset({ADMINISTRATOR}),
    "audit.read": READERS,
}

# Role → its name in Chinese and English, and its reach in Chinese and English.
ROLE_WORDS: dict[str, tuple[str, str, str, str]] = {
    ADMINISTRATOR: ("管理员", "administrator", "全县", "the whole county"),
    REGISTRAR: ("登记员", "registrar", "本镇街的人和卡", "people and cards of their own town"),
    AUDITOR: ("审计员", "auditor", "全县，只看不改", "the whole county; changes nothing"),
    MERCHANT_MANAGER: ("商户管理员", "merchant manager", "本商户", "their own merchant"),
    CASHIER: ("收银员", "cashier", "本示范点", "their own outlet"),
}

# What each action means, in Chinese and English; a test compares them with the table above.
ACTION_WORDS: dict[str, tuple[str, str]] = {
    "home.read": ("登录后的第一页", "the first page after signing in"),
    "account.own": (
        "自己的账号：密码、登录中的设备、两步验证",
        "one's own account: password, sessions, second factor",
    ),
    "holder.read": ("查找和查看持卡人", "find and see holders"),
    "holder.write": (
        "登记、更正、复核持卡人，办理家庭成员、保障资格和材料",
        "enter, correct and verify holders; family, eligibilities, papers",
    ),
    "holder.unmask": (
        "查看完整的身份证号和电话（须写原因，有记录）",
        "see ID numbers and phones in full (with a reason, recorded)",
    ),
    "holder.export": ("导出持卡人名单", "export the list of holders"),
    "application.read": ("查看申请和今日待办", "see applications and the Today page"),
    "application.decide": (
        "审批申请：通过、退回、不予通过",
        "decide applications: approve, return, reject",
    ),
    "register.import": ("核对和导入名册", "check and import registers"),
    "card.read": ("查看卡片", "see cards"),
    "card.issue": ("发卡，单张或成批", "issue cards, one by one or in batches"),
    "card.change": (
        "挂失、暂停、恢复、补办、注销卡片",
        "report cards lost, suspend, resume, replace and revoke them",
    ),
    "card.print": ("打印卡片", "print cards"),
    "merchant.read": (
        "查看商户、示范点和加入申请",
        "see merchants, outlets and applications to join",
    ),
    "merchant.write": (
        "登记和修改商户、示范点、收银终端，审批加入",
        "add and change merchants, outlets, terminals; decide applications to join",
    ),
    "outlet.own": ("查看本商户的示范点", "see their own merchant's outlets"),
    "cashier.manage": ("管理本商户的收银员账号", "manage their own merchant's cashiers"),
    "policy.read": ("查看优惠政策和试算", "see policies and their dry runs"),
    "policy.write": ("起草、审批、发布、撤回政策", "draft, approve, publish, withdraw policies"),
    "till.use": ("使用收银台", "use the till"),
    "redemption.reverse": ("撤销和退货", "reverse redemptions, all or in part"),
    "day.read": ("查看本店一天的对账单", "see the outlet's day"),
    "day.close": ("核对并结清本店的一天", "compare and close the outlet's day"),
    "day.close_differing": (
        "两边不一致时写明原因后结清",
        "close a day that differs, with a reason for each difference",
    ),
    "claim.read": ("查看补办登记", "see claims of missed discounts"),
    "claim.decide": ("审批补办登记", "decide claims of missed discounts"),
    "offline.read": ("查看断网时的交易", "see offline sales"),
    "reach.read": (
        "查看惠民卡的覆盖情况和待联系名单",
        "see whom the card reaches and who is not reached yet",
    ),
    "report.read": ("查看和下载月报表", "see and download the monthly report"),
    "report.template": (
        "上传和选用官方报表模板",
        "upload and choose templates of the official workbook",
    ),
    "settlement.read": ("查看和下载结算单", "see and download settlements"),
    "settlement.answer": (
        "确认本商户的结算单，或提出异议",
        "confirm or dispute their own merchant's settlements",
    ),
    "settlement.manage": (
        "答复结算异议，登记和导出付款",
        "answer disputes about settlements, record and export payments",
    ),
    "month.read": ("查看月度结账和已结账的文件", "see the closing of months and their files"),
    "month.close": (
        "月度结账：核对、填报、审核、签批、退回、重新打开",
        "close months: check, prepare, review, approve, return, reopen",
    ),
    "notice.read": ("查看通知的发送记录", "see the deliveries of notices"),
    "notice.send": ("重新发送通知", "send a notice again"),
    "ledger.read": (
        "查看报表数字背后的明细：交易、卡片、补办",
        "see the rows behind a report's numbers: ledger rows, cards, claims",
    ),
    "alert.read": ("查看异常提醒", "see alerts"),
    "alert.look": ("写明异常提醒的核实情况", "close alerts with a note"),
    "staff.read": ("查看工作人员账号", "see staff accounts"),
    "staff.write": ("新增、修改、停用、解锁账号", "add, change, disable and unlock accounts"),
    "audit.read": ("查看审计记录", "see the audit record"),
}


def allows(role: str, action: str) -> bool:
    """Whether the role may do it. Raises KeyError for an action that is not in the table."""
    return role in PERMISSIONS[action]
