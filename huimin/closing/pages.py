"""The day's end in the browser: the statement, the till's own list beside it, and the closing.

It is below /till/, so that set-up devices can reach it as well as cashiers; a manager sees every
outlet of the merchant, and only a manager may close a day on which the two sides differ.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import asdict
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
from huimin.checkout.statement_file import statement_file
from huimin.closing.close_day import (
    EXPLAINED_MAX,
    close_day,
    comparison_of,
    day_of,
    days_before,
    keep_comparison,
    other_days,
    pair_sales,
    unpair_sale,
)
from huimin.closing.listing import ROWS_MAX, read_listing
from huimin.closing.result import RESULT_COLUMNS, amount_name, kind_name, problem_name
from huimin.core.acting import By
from huimin.core.days import county_day, parse_day
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.registers.sheets_apart import lists_apart
from huimin.merchants.outlets import list_outlets, outlet_by_id
from huimin.storage.engine import Row, Transaction
from huimin.storage.new_file import clean_file_name
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.file_answer import as_download
from huimin.web.forms import Form, tell
from huimin.web.uploads import takes_files

FILE_BYTES_MAX = 2 * 1024 * 1024
ROWS_SHOWN = 500

pages = Blueprint("closing", __name__, url_prefix="/till/day")


@pages.get("/")
@require_till("day.read")
def choose_day() -> str | BaseResponse:
    """Today, or a redirect to the requested day."""
    if "day" not in request.args:
        return _day_page(_today(), Form())
    day = _day(request.args["day"])
    return redirect(url_for("closing.day", day=day, outlet=request.args.get("outlet")))


@pages.get("/<day>")
@require_till("day.read")
def day(day: str) -> str:
    """The outlet's statement of a day, and whether it is closed."""
    return _day_page(_day(day), Form())


@pages.get("/<day>/statement.<form>", endpoint="statement_file")
@require_till("day.read")
def statement_as_file(day: str, form: str) -> Response:
    """The statement as a file."""
    business_day, outlet = _day(day), _outlet()
    if form not in ("csv", "xlsx"):
        raise Refusal("not_found")
    statement = instance().engine.read(lambda tx: day_of(tx, outlet, business_day)).statement
    response = statement_file(statement, form)
    return as_download(response, f"huimin-statement-{business_day}.{form}")


@pages.post("/<day>/comparisons")
@require_till("day.close")
@takes_files(FILE_BYTES_MAX)
def compare_file(day: str) -> BaseResponse | tuple[str, int]:
    """Read the till's own list and store its rows; the file itself is not stored."""
    business_day, outlet = _day(day), _outlet()
    now, acting = instance().clock(), actor()
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise field_problem("file", "请选择收银清单文件。")
        name, content = clean_file_name(upload.filename), upload.read()
        with tempfile.TemporaryDirectory(prefix="huimin-day-") as folder:
            # The first bytes tell the kind of file, but openpyxl insists on the name.
            path = Path(folder) / "list.xlsx"
            path.write_bytes(content)
            with instance().readers.turn(acting):
                listing = read_listing(path, lists_apart)
    except FieldProblems as error:
        return _day_page(business_day, Form().refused(error)), 422
    except Refusal as error:
        return _day_page(business_day, Form().refused(error)), error.status
    digest = hashlib.sha256(content).hexdigest()
    comparison_id = change(
        lambda tx: keep_comparison(
            tx,
            outlet,
            business_day,
            listing,
            file_name=name,
            file_sha256=digest,
            now=now,
            actor=acting,
        )
    )
    return redirect(_address("closing.comparison", business_day, outlet, comparison_id))


@pages.get("/<day>/comparisons/<comparison_id>")
@require_till("day.read")
def comparison(day: str, comparison_id: str) -> str:
    """The stored list compared with the ledger as it is now."""
    return _comparison_page(_day(day), comparison_id, Form())


@pages.get("/<day>/comparisons/<comparison_id>/result.xlsx")
@require_till("day.read")
def comparison_file(day: str, comparison_id: str) -> Response:
    """The differences as a workbook."""
    business_day, outlet = _day(day), _outlet()
    result = (
        instance()
        .engine.read(lambda tx: comparison_of(tx, outlet, business_day, comparison_id))
        .result
    )
    title = f"{outlet['name']} {business_day} " + _("对账差异")
    return workbook_response(
        title,
        [Column(str(heading), value) for heading, value in RESULT_COLUMNS],
        [asdict(difference) for difference in result.differences],
    )


@pages.post("/<day>/comparisons/<comparison_id>/pairs")
@require_till("day.close")
def confirm_pairs(day: str, comparison_id: str) -> BaseResponse | tuple[str, int]:
    """Confirm that ticked sales are the orders of the list proposed for them."""
    business_day, outlet, by = _day(day), _outlet(), _person()
    names = request.form.getlist("pair")
    try:
        count = change(lambda tx: pair_sales(tx, outlet, business_day, comparison_id, names, **by))
    except FieldProblems as error:
        return _comparison_page(business_day, comparison_id, Form.sent().refused(error)), 422
    tell(_("已确认 {count} 笔是同一笔，按配对重新核对。", count=count))
    return redirect(_address("closing.comparison", business_day, outlet, comparison_id))


@pages.post("/<day>/comparisons/<comparison_id>/pairs/<redemption_id>/back")
@require_till("day.close")
def take_pair_back(day: str, comparison_id: str, redemption_id: str) -> BaseResponse:
    """Take back a pair that was confirmed wrongly."""
    business_day, outlet, by = _day(day), _outlet(), _person()
    change(lambda tx: unpair_sale(tx, outlet, business_day, comparison_id, redemption_id, **by))
    tell(_("配对已撤回，按各自的订单号重新核对。"))
    return redirect(_address("closing.comparison", business_day, outlet, comparison_id))


@pages.post("/<day>/comparisons/<comparison_id>/close")
@require_till("day.close")
def close(day: str, comparison_id: str) -> BaseResponse | tuple[str, int]:
    """Close the day; if there are differences, only a manager can, with a reason for each."""
    business_day, outlet = _day(day), _outlet()
    now, acting = instance().clock(), actor()
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
                business_day,
                comparison_id,
                reasons=reasons,
                may_differ=may_differ,
                now=now,
                actor=acting,
            )
        )
    except FieldProblems as error:
        return _comparison_page(business_day, comparison_id, form.refused(error)), 422
    except Refusal as error:
        if error.code not in ("day_closed", "day_differs"):
            raise
        return _comparison_page(business_day, comparison_id, form.refused(error)), error.status
    tell(_("这一天已结清。之后再有交易，这里会显示“结清后又有”，可以再次结清。"))
    return redirect(_address("closing.day", business_day, outlet))


def _day_page(business_day: date, form: Form) -> str:
    outlet, outlets, today = _outlet(), _outlets(), _today()
    state, recent = instance().engine.read(
        lambda tx: (day_of(tx, outlet, business_day), days_before(tx, outlet, today))
    )
    later = {row["id"] for row in state.later}
    return render_template(
        "closing/day.html",
        day=business_day,
        before=business_day - timedelta(days=1),
        after=business_day + timedelta(days=1) if business_day < today else None,
        today=today,
        outlet=outlet,
        outlets=outlets,
        state=state,
        later=later,
        recent=recent,
        rows_shown=ROWS_SHOWN,
        rows_max=ROWS_MAX,
        megabytes=FILE_BYTES_MAX // 2**20,
        kind_name=kind_name,
        form=form,
    )


def _comparison_page(business_day: date, comparison_id: str, form: Form) -> str:
    outlet = _outlet()

    def work(tx: Transaction) -> dict[str, Any]:
        comparison = comparison_of(tx, outlet, business_day, comparison_id)
        return {
            "comparison": comparison.row,
            "result": comparison.result,
            "proposed": comparison.proposed,
            "paired": comparison.paired,
            "state": day_of(tx, outlet, business_day),
            "elsewhere": other_days(tx, outlet, comparison.result),
        }

    context = instance().engine.read(work)
    return render_template(
        "closing/comparison.html",
        day=business_day,
        outlet=outlet,
        may_differ=_may_differ(),
        may_pair=signed_in_here() is not None,
        explained_max=EXPLAINED_MAX,
        kind_name=kind_name,
        problem_name=problem_name,
        amount_name=amount_name,
        form=form,
        **context,
    )


def _outlets() -> list[Row]:
    """The outlets whose days the caller may see."""
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
    outlet_id = request.args.get("outlet")
    for outlet in _outlets():
        if outlet_id in (None, "", outlet["id"]):
            return outlet
    raise Refusal("not_found")


def _person() -> By:
    """The person who confirms: a pair is somebody's word.

    Raises Refusal `forbidden` for a device at which nobody is signed in.
    """
    if signed_in_here() is None:
        raise Refusal("forbidden")
    return {"now": instance().clock(), "actor": actor()}


def _may_differ() -> bool:
    user = signed_in_here()
    return user is not None and allows(user.role, "day.close_differing")


def _day(text: str) -> date:
    """A day up to today. Raises Refusal `not_found`."""
    try:
        day = parse_day(text)
    except ValueError:
        raise Refusal("not_found") from None
    if day > _today():
        raise Refusal("not_found")
    return day


def _today() -> date:
    return county_day(instance().clock())


def _address(
    endpoint: str, business_day: date, outlet: Row, comparison_id: str | None = None
) -> str:
    named = outlet["id"] if request.args.get("outlet") else None
    return url_for(endpoint, day=business_day, comparison_id=comparison_id, outlet=named)
