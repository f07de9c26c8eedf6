"""How a no is raised: a refusal by its code, or bad input field by field.

The API, the pages and the commands all raise and answer these, so that the same no is said the same
way everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.catalogue import SOURCE, Text, filled, say, sentence
from huimin.core.refusal_kinds import KINDS

# After these the purchase can be put down as a claim: the card is real, today's answer was no.
CLAIMABLE = (
    *("card_suspended", "card_lost", "card_replaced", "card_expired", "card_revoked"),
    *("card_key_revoked", "not_entitled", "code_stale", "code_used", "no_policy", "cap_reached"),
    "budget_used_up",
    *("card_denied", "offline_not_allowed", "offline_pack_expired", "offline_code_needed"),
    *("offline_cap_exceeded", "offline_policy_other", "offline_mismatch"),
)


class Refusal(Exception):
    """A no with a code of its own. `params` fill the sentence and never hold personal data.

    `problems` name the fields that it is about, where it is about some.
    """

    def __init__(self, code: str, *, problems: Iterable[FieldProblem] = (), **params: Any) -> None:
        self.kind = KINDS[code]
        self.code = code
        self.params: Mapping[str, Any] = params
        self.problems = tuple(problems)
        super().__init__(f"{code}: {self.detail('zh_Hans')}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.status

    @property
    def text(self) -> Text:
        """The reason and the remedy, for staff, to be said later."""
        return Text(self.kind.detail, self.params)

    def title(self, language: str = "zh_Hans") -> str:
        """A short name of the kind of refusal: the same for each of its kind (RFC 9457)."""
        return say(TITLES.get(self.status, TITLES[422]), language)

    def detail(self, language: str = "zh_Hans") -> str:
        """The reason and the remedy, for staff."""
        return filled(say(self.kind.detail, language), language, self.params)

    def page_detail(self, language: str = "zh_Hans") -> str:
        """The same for a page of the office."""
        return filled(say(self.kind.on_page or self.kind.detail, language), language, self.params)

    def cashier_message(self, language: str = "zh_Hans") -> str:
        """The sentence to read aloud: neither code nor reason."""
        return say(self.kind.cashier, language)


TITLES: dict[int, str] = {
    400: sentence("请求无法读懂"),
    401: sentence("需要登录或密钥"),
    403: sentence("没有权限"),
    404: sentence("没有找到"),
    405: sentence("请求方法不对"),
    408: sentence("内容没有按时到达"),
    409: sentence("与已有记录冲突"),
    413: sentence("内容太大"),
    415: sentence("内容类型不对"),
    422: sentence("不能办理"),
    429: sentence("请稍后再试"),
    500: sentence("系统问题"),
    501: sentence("没有安装"),
    502: sentence("设备连不上"),
    503: sentence("暂时不可用"),
}


@dataclass(frozen=True, init=False)
class FieldProblem:
    """What is wrong with one field and how to mend it."""

    field: str
    text: Text

    def __init__(self, field: str, source: str | Text, /, **params: Any) -> None:
        object.__setattr__(self, "field", field)
        text = source if isinstance(source, Text) else Text(source, params)
        object.__setattr__(self, "text", text)

    def message(self, language: str = SOURCE) -> str:
        """The sentence in that language."""
        return self.text.say(language)


class FieldProblems(Exception):
    """Bad input: every field that needs a change, at once. Answered as `invalid_input`."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(f"{p.field}：{p.message()}" for p in self.problems))


class Problems(list[FieldProblem]):
    """The problems of a form, collected so that all are raised at once."""

    def refuse(self, field: str, source: str | Text, /, **params: Any) -> None:
        """Note what is wrong with a field."""
        self.append(FieldProblem(field, source, **params))

    def read(self, parse: Callable[[str, str], Any], field: str, typed: str) -> Any:
        """What `parse(field, typed)` makes of a text; None if it refuses it, which is noted."""
        try:
            return parse(field, typed)
        except FieldProblems as error:
            self.extend(error.problems)
            return None

    def finish(self) -> None:
        """Raise FieldProblems if there are any."""
        if self:
            raise FieldProblems(self)


def field_problem(field: str, source: str | Text, /, **params: Any) -> FieldProblems:
    """The exception for a single bad field."""
    return FieldProblems([FieldProblem(field, source, **params)])
