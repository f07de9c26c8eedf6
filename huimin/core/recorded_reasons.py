"""The reasons that the program itself records, and their words for whoever reads them later.

A record keeps the sentence in simplified Chinese, as it keeps what a person wrote, and never
changes. Where a history shows it, a sentence of the program is told in the reader's language.
"""

from __future__ import annotations

import re

from huimin.core.catalogue import SOURCE, Words, word

REASONS = Words(
    "recorded_reason",
    {
        "application_approved": "申请已通过",
        "application_reviewed": "审核申请",
        "card_issued": "新发卡",
        "card_expired": "有效期已满",
        "card_printed": "打印卡片",
        "card_renewed": "到期续发",
        "card_replaced": "补卡：{reason}",
        "on_ending_list": "停保名单“{file_name}”",
        "not_in_register": "名册“{file_name}”中已没有",
        "not_reverified": "保障资格超期未复核",
        "stopped_by_holder": "持卡人本人停用",
        "stopped_by_phone": "来电挂失，已核对身份",
        "not_the_holders": "持卡人说明不是本人的消费",
        "ended_by_holder": "持卡人本人取消",
        "downloaded_by_holder": "本人下载",
    },
)
_PARAMETER = re.compile(r"\\\{(\w+)\\\}")
_PATTERNS = {
    source: re.compile(_PARAMETER.sub(r"(?P<\1>.+)", re.escape(source)), re.DOTALL)
    for source in REASONS.values()
}


def reason_words(reason: str | None, language: str = SOURCE) -> str:
    """A recorded reason in that language; what a person wrote stays as it is, "" for none."""
    if not reason or language == SOURCE:
        return reason or ""
    for source, pattern in _PATTERNS.items():
        parts = pattern.fullmatch(reason)
        if parts:
            # What is filled in may be a reason of the program as well: a card renewed and replaced.
            within = {
                name: reason_words(part, language) for name, part in parts.groupdict().items()
            }
            return word(REASONS.kind, source, language).format(**within)
    return reason
