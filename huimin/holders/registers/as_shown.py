"""Tell whether what an import is about to do is exactly what its check has shown.

Each accepted row has a print: a keyed hash of the person's draft and of what it changes in this
county. A row whose print differs at the import is not written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from huimin.holders import queries
from huimin.holders.people import HolderDraft
from huimin.holders.registers.gains import Gains
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Transaction

# What a check has shown, by sheet and row.
Prints = Mapping[tuple[str, int], str]


def print_of(
    personal_data: PersonalData, draft: HolderDraft, gains: Gains | None, applies: bool
) -> str:
    """The print of a row; `gains` is None for a new person, `applies` if a card is applied for."""
    return personal_data.lookup_hash(repr((draft, gains, applies)))


def needs_application(tx: Transaction, holder_id: str) -> bool:
    """Whether the person has neither a live card nor an open application."""
    return queries.card_or_application(tx, holder_id=holder_id) is None


def digest_of(prints: Iterable[tuple[str, int, str]]) -> str:
    """One digest (SHA-256, hex) of the prints of all rows."""
    return hashlib.sha256(repr(sorted(prints)).encode()).hexdigest()
