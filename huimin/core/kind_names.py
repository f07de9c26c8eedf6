"""What the kinds of outlets and the eligibilities of holders are called, in each language.

Codes (`supermarket`, `dibao`) stand in the data, in the same spelling everywhere; the words for
them stand here alone, and every room that shows or checks a kind takes them from here.
"""

from __future__ import annotations

from collections.abc import Mapping

Names = Mapping[str, Mapping[str, str]]

OUTLET_KINDS: Names = {
    "supermarket": {"zh_Hans": "超市", "zh_Hant": "超市", "en": "Supermarket"},
    "pharmacy": {"zh_Hans": "药店", "zh_Hant": "藥店", "en": "Pharmacy"},
    "hospital": {"zh_Hans": "医院", "zh_Hant": "醫院", "en": "Hospital"},
    "school": {"zh_Hans": "学校", "zh_Hant": "學校", "en": "School"},
    "other": {"zh_Hans": "其他", "zh_Hant": "其他", "en": "Other"},
}
# In the order in which one is counted when a holder has several.
ELIGIBILITIES: Names = {
    "tekun": {"zh_Hans": "特困", "zh_Hant": "特困", "en": "Extreme hardship"},
    "orphan": {"zh_Hans": "孤儿", "zh_Hant": "孤兒", "en": "Orphan"},
    "dibao": {"zh_Hans": "低保", "zh_Hant": "低保", "en": "Subsistence aid"},
    "major_illness": {"zh_Hans": "重大疾病", "zh_Hant": "重大疾病", "en": "Major illness"},
    "disability": {"zh_Hans": "残疾", "zh_Hant": "殘疾", "en": "Disability"},
    "other": {"zh_Hans": "其他", "zh_Hant": "其他", "en": "Other"},
}

# Categories of goods that policies leave out; a POS sends these codes, or others of its own.
GOODS: Names = {
    "tobacco": {"zh_Hans": "香烟", "zh_Hant": "香菸", "en": "tobacco"},
    "alcohol": {"zh_Hans": "酒", "zh_Hant": "酒", "en": "alcohol"},
    "prepaid_card": {
        "zh_Hans": "购物卡和充值卡",
        "zh_Hant": "購物卡和充值卡",
        "en": "prepaid cards",
    },
}


def outlet_kind_word(kind: str, language: str = "zh_Hans") -> str:
    """An outlet's kind in words; a code that is unknown stays as it is."""
    return _word(OUTLET_KINDS, kind, language)


def eligibility_word(eligibility: str, language: str = "zh_Hans") -> str:
    """Why a holder is entitled, in words; a code that is unknown stays as it is."""
    return _word(ELIGIBILITIES, eligibility, language)


def goods_word(category: str, language: str = "zh_Hans") -> str:
    """A category of goods in words; a code that is unknown stays as it is."""
    return _word(GOODS, category, language)


def _word(names: Names, code: str, language: str) -> str:
    words = names.get(code)
    return code if words is None else words.get(language, words["zh_Hans"])
