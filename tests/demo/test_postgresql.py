"""The demo on PostgreSQL: built in an empty database alone, used again, and no other touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.checkout.verify import verify_card
from huimin.core.card_token import check_card
from huimin.demo.build import open_demo
from huimin.instance import create_instance, open_instance
from huimin.ledger.prove import verify_chains
from huimin.settings import Settings
from huimin.storage.open_engine import holds_no_tables
from tests.conftest import RunCli
from tests.postgresql_server import PostgresqlServer

URL = "HUIMIN_DATABASE_URL"


@pytest.fixture
def empty(postgresql_server: PostgresqlServer) -> Iterator[Callable[[], str]]:
    """`empty()`: the address of a new database with nothing in it."""
    made: list[str] = []

    def make() -> str:
        made.append(postgresql_server.fresh())
        return made[-1]

    yield make
    for url in made:
        postgresql_server.drop(url)


def refused(run_cli: RunCli, folder: Path, url: str) -> str:
    """The one sentence of a start that is refused."""
    done = run_cli(["demo", "--no-serve", "--folder", folder], **{URL: url})
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and " / " in done.stderr
    return done.stderr


def counted(url: str, folder: Path) -> dict[str, int]:
    instance = open_instance(Settings.from_environment(folder, {URL: url}))
    try:
        return {
            table: instance.engine.read(
                lambda tx, table=table: tx.connection.execute(
                    f"SELECT COUNT(*) AS count FROM {table}"
                ).fetchone()
            )["count"]
            for table in ("ledger", "card", "terminal", "staff")
        }
    finally:
        instance.close()


def test_an_empty_database_is_filled_and_used_again(
    run_cli: RunCli, tmp_path: Path, empty: Callable[[], str]
) -> None:
    url, folder = empty(), tmp_path / "county"
    settings = Settings.from_environment(folder, {URL: url})
    first_of_a_month = datetime(2026, 10, 31, 16, 0, 1, tzinfo=UTC)  # the fewest days to play
    assert open_demo(settings, now=first_of_a_month, seed=1, progress=lambda _: None).played
    assert not (folder / "huimin.db").exists()
    first = counted(url, folder)
    assert first["ledger"] > 1_000

    again = run_cli(["demo", "--no-serve", "--folder", folder, "--port", "8123"], **{URL: url})
    assert again.returncode == 0 and "接着用已有的演示县" in again.stdout
    assert url not in again.stdout + (folder / "demo.json").read_text(encoding="utf-8")
    assert counted(url, folder) == first

    found: dict[str, Any] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    instance = open_instance(Settings.from_environment(folder, {URL: url}))
    assert list(instance.engine.read(verify_chains)) == []
    card = check_card(found["cards"][0]["token"], instance.key_ring.public_keys())
    shown = instance.engine.read(
        lambda tx: verify_card(
            tx,
            card,
            terminal=terminal_of_key(tx, found["terminals"][0]["key"]),
            now=instance.clock(),
        )
    )
    instance.close()
    assert shown["holder"]["name_masked"] == found["cards"][0]["holder"]

    assert "--folder" in refused(run_cli, folder, empty())  # this folder's demo is not in there
    assert URL in refused(run_cli, tmp_path / "other", url)  # another folder's is
    assert counted(url, folder) == first
    without = run_cli(["demo", "--no-serve", "--folder", folder])
    assert without.returncode == 2 and URL in without.stderr


def test_a_real_county_s_database_is_never_touched(
    run_cli: RunCli, tmp_path: Path, empty: Callable[[], str]
) -> None:
    url = empty()
    create_instance(Settings.from_environment(tmp_path / "real", {URL: url}))
    assert URL in refused(run_cli, tmp_path / "county", url)
    assert not (tmp_path / "county").exists()
    assert set(counted(url, tmp_path / "real").values()) == {0}


def test_a_sqlite_demo_stays_one(
    run_cli: RunCli, demo_copy: Path, empty: Callable[[], str]
) -> None:
    url = empty()
    assert "--folder" in refused(run_cli, demo_copy, url)
    assert holds_no_tables(url)


def test_an_unreachable_database_leaves_no_folder(run_cli: RunCli, tmp_path: Path) -> None:
    assert URL in refused(run_cli, tmp_path / "county", "postgresql://127.0.0.1:1/nowhere")
    assert not list(tmp_path.iterdir())


def test_an_interrupted_start_leaves_the_database_empty(
    tmp_path: Path, empty: Callable[[], str]
) -> None:
    def stop(days: int) -> None:
        if not days:
            raise KeyboardInterrupt

    url = empty()
    settings = Settings.from_environment(tmp_path / "county", {URL: url})
    with pytest.raises(KeyboardInterrupt):
        open_demo(settings, now=datetime.now(UTC), seed=1, progress=stop)
    assert holds_no_tables(url)
    assert not list(tmp_path.iterdir())
    create_instance(settings)  # nothing that was left would stand in its way
