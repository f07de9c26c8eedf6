"""Check a draft's terms for tills without network.

Offline caps never exceed the online ones, so that a till that can't ask how much has been used
never gives more than its own sales could have been given online.
"""

from __future__ import annotations

from typing import Any

from huimin.core.money import AMOUNT_FEN_MAX
from huimin.core.offline_terms import CLOCK_MINUTES_MAX, OFFLINE_HOURS_MAX, SEND_DAYS_MAX
from huimin.core.refusals import FieldProblem, FieldProblems, Problems, field_problem
from huimin.core.words import BEARERS

OFFLINE_CAPS = ("offline_cap_redemption_fen", "offline_cap_card_fen", "offline_cap_terminal_fen")

Fields = dict[str, Any]


def check_offline(fields: Fields, problems: Problems) -> None:
    """Add every problem of the offline fields; without offline hours the caps are cleared."""
    hours = fields["offline_hours"]
    if not is_whole(hours, 0, OFFLINE_HOURS_MAX):
        problems.append(_hours_problem("offline_hours"))
        return
    if fields["offline_bearer"] not in BEARERS:
        problems.refuse("offline_bearer", "承担方只能是 merchant（商户）或 government（政府）。")
    fields["offline_changing_code"] = int(bool(fields["offline_changing_code"]) and hours > 0)
    _check_trust(fields, problems)
    if hours == 0:
        fields |= dict.fromkeys(OFFLINE_CAPS)
        return
    _check_caps(fields, problems)


def parse_whole(field: str, text: str) -> int:
    """Parse a typed whole number, whose bounds are checked with the draft. Raises FieldProblems."""
    cleaned = text.strip()
    if not (cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 10):
        raise field_problem(field, "请填写整数。")
    return int(cleaned)


def parse_hours(field: str, text: str) -> int:
    """Parse typed hours; empty means 0. Raises FieldProblems on `field`."""
    cleaned = text.strip() or "0"
    if not (cleaned.isascii() and cleaned.isdigit()) or int(cleaned[:9]) > OFFLINE_HOURS_MAX:
        raise FieldProblems([_hours_problem(field)])
    return int(cleaned)


def _check_trust(fields: Fields, problems: Problems) -> None:
    if not is_whole(fields["offline_clock_minutes"], 0, CLOCK_MINUTES_MAX):
        problems.refuse(
            "offline_clock_minutes", "时钟偏差须为 0 到 {most} 分钟。", most=CLOCK_MINUTES_MAX
        )
    if not is_whole(fields["offline_send_days"], 1, SEND_DAYS_MAX):
        problems.refuse("offline_send_days", "补传期限须为 1 到 {most} 天。", most=SEND_DAYS_MAX)
    if not is_whole(fields["offline_two_people_fen"], 0, AMOUNT_FEN_MAX):
        problems.refuse("offline_two_people_fen", "金额须在 0 到 1000000.00 元之间。")


def _check_caps(fields: Fields, problems: Problems) -> None:
    least = fields["rounding_unit_fen"] if fields["rounding_unit_fen"] in (1, 10) else 1
    for field in OFFLINE_CAPS:
        if not is_whole(fields[field], least, AMOUNT_FEN_MAX):
            problems.refuse(
                field, "允许离线收银时必须填写，在 0.01（取整到角时 0.10）到 1000000.00 元之间。"
            )
            return
    for field, other in (
        ("offline_cap_redemption_fen", "cap_redemption_fen"),
        ("offline_cap_card_fen", "cap_card_day_fen"),
        ("offline_cap_card_fen", "cap_card_month_fen"),
        ("offline_cap_redemption_fen", "offline_cap_card_fen"),
        ("offline_cap_card_fen", "offline_cap_terminal_fen"),
    ):
        bound = fields[other]
        if isinstance(bound, int) and fields[field] > bound:
            problems.refuse(
                field, "离线上限不能高于联网时的上限；单笔不高于每卡，每卡不高于每台收银终端。"
            )
            return


def _hours_problem(field: str) -> FieldProblem:
    return FieldProblem(
        field,
        "离线小时数须为 0 到 {offline_hours_max} 的整数；0 为不允许。",
        offline_hours_max=OFFLINE_HOURS_MAX,
    )


def is_whole(value: Any, least: int, most: int) -> bool:
    """Whether `value` is an int, and no bool, from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
