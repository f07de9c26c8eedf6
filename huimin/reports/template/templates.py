"""The county's templates of the official workbook: kept in versions, one of them in use or none.

A template is a file in the instance folder, named by the id of its row, proved by its SHA-256; no
version is ever changed or removed. Without one in use the built-in workbook is the official one.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.period import Period
from huimin.core.refusals import Refusal
from huimin.reports import queries
from huimin.reports.template.check import require_template
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.new_file import clean_file_name, write_whole

FOLDER = "report-templates"


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A template whose file lies in the folder; its row is still to be written."""

    id: str
    file_name: str
    sha256: str
    size_bytes: int


def store_template(folder: Path, *, file_name: str, content: bytes) -> StoredTemplate:
    """Check a workbook and keep its file. Raises FieldProblems on `template`."""
    require_template(content)
    template_id, place = new_id(), folder / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(place / f"{template_id}.xlsx", content)
    name = clean_file_name(file_name, "template.xlsx")
    return StoredTemplate(template_id, name, hashlib.sha256(content).hexdigest(), len(content))


def keep_template(tx: Transaction, stored: StoredTemplate, **by: Unpack[By]) -> None:
    """Write the row of a stored template as the next version, not yet in use."""
    version = 1 + (queries.newest_template_version(tx) or 0)
    queries.insert_template(
        tx,
        version=version,
        uploaded_at=instant_text(by["now"]),
        uploaded_by=by["actor"],
        **asdict(stored),
    )
    new = {"version": version, "content_sha256": stored.sha256}
    _record(tx, "kept", stored.id, new=new, **by)


def use_template(tx: Transaction, template_id: str, **by: Unpack[By]) -> None:
    """Make one version the official workbook's template. Raises Refusal `not_found`."""
    row = template_by_id(tx, template_id)
    before = queries.template_in_use(tx)
    queries.put_templates_aside(tx)
    queries.use_template(tx, id=template_id)
    _record(
        tx,
        "used",
        template_id,
        old={"version": before["version"] if before else None},
        new={"version": row["version"]},
        **by,
    )


def use_built_in(tx: Transaction, **by: Unpack[By]) -> None:
    """Go back to the built-in workbook. Raises Refusal `not_found` when it is in use already."""
    before = queries.template_in_use(tx)
    if before is None:
        raise Refusal("not_found")
    queries.put_templates_aside(tx)
    old = {"version": before["version"]}
    _record(tx, "put_aside", before["id"], old=old, **by)


def templates(tx: Transaction) -> list[Row]:
    """Every version, the newest first."""
    return list(queries.templates(tx))


def template_in_use(tx: Transaction) -> Row | None:
    """The version in use, or None while the built-in workbook is."""
    row: Row | None = queries.template_in_use(tx)
    return row


def official_template(tx: Transaction, period: Period) -> Row | None:
    """The version that a period's official workbook is made from; None for the built-in one.

    Of a closed month it is the one that was in use when the month was drafted.
    """
    row: Row | None = None
    if period.month and queries.closed_month(tx, month=period.month) is not None:
        row = queries.template_of_closed_month(tx, month=period.month)
    else:
        row = template_in_use(tx)
    return row


def template_by_id(tx: Transaction, template_id: str) -> Row:
    """A version. Raises Refusal `not_found`."""
    row: Row | None = queries.template_by_id(tx, id=template_id)
    if row is None:
        raise Refusal("not_found")
    return row


def content_of(folder: Path, row: Row) -> bytes:
    """The file of a version, as it was uploaded. Raises Refusal `not_found` for any other bytes."""
    try:
        content = (folder / FOLDER / f"{row['id']}.xlsx").read_bytes()
    except OSError:
        raise Refusal("not_found") from None
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise Refusal("not_found")
    return content


def _record(
    tx: Transaction, what: str, template_id: str, *, now: datetime, actor: str, **values: Any
) -> None:
    record(tx, f"report_template.{what}", template_id, now=now, actor=actor, **values)
