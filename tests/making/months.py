"""Months to close in tests: a county with sales, the checks, the signatures of three people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.house import House
from huimin.months.approve import approve_close, files_to_approve, reopen_month
from huimin.months.closes import open_close
from huimin.months.draft import check_and_draft
from huimin.months.files import write_files
from huimin.months.sign import Signer, prepare_close, return_close, review_close

OCTOBER, NOVEMBER = "2026-10", "2026-11"
LI, WANG, ZHAO = Signer("li", "李华"), Signer("wang", "王丽"), Signer("zhao", "赵敏")
# A reason for every check that may ask for one.
REASONS = dict.fromkeys(("previous", "queues", "claims", "alerts"), "已电话核实")


def draft(house: House, month: str = OCTOBER, actor: str = "li") -> dict[str, Any]:
    """The draft of a month, checked now."""
    return check_and_draft(
        house.engine,
        month,
        county_name=house.settings.county_name,
        now=house.clock(),
        actor=actor,
        told=lambda step, done, total: None,
    )


def prepare(
    house: House,
    month: str = OCTOBER,
    version: int = 1,
    signer: Signer = LI,
    reasons: Mapping[str, str] = REASONS,
) -> None:
    now = house.clock()
    house.engine.write(
        lambda tx: prepare_close(tx, month, version, reasons=reasons, signer=signer, now=now)
    )


def review(house: House, month: str = OCTOBER, version: int = 1, signer: Signer = WANG) -> None:
    now = house.clock()
    house.engine.write(lambda tx: review_close(tx, month, version, signer=signer, now=now))


def approve(
    house: House, month: str = OCTOBER, version: int = 1, signer: Signer = ZHAO
) -> dict[str, Any]:
    """The closed month's row; its files are written as the page writes them."""
    given: dict[str, Any] = {"signer": signer, "now": house.clock()}
    folder = house.settings.folder
    files = house.engine.read(lambda tx: files_to_approve(tx, folder, month, version, **given))
    row = house.engine.write(lambda tx: approve_close(tx, month, version, files=files, **given))
    write_files(folder, month, version, files)
    return row


def give_back(house: House, month: str = OCTOBER, version: int = 1, reason: str = "错了") -> None:
    given: dict[str, Any] = {"reason": reason, "now": house.clock(), "actor": "wang"}
    house.engine.write(lambda tx: return_close(tx, month, version, **given))


def reopen(house: House, month: str = OCTOBER, version: int = 1, reason: str = "漏了一家") -> None:
    given: dict[str, Any] = {"reason": reason, "now": house.clock(), "actor": "zhao"}
    house.engine.write(lambda tx: reopen_month(tx, month, version, **given))


def close_month(house: House, month: str = OCTOBER) -> dict[str, Any]:
    """Everything from the checks to the lock; the closing's row."""
    version = draft(house, month)["version"]
    prepare(house, month, version)
    review(house, month, version)
    return approve(house, month, version)


def closing_of(house: House, month: str = OCTOBER) -> dict[str, Any] | None:
    """The closing under way or in force."""
    return house.engine.read(lambda tx: open_close(tx, month))
