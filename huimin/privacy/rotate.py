"""Rotate the keys of personal data: new keys for encryption and for look-up hashes.

1. The key file gets the new keys while the database's write lock is held: whoever writes after that
   has read them, in every process (keys/personal_data.py reads a changed file again).
2. Rows and files are encrypted anew, part by part beside the tills. Meanwhile both keys read, and
   people are found under both hashes.
3. Everything is read once more with the newest key alone, and only then are the old ones dropped.

It may be killed at any moment: what is left is known by its key's id, and a repeat goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.keys.personal_data import UNREADABLE, PersonalData, sealing_key_id
from huimin.privacy import queries
from huimin.privacy.plain_words import seal_plain_words
from huimin.privacy.sealed import SEALED_TABLES, SealedFile, SealedTable, sealed_files
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.giving_way import ROWS_AT_ONCE, write_part
from huimin.storage.lock_tables import lock_for_writing, wait_for_older_writers
from huimin.storage.new_file import write_whole

# Passes over everything until nothing of an older key is left: more than the second only find what
# was being written when the first began.
PASSES_MAX = 5

# The name of the files of the folder among the tables.
FILES = "files"

# Hears after each part what it was of, and how many are done of it.
Progress = Callable[[str, int], None]


@dataclass
class Rotated:
    """What came of it, by table or FILES: how many were encrypted anew, and how many no key of
    the file can read. `busy` are files of jobs that still run; while there is one, the old keys
    stay.
    """

    key_id: int
    resealed: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    busy: int = 0
    finished: bool = False


def rotate_personal(
    engine: Engine,
    secrets: PersonalData,
    folder: Path,
    *,
    progress: Progress = lambda name, done: None,
    at_once: int = ROWS_AT_ONCE,
    **by: Unpack[By],
) -> Rotated:
    """Rotate, or go on with a rotation that was interrupted. Raises StorageProblem."""
    result = Rotated(_begin(engine, secrets, **by))
    seal_plain_words(engine, secrets, at_once)
    for _number in range(PASSES_MAX):
        for name, table in SEALED_TABLES.items():
            _reseal_table(engine, secrets, name, table, result, progress, at_once)
        _reseal_files(engine, secrets, folder, result, progress)
        if result.busy:
            return result
        wait_for_older_writers(engine)
        if _nothing_left(engine, secrets, folder, result, at_once):
            _finish(engine, secrets, result, **by)
            return result
    return result


def _begin(engine: Engine, secrets: PersonalData, *, now: datetime, actor: str) -> int:
    def work(tx: Transaction) -> int:
        # The columns are computed within the transactions that write them: behind this lock there
        # is none that has read the old keys and has yet to write (on PostgreSQL the second pass
        # finds the last of them).
        lock_for_writing(tx, SEALED_TABLES)
        resumed = secrets.rotating
        key_id = secrets.begin_rotation()
        if not resumed:
            record(tx, "personal_key.rotation_begun", f"{key_id}", now=now, actor=actor)
        return key_id

    return engine.write(work)


def _finish(engine: Engine, secrets: PersonalData, result: Rotated, **by: Unpack[By]) -> None:
    def work(tx: Transaction) -> None:
        new = {"count": sum(result.resealed.values())}
        record(tx, "personal_key.rotated", f"{result.key_id}", new=new, **by)

    engine.write(work)
    secrets.finish_rotation()
    result.finished = True


def _parts(
    engine: Engine, table: SealedTable, at_once: int, *, after: str = ""
) -> Iterator[list[Row]]:
    while True:
        part = partial(table.some, after=after, row_limit=at_once)
        rows = list(engine.read(part))
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


def _reseal_table(
    engine: Engine,
    secrets: PersonalData,
    name: str,
    table: SealedTable,
    result: Rotated,
    progress: Progress,
    at_once: int,
) -> None:
    result.unreadable[name] = 0
    for rows in _parts(engine, table, at_once):
        # Computed outside the transaction, so that the only writer does not wait for it.
        new = []
        for row in rows:
            try:
                if not table.is_newest(row, result.key_id):
                    new.append(table.resealed(secrets, row))
            except UNREADABLE:
                result.unreadable[name] += 1
        if new:
            written = write_part(engine, partial(_written, table=table, rows=new))
            result.resealed[name] = result.resealed.get(name, 0) + written
            progress(name, result.resealed[name])


def _written(tx: Transaction, *, table: SealedTable, rows: list[Row]) -> int:
    with table.opened(tx):
        return sum(table.write(tx, **row) for row in rows)


def _reseal_files(
    engine: Engine, secrets: PersonalData, folder: Path, result: Rotated, progress: Progress
) -> None:
    result.busy = result.unreadable[FILES] = 0
    running = {row["id"] for row in engine.read(queries.running_jobs)}
    for file in sealed_files(folder):
        try:
            sealed = file.path.read_bytes()
            if sealing_key_id(sealed) == result.key_id:
                continue
            # It may write the same file at the same time.
            if file.job_id in running:
                result.busy += 1
                continue
            new = secrets.seal(secrets.unseal(sealed, file.name), file.name)
        except FileNotFoundError:  # deleted or renamed meanwhile; the next pass looks again
            continue
        except UNREADABLE:
            result.unreadable[FILES] += 1
            continue
        if _replaced(engine, file, new):
            result.resealed[FILES] = result.resealed.get(FILES, 0) + 1
            progress(FILES, result.resealed[FILES])


def _replaced(engine: Engine, file: SealedFile, content: bytes) -> bool:
    """Write the file anew, unless it was deleted meanwhile: what is deleted must not come back."""
    if not file.path.exists():
        return False
    try:
        write_whole(file.path, content)
    except FileNotFoundError:  # the job's folder has gone
        return False
    if file.evidence_id is not None:
        row = engine.read(lambda tx: queries.evidence_removed(tx, id=file.evidence_id))
        if row is not None:
            file.path.unlink(missing_ok=True)
            return False
    return True


def _nothing_left(
    engine: Engine, secrets: PersonalData, folder: Path, result: Rotated, at_once: int
) -> bool:
    """Whether all that can be read is read with the newest key, and found by its hashes."""
    for table in SEALED_TABLES.values():
        for rows in _parts(engine, table, max(at_once, ROWS_AT_ONCE)):
            if not all(_is_done(table, secrets, row, result.key_id) for row in rows):
                return False
    for file in sealed_files(folder):
        try:
            sealed = file.path.read_bytes()
            if sealing_key_id(sealed) != result.key_id:
                secrets.unseal(sealed, file.name)
                return False
            secrets.unseal(sealed, file.name)
        except (FileNotFoundError, *UNREADABLE):
            continue
    return True


def _is_done(table: SealedTable, secrets: PersonalData, row: Row, key_id: int) -> bool:
    try:
        right = table.is_right(secrets, row)
    except UNREADABLE:
        return True  # of no key that is here: the old ones are of no use to it either
    return right and table.is_newest(row, key_id)
