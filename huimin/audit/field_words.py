"""What the fields of a recorded event are called, and how their values are said.

A value that is an id is said by its name (names.py), a code by its word, an instant in county time,
an amount in yuan. A field that is not here, or is HIDDEN, is not shown: nobody reads a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.catalogue import Words, say
from huimin.core.coordinates import degrees_text
from huimin.core.days import county_minute
from huimin.core.money import money_text, percent_words
from huimin.core.words import (
    CARD_STATES,
    CHANNELS,
    CLOSING_STATES,
    COMPLAINT_RESULTS,
    CONTACT_RESULTS,
    ELIGIBILITIES,
    GOODS,
    OUTLET_KINDS,
    RATING_GIVEN,
    RELATIONS,
    ROLE_NAMES,
    SETTLEMENT_STATES,
    STATES,
)

# Names of what ids mean: (kind, id) → name.
Names = Mapping[tuple[str, str], str]
Say = Callable[[Any, Names, str], str]
NOTHING = "—"
DIGEST_SHOWN = 12
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

CODES = Words(
    "recorded_code",
    {
        "open": "待处理",
        "looked_at": "已查看",
        "draft": "草稿",
        "prepared": "已填报，待审核",
        "reviewed": "已审核，待签批",
        "reopened": "已重新打开",
        "market_price": "按市场价",
        "after_insurance": "按医保报销后的金额",
        "all": "全部",
        "kind": "一类示范点",
        "eligibility": "一类持卡人",
        "outlet": "一个示范点",
        "merchant": "商户",
        "government": "政府",
        "county": "县里",
        "proposed": "待审批",
        "pdf": "PDF",
        "xlsx": "Excel",
        "schedule_closed": "结账后",
        "schedule_day": "每月某日",
        "accepted": "入账",
        "refused": "不入账",
        "name": "姓名",
        "id_number": "身份证号码",
        "phone": "电话",
        "purchase": "不是本人的消费",
        "correction": "更正资料",
        "family": "家庭成员",
        "aid": "优惠资格的日期",
        "address": "住址",
        "id_last": "身份证号码后四位",
        "birth_date": "出生日期",
        "phone_last": "电话后四位",
        "member_name": "家庭成员姓名",
        "zh_Hans": "简体中文",
        "zh_Hant": "繁体中文",
        "en": "英文",
        "page": "网页打印",
        "text": "文字小票",
        "escpos": "小票打印机",
        "mail": "邮件",
        "webhook": "通知地址",
        "application/pdf": "PDF",
        "image/jpeg": "JPEG",
        "image/png": "PNG",
    },
)
# In the order in which a code is looked for; the same code means the same in each.
TABLES = (
    *(CODES, STATES, CARD_STATES, SETTLEMENT_STATES, CLOSING_STATES, ROLE_NAMES),
    *(OUTLET_KINDS, ELIGIBILITIES, RELATIONS, CHANNELS, GOODS, CONTACT_RESULTS),
    *(RATING_GIVEN, COMPLAINT_RESULTS),
)
# Of these things "open" and the like are called otherwise than of others.
OWN_STATES = {"settlement": SETTLEMENT_STATES}


def _plain(value: Any, names: Names, language: str) -> str:
    return str(value)


def _code(value: Any, names: Names, language: str) -> str:
    for words in TABLES:
        if str(value) in words:
            return words.say(str(value), language)
    return str(value)


def _codes(value: Any, names: Names, language: str) -> str:
    codes = value if isinstance(value, list) else re.findall(r"[a-z_]+", str(value))
    words = [_code(code, names, language) for code in codes]
    return (", " if language == "en" else "、").join(words) or NOTHING


def _money(value: Any, names: Names, language: str) -> str:
    return money_text(int(value))


def _percent(value: Any, names: Names, language: str) -> str:
    return percent_words(int(value))


def _flag(value: Any, names: Names, language: str) -> str:
    return say("是", language) if value else say("否", language)


def _minute(value: Any, names: Names, language: str) -> str:
    return county_minute(str(value))


def _day(value: Any, names: Names, language: str) -> str:
    """A day, or an instant as county time."""
    text = str(value)
    return county_minute(text) if INSTANT.fullmatch(text) else text


def _degrees(value: Any, names: Names, language: str) -> str:
    return degrees_text(int(value))


def _digest(value: Any, names: Names, language: str) -> str:
    return f"{str(value)[:DIGEST_SHOWN]}…"


def _list(value: Any, names: Names, language: str) -> str:
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(value: Any, names: Names, language: str) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _schedule(value: Any, names: Names, language: str) -> str:
    code = f"schedule_{value}"
    return CODES.say(code, language) if code in CODES else str(value)


def _scope_value(value: Any, names: Names, language: str) -> str:
    """A kind of outlets or of holders, or one outlet."""
    return names.get(("outlet", str(value))) or _code(value, names, language)


@dataclass(frozen=True, slots=True)
class Field:
    """How a field is said; `named` is the kind of thing that its id names, "" for no id."""

    say: Say
    named: str = ""


def _name_of(kind: str) -> Field:
    def named(value: Any, names: Names, language: str) -> str:
        return names.get((kind, str(value)), NOTHING)

    return Field(named, kind)


TEXT, CODE, LIST_OF_CODES, MONEY, PERCENT, FLAG, MINUTE, DAY, DEGREES, DIGEST, LIST, NUMBER = map(
    Field,
    (
        *(_plain, _code, _codes, _money, _percent, _flag, _minute, _day, _degrees, _digest),
        *(_list, _number),
    ),
)
# Field → how its value is said; its label is in LABELS.
FIELDS: dict[str, Field] = {
    **dict.fromkeys(("name", "label", "username", "address", "opening_hours"), TEXT),
    **dict.fromkeys(
        ("number", "claim_no", "order_no", "receipt_no", "credit_code", "version"), TEXT
    ),
    **dict.fromkeys(("code", "file_name", "source", "relation", "phone", "bank_reference"), TEXT),
    **dict.fromkeys(("version", "line", "copy_number", "purpose", "day_of_month"), TEXT),
    **dict.fromkeys(("state", "kind", "role", "base", "scope", "offline_bearer", "bearer"), CODE),
    **dict.fromkeys(("about", "language"), CODE),
    **dict.fromkeys(("channel", "verdict", "form", "media_type", "proposed_side", "result"), CODE),
    **dict.fromkeys(("given", "complaint_result"), CODE),
    **dict.fromkeys(("fields", "eligibilities", "renewed", "excluded_categories"), LIST_OF_CODES),
    **dict.fromkeys(("facts",), LIST_OF_CODES),
    **dict.fromkeys(("amount_fen", "discount_fen", "payable_fen", "due_fen", "paid_fen"), MONEY),
    **dict.fromkeys(("price_fen",), MONEY),
    **dict.fromkeys(("minimum_spend_fen", "cap_redemption_fen", "cap_card_day_fen"), MONEY),
    **dict.fromkeys(("cap_card_month_fen", "offline_cap_redemption_fen", "budget_fen"), MONEY),
    **dict.fromkeys(("offline_cap_card_fen", "offline_cap_terminal_fen"), MONEY),
    **dict.fromkeys(("offline_two_people_fen", "reversal_confirm_fen"), MONEY),
    **dict.fromkeys(("rounding_unit_fen",), MONEY),
    **dict.fromkeys(("rate_bp", "merchant_share_bp", "government_share_bp"), PERCENT),
    **dict.fromkeys(
        ("may_import", "second_factor", "speaks_payable", "is_final", "covers_unpaid"), FLAG
    ),
    **dict.fromkeys(("offline_changing_code", "phone_changed", "name_corrected"), FLAG),
    **dict.fromkeys(("expires_at", "disabled_at", "approved_at", "published_at"), MINUTE),
    **dict.fromkeys(("backup_at", "wrong_first_at", "wrong_last_at"), MINUTE),
    **dict.fromkeys(("starts_on", "ends_on", "day", "paid_on", "verified_on", "confirm_by"), DAY),
    **dict.fromkeys(("due_on", "told_on"), DAY),
    **dict.fromkeys(("by_phone", "purchases"), FLAG),
    **dict.fromkeys(("business_day", "expires_on", "effective_on", "contacted_on", "next_on"), DAY),
    **dict.fromkeys(("due_on",), DAY),
    **dict.fromkeys(("latitude_microdegrees", "longitude_microdegrees"), DEGREES),
    **dict.fromkeys(("file_sha256", "statement_sha256", "content_sha256"), DIGEST),
    **dict.fromkeys(("report_sha256", "sha256_csv", "sha256_json", "sha256_official"), DIGEST),
    **dict.fromkeys(("sha256_pdf", "sha256_xlsx", "sha256"), DIGEST),
    **dict.fromkeys(("pairs", "lines"), LIST),
    **dict.fromkeys(("count", "people", "accounts", "outlets", "cards", "offline_hours"), NUMBER),
    **dict.fromkeys(("offline_clock_minutes", "offline_send_days", "redemptions"), NUMBER),
    **dict.fromkeys(("reversals", "differences", "family_members", "family_added"), NUMBER),
    **dict.fromkeys(("family_completed", "new", "updated", "unchanged", "proposed"), NUMBER),
    **dict.fromkeys(("passed", "refused", "budget_version", "terminals", "stars"), NUMBER),
    "schedule": Field(_schedule),
    "scope_value": Field(_scope_value, "outlet"),
    "division_code": _name_of("division"),
    "outlet_id": _name_of("outlet"),
    "merchant_id": _name_of("merchant"),
    "terminal_id": _name_of("terminal"),
    "holder_id": _name_of("holder"),
    "redemption_id": _name_of("redemption"),
    "family_member": _name_of("family_member"),
    "device": _name_of("till_device"),
    "approved_by": _name_of("actor"),
    "created_by": _name_of("actor"),
    "published_by": _name_of("actor"),
    "closed_by": _name_of("actor"),
}
# Recorded, and never read by people: keys of rows, instants that stand beside the event anyway, and
# what stays the same and says nothing.
HIDDEN = frozenset(
    {
        *("id", "created_at", "closed_at", "comparison_id", "file", "submitted_at", "decided_at"),
        *("decided_by", "reason", "updated_at", "decision_reason", "proposed_at", "proposed_by"),
        *("ended_at", "ended_by", "end_reason"),
    }
)
LABELS = Words(
    "recorded_field",
    {
        "backup_at": "备份时间",
        "terminals": "收银终端数",
        "about": "更正哪一样",
        "accounts": "工作人员账号",
        "address": "地址",
        "amount_fen": "金额",
        "approved_at": "通过时间",
        "approved_by": "审批人",
        "bank_reference": "银行流水号",
        "base": "计算基数",
        "bearer": "由谁承担",
        "budget_fen": "预算",
        "budget_version": "预算从哪一版算起",
        "by_phone": "告知发到手机",
        "business_day": "日期",
        "cap_card_day_fen": "每人每日上限",
        "cap_card_month_fen": "每人每月上限",
        "cap_redemption_fen": "单笔上限",
        "cards": "卡片数",
        "channel": "方式",
        "claim_no": "补录编号",
        "closed_by": "结清人",
        "code": "代码",
        "complaint_result": "投诉结果",
        "confirm_by": "确认期限",
        "contacted_on": "联系日期",
        "content_sha256": "内容指纹",
        "copy_number": "第几次打印",
        "count": "条数",
        "created_by": "起草人",
        "credit_code": "统一社会信用代码",
        "covers_unpaid": "已确认未付的也付到这里",
        "day": "日期",
        "day_of_month": "每月几日",
        "device": "设备",
        "differences": "差异",
        "disabled_at": "停用时间",
        "discount_fen": "优惠",
        "division_code": "所在镇街、村社",
        "due_fen": "应付",
        "due_on": "答复期限",
        "effective_on": "生效日期",
        "eligibilities": "新增保障类别",
        "ends_on": "最后一天",
        "excluded_categories": "不参加优惠的商品",
        "expires_at": "到期",
        "expires_on": "有效期至",
        "family_added": "新增家庭成员",
        "family_completed": "补全号码的家庭成员",
        "family_member": "家庭成员",
        "family_members": "家庭成员数",
        "facts": "核对了什么",
        "fields": "看了什么",
        "file_name": "文件",
        "file_sha256": "文件指纹",
        "form": "格式",
        "given": "优惠给了没有",
        "government_share_bp": "政府承担",
        "holder_id": "持卡人",
        "is_final": "是否最后核定",
        "kind": "类别",
        "label": "名称",
        "language": "告知用的语言",
        "latitude_microdegrees": "纬度",
        "line": "行",
        "lines": "行",
        "longitude_microdegrees": "经度",
        "may_import": "是否可以导入",
        "media_type": "文件格式",
        "merchant_id": "商户",
        "merchant_share_bp": "商户承担",
        "minimum_spend_fen": "最低消费",
        "name": "名称",
        "name_corrected": "更正了姓名",
        "new": "新登记人数",
        "next_on": "下次联系",
        "number": "编号",
        "offline_bearer": "断网优惠不能入账时由谁承担",
        "offline_cap_card_fen": "断网时每张卡上限",
        "offline_cap_redemption_fen": "断网时单笔上限",
        "offline_cap_terminal_fen": "断网时每台收银终端上限",
        "offline_changing_code": "断网时收动态码",
        "offline_clock_minutes": "时钟可差几分钟",
        "offline_hours": "断网可用几小时",
        "offline_send_days": "几天内直接入账",
        "offline_two_people_fen": "超过多少须两人核定",
        "opening_hours": "营业时间",
        "order_no": "订单号",
        "outlet_id": "示范点",
        "outlets": "示范点数",
        "paid_fen": "已付",
        "paid_on": "付款日期",
        "pairs": "配成同一笔的",
        "passed": "略过的行",
        "payable_fen": "实付",
        "people": "人数",
        "phone": "电话",
        "phone_changed": "更新了电话",
        "price_fen": "价格",
        "proposed": "提出申请的人数",
        "proposed_side": "由谁提出",
        "published_at": "发布时间",
        "published_by": "发布人",
        "purchases": "每次用卡都告知",
        "purpose": "用途",
        "rate_bp": "优惠幅度",
        "receipt_no": "收据号",
        "redemption_id": "优惠交易",
        "redemptions": "交易笔数",
        "refused": "需修改的行",
        "relation": "与持卡人关系",
        "renewed": "续上的保障类别",
        "report_sha256": "报表指纹",
        "reversal_confirm_fen": "退回超过多少要店长确认",
        "reversals": "退货笔数",
        "role": "岗位",
        "result": "联系结果",
        "rounding_unit_fen": "取整到",
        "schedule": "什么时候寄",
        "scope": "范围",
        "scope_value": "范围是哪一个",
        "second_factor": "两步验证",
        "sha256": "文件指纹",
        "sha256_csv": "csv 文件指纹",
        "sha256_json": "json 文件指纹",
        "sha256_official": "官方表指纹",
        "sha256_pdf": "pdf 文件指纹",
        "sha256_xlsx": "xlsx 文件指纹",
        "source": "来源",
        "speaks_payable": "读出实付金额",
        "stars": "星",
        "starts_on": "开始日期",
        "state": "状态",
        "statement_sha256": "对账单指纹",
        "told_on": "告知日期",
        "terminal_id": "收银终端",
        "unchanged": "没有变化的人数",
        "updated": "更新的人数",
        "username": "用户名",
        "verdict": "核定结果",
        "verified_on": "复核日期",
        "wrong_first_at": "时钟错时的第一条",
        "wrong_last_at": "时钟错时的最后一条",
        "version": "版本",
    },
)


def ids_in(values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The (kind, id) of everything that the recorded values name."""
    for name, value in values.items():
        field = FIELDS.get(name)
        if field is not None and field.named and value:
            yield field.named, str(value)


def value_words(name: str, value: Any, names: Names, language: str) -> str:
    """A recorded value of a field of FIELDS in that language; a dash for none."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _flag(value, names, language)
    return FIELDS[name].say(value, names, language)
