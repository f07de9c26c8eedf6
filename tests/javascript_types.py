"""Prove the types of the JavaScript of till and card: `python -m tests.javascript_types`.

They stand in its comments (JSDoc). TypeScript is a developer's tool and no part of huimin: one
version, fetched once by `npm pack` into the user's cache and held against the digest below. 6.0 is
the last that runs on node alone; from 7.0 on it is a program for each kind of machine.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TYPESCRIPT = "typescript@6.0.3"
# What the registry calls the package's integrity: sha512, in base64.
SHA512 = "y2TvuxSZPDyQakkFRPZHKFm+KKVqIisdg9/CZwm9ftvKXLP8NRWj38/ODjNbr43SsoXqNuAisEf1GdCxqWcdBw=="
CHECKOUT, MY = (
    Path(__file__).resolve().parents[1] / "huimin" / room for room in ("checkout", "my")
)
# The scripts of the pages, and the service worker, which has no page.
PROJECTS = ("jsconfig.json", "jsconfig.worker.json")


def why_not() -> str | None:
    """Why the types can't be proved on this machine as it is; None where they can."""
    if shutil.which("node") is None:
        return "no node on this machine"
    if not _compiler().is_file():
        return f"{TYPESCRIPT} was never fetched here: run python -m tests.javascript_types"
    return None


def mistakes(room: Path = CHECKOUT) -> list[str]:
    """What the compiler finds in the scripts below this folder, a line each."""
    found = []
    for project in PROJECTS:
        ran = subprocess.run(
            ["node", _compiler(), "--pretty", "false", "--project", room / project],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        lines = (ran.stdout + ran.stderr).splitlines()
        found += lines or ([f"{project}: exit code {ran.returncode}"] if ran.returncode else [])
    return found


def fetch() -> None:
    """Bring the compiler into the user's cache, unless it is there."""
    if _compiler().is_file():
        return
    folder = _compiler().parents[2]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        command = ["npm", "pack", "--silent", "--ignore-scripts", TYPESCRIPT]
        subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
        archive = next(Path(place).glob("*.tgz"))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != SHA512:
            raise SystemExit(f"{TYPESCRIPT} is not what it was: sha512 {digest}")
        with tarfile.open(archive) as tar:
            tar.extractall(place, filter="data")
        # Whole or not at all, whoever else fetches it at the same time.
        shutil.rmtree(folder / "package", ignore_errors=True)
        (Path(place) / "package").rename(folder / "package")


def _compiler() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "huimin" / TYPESCRIPT / "package" / "lib" / "tsc.js"


def main() -> int:
    fetch()
    found = [*mistakes(), *mistakes(MY)]
    print("\n".join(found) or "no mistakes in the types of the scripts")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
