"""/metrics: what is counted, across workers too; alerts and board name what is there."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import huimin.serving
from huimin.app import create_app
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, note_run
from huimin.open_instance import instance_over
from huimin.settings import Settings
from huimin.storage.open_engine import open_engine
from tests.served import running

MONITORING = Path(huimin.serving.__file__).parent / "monitoring"
NAME = re.compile(r"huimin_[a-z_]+")


def samples(text: str) -> dict[str, float]:
    """The value of each sample, by its name and labels as they are written."""
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


@pytest.fixture
def measured(instance: Instance) -> Any:
    """A client of an app that measures, on each engine."""
    asked = {"HUIMIN_METRICS": "1"}
    if instance.settings.database_url:
        asked["HUIMIN_DATABASE_URL"] = instance.settings.database_url
    settings = Settings.from_environment(instance.settings.folder, asked)
    opened = instance_over(settings, open_engine(settings), instance.clock)
    yield create_app(instance=opened, testing=True).test_client()
    opened.close()


@pytest.mark.both_engines
def test_requests_commits_ages_and_what_waits_are_counted(
    measured: Any, instance: Instance
) -> None:
    measured.get("/healthz")
    measured.get("/api/v1/terminal")
    app_engine = measured.application.extensions["huimin"].engine
    note_run(app_engine, "day", Outcome(), started_at=instance.clock(), ended_at=instance.clock())
    found = samples(measured.get("/metrics").text)
    assert found['huimin_requests_total{outcome="done"}'] >= 1
    assert found['huimin_requests_total{outcome="refused"}'] == 1
    assert found['huimin_requests_total{outcome="unavailable"}'] == 0
    assert found['huimin_refusals_total{code="unauthorized"}'] == 1
    assert found["huimin_writer_group_size_count"] >= 1
    assert found["huimin_writer_commit_seconds_count"] == found["huimin_writer_group_size_count"]
    assert found["huimin_writer_queue"] == 0
    assert found['huimin_age_seconds{what="day"}'] == 0
    assert found['huimin_age_seconds{what="backup"}'] == float("inf")
    assert found["huimin_disk_free_bytes"] > 0
    assert found["huimin_waiting_sales"] == 0
    assert found["huimin_clock_behind_seconds"] == 0
    ready = {name: value for name, value in found.items() if name.startswith("huimin_ready")}
    assert len(ready) == 6 and set(ready.values()) == {1.0}


def test_what_alerts_and_board_name_is_exported(measured: Any) -> None:
    measured.get("/api/v1/terminal")
    app_engine = measured.application.extensions["huimin"].engine
    app_engine.write(lambda tx: tx.connection.execute("SELECT 1").fetchall())
    exported = {re.split(r"[{ ]", line)[0] for line in measured.get("/metrics").text.splitlines()}
    for name in ("alerts.yml", "board.json"):
        named = set(NAME.findall((MONITORING / name).read_text(encoding="utf-8")))
        assert named and named - exported == set(), name
    board = json.loads((MONITORING / "board.json").read_text(encoding="utf-8"))
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in board["panels"]]
    assert len(places) == len(set(places)) > 10
    # Every metric is seen somewhere.
    own = {re.sub(r"_(total|bucket|sum|count|created)$", "", one) for one in exported}
    told = "".join((MONITORING / name).read_text() for name in ("alerts.yml", "board.json"))
    assert [one for one in own if one.startswith("huimin_") and one not in told] == []


def test_workers_add_up_what_each_has_counted(sqlite_instance: Instance) -> None:
    sqlite_instance.close()
    folder = sqlite_instance.settings.folder
    with running(folder, HUIMIN_METRICS="1", HUIMIN_WORKERS="2") as (port, _server):
        for _ in range(20):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=30).close()
        for _ in range(4):  # whichever worker answers
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                found = samples(answer.read().decode())
            name = 'huimin_request_seconds_count{endpoint="probes.livez",method="GET",status="200"}'
            assert found[name] >= 20
