"""The domain's vocabulary by code: the one table of words.

The data holds codes (`supermarket`, `dibao`), spelt the same everywhere. Every page, file, command
and answer takes their words from here; the catalogue holds the other languages.
"""

from __future__ import annotations

from huimin.core.catalogue import Words

OUTLET_KINDS = Words(
    "outlet_kind",
    {
        "supermarket": "超市",
        "pharmacy": "药店",
        "hospital": "医院",
        "school": "学校",
        "other": "其他",
    },
)
# In order of precedence when a holder has several.
ELIGIBILITIES = Words(
    "eligibility",
    {
        "tekun": "特困",
        "orphan": "孤儿",
        "dibao": "低保",
        "major_illness": "重大疾病",
        "disability": "残疾",
        "other": "其他",
    },
)
# What a family member is to the holder; holders/relations.py maps other spellings to these.
RELATIONS = Words(
    "relation",
    {
        "spouse": "配偶",
        "son": "儿子",
        "daughter": "女儿",
        "father": "父亲",
        "mother": "母亲",
        "daughter_in_law": "儿媳",
        "son_in_law": "女婿",
        "grandson": "孙子",
        "granddaughter": "孙女",
        "daughters_son": "外孙",
        "daughters_daughter": "外孙女",
        "grandfather": "祖父",
        "grandmother": "祖母",
        "mothers_father": "外祖父",
        "mothers_mother": "外祖母",
        "husbands_father": "公公",
        "husbands_mother": "婆婆",
        "wifes_father": "岳父",
        "wifes_mother": "岳母",
        "brother": "兄弟",
        "sister": "姐妹",
        "guardian": "监护人",
        "head": "户主",
        "household": "家庭成员",
    },
)
# A form's choice beside them, which comes with words of its own.
OTHER_RELATION = "other"
# Categories of goods, as a till names them; how else they are spelt stands in categories.py. Those
# that policies leave out come last.
GOODS = Words(
    "goods",
    {
        "food": "食品",
        "fresh": "生鲜果蔬",
        "drink": "饮料",
        "household": "日用百货",
        "personal_care": "个人护理",
        "baby": "母婴用品",
        "clothing": "服装鞋帽",
        "stationery": "文具",
        "book": "图书",
        "appliance": "家用电器",
        "electronics": "数码产品",
        "furniture": "家具家居",
        "medicine": "药品",
        "device": "医疗器械",
        "medical_service": "诊疗服务",
        "health_food": "保健食品",
        "glasses": "眼镜",
        "farm": "农资",
        "service": "服务",
        "other": "其他",
        "tobacco": "香烟",
        "alcohol": "酒",
        "prepaid_card": "购物卡和充值卡",
        "lottery": "彩票",
        "jewelry": "金银珠宝",
    },
)
ROLE_NAMES = Words(
    "role",
    {
        "administrator": "管理员",
        "registrar": "登记员",
        "auditor": "审计员",
        "merchant_manager": "商户管理员",
        "cashier": "收银员",
        "price_recorder": "物价采集员",
    },
)
CARD_STATES = Words(
    "card_state",
    {
        "active": "正常",
        "suspended": "已暂停",
        "lost": "已挂失",
        "replaced": "已补卡",
        "expired": "已过期",
        "revoked": "已注销",
    },
)
# For applications, merchants, outlets, terminals, policies, accounts and jobs.
STATES = Words(
    "state",
    {
        "draft": "草稿",
        "submitted": "待审核",
        "returned": "退回修改",
        "approved": "已通过",
        "rejected": "不予通过",
        "active": "正常",
        "suspended": "已暂停",
        "ended": "已终止",
        "disabled": "已停用",
        "published": "已发布",
        "withdrawn": "已撤回",
        "waiting": "等待中",
        "running": "进行中",
        "done": "已完成",
        "failed": "失败",
        "cancelled": "已取消",
    },
)
SETTLEMENT_STATES = Words(
    "settlement_state",
    {
        "open": "待商户确认",
        "disputed": "有异议，待答复",
        "confirmed": "已确认，待付款",
        "nothing": "已确认，无需付款",
        "paid": "已付清",
        "voided": "已作废",
    },
)
CLOSING_STATES = Words(
    "closing_state",
    {
        "running": "进行中",
        "open": "待核对",
        "draft": "已核对，待填报",
        "prepared": "已填报，待审核",
        "reviewed": "已审核，待签批",
        "approved": "已结账",
        "returned": "已退回",
        "reopened": "已重新打开",
    },
)
PRESENTERS = Words("presenter", {"holder": "本人", "family_member": "家庭成员"})
CHANNELS = Words("channel", {"online": "联网", "offline": "断网后补传", "claim": "补录优惠"})
LEDGER_KINDS = Words("ledger_kind", {"redemption": "优惠", "reversal": "退货"})
WEEKDAYS = Words(
    "weekday",
    {
        "1": "星期一",
        "2": "星期二",
        "3": "星期三",
        "4": "星期四",
        "5": "星期五",
        "6": "星期六",
        "7": "星期日",
    },
)
# The limits of a discount.
# What came of calling somebody who is not reached.
CONTACT_RESULTS = Words(
    "contact_result",
    {
        "reached": "联系上了",
        "no_answer": "没人接、没人在",
        "wrong_number": "号码不对",
        "moved_away": "已搬走",
        "declined": "本人不需要",
        "died": "已去世",
        "other": "其他",
    },
)
CAPS = Words(
    "cap",
    {
        "redemption": "单笔上限",
        "card_day": "今日上限",
        "card_month": "本月上限",
        "offline_redemption": "离线单笔上限",
        "offline_card": "离线每卡上限",
        "offline_terminal": "本机离线上限",
        "budget": "政策预算的余额",
    },
)
# Who bears an offline discount that cannot be recorded afterwards.
BEARERS = Words(
    "bearer",
    {
        "merchant": "离线优惠事后不能入账时由商户承担",
        "government": "离线优惠事后不能入账时由政府承担",
    },
)
# The groupings of a report, in the order in which they are shown.
GROUPING_NAMES = Words(
    "grouping",
    {
        "outlet": "惠民示范点",
        "merchant": "商户",
        "kind": "示范点类别",
        "town": "持卡人所在镇街",
        "village": "持卡人所在村社区",
        "eligibility": "保障类别",
        "presenter": "持卡出示人",
        "channel": "办理方式",
        "weekday": "星期",
        "hour": "时段",
    },
)
FIGURE_NAMES = Words(
    "figure",
    {
        "redemptions": "优惠笔数",
        "reversals": "退货笔数",
        "cards_used": "用卡张数",
        "amount_fen": "交易金额",
        "discount_fen": "优惠金额",
        "merchant_share_fen": "商户承担",
        "government_share_fen": "政府承担",
    },
)
# The lines of a report's cover, in order.
FACT_NAMES = Words(
    "figure",
    {
        "discount_fen": "优惠金额",
        "amount_fen": "交易金额",
        "government_share_fen": "政府承担",
        "merchant_share_fen": "商户承担",
        "redemptions": "优惠笔数",
        "reversals": "退货笔数",
        "cards_used": "用卡张数",
        "cards_new": "新发卡张数",
        "cards_valid": "期末有效卡张数",
        "cards_never_used": "其中从未使用",
        "used_share_bp": "用卡率",
        "offline": "断网后补传笔数",
        "offline_share_bp": "断网占比",
        "claims_submitted": "登记补录",
        "claims_approved": "补录通过",
        "claims_rejected": "补录不予通过",
        "claims_open": "期末待审补录",
        "alerts_found": "异常提醒",
        "alerts_looked_at": "其中已查看",
        "silent": "没有交易的示范点",
    },
)
# How whoever holds a receipt judges the sale: whether the discount was given, and the stars.
RATING_GIVEN = Words("rating_given", {"yes": "给了", "in_part": "只给了一部分", "no": "没有给"})
RATING_STARS = Words(
    "rating_stars", {"5": "很满意", "4": "满意", "3": "一般", "2": "不满意", "1": "很不满意"}
)
COMPLAINT_STATES = Words("complaint_state", {"open": "处理中", "closed": "已办结"})
COMPLAINT_RESULTS = Words(
    "complaint_result",
    {
        "upheld": "属实",
        "upheld_in_part": "部分属实",
        "not_upheld": "不属实",
        "unclear": "无法查清",
    },
)
COMPLAINT_STEPS = Words(
    "complaint_step", {"note": "内部记录", "answer": "答复", "due": "延期", "result": "结果"}
)
