"""An order number of a shop in its one form, in which lists and statements can be compared.

A spreadsheet turns 1E001 into 10, 10-31 into a date and =1+2 into 3, and drops spaces and what
can't be seen; a number that it would change is refused where a sale comes in, because nobody could
find it again in the day's list.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Fault = Literal[
    "order_blank", "order_invisible", "order_formula", "order_changed", "order_total", "order_long"
]
ORDER_NO_MAX = 64

# The first characters of what a spreadsheet takes for a formula; and the quotes that mark a text.
FORMULA_STARTS = ("=", "+", "-", "−", "@")
QUOTES = "'`\""
# Seen by nobody, although Unicode calls them letters, marks or symbols.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# What a spreadsheet reads as a number, a date, a time, a fraction or a truth value.
CHANGED = re.compile(
    r"""
    [0-9]+(\.[0-9]*)?e[+-]?0*[0-9]{1,3}   # 1E001
    | [0-9]*\.[0-9]+ | [0-9]+\.           # 1.50
    | [0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?   # 1,234
    | [0-9.,]+\s?% | \([0-9.,]+\)         # 5%, (5)
    | [$¥€£]\s?[0-9.,]+                   # ¥5
    | ([0-9]{1,2}|19[0-9]{2}|[2-9][0-9]{3})[-/.][0-9]{1,2}([-/.][0-9]{1,4})?   # 10-31, 2026/7
    | [0-9]{1,4}年([0-9]{1,2}月([0-9]{1,2}日)?)? | [0-9]{1,2}月([0-9]{1,2}日)?
    | ([0-9]{2,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[\sT]+)?          # 2026-11-28 10:00
      ([上下]午)?\s?[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?(\s?[ap]m?)?
    | [0-9]{1,2}\s[ap]m?                   # 5 PM
    | ([上下]午)?\s?[0-9]{1,2}[时時]([0-9]{1,2}分([0-9]{1,2}秒)?)?
    | [0-9]+\s[0-9]+/[0-9]+               # 1 1/2
    | true | false
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The names of months are dates only beside the number of a day or a year: MAR1, not MARKET0123.
MONTH = (
    "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(t(ember)?)?"
    "|oct(ober)?|nov(ember)?|dec(ember)?)"
)
DAY_OR_YEAR = "([0-9]{1,2}|19[0-9]{2}|[2-9][0-9]{3})"
BETWEEN = r"([-/.\s]|,\s?)"
MONTH_DATE = re.compile(
    rf"""
    {DAY_OR_YEAR}{BETWEEN}?{MONTH}({BETWEEN}?{DAY_OR_YEAR})?     # 1-Mar, 1MAR2026
    | {MONTH}{BETWEEN}?{DAY_OR_YEAR}({BETWEEN}{DAY_OR_YEAR})?    # MAR1, Dec-12, March 5, 2026
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The words of a line of sums, in a list of a day.
TOTAL_WORDS = (
    *("合计", "总计", "小计", "共计", "累计", "本页合计", "总 计", "合 计"),
    *("total", "subtotal", "grand total", "sum"),
)


class NoOrderNumber(ValueError):
    """A text that is no order number; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


def plain_order(text: str) -> str:
    """The text without what does not tell order numbers apart: width, spaces and quotes around it,
    further spaces within. Whatever a list or the ledger has comes out the same.
    """
    return " ".join(unicodedata.normalize("NFKC", text).split()).strip(f"\ufeff {QUOTES}")


def checked_order(text: str) -> str:
    """The order number in its one form. Raises NoOrderNumber for what a list could not have."""
    plain = plain_order(text)
    if not plain:
        raise NoOrderNumber("order_blank")
    if len(plain) > ORDER_NO_MAX:
        raise NoOrderNumber("order_long")
    if any(map(_is_invisible, plain)):
        raise NoOrderNumber("order_invisible")
    if plain.startswith(FORMULA_STARTS):
        raise NoOrderNumber("order_formula")
    # ① and ² would come out as 1 and 2, the numbers of other orders.
    if any(unicodedata.category(letter) == "No" for letter in text):
        raise NoOrderNumber("order_changed")
    if CHANGED.fullmatch(plain) or MONTH_DATE.fullmatch(plain):
        raise NoOrderNumber("order_changed")
    if is_total_word(plain):
        raise NoOrderNumber("order_total")
    return plain


def earlier_order(text: str) -> str:
    """The form in which a number from before these rules is kept and compared: nothing that was
    sold or must be taken back is refused for it. A text that has no form stays as it is.
    """
    plain = plain_order(text)
    return plain if plain and len(plain) <= ORDER_NO_MAX else text


def is_total_word(text: str) -> bool:
    """Whether a cell is the heading of a line of sums."""
    return text.strip(" :：").lower() in TOTAL_WORDS


def without_zeros(order_no: str) -> str:
    """The number as a spreadsheet shows it that lost its leading zeros: 0012 → 12."""
    return (order_no.lstrip("0") or "0") if order_no.isascii() and order_no.isdigit() else order_no


def _is_invisible(letter: str) -> bool:
    category = unicodedata.category(letter)
    variation = "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
    return (
        category[0] == "C"
        or (category[0] == "Z" and letter != " ")
        or letter in INVISIBLE
        or variation
    )
