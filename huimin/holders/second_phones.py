"""Second phone numbers that were written before they could be searched are made findable.

The numbers are encrypted with keys that a migration of the database doesn't have, so this runs
after it, in small parts. Running it again goes on where it stopped.
"""

from __future__ import annotations

from huimin.core.phone import BETWEEN
from huimin.holders import queries
from huimin.keys.personal_data import FILE_NAME, UNREADABLE, PersonalData
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.open_engine import open_engine

AT_ONCE = 500
# The ciphertext of the shortest two numbers: 7 digits, a slash, 7 digits.
LEAST_LENGTH = 62


def find_second_phones(settings: Settings) -> int:
    """Write the missing keyed hashes of second numbers; returns how many were written.

    Does nothing in a folder without the county's keys: new ones would be the wrong ones.
    """
    if not (settings.folder / FILE_NAME).exists():
        return 0
    personal_data, engine = PersonalData.open(settings.folder), open_engine(settings)
    count, after = 0, ""
    try:
        while True:
            after, written = engine.write(
                lambda tx, after=after: _write_part(tx, personal_data, after)  # type: ignore[misc]
            )
            count += written
            if not after:
                return count
    finally:
        engine.close()


def _write_part(tx: Transaction, personal_data: PersonalData, after: str) -> tuple[str, int]:
    """The id of the last person who was looked at, "" at the end; and how many were written."""
    rows = queries.perhaps_two_phones(tx, after=after, least_length=LEAST_LENGTH, row_limit=AT_ONCE)
    written = 0
    for row in rows:
        second = _second_phone(personal_data, row["phone_cipher"])
        if second:
            hashed = personal_data.lookup_hash(second)
            written += queries.note_second_phone(tx, second_phone_hash=hashed, **row)
        after = row["id"]
    return (after if rows else ""), written


def _second_phone(personal_data: PersonalData, cipher: str) -> str:
    try:
        return personal_data.decrypt(cipher, "holder.phone").partition(BETWEEN)[2]
    except UNREADABLE:  # of other keys; its page will say so
        return ""
