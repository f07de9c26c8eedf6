"""One month: its checks and signatures, what was done before, and the signed files."""

from __future__ import annotations

from flask import Response, render_template

from huimin.access.guards import member, require
from huimin.audit.record import events_of
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.core.words import FIGURE_NAMES
from huimin.jobs.jobs import fail_lost_jobs
from huimin.months.checks import is_over
from huimin.months.closes import closes_of_month, open_close, report_of_close
from huimin.months.files import file_name, kind_of, signed_file
from huimin.months.pages import pages
from huimin.months.pages.addresses import known_month, known_version
from huimin.months.pages.jobs import latest_job, step_words
from huimin.months.pages.words import page_words
from huimin.reports.exports import EXPORTS
from huimin.storage.engine import Row
from huimin.web.current import instance, tidy
from huimin.web.file_answer import file_response
from huimin.web.forms import Form
from huimin.web.language import request_language

TOTALS = ("redemptions", "reversals", "amount_fen", "discount_fen", "government_share_fen")


@pages.get("/months/<month>", endpoint="month")
@require("month.read")
def one_month(month: str) -> str:
    """One month: checks, signatures, files, and what was done before."""
    return month_page(month, Form())


@pages.get("/months/<month>/<version>/<form>")
@require("month.read")
def month_file(month: str, version: str, form: str) -> Response:
    """A signed file: the bytes whose SHA-256 stands on the page."""
    month, number, folder = known_month(month), known_version(version), instance().settings.folder
    content = instance().engine.read(lambda tx: signed_file(tx, folder, month, number, form))
    content_type = EXPORTS[kind_of(form)].content_type
    return file_response(content, content_type, file_name(month, number, form))


def month_page(month: str, form: Form) -> str:
    """The page as it stands; `form` is what was refused."""
    month, now, language = known_month(month), instance().clock(), request_language()
    closes, live, job, events = _looked_up(month)
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
        figure_word=lambda figure: FIGURE_NAMES.say(figure, language),
        closes=closes,
        job=job,
        running=running,
        step=step_words(job) if job is not None and running else None,
        may_close=allows(member().role, "month.close"),
        may_check=checkable and allows(member().role, "month.close"),
        signed_already=live is not None
        and member().username in (live["prepared_by"], live["reviewed_by"]),
        form=form,
        events=events[::-1],
        **page_words(language),
    )


def _looked_up(month: str) -> tuple[list[Row], Row | None, Row | None, list[Row]]:
    """Its closings, the one that is under way or in force, its check, and what happened to it."""
    job = instance().engine.read(lambda tx: latest_job(tx, month))
    if job is not None and job["state"] == "running":
        now = instance().clock()
        tidy(lambda tx: fail_lost_jobs(tx, now))
    return instance().engine.read(
        lambda tx: (
            closes_of_month(tx, month),
            open_close(tx, month),
            latest_job(tx, month),
            events_of(tx, "month", month),
        )
    )
