"""A backup of an older version comes back into today's program: it is brought up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huimin.backup import queries
from huimin.backup.manifest import About
from huimin.backup.members import files_in
from huimin.backup.prove import heads_of
from huimin.backup.restore import restore_county
from huimin.backup.write_archive import ArchiveWriter, writing
from huimin.core.catalogue import Text
from huimin.core.days import parse_instant
from huimin.keys.sealed_files import FOLDER as PAPERS
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from huimin.storage.migrate import newest_version
from huimin.storage.open_engine import looking
from tests.storage.test_county_v1 import fill_county

ABOUT = About(
    id="b",
    made_at="2026-10-31T02:00:00.000Z",
    program="0.0.1",
    schema_version=1,
    schema_fingerprint="",
    engine="sqlite",
    epoch=1,
    county_mark="00000000",
    county_name="乐至县",
    settings={},
)


def papers_then(tx: Any) -> list[dict[str, Any]]:
    """The papers, of a county that had no photos."""
    sql = "SELECT id FROM evidence_file WHERE removed_at IS NULL"
    return list(tx.connection.execute(sql).fetchall())


def counts_then(tx: Any) -> dict[str, int]:
    """What the older program counted."""
    return {
        "ledger": int(queries.count_ledger(tx)),
        "holders": int(queries.count_holders(tx)),
        "cards": int(queries.count_cards(tx)),
        "papers": len(papers_then(tx)),
    }


def write(settings: Settings, file: Path, about: About) -> None:
    with looking(settings) as tx:
        counts, heads = counts_then(tx), heads_of(tx)
    with writing(file, lock=None, packed=False) as (target, _):
        archive = ArchiveWriter(target, about)
        with settings.database_path.open("rb") as database:
            archive.add_file("huimin.db", database)
        for name, member in files_in(settings.folder):
            archive.add_file(name, member)
        archive.finish(counts, heads)


def test_it_is_brought_up_to_date_and_proved(environment: None, tmp_path: Path) -> None:
    old = Settings.from_environment(tmp_path / "old", {})
    fill_county(old)
    (old.folder / PAPERS).mkdir()
    with looking(old) as tx:
        for paper in papers_then(tx):
            (old.folder / PAPERS / paper["id"]).write_bytes(b"sealed")
    file, said = tmp_path / "old.tar", list[Text]()
    write(old, file, ABOUT)
    new = replace(old, folder=tmp_path / "new")
    now = parse_instant("2026-11-01T02:00:00.000Z")
    restored = restore_county(new, file, lock=None, say=said.append, now=now, actor="cli:test")
    assert restored.findings == []
    assert restored.epoch == 2
    assert len(said) == newest_version()  # the copy, and each step after the first version
    # The copy that an upgrade makes is not left in the county's folder.
    assert {path.name for path in new.folder.iterdir() if path.suffix == ".db"} == {"huimin.db"}

    newer = tmp_path / "newer.tar"
    write(old, newer, replace(ABOUT, schema_version=newest_version() + 1))
    elsewhere = replace(new, folder=tmp_path / "x")
    with pytest.raises(StorageProblem, match="比程序支持的"):
        restore_county(elsewhere, newer, lock=None, say=said.append, now=now, actor="cli:test")
    assert not (tmp_path / "x").exists()
