"""The column that says how long a person's aid lasts, in the lists of people and of cards."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from huimin.holders.entitled_days import NO_END
from huimin.storage.engine import Row
from huimin.web.column import Column


def aid_until(**more: Any) -> Column:
    """The last day of a row's `entitled_until`, as far as it is known."""

    def last_day(row: Row) -> str:
        last = str(row["entitled_until"])
        return _("没有期限") if last == NO_END else last or _("没有保障")

    return Column(_("保障到"), last_day, css_class="nowrap", **more)
