"""What went to whom: a page of the record, of one recipient or of all."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.report_mail import queries
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class MailCriteria:
    """Of which recipient, and in which state of its delivery; None does not filter."""

    recipient_id: str | None = None
    state: str | None = None


# The latest first.
mails_before = ListQuery[MailCriteria](queries, "mails_before")
