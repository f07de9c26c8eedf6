"""A policy's terms in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext

from huimin.core.discount import PolicyTerms
from huimin.core.money import money_text, percent_words, rate_words
from huimin.core.offline_terms import OfflineTerms, most_unseen_fen
from huimin.core.words import ELIGIBILITIES, GOODS, OUTLET_KINDS
from huimin.policies.budget_words import budget_words
from huimin.policies.in_force import terms_of
from huimin.web.language import request_language
from huimin.web.words import day_words

Row = Mapping[str, Any]


def _(words: str, **values: Any) -> str:
    """Translate into the reader's language, as str."""
    return str(gettext(words, **values))


def scope_in_words(row: Row) -> str:
    """The scope in words; `row` has `outlet_name`."""
    language, value = request_language(), row["scope_value"]
    if row["scope"] == "kind":
        return _("所有{kind}", kind=OUTLET_KINDS.say(value, language))
    if row["scope"] == "eligibility":
        return _("{eligibility}持卡人", eligibility=ELIGIBILITIES.say(value, language))
    if row["scope"] == "outlet":
        return _("示范点 {name}", name=row["outlet_name"] or value)
    return _("全部")


def rate_in_words(rate_bp: int) -> str:
    """The rate in words with its percentage, such as 九二折（优惠 8%）."""
    rate, percent = rate_words(rate_bp, request_language()), percent_words(rate_bp)
    if request_language() == "en":
        return rate
    return _("{said}（优惠 {percent}）", said=rate, percent=percent)


def days_in_words(row: Row) -> str:
    """The period in words."""
    if row["ends_on"]:
        first, last = day_words(row["starts_on"]), day_words(row["ends_on"])
        return _("{first}至{last}", first=first, last=last)
    return _("{first}起", first=day_words(row["starts_on"]))


def goods_in_words(categories: Sequence[str]) -> str:
    """Names of categories of goods."""
    joint = ", " if request_language() == "en" else "、"
    return joint.join(GOODS.say(one, request_language()) for one in categories)


def terms_in_words(row: Row) -> list[tuple[str, str]]:
    """Every term as (label, words), in the order of the form."""
    terms = terms_of(row)
    return [
        (_("优惠"), rate_in_words(terms.rate_bp)),
        (_("日期"), days_in_words(row)),
        (_("范围"), scope_in_words(row)),
        (_("计算基数"), _base(terms)),
        (_("取整"), _("到角") if terms.rounding_unit_fen == 10 else _("到分")),
        (_("最低消费"), _amount(terms.minimum_spend_fen or None)),
        (_("单笔上限"), _amount(terms.cap_redemption_fen)),
        (_("每人每日上限"), _amount(terms.cap_card_day_fen)),
        (_("每人每月上限"), _amount(terms.cap_card_month_fen)),
        (_("不参加的商品类别"), goods_in_words(terms.excluded_categories) or _("无")),
        (
            _("承担"),
            _(
                "商户 {merchant}，政府 {government}",
                merchant=percent_words(terms.merchant_share_bp),
                government=percent_words(terms.government_share_bp),
            ),
        ),
        (_("预算（政府承担）"), budget_words(terms).say(request_language())),
        *_offline(terms.offline),
    ]


def _offline(offline: OfflineTerms | None) -> list[tuple[str, str]]:
    """The terms for tills without network as (label, words)."""
    if offline is None:
        return [(_("断网时"), _("不能优惠"))]
    bearers = {"merchant": _("由商户承担"), "government": _("由政府承担")}
    return [
        (_("断网后还可以优惠的小时数"), str(offline.hours)),
        (_("离线单笔上限（元）"), money_text(offline.cap_redemption_fen)),
        (_("离线每卡每台收银终端上限（元）"), money_text(offline.cap_card_fen)),
        (_("离线每台收银终端上限（元）"), money_text(offline.cap_terminal_fen)),
        (_("离线优惠事后不能入账时由谁承担"), bearers[offline.bearer]),
        (_("离线时手机动态码"), _("接受") if offline.changing_code else _("不接受")),
        (_("设备时钟最多差几分钟"), str(offline.clock_minutes)),
        (_("几天之内补传的直接入账"), str(offline.send_days)),
        (_("待核交易的优惠超过多少元须两人核定"), money_text(offline.two_people_fen)),
        (_("一台收银终端作假，在有人看到以前最多能记入的优惠"), _most_unseen(offline)),
    ]


def _most_unseen(offline: OfflineTerms) -> str:
    return _(
        "一天 {day}，一个月（31 天）{month}",
        day=money_text(most_unseen_fen(offline, 1)),
        month=money_text(most_unseen_fen(offline, 31)),
    )


def _base(terms: PolicyTerms) -> str:
    return _("医保后个人支付") if terms.base == "after_insurance" else _("市场价")


def _amount(fen: int | None) -> str:
    return _("无") if fen is None else money_text(fen)
