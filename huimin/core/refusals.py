"""Every refusal once: its code, its HTTP status, the reason, and what the cashier may read aloud.

The API, the pages and the CLI all draw on this table, so that the same no is said the same way
everywhere. A cashier's sentence says what the customer can do; it never says what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.card_refusals import CARD_KINDS
from huimin.core.later_refusals import LATER_KINDS
from huimin.core.month_refusals import MONTH_KINDS
from huimin.core.refusal_words import LANGUAGES, Kind, Words
from huimin.core.request_refusals import REQUEST_KINDS
from huimin.core.settlement_refusals import SETTLEMENT_KINDS
from huimin.core.till_refusals import TILL_KINDS

KINDS: dict[str, Kind] = {
    **CARD_KINDS,
    **TILL_KINDS,
    **LATER_KINDS,
    **MONTH_KINDS,
    **REQUEST_KINDS,
    **SETTLEMENT_KINDS,
}

# After these the purchase can be put down as a claim: the card is real, today's answer was no.
CLAIMABLE = (
    *("card_suspended", "card_lost", "card_replaced", "card_expired", "card_revoked"),
    *("code_stale", "code_used", "no_policy", "cap_reached"),
    *("card_denied", "offline_not_allowed", "offline_pack_expired", "offline_code_needed"),
    *("offline_cap_exceeded", "offline_policy_other", "offline_mismatch", "offline_too_old"),
)


def word_of(words: Words, language: str) -> str:
    """The words in that language; zh-Hans when there is no such language."""
    return words[LANGUAGES.index(language)] if language in LANGUAGES else words[0]


class Refusal(Exception):
    """A no with a code of its own. `params` fill the sentence and never hold personal data."""

    def __init__(self, code: str, **params: Any) -> None:
        self.kind = KINDS[code]
        self.code = code
        self.params: Mapping[str, Any] = params
        super().__init__(f"{code}: {self.detail('zh_Hans')}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.status

    def title(self, language: str = "zh_Hans") -> str:
        """A short name of the kind of refusal: the same for each of its kind (RFC 9457)."""
        return word_of(TITLES.get(self.status, TITLES[422]), language)

    def detail(self, language: str = "zh_Hans") -> str:
        """The reason and the remedy, for staff."""
        shown = {
            name: word_of(value, language) if isinstance(value, tuple) else value
            for name, value in self.params.items()
        }
        return word_of(self.kind.detail, language).format_map(_Blanks(shown))

    def cashier_message(self, language: str = "zh_Hans") -> str:
        """The sentence to read aloud: neither code nor reason."""
        return word_of(self.kind.cashier, language)


class _Blanks(dict[str, Any]):
    """A sentence with a missing part is still said."""

    def __missing__(self, key: str) -> str:
        return "—"


TITLES: dict[int, Words] = {
    400: ("请求无法读懂", "請求無法讀懂", "Bad request"),
    401: ("需要登录或密钥", "需要登入或密鑰", "Not signed in"),
    403: ("没有权限", "沒有權限", "Not allowed"),
    404: ("没有找到", "沒有找到", "Not found"),
    405: ("请求方法不对", "請求方法不對", "Method not allowed"),
    409: ("与已有记录冲突", "與已有記錄衝突", "Conflict"),
    413: ("内容太大", "內容太大", "Too large"),
    415: ("内容类型不对", "內容類型不對", "Unsupported media type"),
    422: ("不能办理", "不能辦理", "Refused"),
    429: ("请稍后再试", "請稍後再試", "Too many requests"),
    500: ("系统问题", "系統問題", "Internal error"),
    501: ("没有安装", "沒有安裝", "Not installed"),
    502: ("设备连不上", "設備連不上", "Device unreachable"),
    503: ("暂时不可用", "暫時不可用", "Unavailable"),
}


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field and how to mend it."""

    field: str
    chinese: str
    english: str

    def message(self, language: str = "zh_Hans") -> str:
        """The sentence in that language (zh-Hant reads the Chinese one)."""
        return self.english if language == "en" else self.chinese


class FieldProblems(Exception):
    """Bad input: every field that needs a change, at once. Answered as `invalid_input`."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(f"{p.field}：{p.chinese}" for p in self.problems))


def field_problem(field: str, chinese: str, english: str) -> FieldProblems:
    """The exception for a single bad field."""
    return FieldProblems([FieldProblem(field, chinese, english)])
