"""A closed month's files: made from the frozen report, kept in the folder, proved by SHA-256.

A file is a pure function of what was signed, so one that is lost is made again; one that does not
have the SHA-256 that was signed is never given out.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from huimin.core.refusals import Refusal
from huimin.months import queries
from huimin.months.closes import SIGNED, close_by_version, files_of
from huimin.reports.as_signed import made_as_signed
from huimin.reports.closed_month import read_closed
from huimin.reports.exports import EXPORTS, Layout, export_report, laid_out
from huimin.reports.monthly import MonthlyReport
from huimin.reports.template.fill import filled_template
from huimin.reports.template.templates import content_of, template_by_id
from huimin.storage.engine import Row, Transaction
from huimin.storage.new_file import write_whole

FOLDER, DRAFT = "months", "draft"
# The table is for the screen of whoever types.
OFFICIAL = "official"
FORMS = tuple(form for form in EXPORTS if form != "table")


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A signed file: whether the frozen report still gives its bytes, and what the folder has."""

    month: str
    version: int
    form: str
    sha256: str
    remade_same: bool
    in_folder: str  # "same", "missing" or "differs"

    @property
    def good(self) -> bool:
        """Whether the signed bytes can still be had, and no others lie in their place."""
        return self.remade_same and self.in_folder != "differs"


def make_files(
    tx: Transaction, folder: Path, close: Row, report: MonthlyReport
) -> dict[str, bytes]:
    """Form → content of every file of a closing; the same closing gives the same bytes.

    Raises Refusal `not_found` when the template's file is lost.
    """
    forms = FORMS if close["template_id"] is None else (*FORMS, OFFICIAL)
    return {form: make_file(tx, folder, close, report, form) for form in forms}


def make_file(
    tx: Transaction,
    folder: Path,
    close: Row,
    report: MonthlyReport,
    form: str,
    layout: Layout = "today",
) -> bytes:
    """One of them; the official one is the county's own workbook. Raises Refusal `not_found`."""
    if form != OFFICIAL:
        return export_report(report, form, close["county_name"], layout=layout)
    template = content_of(folder, template_by_id(tx, close["template_id"]))
    return filled_template(template, laid_out(report, layout), close["county_name"])


def file_name(month: str, version: int, form: str) -> str:
    """What a closed month's file is called: huimin-report-2026-10-v1.xlsx."""
    called = OFFICIAL if form == OFFICIAL else "report"
    return f"huimin-{called}-{month}-v{version}.{EXPORTS[kind_of(form)].ending}"


def kind_of(form: str) -> str:
    """The kind of file, one of EXPORTS."""
    return "xlsx" if form == OFFICIAL else form


def folder_of(folder: Path, month: str, version: int) -> Path:
    """Where a version's files lie in the instance folder."""
    return folder / FOLDER / month / f"v{version}"


def write_files(folder: Path, month: str, version: int, contents: Mapping[str, bytes]) -> None:
    """Write the signed files, readable by this account alone; a draft's are gone after that."""
    place = folder_of(folder, month, version)
    _write(place, month, version, contents)
    shutil.rmtree(place / DRAFT, ignore_errors=True)


def write_draft_files(
    folder: Path, month: str, version: int, contents: Mapping[str, bytes]
) -> None:
    """Write the files of a draft, for those who are to sign it."""
    _write(folder_of(folder, month, version) / DRAFT, month, version, contents)


def signed_file(tx: Transaction, folder: Path, month: str, version: int, form: str) -> bytes:
    """The bytes that were signed: those in the folder, or made again where it lost them.

    Raises Refusal: not_found, month_file_differs.
    """
    close = signed_close(tx, month, version)
    signed = files_of(tx, close["id"]).get(form)
    if signed is None:
        raise Refusal("not_found")
    content = _stored(folder, month, version, form)
    if content is None or _sha256(content) != signed["sha256"]:
        content = _made_as_signed(tx, folder, close, form, signed["sha256"])
    if content is None:
        raise Refusal("month_file_differs", form=form)
    return content


def signed_close(tx: Transaction, month: str, version: int) -> Row:
    """A version that was approved, be it in force or not. Raises Refusal `not_found`."""
    close = close_by_version(tx, month, version)
    if close["state"] not in SIGNED:
        raise Refusal("not_found")
    return close


def check_files(tx: Transaction, folder: Path, month: str, version: int) -> list[FileCheck]:
    """Each signed file made again from the frozen report, beside what lies in the folder.

    Raises Refusal `not_found`.
    """
    close = signed_close(tx, month, version)
    checks = []
    for form, signed in files_of(tx, close["id"]).items():
        stored = _stored(folder, month, version, form)
        place = "missing" if stored is None else "differs"
        if stored is not None and _sha256(stored) == signed["sha256"]:
            place = "same"
        remade_same = False
        with suppress(Refusal):  # the template's own file is lost
            remade = _made_as_signed(tx, folder, close, form, signed["sha256"])
            remade_same = remade is not None
        checks.append(FileCheck(month, version, form, signed["sha256"], remade_same, place))
    return checks


def check_all_files(tx: Transaction, folder: Path) -> list[FileCheck]:
    """The same of every version that was ever signed."""
    return [
        one
        for row in queries.approved_versions(tx)
        for one in check_files(tx, folder, row["month"], row["version"])
    ]


def restore_files(tx: Transaction, folder: Path, month: str, version: int) -> list[str]:
    """Write again what the folder lost or has otherwise; the forms. Raises Refusal
    `month_file_differs`.
    """
    broken = [one for one in check_files(tx, folder, month, version) if one.in_folder != "same"]
    contents = {one.form: signed_file(tx, folder, month, version, one.form) for one in broken}
    write_files(folder, month, version, contents)
    return list(contents)


def digests(contents: Mapping[str, bytes]) -> dict[str, tuple[str, int]]:
    """Form → SHA-256 and size in bytes."""
    return {form: (_sha256(content), len(content)) for form, content in contents.items()}


def _made_as_signed(
    tx: Transaction, folder: Path, close: Row, form: str, sha256: str
) -> bytes | None:
    """None where no version gives the bytes that were signed. Raises Refusal `not_found`."""
    report = read_closed(close).report
    return made_as_signed(lambda layout: make_file(tx, folder, close, report, form, layout), sha256)


def _stored(folder: Path, month: str, version: int, form: str) -> bytes | None:
    try:
        return (folder_of(folder, month, version) / file_name(month, version, form)).read_bytes()
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(place: Path, month: str, version: int, contents: Mapping[str, bytes]) -> None:
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for form, content in contents.items():
        write_whole(place / file_name(month, version, form), content)
