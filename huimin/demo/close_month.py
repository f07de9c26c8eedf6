"""Close the demo's first month as three people would, so that there is a signed one to look at.

The next month is left for the visitor, who can sign in with the same three accounts.
"""

from __future__ import annotations

from datetime import datetime

from huimin.demo.places import SIGNERS
from huimin.instance import Instance
from huimin.months.approve import approve_close, files_to_approve
from huimin.months.draft import check_and_draft
from huimin.months.files import write_files
from huimin.months.sign import Signer, prepare_close, review_close

# Reasons for the checks that can be passed with one.
ASKED = ("previous", "anchors", "queues", "waiting", "claims", "alerts")
REASONS = dict.fromkeys(ASKED, "演示：已电话核实")


def close_month(instance: Instance, month: str, *, now: datetime) -> None:
    """Check, sign three times and lock a month such as "2026-09", and write its files."""
    engine, folder = instance.engine, instance.settings.folder
    preparer, reviewer, approver = (Signer(each.username, each.name) for each in SIGNERS)
    version = check_and_draft(
        engine,
        month,
        settings=instance.settings,
        now=now,
        actor=preparer.username,
        progress=lambda step, done, total: None,
    )["version"]
    engine.write(
        lambda tx: prepare_close(tx, month, version, reasons=REASONS, signer=preparer, now=now)
    )
    engine.write(lambda tx: review_close(tx, month, version, signer=reviewer, now=now))
    files = engine.read(
        lambda tx: files_to_approve(tx, folder, month, version, signer=approver, now=now)
    )
    engine.write(
        lambda tx: approve_close(tx, month, version, files=files, signer=approver, now=now)
    )
    write_files(folder, month, version, files)
