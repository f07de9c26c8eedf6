"""A merchant's payee: the bank account that it is paid to, and whom to ask about it.

Every field is checked before anything is written. A company's account has no check digit that
holds for all banks; a bank card has one (Luhn, ISO/IEC 7812-1), so only there it is required.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from huimin.core.catalogue import Words
from huimin.core.identity import mask_name, mask_phone
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import Problems
from huimin.core.visible_text import visible

NAME_CHARACTERS_MAX = 60
PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}[0-9]", re.ASCII)
# Digits of an account, of a bank card, and of a bank's branch (联行号).
ACCOUNT_DIGITS, CARD_DIGITS, BRANCH_DIGITS = range(8, 31), range(16, 20), 12
TAIL = 4

KINDS = Words("payee_kind", {"company": "对公账户", "card": "个人银行卡（个体户）"})
FIELD_NAMES = Words(
    "payee_field",
    {
        "kind": "账户类型",
        "holder_name": "户名",
        "account": "账号",
        "bank": "开户银行",
        "branch": "开户支行",
        "branch_code": "联行号",
        "contact_name": "财务联系人",
        "contact_phone": "联系电话",
    },
)
OPTIONAL = frozenset({"branch", "branch_code"})


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a merchant is paid to, in clear. `kind` is company or card."""

    kind: str
    holder_name: str
    account: str
    bank: str
    branch: str
    branch_code: str
    contact_name: str
    contact_phone: str

    def sealed(self) -> str:
        """As text, to be encrypted."""
        return write_json(asdict(self))

    @classmethod
    def unsealed(cls, text: str) -> Payee:
        """From the decrypted text."""
        return cls(**read_json(text))

    def masked(self) -> Payee:
        """As pages show it: enough to recognise it by."""
        is_company = self.kind == "company"
        return Payee(
            kind=self.kind,
            holder_name=self.holder_name if is_company else mask_name(self.holder_name),
            account="*" * (len(self.account) - TAIL) + self.account[-TAIL:],
            bank=self.bank,
            branch=self.branch,
            branch_code=self.branch_code,
            contact_name=mask_name(self.contact_name),
            contact_phone=mask_phone(self.contact_phone) or "",
        )

    def differing(self, other: Payee | None) -> frozenset[str]:
        """The names of the fields that differ from another's; all of them without another."""
        names = (each.name for each in fields(self))
        return frozenset(
            name for name in names if other is None or getattr(self, name) != getattr(other, name)
        )


PAYEE_FIELDS = tuple(each.name for each in fields(Payee))


def checked_payee(typed: Mapping[str, Any]) -> Payee:
    """The payee from a form's texts. Raises FieldProblems with every problem."""
    problems = Problems()
    values = {name: _text(name, typed.get(name), problems) for name in PAYEE_FIELDS}
    values["account"] = _digits(values["account"])
    values["branch_code"] = _digits(values["branch_code"])
    if values["kind"] not in KINDS:
        problems.refuse("kind", "请选择账户类型。")
    _check_account(values["kind"], values["account"], problems)
    code = values["branch_code"]
    if code and not (code.isascii() and code.isdigit() and len(code) == BRANCH_DIGITS):
        problems.refuse("branch_code", "联行号是 {digits} 位数字；不知道可以不填。", digits=12)
    if values["contact_phone"] and not PHONE.fullmatch(values["contact_phone"]):
        problems.refuse(
            "contact_phone", "电话号码只能有数字、空格和短横，6 到 20 位，例如 028-23330000。"
        )
    problems.finish()
    return Payee(**values)


def luhn_holds(digits: str) -> bool:
    """Whether a bank card's last digit fits the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _text(name: str, value: Any, problems: Problems) -> str:
    text = visible(value).strip() if isinstance(value, str) else ""
    if name == "kind":
        return text
    called = FIELD_NAMES.text(name)
    if not text and name not in OPTIONAL:
        problems.refuse(name, "请填写{called}。", called=called)
    elif len(text) > NAME_CHARACTERS_MAX:
        problems.refuse(
            name, "{called}请控制在 {limit} 字以内。", called=called, limit=NAME_CHARACTERS_MAX
        )
    elif not text.isprintable():
        problems.refuse(name, "{called}里有看不见的控制字符，请删掉后重填。", called=called)
    return text


def _digits(text: str) -> str:
    """Without the spaces and hyphens by which people group digits."""
    return re.sub(r"[\s\-－—]", "", text)


def _check_account(kind: str, account: str, problems: Problems) -> None:
    if not account:
        return
    if not (account.isascii() and account.isdigit() and len(account) in ACCOUNT_DIGITS):
        problems.refuse("account", "账号是 8 到 30 位数字，可以有空格和短横；请照开户证明核对。")
    elif kind == "card" and len(account) not in CARD_DIGITS:
        problems.refuse("account", "银行卡号是 16 到 19 位数字；公司的账号请选“对公账户”。")
    elif kind == "card" and not luhn_holds(account):
        problems.refuse("account", "银行卡号的校验位不对，多半有一位输错了；请照卡面核对。")
