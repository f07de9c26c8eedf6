"""The reach in the browser: the county by town, a town by village, and who is to be contacted.

A registrar sees the own town; another town does not exist for them.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.full_names import names_for_reader
from huimin.access.guards import member, require
from huimin.audit.list_answer import list_answer
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
from huimin.core.identity import mask_name
from huimin.core.refusals import Refusal
from huimin.core.words import OUTLET_KINDS
from huimin.divisions.find import all_divisions, town_of
from huimin.divisions.lives import lives_of
from huimin.reach.chart import reach_chart, share_text
from huimin.reach.counts import Reach, reach_of_county, reach_of_town, total_of
from huimin.reach.nearest import kilometres_text, nearest_of_town
from huimin.reach.unreached import LATELY_DAYS, REASONS, UnreachedCriteria, unreached_after
from huimin.storage.engine import Row, Transaction
from huimin.web import cells
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of

pages = Blueprint("reach", __name__, url_prefix="/reach")


@pages.get("/")
@require("reach.read")
def towns() -> str | BaseResponse:
    """The county by town; for a registrar the own town."""
    own = _own_town()
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
    name, villages = _town(town_code)
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
        own=_own_town(),
        nearest=nearest,
        kinds=list(OUTLET_KINDS),
        kilometres=kilometres_text,
        **_context(rows, month, _("村（社区）"), _("{town}的惠民卡覆盖", town=name)),
    )


@pages.get("/<town_code>/people")
@require("reach.read")
def people(town_code: str) -> str | BaseResponse:
    """Who of a town is entitled and not reached, by page or as a workbook."""
    name, villages = _town(town_code)
    code = request.args.get("reason", "")
    reason = code if code in REASONS else "no_card"
    list_page = _people_list(town_code, name, villages, reason)
    form = Form({**list_page.read_filters().values, "reason": reason})
    village = form.optional("village")
    if village is not None and village not in villages:
        raise Refusal("not_found")
    today = county_day(instance().clock())
    criteria = UnreachedCriteria(reason, town_code, today, village)
    return list_answer(
        list_page,
        rows_of(unreached_after, lambda _form: criteria),
        form=form,
        arguments={"town_code": town_code, **list_page.arguments(form)},
        more=lambda _form: {"town": {"code": town_code, "name": name}},
    )


def _people_list(town_code: str, town_name: str, villages: dict[str, str], reason: str) -> ListPage:
    names = names_for_reader()

    def name_cell(row: Row) -> Markup:
        return cells.link(names(row["name"], row["division_code"]), "holders.person", row["id"])

    columns = [
        Column(_("姓名"), lambda row: mask_name(row["name"]), name_cell),
        Column(_("乡镇（街道）"), lambda row: town_name, only="workbook"),
        Column(_("村（社区）"), lambda row: villages.get(row["division_code"], ""), sort="village"),
        Column(_("原因"), lambda row: _reasons()[reason], only="workbook"),
        Column(
            _("最近一次用卡"),
            lambda row: _last_day(row["last_used_at"]),
            lambda row: _last_day(row["last_used_at"]) or _("没有用过"),
        ),
    ]
    filters = [
        Filter("reason", _("原因"), list(_reasons().items()), blank=None, default="no_card"),
        Filter("village", _("村（社区）"), list(villages.items()), typed=True),
    ]
    nothing, back = _("没有这样的人。换一个原因或村社看看。"), _("回到本镇街的数字")
    return ListPage(
        "reach.people",
        _("应享而没有享到的人"),
        columns,
        filters,
        Empty(nothing, "reach.town", back, {"town_code": town_code}),
        file_name=_("待联系名单"),
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


def _own_town() -> str | None:
    reader = member()
    return town_of(reader.division_code or "") if reader.role == "registrar" else None


def _divisions() -> list[dict[str, Any]]:
    return instance().engine.read(all_divisions)


def _town(code: str) -> tuple[str, dict[str, str]]:
    """A town's name, its villages by code; another's town is Refusal `not_found`."""
    rows = _divisions()
    name = next((row["name"] for row in rows if row["code"] == code), None)
    level = next((row["level"] for row in rows if row["code"] == code), None)
    if name is None or level != "town" or _own_town() not in (None, code):
        raise Refusal("not_found")
    return name, {row["code"]: row["name"] for row in rows if row["parent_code"] == code}


def _with_changes(names: dict[str, str], month: str) -> dict[str, str]:
    """The names, with what changed since the month began: savings may be of former divisions."""
    first, today = month_days(month)[0], county_day(instance().clock())
    lives = instance().engine.read(lives_of)
    return {**names, **{k: v for k, v in lives.names_over(first, today).items() if k in names}}


def _reasons() -> dict[str, str]:
    return {
        "no_card": _("没有可用的卡"),
        "never_used": _("有卡，从没用过"),
        "not_lately": _("有卡，{days} 天没用过", days=LATELY_DAYS),
    }


def _last_day(instant: str | None) -> str:
    return county_day(parse_instant(instant)).isoformat() if instant else ""
