"""Closing a month in the browser: the list, one month with its checks and signatures, the files."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import member, require
from huimin.audit.record import events_of
from huimin.core.days import county_day, month_of
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal, word_of
from huimin.jobs.jobs import begin_job, fail_lost_jobs, jobs_before
from huimin.months.approve import approve_close, files_to_approve, reopen_month
from huimin.months.checks import CODES, is_over
from huimin.months.closes import Row, closes_of_month, months_listed, report_of_close
from huimin.months.draft import check_and_draft, require_draftable
from huimin.months.files import file_name, kind_of, signed_file, write_files
from huimin.months.sign import Signer, prepare_close, return_close, review_close
from huimin.months.words import LEVELS, STATES, check_sentence, check_title, queue_note
from huimin.reports.exports import EXPORTS
from huimin.reports.monthly import checked_month
from huimin.reports.wording import FIGURE_WORDS, month_words
from huimin.storage.engine import Transaction
from huimin.web.current import change, house
from huimin.web.event_words import event_words
from huimin.web.forms import Form, tell
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX, workbook_response
from huimin.web.lists import Place, listed
from huimin.web.words import minute_text

pages = Blueprint("months", __name__)

# A closing's state → the look of the label (huimin.css).
LOOKS = {
    "running": "running",
    "open": "waiting",
    "draft": "draft",
    "prepared": "submitted",
    "reviewed": "submitted",
    "approved": "approved",
    "returned": "returned",
    "reopened": "ended",
}
LEVEL_LOOKS = {"ok": "done", "warning": "waiting", "stop": "stop"}
TOTALS = ("redemptions", "reversals", "amount_fen", "discount_fen", "government_share_fen")
SAID = {
    "prepare": lazy_gettext("已填报；请另一位管理员审核。"),
    "review": lazy_gettext("已审核；请第三位管理员签批。"),
    "approve": lazy_gettext("已签批：本月已结账并锁定，文件已生成。"),
    "return": lazy_gettext("已退回；重新核对后是新的一版。"),
    "reopen": lazy_gettext("已重新打开；原来签过的版本仍可查看和下载。"),
}


@pages.get("/months/", endpoint="months")
@require("month.read")
def month_list() -> str | BaseResponse:
    """Every month with the state of its closing, the latest first."""
    now, language = house().clock(), request_language()
    rows = house().engine.read(lambda tx: months_listed(tx, now))
    if request.args.get("format") == "xlsx":
        return workbook_response(_("月度结账"), _columns(language), rows[:ROWS_MAX])

    def find(key: str, count: int, backwards: bool = False) -> list[Row]:
        if backwards:
            return [row for row in reversed(rows) if row["month"] > key][:count]
        return [row for row in rows if not key or row["month"] < key][:count]

    page = listed(
        find, lambda: len(rows), place=Place.asked(), key_of=lambda row: str(row["month"])
    )
    return render_template("months/months.html", page=page, **_words(language))


@pages.get("/months/<month>", endpoint="month")
@require("month.read")
def one_month(month: str) -> str:
    """One month: checks, signatures, files, and what was done before."""
    return _month_page(month, Form())


@pages.post("/months/<month>/checks")
@require("month.close")
def check_month_now(month: str) -> BaseResponse | tuple[str, int]:
    """Begin to check a month; the page shows how far it is."""
    month, now, actor = _known(month), house().clock(), member().username
    home = house()

    def begin(tx: Transaction) -> str:
        require_draftable(tx, month, now)
        job = _job(tx, month)
        if job is not None and job["state"] == "running":
            raise Refusal("month_checking")
        return begin_job(tx, _kind(month), {"month": month}, now=now, actor=actor)

    def work(told: Any) -> Row:
        drafted = check_and_draft(
            home.engine,
            month,
            county_name=home.settings.county_name,
            now=now,
            actor=actor,
            told=told,
        )
        return {"version": drafted["version"]}

    try:
        job_id = change(begin)
    except Refusal as why:
        return _month_page(month, Form().refused(why)), why.status
    home.jobs.start(job_id, work)
    return redirect(url_for("months.month", month=month))


@pages.get("/months/<month>/progress")
@require("month.read")
def check_progress(month: str) -> Response:
    """The counts for the page's bar."""
    month = _known(month)
    job = house().engine.read(lambda tx: _job(tx, month))
    if job is None:
        raise Refusal("not_found")
    counts = {name: job[name] for name in ("state", "done_count", "total_count")}
    return json_response({**counts, "step": _step(job)})


@pages.post("/months/<month>/<version>/<act>")
@require("month.close")
def act_on_month(month: str, version: str, act: str) -> BaseResponse | tuple[str, int]:
    """Sign, return, or open again."""
    month, number, form = _known(month), _number(version), Form.sent()
    if act not in SAID:
        raise Refusal("not_found")
    try:
        _act(month, number, act, form)
    except FieldProblems as why:
        return _month_page(month, form.refused(why)), 422
    except Refusal as why:
        if why.code == "not_found":
            raise
        return _month_page(month, form.refused(why)), why.status
    tell(str(SAID[act]))
    return redirect(url_for("months.month", month=month))


@pages.get("/months/<month>/<version>/<form>")
@require("month.read")
def month_file(month: str, version: str, form: str) -> Response:
    """A signed file: the bytes whose SHA-256 stands on the page."""
    month, number, folder = _known(month), _number(version), house().settings.folder
    content = house().engine.read(lambda tx: signed_file(tx, folder, month, number, form))
    response = send_file(
        BytesIO(content),
        mimetype=EXPORTS[kind_of(form)].content_type,
        as_attachment=True,
        download_name=file_name(month, number, form),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _act(month: str, version: int, act: str, form: Form) -> None:
    now, who = house().clock(), member()
    signer = Signer(who.username, who.name)
    given: dict[str, Any] = {"now": now}
    if act == "prepare":
        reasons = {code: form.text(f"reason-{code}") for code in CODES}
        change(
            lambda tx: prepare_close(tx, month, version, reasons=reasons, signer=signer, **given)
        )
    elif act == "review":
        change(lambda tx: review_close(tx, month, version, signer=signer, **given))
    elif act == "approve":
        days, folder = house().settings.settlement_days, house().settings.folder
        files = house().engine.read(
            lambda tx: files_to_approve(tx, folder, month, version, signer=signer, **given)
        )
        change(
            lambda tx: approve_close(
                tx,
                month,
                version,
                files=files,
                signer=signer,
                settlement_days=days,
                **given,
            )
        )
        write_files(folder, month, version, files)
    else:
        end = return_close if act == "return" else reopen_month
        given |= {"reason": form.text("reason"), "actor": who.username}
        change(lambda tx: end(tx, month, version, **given))


def _month_page(month: str, form: Form) -> str:
    month, now, language = _known(month), house().clock(), request_language()

    def look(tx: Transaction) -> tuple[list[Row], Row | None, list[Row]]:
        fail_lost_jobs(tx, now)
        return closes_of_month(tx, month), _job(tx, month), events_of(tx, "month", month)

    closes, job, events = change(look)
    close = closes[0] if closes else None
    live = close if close and close["state"] not in ("returned", "reopened") else None
    running = job is not None and job["state"] == "running"
    checkable = is_over(month, now) and not running and (not live or live["state"] == "draft")
    return render_template(
        "months/month.html",
        month=month,
        heading=month_words(month, language),
        over=is_over(month, now),
        close=live,
        total=report_of_close(live).total if live else None,
        totals=TOTALS,
        figure_word=lambda figure: FIGURE_WORDS[figure][language],
        closes=closes,
        job=job,
        running=running,
        step=_step(job) if job is not None and running else None,
        may_close=allows(member().role, "month.close"),
        may_check=checkable and allows(member().role, "month.close"),
        signed_already=live is not None
        and member().username in (live["prepared_by"], live["reviewed_by"]),
        form=form,
        events=events[::-1],
        event_words=event_words,
        **_words(language),
    )


def _words(language: str) -> dict[str, Any]:
    return {
        "state_word": lambda state: word_of(STATES[state], language),
        "looks": LOOKS,
        "level_word": lambda level: word_of(LEVELS[level], language),
        "level_looks": LEVEL_LOOKS,
        "check_title": lambda code: check_title(code, language),
        "check_sentence": lambda check: check_sentence(check, language),
        "queue_note": lambda check: queue_note(check, language),
        "month_word": lambda month: month_words(month, language),
    }


def _columns(language: str) -> list[Any]:
    def at(name: str) -> Any:
        return lambda row: minute_text(row[name]) if row.get(name) else None

    return [
        (_("月份"), lambda row: row["month"]),
        (_("状态"), lambda row: word_of(STATES[row["state"]], language)),
        (_("版本"), lambda row: row["version"]),
        (_("填报人"), lambda row: row.get("prepared_name")),
        (_("填报时间"), at("prepared_at")),
        (_("审核人"), lambda row: row.get("reviewed_name")),
        (_("审核时间"), at("reviewed_at")),
        (_("负责人"), lambda row: row.get("approved_name")),
        (_("签批时间"), at("approved_at")),
        (_("报表 SHA-256"), lambda row: row.get("report_sha256")),
    ]


def _kind(month: str) -> str:
    return f"month.{month}"


def _job(tx: Transaction, month: str) -> Row | None:
    """The latest check of the month."""
    found = jobs_before(tx, _kind(month), count=1)
    return found[0] if found else None


def _step(job: Row) -> str:
    return check_title(job["step"], request_language()) if job["step"] in CODES else ""


def _known(text: str) -> str:
    """A month up to the present one; any other is no address of ours."""
    try:
        month = checked_month(text)
    except FieldProblems:
        raise Refusal("not_found") from None
    if month > month_of(county_day(house().clock())):
        raise Refusal("not_found")
    return month


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Refusal("not_found")
    return int(text)
