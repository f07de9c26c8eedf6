"""A month and a version as an address names them; what names none of ours is not found."""

from __future__ import annotations

from huimin.core.days import county_day, month_of
from huimin.core.refusals import FieldProblems, Refusal
from huimin.reports.monthly import checked_month
from huimin.web.current import instance


def known_month(text: str) -> str:
    """A month up to the present one; any other is no address of ours."""
    try:
        month = checked_month(text)
    except FieldProblems:
        raise Refusal("not_found") from None
    if month > month_of(county_day(instance().clock())):
        raise Refusal("not_found")
    return month


def known_version(text: str) -> int:
    """A version's number. Raises Refusal `not_found`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Refusal("not_found")
    return int(text)
