"""Registers in the browser: upload, the match, import with applications, all with its progress."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import acting, require
from huimin.audit.list_answer import list_answer, workbook_response
from huimin.core.catalogue import say, sentence
from huimin.core.days import county_day
from huimin.core.kept_refusal import text_of
from huimin.core.refusals import Refusal, field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.choices import place_names
from huimin.holders.endings.draft_ending import (
    NOT_COMPLETE,
    draft_from_register,
    match_register,
)
from huimin.holders.pages import pages
from huimin.holders.registers.change_words import change_text
from huimin.holders.registers.gains import Change
from huimin.holders.registers.header import COLUMN_NAMES
from huimin.holders.registers.jobs import (
    CHECKING,
    ENDINGS,
    MATCHING,
    REGISTER_BYTES_MAX,
    WRITING,
    RegisterWork,
    drop_old_files,
)
from huimin.holders.registers.problem import column_letter
from huimin.holders.registers.supplement import (
    CHOSEN_FIELDS,
    Supplement,
    checked_supplement,
    supplement_of,
)
from huimin.holders.registers.understood import meaning
from huimin.jobs.jobs import ask_cancel, begin_job, fail_lost_jobs, job_by_id, jobs_before
from huimin.jobs.reasons import reason_of
from huimin.keys.personal_data import SealedProblem
from huimin.storage.engine import Row, Transaction
from huimin.storage.new_file import clean_file_name
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance, tidy
from huimin.web.file_answer import file_response
from huimin.web.forms import Answer, Form, go_on, sent_file
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.list_page import Empty, ListPage
from huimin.web.lists import rows_of
from huimin.web.uploads import takes_files
from huimin.web.words import STATES
from huimin.web.workbook import CONTENT_TYPE

CHECK, IMPORT = "register.check", "register.import"
ROWS_SHOWN = 200
STEPS = {
    CHECKING: lazy_gettext("检查"),
    MATCHING: lazy_gettext("对照"),
    WRITING: lazy_gettext("写入并提出申请"),
}
# The lists that a check makes, and what they are called in a workbook.
GROUPS = {
    "new": lazy_gettext("新的人"),
    "gaining": lazy_gettext("已登记，名册里有新内容"),
    "unchanged": lazy_gettext("已登记，没有变化"),
    "without_card": lazy_gettext("符合条件，还没有卡"),
    "missing": lazy_gettext("有卡，但名册里已没有"),
}


@pages.get("/registers/")
@require("register.import")
def registers() -> str | BaseResponse:
    """The form, and what was uploaded before; with `format=xlsx` that as a workbook."""
    return _list_page()


@pages.post("/registers/")
@require("register.import")
@takes_files(REGISTER_BYTES_MAX)
def upload_register() -> Answer:
    """Keep the file and begin to check it."""

    def keep() -> str:
        missing = sentence("请选择名册文件。")
        sent = sent_file("register", missing)
        name, by = clean_file_name(sent.filename or ""), acting()
        if PurePath(name).suffix.lower() not in ENDINGS:
            raise field_problem("register", "名册须为 .xlsx、.xls 或 .csv 文件。")
        check_request = {"file": name, "given": _supplement(form).as_dict()}
        job_id = change(lambda tx: begin_job(tx, CHECK, check_request, **by))
        work = _work(_job(job_id))
        work.store(sent.read())
        instance().jobs.start(job_id, lambda progress: work.check(progress))
        return job_id

    form = Form.sent()
    return form.attempt(keep, again=_list_page, then=_to_job)


@pages.post("/registers/<job_id>/again")
@require("register.import")
def read_register_again(job_id: str) -> Answer:
    """Check the same file again, with what was said of its columns and of what it does not say."""
    checked, form, by = _job(job_id), Form.sent(), acting()
    if checked["kind"] != CHECK or checked["state"] != "done":
        raise Refusal("not_found")

    def begin() -> str:
        job_request = {"file": checked["asked"]["file"], "given": _supplement(form).as_dict()}
        content = _work(checked).register()
        new_job = change(lambda tx: begin_job(tx, CHECK, job_request, **by))
        work = _work(_job(new_job))
        work.store(content)
        instance().jobs.start(new_job, lambda progress: work.check(progress))
        return new_job

    try:
        return form.attempt(begin, again=lambda refused: _job_page(job_id, refused), then=_to_job)
    except FileNotFoundError:
        return _job_page(job_id, form.refused(Refusal("not_found"))), 422


@pages.get("/registers/<job_id>")
@require("register.import")
def register_job(job_id: str) -> str:
    """The progress of a job, and what came of it."""
    return _job_page(job_id, Form())


@pages.get("/registers/<job_id>/progress")
@require("register.import")
def register_progress(job_id: str) -> Response:
    """The counts for the page's bar."""
    job = _job(job_id)
    counts = {name: job[name] for name in ("state", "done_count", "total_count")}
    return json_response({**counts, "step": str(STEPS.get(job["step"], ""))})


@pages.post("/registers/<job_id>/cancel")
@require("register.import")
def cancel_register(job_id: str) -> BaseResponse:
    """Stop between two steps: every person is whole, and the same file goes on where it stopped."""
    _job(job_id)
    change(lambda tx: ask_cancel(tx, job_id))
    message = _("正在停止；已写入的人都是完整的，再次导入同一份名册会接着做。")
    return go_on(message, "holders.register_job", job_id=job_id)


@pages.post("/registers/<job_id>/import")
@require("register.import")
def import_register_now(job_id: str) -> Answer:
    """Import what was checked, and apply for cards; in one step."""
    checked, form, by = _job(job_id), Form.sent(), acting()
    if checked["kind"] != CHECK or checked["state"] != "done":
        raise Refusal("not_found")
    name, before = checked["asked"]["file"], _work(checked)

    def begin() -> str:
        job_request = {
            "file": name,
            "checked": job_id,
            "given": checked["asked"].get("given"),
        }
        content = before.register()
        new_job = change(lambda tx: begin_job(tx, IMPORT, job_request, **by))
        work = _work(_job(new_job))
        work.store(content)
        instance().jobs.start(new_job, lambda progress: work.write(progress))
        return new_job

    try:
        return form.attempt(begin, again=lambda refused: _job_page(job_id, refused), then=_to_job)
    except FileNotFoundError:
        return _job_page(job_id, form.refused(Refusal("not_found"))), 422


@pages.post("/registers/<job_id>/ending")
@require("ending.propose")
def draft_ending_of_register(job_id: str) -> Answer:
    """Begin a proposal to end the aid of those whom a complete register lacks."""
    checked, form, by = _job(job_id), Form.sent(), acting()
    if checked["kind"] != CHECK or checked["state"] != "done":
        raise Refusal("not_found")
    try:
        missing = _work(checked).lists()["missing"]
    except FileNotFoundError:
        return _job_page(job_id, form.refused(Refusal("not_found"))), 422

    def draft() -> str:
        now = by["now"]
        matched = instance().engine.read(lambda tx: match_register(tx, checked, missing, now=now))
        return change(lambda tx: draft_from_register(tx, checked, matched, **by))

    return form.attempt(
        draft,
        again=lambda refused: _job_page(job_id, refused),
        then=lambda ending_id: redirect(url_for("holders.ending", ending_id=ending_id)),
    )


@pages.get("/registers/<job_id>/refused.xlsx")
@require("register.import")
def refused_rows(job_id: str) -> Response:
    """The rows to mend, as a workbook that can be imported again."""
    try:
        content = _work(_job(job_id)).refused()
    except FileNotFoundError:
        raise Refusal("not_found") from None
    return file_response(content, CONTENT_TYPE, "to-mend.xlsx")


@pages.get("/registers/<job_id>/<group>.xlsx")
@require("register.import")
def register_group(job_id: str, group: str) -> Response:
    """One of the lists that a check made, whole and masked."""
    lists = _lists(_job(job_id))
    if group not in GROUPS or group not in lists:
        raise Refusal("not_found")
    places, language = place_names(), request_language()
    columns: list[Column] = [
        Column(_("姓名"), "name_masked"),
        Column(_("住址"), lambda row: places.get(row["division_code"])),
    ]
    if group == "missing":
        columns += [
            Column(_("保障类别"), lambda row: ELIGIBILITIES.say(row["kind"], language)),
            Column(_("认定日期"), "starts_on"),
        ]
    else:
        columns += [Column(_("工作表"), "sheet"), Column(_("行号"), "row")]
    return workbook_response(str(GROUPS[group]), columns, lists[group])


def _job_page(job_id: str, form: Form) -> str:
    now = instance().clock()
    tidy(lambda tx: fail_lost_jobs(tx, now))
    job, language, places = _job(job_id), request_language(), place_names()
    lists, unreadable = {}, False
    try:
        lists = _lists(job)
    except SealedProblem:
        unreadable = True
    return render_template(
        "holders/register_job.html",
        job=job,
        step=STEPS.get(job["step"]),
        lists=lists,
        unreadable=unreadable,
        groups=GROUPS,
        rows_shown=ROWS_SHOWN,
        place_of=places.get,
        change_words=lambda row: change_text(Change(**row), places.get).say(language),
        checking=job["kind"] == CHECK,
        form=form,
        supplement=_supplement_values(job),
        eligibilities=[(kind, ELIGIBILITIES.say(kind, language)) for kind in ELIGIBILITIES],
        chosen=[(name, COLUMN_NAMES.say(name, language)) for name in CHOSEN_FIELDS],
        choices_of=_choices,
        meaning=lambda row: meaning(row["field"], row["of"]).say(language),
        reason=reason_of(job["result"], request_language()) if job["state"] == "failed" else "",
        not_complete=say(NOT_COMPLETE, language),
    )


def _choices(questions: list[Row], name: str) -> list[tuple[str, str]]:
    """The columns between which a question about a field asks: (letter, head and first rows)."""
    choices = {
        choice["column"]: " · ".join(
            filter(None, (choice["column"], choice["head"], *choice["samples"]))
        )
        for question in questions
        if question["field"] == name
        for choice in question["choices"]
    }
    return sorted(choices.items())


def _lists(job: Row) -> Row:
    """What a check found; nothing while it runs, and after its files were deleted. Raises
    SealedProblem where no key opens them."""
    if job["kind"] != CHECK or job["state"] != "done":
        return {}
    try:
        lists = _work(job).lists()
    except FileNotFoundError:
        return {}
    language = request_language()
    # A check of an earlier version kept whole sentences, in Chinese.
    problems = [
        text_of(one["text"], language).say(language) if "text" in one else one["message"]
        for one in lists["problems"]
    ]
    left_out = [
        {**left, "why": text_of(left["why"], language).say(language)}
        for left in lists.get("left_out", [])
    ]
    return {"understood": [], "questions": [], **lists, "problems": problems, "left_out": left_out}


def _supplement(form: Form) -> Supplement:
    """What the form says for what the register does not say."""
    kind = form.text("eligibility")
    return checked_supplement(
        kinds=(kind,) if kind else (),
        town=form.optional("town"),
        village=form.optional("village"),
        starts_on=form.optional_day("starts_on"),
        register_date=form.optional_day("register_date"),
        columns={name: form.text(f"column_{name}") for name in CHOSEN_FIELDS},
        today=county_day(instance().clock()),
    )


def _supplement_values(job: Row) -> dict[str, str]:
    """The same as a form's values, to show what was said for this check."""
    supplement = supplement_of(job["asked"].get("given"))
    values = {
        "eligibility": supplement.kinds[0] if supplement.kinds else "",
        "town": supplement.town or "",
        "village": supplement.village or "",
        "starts_on": supplement.starts_on.isoformat() if supplement.starts_on else "",
        "register_date": supplement.register_date.isoformat() if supplement.register_date else "",
    }
    chosen = {f"column_{name}": column_letter(place) for name, place in supplement.columns.items()}
    return {**values, **chosen}


def _job(job_id: str) -> Row:
    job = instance().engine.read(lambda tx: job_by_id(tx, job_id))
    if not job["kind"].startswith("register."):
        raise Refusal("not_found")
    return job


def _to_job(job_id: str) -> BaseResponse:
    return redirect(url_for("holders.register_job", job_id=job_id))


def _work(job: Row) -> RegisterWork:
    return RegisterWork(
        instance().engine,
        instance().personal_data,
        instance().settings.folder,
        job_id=job["id"],
        file_name=job["asked"]["file"],
        supplement=supplement_of(job["asked"].get("given")),
        now=instance().clock(),
        actor=job["created_by"],
    )


def _list_page(form: Form | None = None) -> str | BaseResponse:
    now, settings = instance().clock(), instance().settings

    def drop_what_is_over(tx: Transaction) -> None:
        fail_lost_jobs(tx, now)
        drop_old_files(tx, settings.folder, now, settings.keep_register_days)

    tidy(drop_what_is_over)
    return list_answer(_list(), rows_of(jobs_before, lambda _form: "register.%"), form=form)


def _list() -> ListPage:
    """What was uploaded, with what came of it: counts where the job has them."""
    language = request_language()

    def result_of(heading: str, name: str, kind: str) -> Column:
        def value(job: Row) -> Any:
            return (job["result"] or {}).get(name) if job["kind"] == kind else None

        return Column(heading, value, only="workbook")

    def file_cell(job: Row) -> Markup:
        return cells.link(job["asked"]["file"], "holders.register_job", job["id"])

    def reason(job: Row) -> str:
        return reason_of(job["result"], language) if job["state"] == "failed" else ""

    def state_cell(job: Row) -> Markup:
        return cells.below(cells.state(job["state"], STATES[job["state"]]), reason(job))

    columns = [
        Column(_("名册文件"), lambda job: job["asked"]["file"], file_cell),
        Column(_("做了什么"), lambda job: _("检查") if job["kind"] == CHECK else _("导入")),
        column.minute(_("时间"), "created_at", sort="-at"),
        Column(_("工作人员"), "created_by", sort="by"),
        Column(
            _("状态"),
            lambda job: str(STATES[job["state"]]),
            state_cell,
            place="state",
            sort="state",
        ),
        result_of(_("可以导入的行"), "accepted", CHECK),
        result_of(_("需要修改的行"), "refused", CHECK),
        result_of(_("新登记"), "new", IMPORT),
        result_of(_("有更新"), "updated", IMPORT),
        result_of(_("提出申请"), "proposed", IMPORT),
        result_of(_("结束的保障"), "ended", IMPORT),
        Column(_("原因"), reason, only="workbook"),
    ]
    nothing = Empty(_("还没有上传过名册。请在上面选择部门送来的文件。"))
    return ListPage("holders.registers", _("名册"), columns, empty=nothing, order="-at")
