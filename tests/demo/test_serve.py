"""The demo county served: what it prints and writes works against the running server."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.serving import free_port
from tests.conftest import REPOSITORY, RunCli

START_SECONDS_MAX = 60


@pytest.fixture(scope="module")
def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A running `huimin demo`, as demo.json describes it."""
    demo_copy = Path(shutil.copytree(built, tmp_path_factory.mktemp("served") / "copy"))
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIMIN_")}
    command = [sys.executable, "-m", "huimin", "demo", "--folder", str(demo_copy)]
    server = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=REPOSITORY,
        env={**kept, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        assert server.poll() is None, server.stdout and server.stdout.read()
        found = json.loads((demo_copy / "demo.json").read_text(encoding="utf-8"))
        assert found["base_url"] == f"http://127.0.0.1:{port}"
        yield {**found, "folder": demo_copy, "port": port}
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def call(
    served: dict[str, Any], path: str, body: dict[str, Any] | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        served["base_url"] + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {served['terminals'][0]['key']}",
            "Content-Type": "application/json",
            **headers,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_card_of_the_demo_can_be_verified_and_redeemed(served: dict[str, Any]) -> None:
    card = served["cards"][0]
    status, verified = call(served, "/api/v1/cards/verify", {"card": card["token"]})
    assert status == 200
    assert verified["card"]["number"] == card["number"]
    assert verified["holder"]["name_masked"] == card["holder"]
    body = {
        "card": card["number"],
        "amount_fen": 12_800,
        "order_no": "try-1",
        "presented_by": verified["may_present"][0]["id"],
        "identity_checked": True,
    }
    status, given = call(served, "/api/v1/redemptions", body, **{"Idempotency-Key": "try-1"})
    assert status == 201
    assert (given["discount_fen"], given["payable_fen"]) == (1_024, 11_776)
    suspended = next(each for each in served["cards"] if each["state"] == "suspended")
    status, refused = call(served, "/api/v1/cards/verify", {"card": suspended["token"]})
    assert status == 422
    assert refused["code"] == "card_suspended"


def test_the_printed_curl_line_works(run_cli: RunCli, served: dict[str, Any]) -> None:
    printed = run_cli(
        ["demo", "--no-serve", "--folder", served["folder"], "--port", str(served["port"])]
    )
    line = next(x.strip() for x in printed.stdout.splitlines() if x.strip().startswith("curl "))
    words = shlex.split(line)
    body = json.loads(words[words.index("-d") + 1])
    headers = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    assert f"Authorization: Bearer {served['terminals'][0]['key']}" in headers
    path = words[2].removeprefix(served["base_url"])
    status, answer = call(served, path, body)
    assert status == 200
    assert answer["card"]["state"] == "active"


def test_a_taken_port_is_one_sentence_and_builds_nothing(run_cli: RunCli, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_cli(["demo", "--folder", tmp_path / "county", "--port", str(port)])
    assert (done.returncode, done.stdout) == (2, "")
    assert "--port" in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "county").exists()
