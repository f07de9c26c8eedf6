"""The reach in the browser: the county by town, and a town by village.

A registrar sees the own town; another town does not exist for them.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import member, require
from huimin.core.bar_charts import NARROW
from huimin.core.chart_svg import chart_svg
from huimin.core.days import (
    COUNTY_ZONE,
    county_day,
    month_days,
    month_of,
    parse_instant,
    parse_month,
)
from huimin.core.refusals import Refusal
from huimin.core.words import OUTLET_KINDS
from huimin.divisions.find import all_divisions, town_of
from huimin.divisions.lives import lives_of
from huimin.reach.chart import reach_chart, share_text
from huimin.reach.counts import Reach, reach_of_county, reach_of_town, total_of
from huimin.reach.nearest import kilometres_text, nearest_of_town
from huimin.reach.pages import pages
from huimin.storage.engine import Transaction
from huimin.web.current import instance


@pages.get("/")
@require("reach.read")
def towns() -> str | BaseResponse:
    """The county by town; for a registrar the own town."""
    own = own_town()
    if own is not None:
        return redirect(url_for("reach.town", town_code=own))
    opened, month = instance(), _month()
    names = {row["code"]: row["name"] for row in _divisions() if row["level"] == "town"}
    names = _with_changes(names, month)
    rows, counted_at = reach_of_county(opened.engine, names, now=opened.clock(), month=month)
    return render_template(
        "reach/places.html",
        town=None,
        counted_at=parse_instant(counted_at).astimezone(COUNTY_ZONE).strftime("%H:%M"),
        **_context(rows, month, _("乡镇（街道）"), _("各镇街的惠民卡覆盖")),
    )


@pages.get("/<town_code>")
@require("reach.read")
def town(town_code: str) -> str:
    """A town by village."""
    name, villages = town_and_villages(town_code)
    day, month = county_day(instance().clock()), _month()
    # Who is written down for the town itself, without a village, is not left out.
    places = {**_with_changes(villages, month), town_code: _("没有写到村社")}

    def query(tx: Transaction) -> tuple[list[Reach], dict[str, dict[str, int]]]:
        counted = reach_of_town(tx, town_code, places, day=day, month=month)
        return counted, nearest_of_town(tx, town_code)

    rows, nearest = instance().engine.read(query)
    rows = [row for row in rows if row.code != town_code or row.entitled or row.saved_fen]
    return render_template(
        "reach/places.html",
        town={"code": town_code, "name": name},
        own=own_town(),
        nearest=nearest,
        kinds=list(OUTLET_KINDS),
        kilometres=kilometres_text,
        **_context(rows, month, _("村（社区）"), _("{town}的惠民卡覆盖", town=name)),
    )


def _context(rows: list[Any], month: str, place: str, title: str) -> dict[str, Any]:
    words = {
        "title": _("{month}：{what}", month=month, what=title),
        "used": _("当月用过卡"),
        "carded": _("有可用的卡"),
        "axis": _("占应享人数"),
        "place": place,
    }
    return {
        "rows": rows,
        "total": total_of(rows),
        "month": month,
        "present": month_of(county_day(instance().clock())),
        "place_word": place,
        "share": share_text,
        # Every text in it is escaped there.
        "chart": Markup(  # noqa: S704
            chart_svg(reach_chart(rows, words), "chart-wide")
            + chart_svg(reach_chart(rows, words, NARROW), "chart-narrow")
        ),
    }


def _month() -> str:
    """The month of use that is asked for, or the present one. Raises Refusal `not_found`."""
    try:
        return parse_month(request.args.get("month") or month_of(county_day(instance().clock())))
    except ValueError:
        raise Refusal("not_found") from None


def own_town() -> str | None:
    reader = member()
    return town_of(reader.division_code or "") if reader.role == "registrar" else None


def _divisions() -> list[dict[str, Any]]:
    return instance().engine.read(all_divisions)


def town_and_villages(code: str) -> tuple[str, dict[str, str]]:
    """A town's name, its villages by code; another's town is Refusal `not_found`."""
    rows = _divisions()
    name = next((row["name"] for row in rows if row["code"] == code), None)
    level = next((row["level"] for row in rows if row["code"] == code), None)
    if name is None or level != "town" or own_town() not in (None, code):
        raise Refusal("not_found")
    return name, {row["code"]: row["name"] for row in rows if row["parent_code"] == code}


def _with_changes(names: dict[str, str], month: str) -> dict[str, str]:
    """The names, with what changed since the month began: savings may be of former divisions."""
    first, today = month_days(month)[0], county_day(instance().clock())
    lives = instance().engine.read(lives_of)
    return {**names, **{k: v for k, v in lives.names_over(first, today).items() if k in names}}
