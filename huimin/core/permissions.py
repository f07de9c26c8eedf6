"""Who may do what: one table of action × role. Whatever is not in it is allowed to nobody.

The guards of all pages read this table, and the handbook's page on access is generated from it and
the words below (`python -m huimin.handbook.access_page`); a test checks it against every route.
"""

from __future__ import annotations

from typing import Literal

from huimin.core.catalogue import Words

ADMINISTRATOR = "administrator"
REGISTRAR = "registrar"
AUDITOR = "auditor"
MERCHANT_MANAGER = "merchant_manager"
CASHIER = "cashier"
PRICE_RECORDER = "price_recorder"

ROLES = (ADMINISTRATOR, REGISTRAR, AUDITOR, MERCHANT_MANAGER, CASHIER, PRICE_RECORDER)

OFFICE = frozenset({ADMINISTRATOR, REGISTRAR})
READERS = frozenset({ADMINISTRATOR, AUDITOR})
OFFICE_AND_AUDITOR = OFFICE | READERS
COUNTER = frozenset({CASHIER, MERCHANT_MANAGER})

# Who switched something off decides who may switch it on: the county, or the merchant itself.
Side = Literal["county", "merchant"]
COUNTY_SIDE: Side = "county"
MERCHANT_SIDE: Side = "merchant"

# A registrar's actions are limited to the people of their own town, a manager's to their own
# merchant, a cashier's to their own outlet: everything else does not exist for them (404).
PERMISSIONS: dict[str, frozenset[str]] = {
    "home.read": frozenset(ROLES),
    "today.read": OFFICE_AND_AUDITOR | {MERCHANT_MANAGER},
    "account.own": frozenset(ROLES),
    "holder.read": OFFICE_AND_AUDITOR,
    "holder.write": OFFICE,
    "holder.unmask": OFFICE,
    "holder.names": OFFICE,
    "holder.export": OFFICE_AND_AUDITOR,
    "holder.my_card": OFFICE,
    "holder_request.read": OFFICE_AND_AUDITOR,
    "holder_request.answer": OFFICE,
    "holder_request.take_back": frozenset({ADMINISTRATOR}),
    "application.read": OFFICE_AND_AUDITOR,
    "application.decide": OFFICE,
    "register.import": frozenset({ADMINISTRATOR}),
    "register.token": frozenset({ADMINISTRATOR}),
    "ending.read": READERS,
    "ending.propose": frozenset({ADMINISTRATOR}),
    "ending.decide": frozenset({ADMINISTRATOR}),
    "division.read": READERS,
    "division.propose": frozenset({ADMINISTRATOR}),
    "division.decide": frozenset({ADMINISTRATOR}),
    "card.read": OFFICE_AND_AUDITOR,
    "card.issue": OFFICE,
    "card.change": OFFICE,
    "card.stop_for_caller": OFFICE,
    "card.print": OFFICE,
    "merchant.read": READERS,
    "merchant.write": frozenset({ADMINISTRATOR}),
    "outlet.own": frozenset({MERCHANT_MANAGER}),
    "cashier.manage": frozenset({MERCHANT_MANAGER}),
    "device.read": READERS | {MERCHANT_MANAGER},
    "device.manage": frozenset({ADMINISTRATOR, MERCHANT_MANAGER}),
    "webhook.own": frozenset({MERCHANT_MANAGER}),
    "policy.read": READERS,
    "policy.write": frozenset({ADMINISTRATOR}),
    "till.use": COUNTER,
    "redemption.reverse": COUNTER,
    "day.read": COUNTER,
    "day.close": COUNTER,
    "day.close_differing": frozenset({MERCHANT_MANAGER}),
    "claim.read": OFFICE_AND_AUDITOR,
    "claim.decide": frozenset({ADMINISTRATOR}),
    "rating.read": READERS,
    "rating.own": frozenset({MERCHANT_MANAGER}),
    "complaint.read": READERS,
    "complaint.settle": frozenset({ADMINISTRATOR}),
    "price.read": READERS,
    "price.basket": frozenset({ADMINISTRATOR}),
    "price.record": frozenset({ADMINISTRATOR, PRICE_RECORDER}),
    "offline.read": READERS,
    "offline.decide": frozenset({ADMINISTRATOR}),
    "attempt.read": OFFICE_AND_AUDITOR,
    "refusal.explain": OFFICE_AND_AUDITOR,
    "reach.read": OFFICE_AND_AUDITOR,
    "reach.contact": OFFICE,
    "report.read": READERS,
    "report.template": frozenset({ADMINISTRATOR}),
    "settlement.read": READERS | {MERCHANT_MANAGER},
    "settlement.answer": frozenset({MERCHANT_MANAGER}),
    "settlement.manage": frozenset({ADMINISTRATOR}),
    "payee.read": READERS | {MERCHANT_MANAGER},
    "payee.propose": frozenset({ADMINISTRATOR, MERCHANT_MANAGER}),
    "payee.decide": frozenset({ADMINISTRATOR}),
    "payee.reveal": frozenset({ADMINISTRATOR}),
    "month.read": READERS,
    "month.close": frozenset({ADMINISTRATOR}),
    "notice.read": READERS,
    "notice.send": frozenset({ADMINISTRATOR}),
    "message.read": READERS,
    "message.send": frozenset({ADMINISTRATOR}),
    "message.person": OFFICE_AND_AUDITOR,
    "message.tell": OFFICE,
    "report_mail.read": READERS,
    "report_mail.manage": frozenset({ADMINISTRATOR}),
    "ledger.read": READERS,
    "alert.read": READERS,
    "alert.look": frozenset({ADMINISTRATOR}),
    "staff.read": READERS,
    "staff.write": frozenset({ADMINISTRATOR}),
    "audit.read": READERS,
}

# What a role reaches.
ROLE_REACH = Words(
    "role_reach",
    {
        ADMINISTRATOR: "全县",
        REGISTRAR: "本镇街的人和卡",
        AUDITOR: "全县，只看不改",
        MERCHANT_MANAGER: "本商户",
        CASHIER: "本示范点",
        PRICE_RECORDER: "只有货架价格的采集",
    },
)

# What each action means; a test compares them with the table above.
ACTION_WORDS = Words(
    "action",
    {
        "home.read": "登录后的第一页",
        "today.read": "查看等自己办理的事",
        "account.own": "自己的账号：密码、登录中的设备、两步验证",
        "holder.read": "查找和查看持卡人",
        "holder.write": "登记、更正、复核持卡人，办理家庭成员、保障资格和材料",
        "holder.unmask": "查看完整的身份证号和电话（须写原因，有记录）",
        "holder.names": "这次登录在名单里显示完整姓名（须写原因，有记录）",
        "holder.export": "导出持卡人名单",
        "holder.my_card": "给“我的卡”登录码，在窗口代为打开（须写原因，有记录）",
        "holder_request.read": "查看持卡人的诉求",
        "holder_request.answer": "答复更正资料的诉求",
        "holder_request.take_back": "答复“不是本人的消费”，属实的收回优惠",
        "application.read": "查看申请",
        "application.decide": "审批申请：通过、退回、不予通过",
        "register.import": "核对和导入名册",
        "register.token": "发放、查看和停用民政系统送名册用的密钥",
        "ending.read": "查看结束保障的提议和告知名单",
        "ending.propose": "提出结束保障：按名册或停保名单，逐人核对",
        "ending.decide": "审批结束保障（不能是提出的人），撤销已结束的",
        "division.read": "查看行政区划和它们的变更",
        "division.propose": "提出区划变更：撤并、更名、划转、新设、撤销",
        "division.decide": "审批区划变更（不能是提出的人），撤回还没有生效的",
        "card.read": "查看卡片",
        "card.issue": "发卡，单张或成批",
        "card.change": "挂失、暂停、恢复、补卡、注销卡片",
        "card.stop_for_caller": "来电挂失：核对来电人以后停用卡片",
        "card.print": "打印卡片，记下交给了本人",
        "merchant.read": "查看商户、示范点和加入申请",
        "merchant.write": "登记和修改商户、示范点、收银终端，审批加入",
        "outlet.own": "查看本商户的示范点",
        "cashier.manage": "管理本商户的收银员账号",
        "device.read": "查看收银设备：型号、版本、最近在线、未上传的交易",
        "device.manage": "让设备加入收银终端，停用一台设备",
        "webhook.own": "设置本商户收银系统的通知地址",
        "policy.read": "查看优惠政策和试算",
        "policy.write": "起草、审批、发布、撤回政策",
        "till.use": "使用收银台",
        "redemption.reverse": "撤销和退货",
        "day.read": "查看本店一天的对账单",
        "day.close": "核对并结清本店的一天",
        "day.close_differing": "两边不一致时写明原因后结清",
        "claim.read": "查看补录登记",
        "claim.decide": "审批补录登记",
        "rating.read": "查看小票的评价和留言，看寄来的照片（有记录）",
        "rating.own": "查看本商户示范点的评分和投诉的结果（只有合计）",
        "complaint.read": "查看优惠投诉和相关交易",
        "complaint.settle": "处理优惠投诉：记录、答复、延期、办结",
        "price.read": "查看货架价格的比较和照片",
        "price.basket": "管理比价篮子里的商品",
        "price.record": "到店里采集货架价格",
        "offline.read": "查看断网时的交易",
        "offline.decide": "核定待核交易",
        "attempt.read": "查看收银时被拒的记录",
        "refusal.explain": "查一张卡在某个示范点能不能优惠、为什么（有记录）",
        "reach.read": "查看惠民卡的覆盖情况和待联系名单",
        "reach.contact": "联系没有享到的人：显示电话（须写原因，有记录），记下结果",
        "report.read": "查看和下载月报表",
        "report.template": "上传和选用官方报表模板",
        "settlement.read": "查看和下载结算单",
        "settlement.answer": "确认本商户的结算单，或提出异议",
        "settlement.manage": "答复结算异议，登记和导出付款",
        "payee.read": "查看商户的收款账户（账号遮住）",
        "payee.propose": "提出新的收款账户",
        "payee.decide": "审批收款账户（不能是提出的人）",
        "payee.reveal": "查看完整的收款账户（须写原因，有记录）",
        "month.read": "查看月度结账和已结账的文件",
        "month.close": "月度结账：核对、填报、审核、签批、退回、重新打开",
        "notice.read": "查看通知的发送记录",
        "notice.send": "重新发送通知",
        "message.read": "查看短信等告知的发送记录",
        "message.send": "重新发送短信等告知",
        "message.person": "查看告知过一位持卡人什么，谁还没有告知到",
        "message.tell": "打印告知名单，记下告知的结果，登记本人想收到哪些告知",
        "report_mail.read": "查看月报表寄给谁、寄了什么",
        "report_mail.manage": "提出、审批、停止月报表的收件人（审批不能是提出的人）",
        "ledger.read": "查看报表数字背后的明细：交易、卡片、补录",
        "alert.read": "查看异常提醒",
        "alert.look": "写明异常提醒的核实情况",
        "staff.read": "查看工作人员账号",
        "staff.write": "新增、修改、停用、解锁账号",
        "audit.read": "查看审计记录",
    },
)


def side_of(role: str) -> Side:
    """Whether that role acts for the county or for a merchant."""
    return MERCHANT_SIDE if role in COUNTER else COUNTY_SIDE


def allows(role: str, action: str) -> bool:
    """Whether the role may do it. Raises KeyError for an action that is not in the table."""
    return role in PERMISSIONS[action]
