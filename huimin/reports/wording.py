"""What a report's groupings, columns and headings are called, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huimin.core.kind_names import ELIGIBILITIES, OUTLET_KINDS
from huimin.core.period import Period

Words = Mapping[str, str]

SIGNERS = ("填报人：", "审核人：", "负责人：", "填报日期：")

# The groupings of a report, in the order in which they are shown.
GROUPING_WORDS: Mapping[str, Words] = {
    "outlet": {"zh_Hans": "惠民示范点", "zh_Hant": "惠民示範點", "en": "Outlet"},
    "merchant": {"zh_Hans": "商户", "zh_Hant": "商戶", "en": "Merchant"},
    "kind": {"zh_Hans": "网点类别", "zh_Hant": "網點類別", "en": "Kind of outlet"},
    "town": {"zh_Hans": "持卡人所在镇街", "zh_Hant": "持卡人所在鎮街", "en": "Holder's town"},
    "village": {
        "zh_Hans": "持卡人所在村社区",
        "zh_Hant": "持卡人所在村社區",
        "en": "Holder's village",
    },
    "eligibility": {"zh_Hans": "保障类别", "zh_Hant": "保障類別", "en": "Eligibility"},
    "presenter": {"zh_Hans": "持卡出示人", "zh_Hant": "持卡出示人", "en": "Presented by"},
    "channel": {"zh_Hans": "办理方式", "zh_Hant": "辦理方式", "en": "Way of recording"},
    "weekday": {"zh_Hans": "星期", "zh_Hant": "星期", "en": "Weekday"},
    "hour": {"zh_Hans": "时段", "zh_Hant": "時段", "en": "Hour"},
}
# In a title, where it is plain whose town or village it is.
SHORT_WORDS = {"outlet": "示范点", "town": "镇街", "village": "村社区"}
PRESENTER_WORDS: Mapping[str, Words] = {
    "holder": {"zh_Hans": "本人", "zh_Hant": "本人", "en": "Holder"},
    "family_member": {"zh_Hans": "家庭成员", "zh_Hant": "家庭成員", "en": "Family member"},
}
CHANNEL_WORDS: Mapping[str, Words] = {
    "online": {"zh_Hans": "联网", "zh_Hant": "連網", "en": "Online"},
    "offline": {"zh_Hans": "断网后补传", "zh_Hant": "斷網後補傳", "en": "Offline, sent later"},
    "claim": {"zh_Hans": "补办", "zh_Hant": "補辦", "en": "Claim"},
}
WEEKDAY_WORDS: Mapping[str, Words] = {
    str(number): {"zh_Hans": f"星期{chinese}", "zh_Hant": f"星期{chinese}", "en": english}
    for number, (chinese, english) in enumerate(
        zip(
            "一二三四五六日",
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
            strict=True,
        ),
        start=1,
    )
}
FIGURE_WORDS: Mapping[str, Words] = {
    "redemptions": {"zh_Hans": "优惠笔数", "zh_Hant": "優惠筆數", "en": "Redemptions"},
    "reversals": {"zh_Hans": "冲正笔数", "zh_Hant": "沖正筆數", "en": "Reversals"},
    "cards_used": {"zh_Hans": "用卡张数", "zh_Hant": "用卡張數", "en": "Cards used"},
    "amount_fen": {"zh_Hans": "交易金额", "zh_Hant": "交易金額", "en": "Amount"},
    "discount_fen": {"zh_Hans": "优惠金额", "zh_Hant": "優惠金額", "en": "Discount"},
    "merchant_share_fen": {"zh_Hans": "商户承担", "zh_Hant": "商戶承擔", "en": "Merchant's share"},
    "government_share_fen": {
        "zh_Hans": "政府承担",
        "zh_Hant": "政府承擔",
        "en": "Government's share",
    },
}
# Grouping → key → its words, where the key is a code; others are named by what they are called.
KEY_WORDS: Mapping[str, Mapping[str, Words]] = {
    "kind": OUTLET_KINDS,
    "eligibility": ELIGIBILITIES,
    "presenter": PRESENTER_WORDS,
    "channel": CHANNEL_WORDS,
    "weekday": WEEKDAY_WORDS,
}
# The lines of the cover, in their order.
FACT_WORDS: Mapping[str, Words] = {
    **{name: FIGURE_WORDS[name] for name in ("discount_fen", "amount_fen")},
    "government_share_fen": FIGURE_WORDS["government_share_fen"],
    "merchant_share_fen": FIGURE_WORDS["merchant_share_fen"],
    "redemptions": FIGURE_WORDS["redemptions"],
    "reversals": FIGURE_WORDS["reversals"],
    "cards_used": FIGURE_WORDS["cards_used"],
    "cards_new": {"zh_Hans": "新发卡张数", "zh_Hant": "新發卡張數", "en": "New cards"},
    "cards_valid": {"zh_Hans": "期末有效卡张数", "zh_Hant": "期末有效卡張數", "en": "Cards valid"},
    "cards_never_used": {
        "zh_Hans": "其中从未使用",
        "zh_Hant": "其中從未使用",
        "en": "Of these never used",
    },
    "offline": {
        "zh_Hans": "断网后补传笔数",
        "zh_Hant": "斷網後補傳筆數",
        "en": "Offline, sent later",
    },
    "offline_share_bp": {"zh_Hans": "断网占比", "zh_Hant": "斷網佔比", "en": "Offline share"},
    "claims_submitted": {"zh_Hans": "登记补办", "zh_Hant": "登記補辦", "en": "Claims sent"},
    "claims_approved": {"zh_Hans": "补办通过", "zh_Hant": "補辦通過", "en": "Claims approved"},
    "claims_rejected": {
        "zh_Hans": "补办不予通过",
        "zh_Hant": "補辦不予通過",
        "en": "Claims rejected",
    },
    "claims_open": {"zh_Hans": "期末待审补办", "zh_Hant": "期末待審補辦", "en": "Claims waiting"},
    "alerts_found": {"zh_Hans": "异常提醒", "zh_Hant": "異常提醒", "en": "Alerts"},
    "alerts_looked_at": {
        "zh_Hans": "其中已查看",
        "zh_Hant": "其中已查看",
        "en": "Of these looked at",
    },
    "silent": {
        "zh_Hans": "没有交易的示范点",
        "zh_Hant": "沒有交易的示範點",
        "en": "Outlets without a sale",
    },
}
# Said under every printed form, because some columns read otherwise than people expect.
NOTES = (
    "金额已扣除冲正；冲正计入办理当月。",
    "用卡张数按卡去重，各行相加可能大于合计。",
    "有效卡指期末未过期、未补办、未注销的卡；挂失、暂停的卡也在内。",
)
MONTH_NOTE = (
    "月报表按流水所属月份统计；月份锁定以后才到的交易计入其后第一个未锁定的月份，列为跨月调整。"
)
RANGE_NOTE = "本表按交易日统计，月报表按流水所属月份统计，跨月调整的交易会使两者不同。"


def grouping_word(grouping: str, language: str = "zh_Hans") -> str:
    """What a grouping groups by: outlet, kind, town or eligibility."""
    return _word(GROUPING_WORDS, grouping, language)


def name_of_group(grouping: str, key: str, name: str, language: str) -> str:
    """What a group is called: the words of its key where that is a code, else its own name."""
    words = KEY_WORDS.get(grouping, {})
    return _word(words, key, language) if key in words else name


def figure_word(figure: str, language: str = "zh_Hans") -> str:
    """The heading of a figure's column."""
    return _word(FIGURE_WORDS, figure, language)


def fact_word(fact: str, language: str = "zh_Hans") -> str:
    """What a line of the cover is called."""
    return _word(FACT_WORDS, fact, language)


def notes_of(period: Period) -> tuple[str, ...]:
    """What is said under a printed form, first how its rows were counted."""
    return (MONTH_NOTE if period.month else RANGE_NOTE, *NOTES)


def signature_lines(signers: Sequence[str]) -> list[str]:
    """The four lines under a printed report, with the names once it is signed."""
    names = [*signers, *("",) * len(SIGNERS)]
    return [f"{line}{name}" for line, name in zip(SIGNERS, names, strict=False)]


def title_words(county_name: str, month: str, grouping: str | None = None) -> str:
    """The title of a printed table; without a grouping that of the whole report."""
    form = "月报表" if Period.read(month).month else "报表"
    of = f"（分{SHORT_WORDS.get(grouping, grouping_word(grouping))}）" if grouping else ""
    return f"{county_name}惠民卡优惠{form}{of}"


def _word(table: Mapping[str, Words], key: str, language: str) -> str:
    words = table.get(key)
    return key if words is None else words.get(language, words["zh_Hans"])
