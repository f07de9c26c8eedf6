"""Identifiers of rows: UUIDv7 text, which sorts by time and says nothing about anybody."""

from __future__ import annotations

from datetime import datetime

import uuid6


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 36 characters of text."""
    return str(uuid6.uuid7())


def least_id(at: datetime) -> str:
    """The least id of a row that is made at that time or later."""
    digits = f"{int(at.timestamp() * 1_000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000"
