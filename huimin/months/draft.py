"""Draft the closing of a month: run the checks, and keep them with the report as it stands.

A draft is nobody's signature. Drafting again renews it, so that the checks and the figures that
are signed are those of one moment; once somebody has signed, it takes a return to draft anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.json_text import canonical_json
from huimin.core.refusals import Refusal
from huimin.core.words import CLOSING_STATES
from huimin.ledger.lock_month import locked_at
from huimin.months import queries
from huimin.months.checks import Check, Told, require_over, run_checks
from huimin.months.closes import close_by_version, open_close
from huimin.reports.monthly import MonthlyReport, checked_month, monthly_report
from huimin.reports.template.templates import template_in_use
from huimin.settings import Settings
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.ids import new_id


def require_draftable(tx: Transaction, month: str, now: datetime) -> None:
    """Pass a month that is over and that nobody has signed.

    Raises Refusal: month_not_over, month_closed, month_step_wrong.
    """
    checked_month(month)
    require_over(month, now)
    if locked_at(tx, month) is not None:
        raise Refusal("month_closed")
    pending = open_close(tx, month)
    if pending is not None and pending["state"] != "draft":
        raise Refusal("month_step_wrong", state=CLOSING_STATES.text(pending["state"]))


def check_and_draft(
    engine: Engine, month: str, *, settings: Settings, progress: Told, **by: Unpack[By]
) -> Row:
    """Run the checks and keep the draft: its row, with `changed` where it is not what it was.

    `progress(step, done, total)` hears how far it is. Raises Refusal as require_draftable does.
    """
    engine.read(lambda tx: require_draftable(tx, month, by["now"]))
    checks = run_checks(engine, month, settings=settings, now=by["now"], progress=progress)
    county_name = settings.county_name
    # Drawn before it is written, so that no till waits for it.
    content = engine.read(lambda tx: _content(tx, month, checks, county_name))
    return engine.write(lambda tx: save_draft(tx, month, content, **by))


def save_draft(tx: Transaction, month: str, content: Row, **by: Unpack[By]) -> Row:
    """Keep the draft of a month, with what it freezes; the row, and `changed`."""
    queries.lock_closes_of_month(tx, month=month)
    require_draftable(tx, month, by["now"])
    before = open_close(tx, month)
    if before is not None and all(before[name] == value for name, value in content.items()):
        return {**before, "changed": False}
    saved = {**content, "drafted_at": instant_text(by["now"]), "drafted_by": by["actor"]}
    if before is not None:
        version = before["version"]
        queries.renew_draft(tx, id=before["id"], **saved)
    else:
        version = _begin(tx, month, saved)
    record(
        tx,
        "month.drafted",
        month,
        new={"version": version, "state": "draft", "report_sha256": content["report_sha256"]},
        **by,
    )
    return {**close_by_version(tx, month, version), "changed": True}


def _content(tx: Transaction, month: str, checks: Sequence[Check], county_name: str) -> Row:
    """What a draft freezes: the same content is the same draft."""
    frozen, sha256 = frozen_text(monthly_report(tx, month))
    template = template_in_use(tx)
    return {
        "county_name": county_name,
        "template_id": None if template is None else template["id"],
        "report_json": frozen,
        "report_sha256": sha256,
        "checks_json": canonical_json([check.as_dict() for check in checks]).decode(),
    }


def _begin(tx: Transaction, month: str, content: Row) -> int:
    """The next version. Raises Refusal `month_checking` when somebody else begins it as well."""
    version = int(queries.last_version(tx, month=month) or 0) + 1
    if queries.insert_draft(tx, id=new_id(), month=month, version=version, **content) == 0:
        raise Refusal("month_checking")
    return version


def frozen_text(report: MonthlyReport) -> tuple[str, str]:
    """A report as it is kept: canonical JSON, and the SHA-256 of that."""
    content = canonical_json(report.as_dict())
    return content.decode(), hashlib.sha256(content).hexdigest()
