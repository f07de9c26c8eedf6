"""Who looked at a holder's data and why, as the holder reads it.

People of the office are named by what they are and where, not by their names: the office answers
for them, and finds in its own record who it was. What one till read on one day stands on one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from huimin.core.catalogue import Text, Words, text
from huimin.core.days import county_day, county_minute, parse_instant
from huimin.my import queries
from huimin.storage.engine import Row
from huimin.storage.list_query import ListQuery

LOOKS = Words(
    "look",
    {
        "holder.viewed": "看了您的资料页（号码是遮住的）",
        "holder.unmasked": "看了您完整的身份证号码和电话",
        "holder.phone_shown": "看了您的电话，好联系您",
        "holder.exported": "把全部资料导出给您本人",
        "holder.downloaded": "下载了您的资料",
        "holder.my_card_opened": "在窗口替您打开了“我的卡”",
        "holder.my_code_given": "给了“我的卡”的登录码",
        "holder.evidence_read": "打开了您交的材料",
        "card.refusal_explained": "查了您的卡能不能优惠",
        "card.caller_proved": "有人来电，核对了身份",
        "card.caller_not_proved": "有人来电，身份没有核对上",
        "till_look": "收银时读了您的卡",
    },
)
TILL_LOOK = "till_look"
HOLDER, MEMBER, COMMAND = "holder", "member", "cli"


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when (a county minute, or a day for a till), who, what (of LOOKS), and why."""

    when: str
    who: Text
    what: str
    reason: str | None
    times: int = 1


def in_words(rows: Iterable[Mapping[str, Any]]) -> list[Look]:
    """The looks of some rows in words; those of a till on a day are one where they are together."""
    looks: list[Look] = []
    for row in rows:
        look = _look(row)
        last = looks[-1] if looks else None
        if last is not None and look.what == TILL_LOOK and replace(last, times=1) == look:
            looks[-1] = replace(last, times=last.times + 1)
        else:
            looks.append(look)
    return looks


def _look(row: Mapping[str, Any]) -> Look:
    at, action = row["at"], row["action"]
    if action == TILL_LOOK:
        when = county_day(parse_instant(at)).isoformat()
        return Look(when, _till(row), action, None)
    return Look(county_minute(at), _who(row), action, row["reason"])


def _till(row: Mapping[str, Any]) -> Text:
    if row["outlet_name"] is None:
        return text("收银台")
    return text("{outlet}的收银台", outlet=row["outlet_name"])


def _who(row: Mapping[str, Any]) -> Text:
    kind, role = str(row["actor"]).partition(":")[0], row["role"]
    if kind == HOLDER:
        return text("您本人")
    if kind == MEMBER:
        return text("您的家人")
    if kind == COMMAND:
        return text("县里管理系统的人")
    if role == "registrar":
        return text("{town}的登记员", town=row["town_name"] or "—")
    if role == "auditor":
        return text("县里的审计员")
    return text("县里的管理员") if role == "administrator" else text("系统")


def _as_row(row: Row) -> Row:
    return row


# The latest first; the criteria are {"holder_id": …}.
looks_before = ListQuery[Mapping[str, str]](queries, "looks_before", for_reader=_as_row)
