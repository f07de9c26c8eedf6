"""The day's end in the browser: the statement, the till's own list beside it, and the closing.

It stands below /till/, so a set-up device reaches it as well as a cashier; a manager sees the day
of each own outlet, and alone may close a day on which the two sides differ.
"""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import member
from huimin.access.till_guard import (
    actor,
    current_terminal,
    device_terminal,
    require_till,
    signed_in_here,
)
from huimin.audit.list_answer import workbook_response
from huimin.checkout.day_statement import statement_csv
from huimin.checkout.statement_xlsx import CONTENT_TYPE, statement_xlsx
from huimin.closing.close_day import (
    EXPLAINED_MAX,
    close_day,
    comparison_of,
    day_of,
    days_before,
    keep_comparison,
    other_days,
)
from huimin.closing.listing import ROWS_MAX, read_listing
from huimin.closing.result import RESULT_COLUMNS, amount_name, kind_name, problem_name
from huimin.core.days import county_day, parse_day
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.evidence import clean_file_name
from huimin.merchants.outlets import list_outlets, outlet_by_id
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell

FILE_BYTES_MAX = 8 * 1024 * 1024
ROWS_SHOWN = 500
Row = dict[str, Any]

pages = Blueprint("closing", __name__, url_prefix="/till/day")


@pages.get("/")
@require_till("day.read")
def choose_day() -> str | BaseResponse:
    """Today, or the way to the day that is asked for."""
    if "day" not in request.args:
        return _day_page(_today(), Form())
    wanted = _day(request.args["day"])
    return redirect(url_for("closing.day", day=wanted, outlet=request.args.get("outlet")))


@pages.get("/<day>")
@require_till("day.read")
def day(day: str) -> str:
    """The outlet's statement of a day, and whether it is closed."""
    return _day_page(_day(day), Form())


@pages.get("/<day>/statement.<form>")
@require_till("day.read")
def statement_file(day: str, form: str) -> Response:
    """The statement as a file."""
    wanted, outlet = _day(day), _outlet()
    found = instance().engine.read(lambda tx: day_of(tx, outlet, wanted)).statement
    if form == "xlsx":
        body = statement_xlsx(found, instance().settings.county_name)
        response = Response(body, content_type=CONTENT_TYPE)
    elif form == "csv":
        response = Response("\ufeff" + statement_csv(found), mimetype="text/csv")
    else:
        raise Refusal("not_found")
    name = f"huimin-statement-{wanted}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-SHA256"] = found["sha256"]
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/<day>/comparisons")
@require_till("day.close")
def compare_file(day: str) -> BaseResponse | tuple[str, int]:
    """Read the till's own list and keep its rows; the file itself is not kept."""
    request.max_content_length = FILE_BYTES_MAX + 100_000
    wanted, outlet, now, acting = _day(day), _outlet(), instance().clock(), actor()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise field_problem("file", "请选择收银清单文件。")
        name, content = clean_file_name(sent.filename), sent.read()
        with tempfile.TemporaryDirectory(prefix="huimin-day-") as folder:
            # The kind of file is told by its first bytes; openpyxl wants the name all the same.
            path = Path(folder) / "list.xlsx"
            path.write_bytes(content)
            listing = read_listing(path)
    except FieldProblems as why:
        return _day_page(wanted, Form().refused(why)), 422
    digest = hashlib.sha256(content).hexdigest()
    comparison_id = change(
        lambda tx: keep_comparison(
            tx,
            outlet,
            wanted,
            listing,
            file_name=name,
            file_sha256=digest,
            now=now,
            actor=acting,
        )
    )
    return redirect(_address("closing.comparison", wanted, outlet, comparison_id))


@pages.get("/<day>/comparisons/<comparison_id>")
@require_till("day.read")
def comparison(day: str, comparison_id: str) -> str:
    """The kept list against the ledger as it is now."""
    return _comparison_page(_day(day), comparison_id, Form())


@pages.get("/<day>/comparisons/<comparison_id>/result.xlsx")
@require_till("day.read")
def comparison_file(day: str, comparison_id: str) -> Response:
    """What differs, as a workbook to work through."""
    wanted, outlet = _day(day), _outlet()
    _kept, found = instance().engine.read(
        lambda tx: comparison_of(tx, outlet, wanted, comparison_id)
    )
    title = f"{outlet['name']} {wanted} " + _("对账差异")
    return workbook_response(
        title,
        [Column(str(heading), value) for heading, value in RESULT_COLUMNS],
        [vars_of(one) for one in found.differences],
    )


@pages.post("/<day>/comparisons/<comparison_id>/close")
@require_till("day.close")
def close(day: str, comparison_id: str) -> BaseResponse | tuple[str, int]:
    """Close the day; with differences by the manager alone, with a reason for each."""
    wanted, outlet, now, acting = _day(day), _outlet(), instance().clock(), actor()
    form, may_differ = Form.sent(), _may_differ()
    reasons = {
        form.text(f"name-{number}"): form.text(f"reason-{number}")
        for number in range(EXPLAINED_MAX)
    }
    try:
        change(
            lambda tx: close_day(
                tx,
                outlet,
                wanted,
                comparison_id,
                reasons=reasons,
                may_differ=may_differ,
                now=now,
                actor=acting,
            )
        )
    except FieldProblems as why:
        return _comparison_page(wanted, comparison_id, form.refused(why)), 422
    except Refusal as why:
        if why.code not in ("day_closed", "day_differs"):
            raise
        return _comparison_page(wanted, comparison_id, form.refused(why)), why.status
    tell(_("这一天已结清。之后再有交易，这里会显示“结清后又有”，可以再次结清。"))
    return redirect(_address("closing.day", wanted, outlet))


def _day_page(wanted: date, form: Form) -> str:
    outlet, outlets, today = _outlet(), _outlets(), _today()
    found, recent = instance().engine.read(
        lambda tx: (day_of(tx, outlet, wanted), days_before(tx, outlet, today))
    )
    later = {row["id"] for row in found.later}
    return render_template(
        "closing/day.html",
        day=wanted,
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1) if wanted < today else None,
        today=today,
        outlet=outlet,
        outlets=outlets,
        found=found,
        later=later,
        recent=recent,
        rows_shown=ROWS_SHOWN,
        rows_max=ROWS_MAX,
        megabytes=FILE_BYTES_MAX // 2**20,
        kind_name=kind_name,
        form=form,
    )


def _comparison_page(wanted: date, comparison_id: str, form: Form) -> str:
    outlet = _outlet()

    def look(tx: Any) -> tuple[Any, ...]:
        kept, found = comparison_of(tx, outlet, wanted, comparison_id)
        return kept, found, day_of(tx, outlet, wanted), other_days(tx, outlet, found)

    kept, found, stands, elsewhere = instance().engine.read(look)
    return render_template(
        "closing/comparison.html",
        day=wanted,
        outlet=outlet,
        kept=kept,
        found=found,
        stands=stands,
        elsewhere=elsewhere,
        may_differ=_may_differ(),
        explained_max=EXPLAINED_MAX,
        kind_name=kind_name,
        problem_name=problem_name,
        amount_name=amount_name,
        form=form,
    )


def vars_of(difference: Any) -> Row:
    """A difference as a mapping, as workbooks take rows."""
    return {name: getattr(difference, name) for name in difference.__dataclass_fields__}


def _outlets() -> list[Row]:
    """The outlets whose day the asker may see."""
    if device_terminal() is not None:
        terminal = current_terminal()
        return [{"id": terminal["outlet_id"], "name": terminal["outlet_name"]}]
    user = member()
    if user.outlet_id is not None:
        own = instance().engine.read(lambda tx: outlet_by_id(tx, str(user.outlet_id)))
        return [] if own is None else [own]
    return instance().engine.read(lambda tx: list_outlets(tx, merchant_id=user.merchant_id or ""))


def _outlet() -> Row:
    """The one that the address names, or the first. Raises Refusal `not_found`."""
    wanted = request.args.get("outlet")
    for one in _outlets():
        if wanted in (None, "", one["id"]):
            return one
    raise Refusal("not_found")


def _may_differ() -> bool:
    user = signed_in_here()
    return user is not None and allows(user.role, "day.close_differing")


def _day(text: str) -> date:
    """A day up to today. Raises Refusal `not_found`."""
    try:
        found = parse_day(text)
    except ValueError:
        raise Refusal("not_found") from None
    if found > _today():
        raise Refusal("not_found")
    return found


def _today() -> date:
    return county_day(instance().clock())


def _address(endpoint: str, wanted: date, outlet: Row, comparison_id: str | None = None) -> str:
    named = outlet["id"] if request.args.get("outlet") else None
    return url_for(endpoint, day=wanted, comparison_id=comparison_id, outlet=named)
