"""What was written about complaints in a county of version 20 is read, and sealed, after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from huimin.keys.personal_data import PersonalData
from huimin.privacy.plain_words import seal_plain_words
from huimin.ratings.complaints import steps_of
from huimin.settings import Settings
from huimin.storage import migrate
from huimin.storage.engine import Transaction
from huimin.storage.open_engine import migrate_database, open_engine
from tests.storage.older_databases import AT, VERSION_1, make_older, over_driver
from tests.storage.rows import insert_all

VERSION = 20


def upgrade(tx: Transaction, step: migrate.Step) -> None:
    if tx.engine == "sqlite":
        tx.connection.execute("COMMIT")
        tx.connection.execute("PRAGMA foreign_keys = OFF")
        tx.connection.execute("BEGIN")
    migrate.take_step(tx, step, AT)


def test_they_are_kept_readable_and_sealed(empty_place: Callable[[str], Settings]) -> None:
    settings = empty_place("county")
    make_older(settings, VERSION_1.read_text(encoding="utf-8"))
    for step in migrate.steps():
        if step.version <= VERSION:
            over_driver(settings, lambda tx, step=step: upgrade(tx, step))
    over_driver(settings, insert_all)
    assert migrate_database(settings)[0].startswith("0021")
    secrets, engine = PersonalData.open(settings.folder), open_engine(settings)

    def words(tx: Transaction) -> list[Any]:
        return [row["text"] for row in steps_of(tx, secrets, "co")]

    def in_clear(tx: Transaction) -> int:
        sql = "SELECT COUNT(text) AS n FROM complaint_step"
        return int(tx.connection.execute(sql).fetchone()["n"])

    try:
        assert (engine.read(words), engine.read(in_clear)) == (["已联系示范点"], 1)
        assert seal_plain_words(engine, secrets) == 1
        assert (engine.read(words), engine.read(in_clear)) == (["已联系示范点"], 0)
        assert seal_plain_words(engine, secrets) == 0
    finally:
        engine.close()
