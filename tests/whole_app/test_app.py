"""The skeleton: probes, the described API, limits, and what a wheel carries."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huimin.app import REQUEST_BYTES_MAX, create_app
from huimin.instance import Instance
from huimin.open_instance import instance_over
from huimin.settings import Settings
from huimin.storage.open_engine import open_engine

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def test_healthz_says_whether_the_database_answers(client: Any, instance: Instance) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").json) == (
        200,
        {"status": "ok"},
    )
    instance.engine.close()
    assert client.get("/healthz").status_code == 503


def test_the_api_is_described_and_its_page_takes_nothing_from_elsewhere(client: Any) -> None:
    description = client.get("/api/v1/openapi.json")
    assert description.status_code == 200
    assert description.json["openapi"].startswith("3.1")
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "//" not in page.text.replace("<!doctype html>", "")
    assert "unsafe-inline'; script" not in page.headers["Content-Security-Policy"]
    for name in ("start.js", "js/swagger-ui-bundle.js", "css/swagger-ui.css"):
        assert f"docs/{name}" in page.text
        assert client.get(f"/api/v1/docs/{name}").status_code == 200
    assert client.get("/api/v1/docs/../../../settings.py").status_code == 404


def test_a_body_that_is_too_large_is_refused(client: Any) -> None:
    huge = io.BytesIO(b"x" * (REQUEST_BYTES_MAX + 1))
    answer = client.post("/api/v1/quotes", input_stream=huge, content_length=REQUEST_BYTES_MAX + 1)
    assert answer.status_code in (401, 413)


@pytest.mark.parametrize(("switch", "status"), [("0", 404), ("1", 200)])
def test_metrics_are_served_when_asked_for_and_to_this_machine_only(
    make_settings: Callable[[str, str], Settings], clock: Any, switch: str, status: int
) -> None:
    made = make_settings("sqlite", "bare")
    settings = Settings.from_environment(made.folder, {"HUIMIN_METRICS": switch})
    instance = instance_over(settings, open_engine(settings), clock)
    try:
        client = create_app(instance=instance, testing=True).test_client()
        client.get("/healthz")
        answer = client.get("/metrics")
        assert answer.status_code == status
        if status == 200:
            assert 'endpoint="probes.healthz",method="GET",status="200"' in answer.text
        elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
        assert client.get("/metrics", environ_base=elsewhere).status_code == 404
    finally:
        instance.close()


@pytest.mark.parametrize(("base_url", "secure"), [("http://x", False), ("https://x", True)])
def test_cookies_are_secure_behind_https(
    make_settings: Callable[[str, str], Settings], clock: Any, base_url: str, secure: bool
) -> None:
    made = make_settings("sqlite", "bare")
    settings = Settings.from_environment(made.folder, {"HUIMIN_BASE_URL": base_url})
    instance = instance_over(settings, open_engine(settings), clock)
    try:
        config = create_app(instance=instance, testing=True).config
        assert config["SESSION_COOKIE_SECURE"] is secure
        assert config["SESSION_COOKIE_HTTPONLY"] and config["SESSION_COOKIE_SAMESITE"] == "Lax"
    finally:
        instance.close()


def test_a_wheel_carries_the_schema_and_everything_that_is_no_python(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    data = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "huimin").rglob("*")
        if path.is_file()
        and path.suffix in (".sql", ".csv", ".html", ".css", ".js", ".ttf", ".xlsx", ".md", ".png")
    }
    assert data
    assert data <= names
    assert "huimin/schema.sql" in names
    folder = tmp_path / "data"
    command = [sys.executable, "-m", "huimin", "--folder", str(folder), "init"]
    environment = {"PYTHONPATH": str(tmp_path / "installed"), "PYTHONIOENCODING": "utf-8"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert (folder / "huimin.db").is_file()
