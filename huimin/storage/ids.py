"""Identifiers of rows: UUIDv7 text, which sorts by time and says nothing about anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import uuid6

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 36 characters of text."""
    return str(uuid6.uuid7())


def id_of(at: datetime) -> str:
    """A fresh id that begins with that instant, to the millisecond, and not with the clock's."""
    return _beginning(at) + new_id()[13:]


def least_id(at: datetime) -> str:
    """The least id of a row that is made at that time or later."""
    return f"{_beginning(at)}-7000-8000-000000000000"


def _beginning(at: datetime) -> str:
    digits = f"{(at - EPOCH) // timedelta(milliseconds=1):012x}"
    return f"{digits[:8]}-{digits[8:]}"
