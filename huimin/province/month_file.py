"""A closed month as a county hands it in: a signed note that names it, then its frozen report.

The note (core/signed_note.py) holds the county, the month, its version and the SHA-256 of the
report that three people signed; the report follows, byte for byte, after an empty line. So other
people's tools can verify both: the note by its signature, the report by its hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.core.json_text import read_json
from huimin.core.signed_note import NoteProblem, Verifier, open_note, sign_note
from huimin.reports.closed_month import ClosedMonth
from huimin.reports.monthly import MonthlyReport

FIRST_LINE = "huimin month v1"
FILE_BYTES_MAX = 20_000_000
_HEAD = re.compile(
    rf"{FIRST_LINE}\n(?P<code>[0-9]{{6}}) (?P<name>[^\n]{{1,60}})\n"
    r"(?P<month>[0-9]{4}-(?:0[1-9]|1[0-2])) v(?P<version>[1-9][0-9]{0,5})\n"
    r"sha256 (?P<sha256>[0-9a-f]{64})\nclosed (?P<closed_at>[0-9TZ:.-]{20,30})\n"
)


class MonthFileProblem(ValueError):
    """Why a file can't be added: `malformed`, `unknown_county`, `unknown_signer`,
    `wrong_signature`, `changed` (the report is not the one that was signed) or `unreadable` (a
    version of the program that this one does not know wrote it). `code` is the county's, if the
    file says one."""

    def __init__(self, kind: str, code: str = "") -> None:
        self.kind, self.code = kind, code
        super().__init__(kind)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a file says, once its signature and its hash hold."""

    code: str
    name: str
    month: str
    version: int
    sha256: str
    closed_at: str
    report: MonthlyReport


def signer_name(code: str) -> str:
    """The name under which a county signs: its six digits."""
    return f"huimin-{code}"


def month_file(code: str, closed: ClosedMonth, frozen: str, key: Ed25519PrivateKey) -> bytes:
    """The file of a closed month; `frozen` is its report's text. The same month and key give the
    same bytes."""
    head = (
        f"{FIRST_LINE}\n{code} {closed.county_name}\n{closed.month} v{closed.version}\n"
        f"sha256 {closed.sha256}\nclosed {closed.closed_at}\n"
    )
    return f"{sign_note(head, signer_name(code), key)}\n{frozen}\n".encode()


def month_file_name(code: str, closed: ClosedMonth) -> str:
    """What it is called: huimin-512022-2026-10-v1.month."""
    return f"huimin-{code}-{closed.month}-v{closed.version}.month"


def read_month_file(content: bytes, keys: Mapping[str, Iterable[Verifier]]) -> HandedIn:
    """What a county handed in; `keys` are those of each county by its six digits.

    Raises MonthFileProblem. Nothing of a file counts before its signature has been verified.
    """
    if len(content) > FILE_BYTES_MAX:
        raise MonthFileProblem("malformed")
    try:
        note, divider, frozen = content.decode("utf-8").partition("\n\n{")
    except UnicodeDecodeError:
        raise MonthFileProblem("malformed") from None
    head = _HEAD.match(note)
    if not divider or head is None:
        raise MonthFileProblem("malformed")
    code = head["code"]
    if code not in keys:
        raise MonthFileProblem("unknown_county", code)
    try:
        text, signer = open_note(f"{note}\n", keys[code])
    except NoteProblem as error:
        raise MonthFileProblem(str(error), code) from None
    if text != head[0] or signer.name != signer_name(code):
        raise MonthFileProblem("malformed", code)
    report_text = "{" + frozen.removesuffix("\n")
    if hashlib.sha256(report_text.encode()).hexdigest() != head["sha256"]:
        raise MonthFileProblem("changed", code)
    return HandedIn(
        code=code,
        name=head["name"],
        month=head["month"],
        version=int(head["version"]),
        sha256=head["sha256"],
        closed_at=head["closed_at"],
        report=_report(report_text, head["month"], code),
    )


def _report(text: str, month: str, code: str) -> MonthlyReport:
    try:
        report = MonthlyReport.from_dict(read_json(text))
    except (KeyError, TypeError, ValueError):
        raise MonthFileProblem("unreadable", code) from None
    if report.month != month:
        raise MonthFileProblem("malformed", code)
    return report
