"""A terminal's hash chain: canonical bytes of a ledger row, its hash, one digest of many heads.

A row's hash covers every column but itself, including the hash of the terminal's previous row, so
that changing, dropping or swapping a row breaks the chain at that row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from huimin.core.json_text import canonical_json

GENESIS = "0" * 64


def canonical_bytes(row: Mapping[str, Any]) -> bytes:
    """All columns but `hash` as compact JSON with sorted names, UTF-8; the same on both engines."""
    content = {name: value for name, value in row.items() if name != "hash"}
    return canonical_json(content)


def row_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of the row's canonical bytes, in hex."""
    return hashlib.sha256(canonical_bytes(row)).hexdigest()


def fold_heads(heads: Mapping[str, str]) -> str:
    """One digest of many chain heads (terminal id → hash), independent of their order."""
    digest = hashlib.sha256()
    for terminal_id in sorted(heads):
        digest.update(f"{terminal_id}:{heads[terminal_id]}\n".encode())
    return digest.hexdigest()
