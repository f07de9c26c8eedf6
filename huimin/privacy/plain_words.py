"""Words of complaints that an older program wrote in clear are sealed, in parts beside the tills.

Until version 20 the words of a step stood in its row. A migration has no keys, so whoever has them
does it: the day's timer, and a rotation of the keys before it begins. It may be stopped at any
moment, and goes on where it was.
"""

from __future__ import annotations

from functools import partial

from huimin.keys.personal_data import PersonalData, Purpose
from huimin.privacy import queries
from huimin.storage.append_only import opened
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.giving_way import ROWS_AT_ONCE, write_part

PURPOSE: Purpose = "complaint_step"


def seal_plain_words(engine: Engine, secrets: PersonalData, at_once: int = ROWS_AT_ONCE) -> int:
    """Seal all that stand in clear; how many there were. Where there are none, nothing is
    written."""
    total = 0
    while rows := engine.read(lambda tx: list(queries.plain_steps(tx, row_limit=at_once))):
        # Computed within the transaction: a rotation knows that whoever writes has read its keys.
        total += write_part(engine, partial(_seal, secrets=secrets, rows=rows))
    return total


def _seal(tx: Transaction, *, secrets: PersonalData, rows: list[Row]) -> int:
    count = 0
    with opened(tx, "complaint_step"):
        for row in rows:
            # Somebody who was erased meanwhile has been taken out of it: the next part reads again.
            if queries.empty_plain_step(tx, id=row["id"], text=row["text"]):
                cipher = secrets.encrypt(row["text"], PURPOSE)
                queries.keep_complaint_words(tx, id=row["id"], text_cipher=cipher)
                count += 1
    return count
