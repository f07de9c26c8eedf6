"""Which divisions lie inside another one, and so who may see what.

A reader who is limited to a division sees what lies `within` it; None is the whole county.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from huimin.core.refusals import Refusal

R = TypeVar("R", bound=Mapping[str, Any])
CODE_DIGITS = 12


def division_bounds(code: str | None) -> tuple[str, str]:
    """The first and the last code that a division holds: its own digits, then 0s and 9s."""
    code = code or "0" * CODE_DIGITS
    for digits in (0, 6, 9):
        if code[digits:] == "0" * (CODE_DIGITS - digits):
            return code, code[:digits] + "9" * (CODE_DIGITS - digits)
    return code, code


def bounds_within(code: str | None, within: str | None) -> tuple[str, str]:
    """The bounds of what lies both in the division `code` and within the reader's own.

    The first is greater than the last where nothing does.
    """
    wanted, own = division_bounds(code), division_bounds(within)
    return max(wanted[0], own[0]), min(wanted[1], own[1])


def division_parameters(code: str | None, within: str | None = None) -> dict[str, str]:
    """The same bounds as the queries take them: division_first and division_last."""
    first, last = bounds_within(code, within)
    return {"division_first": first, "division_last": last}


def lies_within(code: str, within: str | None) -> bool:
    """Whether a division lies within another."""
    first, last = division_bounds(within)
    return first <= code <= last


def required_within(row: R | None, within: str | None) -> R:
    """The row. Raises Refusal `not_found` for none, and for one whose `division_code` lies
    elsewhere: of another town's people a reader does not even learn that they are there.
    """
    if row is None or not lies_within(row["division_code"], within):
        raise Refusal("not_found")
    return row
