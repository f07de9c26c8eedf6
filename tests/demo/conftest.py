"""A demo county built once by the real command; tests that write take a copy."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.serving import untraced
from tests.conftest import REPOSITORY


def run_demo(
    *args: str | Path, cwd: Path = REPOSITORY, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`huimin demo …` in a process of its own, with no setting of this machine."""
    kept = {name: value for name, value in untraced().items() if not name.startswith("HUIMIN_")}
    environment = {**kept, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8", **variables}
    return subprocess.run(
        [sys.executable, "-m", "huimin", "demo", *map(str, args)],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo county. It is read only; see `demo_copy`."""
    own = tmp_path_factory.getbasetemp()
    # Every xdist worker has a folder in the run's: the first builds, the others take a copy.
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (common / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = common / "demo-built"
        if not first.exists():
            done = run_demo("--no-serve", "--folder", own / "demo-begun")
            assert done.returncode == 0, done.stderr
            (own / "demo-begun").rename(first)
        return Path(shutil.copytree(first, own / "demo"))


@pytest.fixture
def demo_copy(built: Path, tmp_path: Path) -> Path:
    """A copy to serve or to change."""
    return Path(shutil.copytree(built, tmp_path / "copy"))


@pytest.fixture
def described(built: Path) -> dict[str, Any]:
    """What demo.json says."""
    found: dict[str, Any] = json.loads((built / "demo.json").read_text(encoding="utf-8"))
    return found
