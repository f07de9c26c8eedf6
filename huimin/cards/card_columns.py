"""The columns of every workbook that lists cards."""

from __future__ import annotations

from flask_babel import gettext as _

from huimin.web.list_xlsx import Column
from huimin.web.words import CARD_STATES


def card_columns() -> list[Column]:
    """Columns for rows of cards.card_list.card_rows, in the reader's language."""
    states = {code: str(word) for code, word in CARD_STATES.items()}
    return [
        (_("卡号"), lambda row: row["number"]),
        (_("姓名"), lambda row: row["name_masked"]),
        (_("乡镇（街道）"), lambda row: row["town_name"]),
        (_("村（社区）"), lambda row: row["village_name"]),
        (_("卡片状态"), lambda row: states[row["state"]]),
        (_("发卡日期"), lambda row: row["issued_on"]),
        (_("有效期至"), lambda row: row["expires_on"]),
    ]
