"""Post a notice: written once, in a transaction, with a delivery for each target.

Nothing is sent here; send.py sends what is due. A notice holds sums and states and no personal
data of holders, because mailboxes and webhooks are outside the county's instance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from huimin.core.days import instant_text
from huimin.core.json_text import write_json
from huimin.notices import queries
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

Target = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: a unique `key` makes it go out only once; `data` is for programs."""

    kind: str
    key: str
    title: str
    body: str
    data: Mapping[str, Any]


def targets_of(settings: Settings) -> list[Target]:
    """(channel, target) of every mail address and webhook in the settings."""
    targets: list[Target] = []
    if settings.smtp_host:
        targets += [("mail", address) for address in settings.notice_addresses]
    if settings.webhook_url:
        targets.append(("webhook", origin_of(settings.webhook_url)))
    return targets


def origin_of(url: str) -> str:
    """A webhook's address fit to show: without path and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def is_posted(tx: Transaction, key: str) -> bool:
    """Whether a notice of that key was posted."""
    return queries.notice_of_key(tx, key=key) is not None


def post_notice(
    tx: Transaction,
    notice: Notice,
    targets: Sequence[Target],
    *,
    now: datetime,
    webhook_id: str | None = None,
) -> bool:
    """Write a notice and a delivery for each target; False if its key was posted before.

    `webhook_id` is a merchant's webhook, None for the county's own.
    """
    notice_id, at = new_id(), instant_text(now)
    written = queries.insert_notice(
        tx,
        id=notice_id,
        kind=notice.kind,
        key=notice.key,
        title=notice.title,
        body=notice.body,
        data_json=write_json(notice.data),
        created_at=at,
    )
    if not written:
        return False
    for channel, target in targets:
        delivery = {"id": new_id(), "notice_id": notice_id, "channel": channel, "target": target}
        queries.insert_delivery(tx, next_at=at, webhook_id=webhook_id, **delivery)
    return True
