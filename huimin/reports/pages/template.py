"""The county's own workbook: upload a template, look at it filled, use it or the built-in one."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import acting, require
from huimin.core.catalogue import sentence
from huimin.core.days import county_day
from huimin.core.period import Period, checked_period
from huimin.core.refusals import Refusal
from huimin.core.words import FACT_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import tables
from huimin.reports.closed_month import ClosedMonth, report_in_force
from huimin.reports.monthly import MonthlyReport
from huimin.reports.pages import pages, present_month
from huimin.reports.template.check import FILE_BYTES_MAX
from huimin.reports.template.example import example_template
from huimin.reports.template.fields import COLUMNS, FACT_PARTS, NUMBER, TEXTS
from huimin.reports.template.fill import filled_template
from huimin.reports.template.templates import (
    content_of,
    keep_template,
    official_template,
    store_template,
    template_by_id,
    templates,
    use_built_in,
    use_template,
)
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Answer, Form, go_on, sent_file
from huimin.web.language import request_language
from huimin.web.uploads import takes_files
from huimin.web.workbook import CONTENT_TYPE


@pages.get("/templates/")
@require("report.template")
def template_list() -> str:
    """Every version, and how a template is written."""
    return _template_page(Form())


@pages.post("/templates/")
@require("report.template")
@takes_files(FILE_BYTES_MAX)
def upload_template() -> Answer:
    """Check a template and keep it as the next version."""
    folder, by = instance().settings.folder, acting()

    def keep() -> None:
        wanted = sentence("请选择一个 .xlsx 文件。")
        sent = sent_file("template", wanted)
        with instance().readers.turn(by["actor"]):
            stored = store_template(folder, file_name=sent.filename or "", content=sent.read())
        change(lambda tx: keep_template(tx, stored, **by))

    message = _("模板已保存。请先预览，没有问题再启用。")
    return Form().attempt(
        keep,
        again=_template_page,
        then=lambda _done: go_on(message, "reports.template_list"),
        refusals=True,
    )


@pages.post("/templates/<template_id>/use")
@require("report.template")
def use_one(template_id: str) -> BaseResponse:
    """Make a version the official workbook."""
    by = acting()
    change(lambda tx: use_template(tx, template_id, **by))
    return go_on(_("已启用这个模板，报表页上的“官方表”按它生成。"), "reports.template_list")


@pages.post("/templates/built-in")
@require("report.template")
def use_built_in_one() -> BaseResponse:
    """Go back to the built-in workbook."""
    by = acting()
    change(lambda tx: use_built_in(tx, **by))
    return go_on(_("已改回内置报表。"), "reports.template_list")


@pages.get("/templates/example.xlsx")
@require("report.template")
def template_example() -> Response:
    """A template to start from."""
    return _xlsx(example_template(), "huimin-template.xlsx")


@pages.get("/templates/<template_id>/original.xlsx")
@require("report.template")
def original_template(template_id: str) -> Response:
    """A version as it was uploaded."""
    row = instance().engine.read(lambda tx: template_by_id(tx, template_id))
    return _xlsx(content_of(instance().settings.folder, row), row["file_name"])


@pages.get("/templates/<template_id>/preview.xlsx")
@require("report.template")
def preview_template(template_id: str) -> Response:
    """A version filled with the present month, or the one that is asked for."""
    period = checked_period(request.args.get("month") or present_month())
    row = instance().engine.read(lambda tx: template_by_id(tx, template_id))
    return _filled(row, period, "preview")


@pages.get("/official/<month>.xlsx")
@require("report.read")
def official(month: str) -> Response:
    """The report in the county's own workbook, while a template is in use."""
    period = checked_period(month)
    row = instance().engine.read(lambda tx: official_template(tx, period))
    if row is None:
        raise Refusal("not_found")
    return _filled(row, period, "official")


def _filled(row: Row, period: Period, called: str) -> Response:
    today = county_day(instance().clock())

    def look_up(tx: Transaction) -> tuple[MonthlyReport, ClosedMonth | None]:
        return report_in_force(tx, period, today=today)

    report, closed = instance().engine.read(look_up)
    county_name = closed.county_name if closed else instance().settings.county_name
    body = filled_template(content_of(instance().settings.folder, row), report, county_name)
    days = period.text.replace("..", "_")
    return _xlsx(body, f"huimin-{called}-{days}-t{row['version']}.xlsx")


def _xlsx(content: bytes, name: str) -> Response:
    return file_response(content, CONTENT_TYPE, name)


def _template_page(form: Form) -> str:
    language = request_language()
    uploaded = instance().engine.read(templates)
    return render_template(
        "reports/templates.html",
        form=form,
        templates=uploaded,
        in_use=next((row for row in uploaded if row["state"] == "in_use"), None),
        month=present_month(),
        texts=TEXTS,
        columns=(NUMBER, *COLUMNS),
        fact_parts=list(FACT_PARTS),
        facts=[(code, FACT_NAMES.say(code, language)) for code in FACT_NAMES],
        groupings=[(each.code, GROUPING_NAMES.say(each.code, language)) for each in tables()],
    )
