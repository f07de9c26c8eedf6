"""Check form fields about merchants, outlets and terminals before anything is written.

All problems of a form are collected and raised together, each with its field and the remedy.
"""

from __future__ import annotations

import re
from typing import Any

from huimin.core.catalogue import Words
from huimin.core.identity import IdentityProblem, check_credit_code
from huimin.core.refusals import Problems
from huimin.core.visible_text import visible

NAME_CHARACTERS_MAX = 60
ADDRESS_CHARACTERS_MAX = 120
FIELD_NAMES = Words(
    "merchant_field",
    {
        "merchant_name": "商户名称",
        "contact_name": "联系人",
        "shop_name": "门店名称",
        "outlet_name": "示范点名称",
        "address": "地址",
        "opening_hours": "营业时间",
        "label": "收银终端名称",
        "latitude": "纬度",
        "longitude": "经度",
    },
)
PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}[0-9]", re.ASCII)


class FieldChecks(Problems):
    """The problems of a form about merchants, with the checks of its fields."""

    def text(self, field: str, value: Any, name: str | None = None) -> str:
        """The trimmed text of a required field; `name`, if not the field's own, is in FIELD_NAMES.

        It may have ADDRESS_CHARACTERS_MAX characters as an address, else NAME_CHARACTERS_MAX.
        """
        called = FIELD_NAMES.text(name or field)
        limit = ADDRESS_CHARACTERS_MAX if field == "address" else NAME_CHARACTERS_MAX
        cleaned = value.strip() if isinstance(value, str) else ""
        if not cleaned:
            self.refuse(field, "请填写{called}。", called=called)
        elif len(cleaned) > limit:
            self.refuse(field, "{called}请控制在 {limit} 字以内。", called=called, limit=limit)
        elif not cleaned.isprintable():
            self.refuse(field, "{called}里有看不见的控制字符，请删掉后重填。", called=called)
        return cleaned

    def optional_text(self, field: str, value: Any) -> str | None:
        """The trimmed text of an optional field, or None."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return self.text(field, value)

    def contact(self, name: Any, phone: Any) -> dict[str, str | None]:
        """The columns of whom to call, both optional."""
        return {
            "contact_name": self.optional_text("contact_name", name),
            "contact_phone": self.phone("contact_phone", phone),
        }

    def credit_code(self, value: str) -> str:
        """A 统一社会信用代码, checked."""
        try:
            return check_credit_code(value)
        except IdentityProblem as error:
            self.refuse("credit_code", error.text)
            return ""

    def phone(self, field: str, value: Any) -> str | None:
        """An optional phone number as a reader sees it, or None."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        cleaned = visible(value).strip() if isinstance(value, str) else ""
        if not PHONE.fullmatch(cleaned):
            self.refuse(field, "电话号码只能有数字、空格和短横，6 到 20 位，例如 028-23330000。")
        return cleaned


def searchable(text: str) -> str:
    """A search text, trimmed; "", which matches nothing, if it cannot occur in a row."""
    return text.strip() if text.isprintable() else ""
