"""Hand a message on: as a file in a folder that a gateway empties, or by a signed POST to it.

Both carry the same: id, kind, phone, text, and the fields of a template; with a file of templates
(templates.py), a template filled. The county's gateway makes an SMS or a WeChat template of it. Its
answer 422 says that the number can't be reached, and ends the matter; any other answer but 2xx is
tried again, and so is a web page.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from huimin.core.days import parse_instant
from huimin.core.json_text import canonical_json, read_json
from huimin.messages.texts import CODE
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.notices.webhook import post_signed
from huimin.settings import MESSAGE_FILE, Settings
from huimin.storage.giving_way import give_way, long_work
from huimin.storage.new_file import write_whole

NUMBER_REFUSED = 422
PAGE = "text/html"
SWEPT_EACH = timedelta(minutes=1)
# By their name, codes that nobody took are found and deleted when their life is over.
CODE_ENDING = ".code.json"


def hand_on(settings: Settings, channel: str, sent: Mapping[str, Any], now: datetime) -> None:
    """Send it once. `sent` has `id`, `kind`, `phone`, `text`, `language`, `fields`, `created_at`,
    `expires_at`. Raises DeliveryProblem, which names no number and no text.
    """
    if channel == MESSAGE_FILE:
        _write(settings.spool, sent)
        return
    if not settings.message_url or not settings.message_secret:
        raise DeliveryProblem("gateway_unset")
    answered = post_signed(settings.message_url, settings.message_secret, sent, sent["id"], now)
    status = answered.status
    if status == NUMBER_REFUSED:
        raise DeliveryProblem("number_refused", status)
    if 300 <= status < 400:
        raise DeliveryProblem("gateway_moved", status)
    if not 200 <= status < 300:
        raise DeliveryProblem("webhook_answer", status)
    # A portal in between, or a web site under a wrong address, answers everything with 200.
    if answered.media_type == PAGE:
        raise DeliveryProblem("gateway_page", status)


class CodeSweeps:
    """When the folder was last looked through: it may hold a hundred thousand files that a gateway
    has not taken yet, and codes are looked for every two seconds."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look again; that it was asked counts as a look."""
        if self._last is not None and timedelta() <= now - self._last < SWEPT_EACH:
            return False
        self._last = now
        return True


def sweep_codes(settings: Settings, sweeps: CodeSweeps, now: datetime) -> None:
    """Delete the files of codes that nobody took and that are worth nothing any more, once a
    minute at the most."""
    if settings.message_channel != MESSAGE_FILE or not sweeps.is_due(now):
        return
    with suppress(FileNotFoundError), long_work(), os.scandir(settings.spool) as entries:
        for entry in entries:
            give_way()
            if entry.name.endswith(CODE_ENDING) and _is_over(Path(entry.path), now):
                Path(entry.path).unlink(missing_ok=True)


def _write(folder: Path, sent: Mapping[str, Any]) -> None:
    ending = CODE_ENDING if sent["kind"] == CODE else ".json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(folder / f"{sent['id']}{ending}", canonical_json(sent))
    except OSError as error:
        raise DeliveryProblem("spool_unwritable", type(error).__name__) from error


def _is_over(path: Path, now: datetime) -> bool:
    try:
        expires_at = str(read_json(path.read_bytes())["expires_at"])
        return parse_instant(expires_at) <= now
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        return True
