"""Begin to check a month, and how far its check is."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import acting, require
from huimin.core.refusals import Refusal
from huimin.jobs.jobs import begin_job
from huimin.months.draft import check_and_draft, require_draftable
from huimin.months.pages import pages
from huimin.months.pages.addresses import known_month
from huimin.months.pages.jobs import kind_of_job, latest_job, step_words
from huimin.months.pages.month import month_page
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form
from huimin.web.json_answer import json_response


@pages.post("/months/<month>/checks")
@require("month.close")
def check_month_now(month: str) -> BaseResponse | tuple[str, int]:
    """Begin to check a month; the page shows how far it is."""
    month, by = known_month(month), acting()
    county = instance()

    def begin(tx: Transaction) -> str:
        require_draftable(tx, month, by["now"])
        job = latest_job(tx, month)
        if job is not None and job["state"] == "running":
            raise Refusal("month_checking")
        return begin_job(tx, kind_of_job(month), {"month": month}, **by)

    def work(progress: Any) -> Row:
        drafted = check_and_draft(
            county.engine, month, settings=county.settings, progress=progress, **by
        )
        return {"version": drafted["version"]}

    try:
        job_id = change(begin)
    except Refusal as error:
        return month_page(month, Form().refused(error)), error.status
    county.jobs.start(job_id, work)
    return redirect(url_for("months.month", month=month))


@pages.get("/months/<month>/progress")
@require("month.read")
def check_progress(month: str) -> Response:
    """The counts for the page's bar."""
    month = known_month(month)
    job = instance().engine.read(lambda tx: latest_job(tx, month))
    if job is None:
        raise Refusal("not_found")
    counts = {name: job[name] for name in ("state", "done_count", "total_count")}
    return json_response({**counts, "step": step_words(job)})
