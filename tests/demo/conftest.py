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

from tests.conftest import REPOSITORY


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
            command = [sys.executable, "-m", "huimin", "demo", "--no-serve", "--folder"]
            kept = {
                name: text for name, text in os.environ.items() if not name.startswith("HUIMIN_")
            }
            subprocess.run([*command, own / "demo-begun"], env=kept, cwd=REPOSITORY, check=True)
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
