"""/livez and /readyz: what makes a county not ready, what strangers are told, what a look costs."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, note_run
from huimin.open_instance import instance_over
from huimin.serving.probes import EXTENSION
from huimin.serving.readiness import LOOK_SECONDS, SCHEMA_SECONDS, STUCK_SECONDS, Readiness
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.sqlite_engine import SqliteEngine
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder

WAIT_SECONDS_MAX = 60


class Seconds:
    """A monotonic clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def watched(app: Any, instance: Instance, seconds: Seconds) -> Any:
    """A client of a county with a card, whose looks grow old by `seconds`."""
    make_card(instance, make_holder(instance))
    app.extensions[EXTENSION] = Readiness(instance, seconds)
    return app.test_client()


def why_not(client: Any) -> list[str]:
    """The checks that keep the county from being ready, as this machine is told."""
    answer = client.get("/readyz")
    assert answer.status_code == (503 if "problems" in answer.json else 200)
    return [problem["check"] for problem in answer.json.get("problems", [])]


def test_a_sound_county_is_ready(watched: Any) -> None:
    for path in ("/livez", "/readyz", "/healthz"):
        answer = watched.get(path)
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_damaged_key_file_is_not_ready_and_only_this_machine_is_told_why(
    watched: Any, instance: Instance, seconds: Seconds
) -> None:
    path = instance.settings.folder / "personal_keys.json"
    sound = path.read_bytes()
    assert why_not(watched) == []
    for content in (b"", b"{", sound[:40], bytes(range(256))):
        path.write_bytes(content)
        assert why_not(watched) == []  # looked at a moment ago
        seconds.now += LOOK_SECONDS
        assert why_not(watched) == ["keys"]
        for asked in (
            {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}},
            {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        ):
            told = watched.get("/readyz", **asked)
            assert (told.status_code, told.json) == (503, {"status": "not ready"})
        assert watched.get("/livez").status_code == 200
        path.write_bytes(sound)
        seconds.now += LOOK_SECONDS
        assert why_not(watched) == []


def test_a_clock_put_back_and_a_changed_schema_are_not_ready(
    watched: Any, instance: Instance, clock: FixedClock, seconds: Seconds
) -> None:
    note_run(instance.engine, "day", Outcome(), started_at=clock(), ended_at=clock())
    assert why_not(watched) == []
    clock.now -= timedelta(minutes=6)
    seconds.now += LOOK_SECONDS
    assert why_not(watched) == ["clock"]
    clock.now += timedelta(minutes=6)
    seconds.now += SCHEMA_SECONDS

    def drop(tx: Transaction) -> None:
        table = " ON ledger" if tx.engine == "postgresql" else ""
        tx.connection.execute(f"DROP TRIGGER ledger_refuses_update{table}")

    instance.engine.write(drop)
    assert why_not(watched) == ["schema"]


def test_a_writer_that_hangs_is_seen_by_others(
    sqlite_app: Any, sqlite_instance: Instance, seconds: Seconds
) -> None:
    readiness = Readiness(sqlite_instance, seconds)
    sqlite_app.extensions[EXTENSION] = readiness
    client = sqlite_app.test_client()
    assert why_not(client) == []
    began, over = threading.Event(), threading.Event()

    def hang(_: Transaction) -> None:
        began.set()
        over.wait(WAIT_SECONDS_MAX)

    threads = [threading.Thread(target=lambda: sqlite_instance.engine.write(hang))]
    threads[0].start()
    began.wait(WAIT_SECONDS_MAX)
    seconds.now += LOOK_SECONDS
    threads.append(threading.Thread(target=readiness.look))
    threads[1].start()
    while readiness.looking_for is None:
        threads[1].join(0.01)
    assert client.get("/livez").status_code == 200
    seconds.now += STUCK_SECONDS
    assert client.get("/livez").status_code == 503
    assert why_not(client) == ["writes"]
    over.set()
    for thread in threads:
        thread.join()
    assert client.get("/livez").status_code == 200
    assert why_not(client) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, with 200 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200m,mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only the superuser makes a disk, and not in every container")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_not_ready(
    make_settings: Callable[[str, str], Settings],
    wire_app: Callable[[Instance], Any],
    clock: FixedClock,
    seconds: Seconds,
    small_disk: Path,
) -> None:
    made = make_settings("sqlite", "county")
    settings = Settings.from_environment(small_disk, {})
    settings.database_path.write_bytes(made.database_path.read_bytes())
    instance = instance_over(settings, SqliteEngine(settings.database_path), clock)
    app = wire_app(instance)
    app.extensions[EXTENSION] = Readiness(instance, seconds)
    client = app.test_client()
    try:
        assert why_not(client) == []
        filler = small_disk / "filler"
        filler.write_bytes(bytes(150 * 1024 * 1024))
        seconds.now += LOOK_SECONDS
        assert why_not(client) == ["disk"]
        filler.unlink()
        seconds.now += LOOK_SECONDS
        assert why_not(client) == []
    finally:
        instance.close()
