"""A county that goes on from a backup: what was given out after it is never given out again.

The terminals sold on after the backup was made, and nobody can say how much; perhaps the same
backup was restored before, and sold on as well. So each chain goes on far behind every place that
it can have reached by now, which grows with each second since the backup; terminals' codes leave a
gap as well. The gaps are on record, so that `prove` knows them from rows that were taken away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.chain import GENESIS
from huimin.core.days import instant_text
from huimin.ledger import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

# A terminal sells less often than this, and terminals are added less often, whatever happened in
# the time for which the clock can't speak.
SALES_PER_SECOND, SALES_MIN = 10, 100_000
TERMINALS_MIN, MINUTES_PER_TERMINAL = 1_000, 10


def begin_epoch(tx: Transaction, *, backup_id: str, backup_at: datetime, **by: Unpack[By]) -> int:
    """Begin the next epoch of a county that was just restored; returns its number.

    `backup_at` is the instant of the copy. Nothing may be sold before this is committed.
    """
    number = current_epoch(tx) + 1
    seconds = max(0, int((by["now"] - backup_at).total_seconds()))
    code = int(queries.last_code_of_terminals(tx)) + TERMINALS_MIN
    code += seconds // (60 * MINUTES_PER_TERMINAL)
    row = {
        "id": new_id(),
        "number": number,
        "backup_id": backup_id,
        "backup_at": instant_text(backup_at),
        "began_at": instant_text(by["now"]),
        "began_by": by["actor"],
        "last_terminal_code": code,
    }
    queries.insert_epoch(tx, **row)
    chains = [_chain(chain, number, seconds) for chain in queries.chains_of_terminals(tx)]
    if chains:
        queries.insert_epoch_chains(tx, chains)
        queries.go_on_after(tx, chains)
    new = {"backup_at": row["backup_at"], "terminals": len(chains)}
    record(tx, "epoch.began", str(number), new=new, **by)
    return number


def current_epoch(tx: Transaction) -> int:
    """1 for a county that was never restored."""
    return int(queries.last_epoch(tx) or 1)


def list_epochs(tx: Transaction) -> list[Row]:
    """Each epoch but the first, oldest first: the row of `epoch`."""
    return list(queries.list_epochs(tx))


def gaps_of(tx: Transaction, terminal_id: str) -> dict[int, int]:
    """Place → the place after which the terminal's chain went on from it, by restored epoch."""
    chains = queries.epoch_chains_of(tx, terminal_id=terminal_id)
    return {chain["sequence"]: chain["goes_on_after"] for chain in chains}


def _chain(chain: Row, epoch: int, seconds: int) -> Row:
    sequence = chain["sequence"] or 0
    return {
        "id": new_id(),
        "epoch": epoch,
        "terminal_id": chain["terminal_id"],
        "sequence": sequence,
        "hash": chain["hash"] or GENESIS,
        "goes_on_after": sequence + SALES_MIN + SALES_PER_SECOND * seconds,
    }
