"""What is looked for in the database's files is found wherever it stands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from huimin.storage import old_content, sqlite_file
from huimin.storage.old_content import cut_log, still_holds
from huimin.storage.sqlite_engine import SqliteEngine

WORDS = "一个人的名字，比一次读的长"


def test_a_text_that_no_single_part_holds_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_content, "PART_BYTES", len(WORDS.encode()) - 1)
    sqlite_file.create(tmp_path / "huimin.db", "2026-11-29T00:00:00Z")
    with closing(SqliteEngine(tmp_path / "huimin.db")) as engine:
        engine.write(lambda tx: tx.connection.execute("CREATE TABLE kept (word TEXT)"))
        assert not still_holds(engine, (WORDS,))
        engine.write(lambda tx: tx.connection.execute("INSERT INTO kept VALUES (?)", (WORDS,)))
        assert still_holds(engine, ("无此人", WORDS))  # in the log
        assert cut_log(engine)
        assert still_holds(engine, ("无此人", WORDS))  # in the file
        engine.write(lambda tx: tx.connection.execute("DELETE FROM kept"))
        assert cut_log(engine)
        assert not still_holds(engine, (WORDS,))
