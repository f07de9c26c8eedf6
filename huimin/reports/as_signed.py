"""A signed file made again: the bytes whose SHA-256 was signed, as an earlier version made them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from huimin.core.catalogue import worded_as
from huimin.reports import queries
from huimin.reports.closed_month import ClosedMonth
from huimin.reports.earlier_words import VERSIONS
from huimin.reports.exports import Layout, export_report
from huimin.storage.engine import Transaction


def made_as_signed(make: Callable[[Layout], bytes], sha256: str) -> bytes | None:
    """The file made again today's way, or else that of the version that signed it.

    None where no way gives the bytes that were signed.
    """
    for layout, words in VERSIONS:
        with worded_as(words):
            content = make(layout)
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
    return None


def export_closed(tx: Transaction, closed: ClosedMonth, form: str) -> bytes:
    """A closed month in one of EXPORTS' formats: the signed bytes, where it was signed in it."""

    def make(layout: Layout) -> bytes:
        return export_report(closed.report, form, closed.county_name, layout=layout)

    sha256 = queries.signed_sha256(tx, month=closed.month, version=closed.version, form=form)
    signed = made_as_signed(make, sha256) if sha256 else None
    return make("today") if signed is None else signed
