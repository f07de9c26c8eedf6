"""Reports in the browser: one module per subject, one blueprint for all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from huimin.core.days import county_day, month_of
from huimin.core.words import FACT_NAMES, FIGURE_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import GROUPINGS
from huimin.web.current import instance

pages = Blueprint("reports", __name__, url_prefix="/reports")


def present_month() -> str:
    """The month that is running in the county."""
    return month_of(county_day(instance().clock()))


def words(language: str) -> dict[str, Any]:
    """What groupings, figures and groups are called, for a template."""
    return {
        "grouping_word": lambda grouping: GROUPING_NAMES.say(grouping, language),
        "fact_word": lambda code: FACT_NAMES.say(code, language),
        "figure_word": lambda figure: FIGURE_NAMES.say(figure, language),
        "name_of": lambda by, key, name: GROUPINGS[by].name_of(key, name, language),
    }


from huimin.reports.pages import (  # noqa: E402
    cards,  # noqa: F401
    claims,  # noqa: F401
    report,  # noqa: F401
    rows,  # noqa: F401
    template,  # noqa: F401
)
