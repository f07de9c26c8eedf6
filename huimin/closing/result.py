"""The differences of a comparison in words and as the columns of a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

KIND_NAMES = {
    "missing_in_file": _("收银清单里没有"),
    "missing_in_ledger": _("惠民系统里没有"),
    "amounts_differ": _("金额不同"),
    "repeated": _("清单里重复"),
    "unreadable": _("这一行读不懂"),
    "paired": _("由人确认为同一笔"),
}
PROBLEM_NAMES = {
    "order_missing": _("没有订单号"),
    "order_rounded": _("订单号被表格程序改成了科学计数，请把该列设为文本后重新导出"),
    "order_unreadable": _("订单号读不懂"),
    "amount_unreadable": _("金额读不懂；须精确到分，不能是公式"),
    "amount_missing": _("缺少金额"),
}
AMOUNT_NAMES = {"amount": _("原价"), "discount": _("优惠"), "payable": _("实付")}
Column = tuple[LazyString | str, Callable[[Mapping[str, Any]], Any]]


def kind_name(kind: str) -> str:
    """What a kind of difference is called."""
    return str(KIND_NAMES[kind])


def problem_name(code: str) -> str:
    """Why a row can't be read."""
    return str(PROBLEM_NAMES.get(code, code))


def amount_name(name: str) -> str:
    """What an amount is called."""
    return str(AMOUNT_NAMES[name])


def _yuan(side: str, place: int) -> Callable[[Mapping[str, Any]], Decimal | None]:
    def value(row: Mapping[str, Any]) -> Decimal | None:
        sums = row[side]
        return None if sums is None or sums[place] is None else Decimal(sums[place]).scaleb(-2)

    return value


def _rows(row: Mapping[str, Any]) -> str:
    return "、".join(str(number) for number in row["rows"])


RESULT_COLUMNS: tuple[Column, ...] = (
    (_("情况"), lambda row: kind_name(row["kind"])),
    (_("订单号"), lambda row: row["order_no"]),
    (_("清单行号"), _rows),
    (_("说明"), lambda row: problem_name(row["code"]) if row["code"] else ""),
    (_("清单原价"), _yuan("till", 0)),
    (_("清单优惠"), _yuan("till", 1)),
    (_("清单实付"), _yuan("till", 2)),
    (_("惠民原价"), _yuan("ledger", 0)),
    (_("惠民优惠"), _yuan("ledger", 1)),
    (_("惠民实付"), _yuan("ledger", 2)),
)
