"""The list of devices that are tills: what each last said of itself, and ending one alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

from huimin.access import queries
from huimin.access.sessions import device_words
from huimin.access.till_device import USER_AGENT_MAX, TillDevice, adopt_device
from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.catalogue import sentence
from huimin.core.days import instant_text, parse_instant
from huimin.core.permissions import COUNTY_SIDE, MERCHANT_SIDE, Side
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery

# A page asks every few minutes; what did not change is written down this often at most.
SEEN_EVERY = timedelta(minutes=1)
ANDROID_MODEL = re.compile(r"Android [\d.]+; (?P<model>[^;)]{2,40}?)(?: Build/[^;)]*)?[;)]")
VERSION = re.compile(r"[0-9a-f]{16}")
UNSENT_MAX, UNSENT_FEN_MAX = 100_000, 10**12
KEY_RENEWED = sentence("收银终端密钥已更换")


@dataclass(frozen=True, slots=True)
class DeviceCriteria:
    """What to list; None does not filter. `unsent` keeps those that still hold sales."""

    merchant_id: str | None = None
    outlet_id: str | None = None
    state: str | None = None
    unsent: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What a till page says of itself: its version, and the sales that it has not yet sent.

    None where it does not say.
    """

    app_version: str | None = None
    unsent_count: int | None = None
    unsent_fen: int | None = None

    @classmethod
    def of(cls, version: str | None, unsent: str | None) -> DeviceReport:
        """From the headers of the page's request; what is not as expected is left out."""
        known = version if version and VERSION.fullmatch(version) else None
        numbers = re.fullmatch(r"([0-9]{1,6}) ([0-9]{1,13})", unsent or "", re.ASCII)
        if numbers is None:
            return cls(known)
        count, fen = (int(text) for text in numbers.groups())
        return cls(known, min(count, UNSENT_MAX), min(fen, UNSENT_FEN_MAX))


def _for_reader(row: Row) -> Row:
    return {**row, "model": model_words(row["user_agent"])}


devices_after = ListQuery[DeviceCriteria](queries, "devices_after", for_reader=_for_reader)


def device_by_id(tx: Transaction, device_id: str, merchant_id: str | None) -> Row:
    """A device with terminal and outlet; of that merchant alone, unless None.

    Raises Refusal `not_found`.
    """
    row = queries.device_by_id(tx, id=device_id, merchant_id=merchant_id)
    if row is None:
        raise Refusal("not_found")
    return _for_reader(row)


def note_device(
    tx: Transaction, device_id: str, report: DeviceReport, *, user_agent: str | None, now: datetime
) -> None:
    """Keep what a device says of itself, and that it was seen."""
    queries.note_device(
        tx,
        id=device_id,
        now=instant_text(now),
        app_version=report.app_version,
        unsent_count=report.unsent_count,
        unsent_fen=report.unsent_fen,
        user_agent=(user_agent or "")[:USER_AGENT_MAX] or None,
    )


def is_news(tx: Transaction, device_id: str, report: DeviceReport, now: datetime) -> bool:
    """Whether `note_device` would write something that matters."""
    row = queries.device_notes(tx, id=device_id)
    if row is None:
        return False
    says = (report.app_version, report.unsent_count, report.unsent_fen)
    knows = (row["app_version"], row["unsent_count"], row["unsent_fen"])
    changed = any(new not in (None, old) for new, old in zip(says, knows, strict=True))
    return changed or now - parse_instant(row["last_seen_at"]) >= SEEN_EVERY


def end_device(
    tx: Transaction,
    device_id: str,
    *,
    merchant_id: str | None,
    side: Side,
    reason: str,
    **by: Unpack[By],
) -> Row:
    """End one device: its cookie is void at once, and the terminal's others go on.

    Raises FieldProblems on `reason`, Refusal `not_found`.
    """
    reason = checked_reason(reason)
    device = device_by_id(tx, device_id, merchant_id)
    ended = queries.end_device(
        tx,
        id=device_id,
        now=instant_text(by["now"]),
        ended_by=by["actor"],
        ended_side=side,
        ended_reason=reason,
    )
    if ended is None:
        raise field_problem("reason", "这台设备已经停用。")
    new = {"device": device_id}
    record(tx, "terminal.device_ended", device["terminal_id"], reason=reason, new=new, **by)
    return device


def end_this_device(tx: Transaction, device: TillDevice, **by: Unpack[By]) -> None:
    """End a device at itself, as its manager confirmed there."""
    terminal_id, device_id = device.terminal["terminal_id"], device.device_id
    if device_id is None:
        device_id = adopt_device(tx, device.terminal, user_agent=None, now=by["now"])
    queries.end_device(
        tx,
        id=device_id,
        now=instant_text(by["now"]),
        ended_by=by["actor"],
        ended_side=MERCHANT_SIDE,
        ended_reason=None,
    )
    record(tx, "terminal.till_left", terminal_id, new={"device": device_id}, **by)


def end_devices_of_the_key(tx: Transaction, terminal_id: str, **by: Unpack[By]) -> None:
    """End the devices that were set up by a terminal's key, which is being renewed."""
    queries.end_devices_of_the_key(
        tx,
        terminal_id=terminal_id,
        now=instant_text(by["now"]),
        ended_by=by["actor"],
        ended_side=COUNTY_SIDE,
        ended_reason=KEY_RENEWED,
    )


def model_words(user_agent: str | None) -> str:
    """Browser, system, and the device's model where its browser tells it."""
    words = device_words(user_agent)
    named = ANDROID_MODEL.search(user_agent or "")
    return f"{named['model']} · {words}" if named else words
