"""Identifiers of rows: UUIDv7 text, which sorts by time and says nothing about anybody."""

from __future__ import annotations

import uuid6


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 36 characters of text."""
    return str(uuid6.uuid7())
