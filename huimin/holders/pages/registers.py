"""Registers in the browser: upload, the match, import with applications, all with its progress."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import Response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import member, require
from huimin.core.days import parse_day
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.evidence import clean_file_name
from huimin.holders.pages import pages
from huimin.holders.pages.choices import division_choices
from huimin.holders.register_jobs import (
    ENDINGS,
    REFUSED,
    REGISTER_BYTES_MAX,
    RegisterWork,
)
from huimin.jobs.jobs import ask_cancel, begin_job, fail_lost_jobs, job_by_id, jobs_before
from huimin.storage.engine import Transaction
from huimin.web.current import change, house
from huimin.web.forms import Form, tell
from huimin.web.json_answer import json_response

CHECK, IMPORT = "register.check", "register.import"
ROWS_SHOWN = 200
Row = dict[str, Any]


@pages.get("/registers/")
@require("register.import")
def registers() -> str:
    """The form, and what was uploaded before."""
    return _list(Form())


@pages.post("/registers/")
@require("register.import")
def upload_register() -> BaseResponse | tuple[str, int]:
    """Keep the file and begin to check it."""
    request.max_content_length = REGISTER_BYTES_MAX + 100_000
    now, actor, sent = house().clock(), member().username, request.files.get("register")
    try:
        if sent is None or not sent.filename:
            raise field_problem("register", "请选择名册文件。", "Choose the register's file.")
        name = clean_file_name(sent.filename)
        if PurePath(name).suffix.lower() not in ENDINGS:
            raise field_problem(
                "register", "名册须为 .xlsx 或 .csv 文件。", "A register is an .xlsx or .csv file."
            )
    except FieldProblems as why:
        return _list(Form().refused(why)), 422
    job_id = change(lambda tx: begin_job(tx, CHECK, {"file": name}, now=now, actor=actor))
    work = _work(job_id, name, actor)
    work.keep(sent.read())
    house().jobs.start(job_id, lambda told: work.check(told))
    return redirect(url_for("holders.register_job", job_id=job_id))


@pages.get("/registers/<job_id>")
@require("register.import")
def register_job(job_id: str) -> str:
    """The progress of a job, and what came of it."""
    now = house().clock()
    change(lambda tx: fail_lost_jobs(tx, now))
    job = _job(job_id)
    lists: Row = {}
    if job["kind"] == CHECK and job["state"] == "done":
        try:
            lists = _work(job_id, job["asked"]["file"], job["created_by"]).found()
        except FileNotFoundError:
            lists = {}
    return render_template(
        "holders/register_job.html",
        job=job,
        lists=lists,
        rows_shown=ROWS_SHOWN,
        place_of=dict(division_choices(None)).get,
        checking=job["kind"] == CHECK,
        form=Form(),
    )


@pages.get("/registers/<job_id>/progress")
@require("register.import")
def register_progress(job_id: str) -> Response:
    """The counts for the page's bar."""
    job = _job(job_id)
    shown = ("state", "step", "done_count", "total_count")
    return json_response({name: job[name] for name in shown})


@pages.post("/registers/<job_id>/cancel")
@require("register.import")
def cancel_register(job_id: str) -> BaseResponse:
    """Stop between two steps: every person is whole, and the same file goes on where it stopped."""
    _job(job_id)
    change(lambda tx: ask_cancel(tx, job_id))
    tell(_("正在停止；已写入的人都是完整的，再次导入同一份名册会接着做。"))
    return redirect(url_for("holders.register_job", job_id=job_id))


@pages.post("/registers/<job_id>/import")
@require("register.import")
def import_register_now(job_id: str) -> BaseResponse | tuple[str, int]:
    """Import what was checked, and propose applications; in one step."""
    checked, form = _job(job_id), Form.sent()
    now, actor = house().clock(), member().username
    if checked["kind"] != CHECK or checked["state"] != "done":
        raise Refusal("not_found")
    end_from = None
    if form.text("end_missing"):
        try:
            end_from = parse_day(form.text("end_from"))
        except ValueError:
            raise field_problem(
                "end_from", "日期请写成 2026-10-31。", "Write the day as 2026-10-31."
            ) from None
    name = checked["asked"]["file"]
    asked = {"file": name, "checked": job_id, "end_from": form.text("end_from") or None}
    new_job = change(lambda tx: begin_job(tx, IMPORT, asked, now=now, actor=actor))
    work = _work(job_id, name, actor)
    house().jobs.start(new_job, lambda told: work.write(told, end_from=end_from))
    return redirect(url_for("holders.register_job", job_id=new_job))


@pages.get("/registers/<job_id>/refused.xlsx")
@require("register.import")
def refused_rows(job_id: str) -> Response:
    """The rows to mend, as a workbook that can be imported again."""
    job = _job(job_id)
    path = _work(job_id, job["asked"]["file"], job["created_by"]).place / REFUSED
    if not path.exists():
        raise Refusal("not_found")
    response = send_file(path.resolve(), as_attachment=True, download_name="to-mend.xlsx")
    response.headers["Cache-Control"] = "no-store"
    return response


def _job(job_id: str) -> Row:
    job = house().engine.read(lambda tx: job_by_id(tx, job_id))
    if not job["kind"].startswith("register."):
        raise Refusal("not_found")
    return job


def _work(job_id: str, name: str, actor: str) -> RegisterWork:
    home = house()
    return RegisterWork(
        home.engine,
        home.personal_data,
        home.settings.folder,
        job_id=job_id,
        file_name=name,
        now=home.clock(),
        actor=actor,
    )


def _list(form: Form) -> str:
    now = house().clock()

    def look(tx: Transaction) -> list[Row]:
        fail_lost_jobs(tx, now)
        return jobs_before(tx, "register.%")

    return render_template("holders/registers.html", form=form, jobs=change(look))
