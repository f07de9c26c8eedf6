"""The columns of a list of cards, wherever the list comes from."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _
from markupsafe import Markup

from huimin.holders.aid_column import aid_until
from huimin.storage.engine import Row
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.words import CARD_STATES, grouped


def card_columns(
    *,
    may_card: bool = True,
    may_holder: bool = True,
    issue_too: bool = False,
    sorts: bool = False,
) -> list[Column]:
    """Of rows with what cards.card_list.card_rows gives, in the reader's language; the page shows
    the day of issue only with `issue_too`. `sorts` where the list has the orders of cards.
    """
    number, *person = whose_card(may_card=may_card, may_holder=may_holder)
    return [
        replace(number, sort="number" if sorts else None),
        *person,
        column.state(_("卡片状态"), CARD_STATES),
        Column(
            _("发卡日期"),
            "issued_on",
            css_class="nowrap",
            only=None if issue_too else "workbook",
            sort="-issued" if sorts else None,
        ),
        expiry(sort="expires" if sorts else None),
        aid_until(),
    ]


def whose_card(*, may_card: bool = True, may_holder: bool = True) -> list[Column]:
    """Number, name and address; with links to card and person for readers who may see them."""

    def number_cell(row: Row) -> str | Markup:
        number = grouped(row["number"])
        return cells.link(number, "cards.card_of_office", row["id"]) if may_card else number

    def name_cell(row: Row) -> str | Markup:
        name = str(row["name"])
        return cells.link(name, "holders.person", row["holder_id"]) if may_holder else name

    return [
        Column(_("卡号"), "number", number_cell, "nowrap"),
        Column(_("姓名"), "name_masked", name_cell),
        *column.places(),
    ]


def expiry(*, sort: str | None = None) -> Column:
    """The last day on which the card counts."""
    return Column(_("有效期至"), "expires_on", css_class="nowrap", sort=sort)
