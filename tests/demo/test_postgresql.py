"""The demo on PostgreSQL: built in an empty database alone, used again, and no other touched."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.checkout.verify import verify_card
from huimin.core.card_token import check_card
from huimin.core.days import instant_text
from huimin.demo.build import open_demo
from huimin.demo.play import Played
from huimin.ledger.prove import verify_chains
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from huimin.storage.open_engine import holds_no_tables
from tests.conftest import RunCli
from tests.demo.test_build import figures
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
    assert len(done.stderr.splitlines()) == 1
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


FIRST_OF_A_MONTH = datetime(2026, 10, 31, 16, 0, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(
    postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Database and folder of a demo on PostgreSQL, with one month before this one to play."""
    url, folder = postgresql_server.fresh(), tmp_path_factory.mktemp("demo") / "county"
    with one_month_played():
        played = build(Settings.from_environment(folder, {URL: url}))
    assert played.redemptions > 500
    yield url, folder
    postgresql_server.drop(url)


@contextlib.contextmanager
def one_month_played() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huimin.demo.months.MONTHS_BEFORE", 1)
        yield


def build(settings: Settings) -> Played:
    demo = open_demo(settings, now=FIRST_OF_A_MONTH, seed=1, progress=lambda _: None)
    assert demo.played is not None
    return demo.played


def test_the_seed_alone_decides_the_figures_on_either_engine(
    filled: tuple[str, Path], tmp_path: Path
) -> None:
    url, folder = filled
    on_sqlite = Settings.from_environment(tmp_path / "again", {})
    with one_month_played():
        build(on_sqlite)
    shown = []
    for settings in (Settings.from_environment(folder, {URL: url}), on_sqlite):
        with contextlib.closing(open_instance(settings)) as instance:
            shown.append(figures(instance, FIRST_OF_A_MONTH))
            last = instance.engine.read(
                lambda tx: tx.connection.execute(
                    "SELECT MAX(month) AS month, MAX(recorded_at) AS at FROM ledger"
                ).fetchone()
            )
            assert last["month"] == "2026-11"
            assert last["at"] <= instant_text(FIRST_OF_A_MONTH)
    assert shown[0] == shown[1]


def test_an_empty_database_is_filled_and_used_again(
    run_cli: RunCli, filled: tuple[str, Path], tmp_path: Path, empty: Callable[[], str]
) -> None:
    url, folder = filled
    assert not (folder / "huimin.db").exists()
    first = counted(url, folder)
    assert first["ledger"] > 500

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
    assert holds_no_tables(Settings.from_environment(demo_copy, {URL: url}))


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
    assert holds_no_tables(settings)
    assert not list(tmp_path.iterdir())
    create_instance(settings)  # nothing that was left would stand in its way
