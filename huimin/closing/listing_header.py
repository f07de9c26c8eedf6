"""Find the header of a till's own list: which column is what, and whether its amounts are 元 or 分.

Every till system spells them differently, so a column is recognised by its words; 分 must be named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.holders.registers.cells import Formula, SheetRow

SEARCHED_ROWS = 30
HEADER_CHARACTERS_MAX = 30
AMOUNTS = ("amount", "discount", "payable")

# The first match is taken, so the most reliable words come first.
SPELLED: dict[str, str] = {
    "order": (
        "order_no 商户订单号 商家订单号 订单号 订单编号 订单号码 orderno order_number order_id "
        "order 单号 单据号 单据编号 销售单号 收银单号 交易单号 小票号 小票号码 "
        "流水号 交易流水号 订单"
    ),
    "original": "reverses_order_no 原订单号 原单号 原小票号",
    "time": (
        "交易时间 销售时间 支付时间 付款时间 结账时间 收银时间 下单时间 订单时间 时间 paid_at "
        "occurred_at recorded_at created_at time datetime 日期时间 交易日期 销售日期 日期 date"
    ),
    "kind": "kind type 类型 交易类型 业务类型 单据类型 销售类型",
    "amount": (
        "原价 原价金额 amount 应收金额 应收 订单金额 商品金额 消费金额 销售金额 总金额 合计金额 "
        "金额 total gross"
    ),
    "discount": (
        "惠民优惠 惠民卡优惠 优惠 优惠金额 discount discount_amount 折扣金额 折扣额 折扣 减免 让利"
    ),
    "payable": (
        "实付 实付金额 payable 实收 实收金额 实际支付 支付金额 应付 应付金额 paid paid_amount net"
    ),
}
RANKED = {
    word: (field, rank)
    for field, words in SPELLED.items()
    for rank, word in enumerate(words.split())
}
FEN = re.compile(r"(?:[(\[/:\s_-]|单位)\s*(分|fen|cents?)\s*[)\]]?$")
UNIT = re.compile(r"[(\[/:\s_-]*(?:单位)?[:：]?\s*(人民币|元|分|rmb|cny|yuan|fen|cents?)\s*[)\]]?$")


@dataclass(frozen=True)
class Header:
    """Where the header stands, the column (from 0) of each field, and which amounts are in 分."""

    row_number: int
    columns: dict[str, int]
    in_fen: frozenset[str]

    @property
    def has_enough(self) -> bool:
        """True if there is an order number, and a discount or paid amount to compare."""
        return "order" in self.columns and bool({"discount", "payable"} & self.columns.keys())

    @property
    def amounts(self) -> tuple[str, ...]:
        """The amount columns present."""
        return tuple(name for name in AMOUNTS if name in self.columns)


def find_header(rows: Iterable[SheetRow]) -> Header | None:
    """The first row that names enough columns; else the one that names most; else None."""
    best: Header | None = None
    for row in rows:
        header = _header(row)
        if header is None:
            continue
        if header.has_enough:
            return header
        if best is None or len(header.columns) > len(best.columns):
            best = header
    return best


def _header(row: SheetRow) -> Header | None:
    ranked: dict[str, tuple[int, int]] = {}
    in_fen: dict[int, bool] = {}
    for column, cell in enumerate(row.cells):
        text = _text(cell)
        if not 0 < len(text) <= HEADER_CHARACTERS_MAX:
            continue
        meaning = RANKED.get(text) or RANKED.get(_bare(text))
        if meaning is None:
            continue
        field, rank = meaning
        if field not in ranked or rank < ranked[field][0]:
            ranked[field] = (rank, column)
        in_fen[column] = bool(FEN.search(text))
    if not ranked:
        return None
    columns = {field: column for field, (_, column) in ranked.items()}
    fens = frozenset(name for name in AMOUNTS if name in columns and in_fen[columns[name]])
    return Header(row.number, columns, fens)


def _text(cell: Any) -> str:
    if not isinstance(cell, str) or isinstance(cell, Formula):
        return ""
    return unicodedata.normalize("NFKC", cell).strip("\ufeff \t*'").lower()


def _bare(text: str) -> str:
    """The text without its unit and the brackets around it."""
    return re.sub(r"[\s*:]+", "", UNIT.sub("", text))


def missing_words(header: Header | None) -> tuple[Text, ...]:
    """The columns that a list needs and this one lacks, by their usual names."""
    columns = {} if header is None else header.columns
    lacks = () if "order" in columns else (text("订单号"),)
    return lacks if {"discount", "payable"} & columns.keys() else (*lacks, text("优惠或实付"))
