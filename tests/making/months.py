"""Months to close in tests: a county with sales, the checks, the signatures of three people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.instance import Instance
from huimin.months.approve import approve_close, files_to_approve, reopen_month
from huimin.months.closes import open_close
from huimin.months.draft import check_and_draft
from huimin.months.files import FORMS, write_files
from huimin.months.sign import Drawn, Signer, prepare_close, return_close, review_close

OCTOBER, NOVEMBER = "2026-10", "2026-11"
LI, WANG, ZHAO = Signer("li", "李华"), Signer("wang", "王丽"), Signer("zhao", "赵敏")
# Signed where nobody looks into the files: to print a report costs more than all that closes it.
ANY_FILES = dict.fromkeys(FORMS, b"any")
# A reason for every check that may ask for one.
ASKED = ("previous", "anchors", "queues", "waiting", "claims", "alerts")
REASONS = dict.fromkeys(ASKED, "已电话核实")


def draft(instance: Instance, month: str = OCTOBER, actor: str = "li") -> dict[str, Any]:
    """The draft of a month, checked now."""
    return check_and_draft(
        instance.engine,
        month,
        settings=instance.settings,
        now=instance.clock(),
        actor=actor,
        progress=lambda step, done, total: None,
    )


def prepare(
    instance: Instance,
    month: str = OCTOBER,
    version: int = 1,
    signer: Signer = LI,
    reasons: Mapping[str, str] = REASONS,
    drawn: Drawn | None = None,
) -> None:
    about: dict[str, Any] = {"signer": signer, "now": instance.clock(), "drawn": drawn}
    instance.engine.write(lambda tx: prepare_close(tx, month, version, reasons=reasons, **about))


def review(
    instance: Instance,
    month: str = OCTOBER,
    version: int = 1,
    signer: Signer = WANG,
    drawn: Drawn | None = None,
) -> None:
    about: dict[str, Any] = {"signer": signer, "now": instance.clock(), "drawn": drawn}
    instance.engine.write(lambda tx: review_close(tx, month, version, **about))


def approve(
    instance: Instance,
    month: str = OCTOBER,
    version: int = 1,
    signer: Signer = ZHAO,
    *,
    with_files: bool = False,
    drawn: Drawn | None = None,
) -> dict[str, Any]:
    """The closed month's row; its files, if asked for, are made and written as the page does."""
    given: dict[str, Any] = {"signer": signer, "now": instance.clock()}
    folder = instance.settings.folder
    files: Mapping[str, bytes] = ANY_FILES
    if with_files:
        files = instance.engine.read(
            lambda tx: files_to_approve(tx, folder, month, version, **given)
        )
    given["drawn"] = drawn
    row = instance.engine.write(lambda tx: approve_close(tx, month, version, files=files, **given))
    if with_files:
        write_files(folder, month, version, files)
    return row


def give_back(
    instance: Instance, month: str = OCTOBER, version: int = 1, reason: str = "错了"
) -> None:
    given: dict[str, Any] = {"reason": reason, "now": instance.clock(), "actor": "wang"}
    instance.engine.write(lambda tx: return_close(tx, month, version, **given))


def reopen(
    instance: Instance, month: str = OCTOBER, version: int = 1, reason: str = "漏了一家"
) -> None:
    given: dict[str, Any] = {"reason": reason, "now": instance.clock(), "actor": "zhao"}
    instance.engine.write(lambda tx: reopen_month(tx, month, version, **given))


def close_month(
    instance: Instance, month: str = OCTOBER, *, with_files: bool = False
) -> dict[str, Any]:
    """Everything from the checks to the lock; the closing's row."""
    version = draft(instance, month)["version"]
    prepare(instance, month, version)
    review(instance, month, version)
    return approve(instance, month, version, with_files=with_files)


def closing_of(instance: Instance, month: str = OCTOBER) -> dict[str, Any] | None:
    """The closing under way or in force."""
    return instance.engine.read(lambda tx: open_close(tx, month))
