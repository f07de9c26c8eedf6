"""Vendored third-party files: where each came from, and a check that it is unchanged.

`python -m huimin.web.vendor` fetches them again with `npm pack` (a licence text that an npm package
leaves out: from a Python wheel) and writes their hashes into static/vendor/manifest.json; `--check`
only compares hashes and needs no network. Nothing at run time reads the manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VENDOR_FOLDER = Path(__file__).resolve().parent / "static" / "vendor"
MANIFEST = VENDOR_FOLDER / "manifest.json"
SOURCE_MAP_LINE = re.compile(rb"\n?/\*# sourceMappingURL=[^*]*\*/\s*$")

Entry = dict[str, Any]


def read_manifest(manifest: Path = MANIFEST) -> list[Entry]:
    """The entries: name, version, licence, npm_package, `files` (path_in_package, file, sha256;
    `wheel` when it comes from there, `written_here` with the reason when from nowhere) and `holds`:
    what is compiled into them under a licence of its own.
    """
    entries: list[Entry] = json.loads(manifest.read_text(encoding="utf-8"))["vendored"]
    return entries


def problems(manifest: Path = MANIFEST, root: Path = ROOT) -> list[str]:
    """One sentence per file that is missing, changed or not listed."""
    sentences, listed = [], {manifest.resolve()}
    for entry in read_manifest(manifest):
        for file in entry["files"]:
            path = (root / file["file"]).resolve()
            listed.add(path)
            if not path.is_file():
                sentences.append(f"{file['file']}: missing")
            elif sha256_of(path.read_bytes()) != file["sha256"]:
                sentences.append(f"{file['file']}: differs from the manifest")
    for path in sorted(manifest.parent.rglob("*")):
        if path.is_file() and path.resolve() not in listed:
            sentences.append(f"{path.relative_to(manifest.parent)}: not in the manifest")
    return sentences


def refresh() -> None:
    """Fetch every listed package, replace its files and update the hashes."""
    entries = read_manifest()
    for entry in entries:
        with tempfile.TemporaryDirectory() as folder:
            archive = _pack(f"{entry['npm_package']}@{entry['version']}", Path(folder))
            for file in entry["files"]:
                path = ROOT / file["file"]
                if "written_here" in file:
                    body = path.read_bytes()
                elif "wheel" in file:
                    body = _from_wheel(file["wheel"], file["path_in_package"], Path(folder))
                else:
                    body = _as_shipped(file, _member(archive, file["path_in_package"]))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(body)
                file["sha256"] = sha256_of(body)
    text = json.dumps({"vendored": entries}, ensure_ascii=False, indent=2)
    MANIFEST.write_text(text + "\n", encoding="utf-8")


def sha256_of(body: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(body).hexdigest()


def _pack(package: str, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the packages again; --check works without it")
    subprocess.run(
        [npm, "pack", "--silent", "--ignore-scripts", package],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return next(folder.glob("*.tgz"))


def _from_wheel(requirement: str, path: str, folder: Path) -> bytes:
    # Wheels only: a wheel is just unpacked, while a source package would run its own code.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--only-binary=:all:", requirement], cwd=folder, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return wheel.read(path)


def _member(archive: Path, path: str) -> bytes:
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{path}")
        if member is None:
            raise FileNotFoundError(path)
        return member.read()


def _as_shipped(file: Entry, body: bytes) -> bytes:
    # The source map is not shipped, so developer tools must not ask this server for it.
    return SOURCE_MAP_LINE.sub(b"\n", body) if file["file"].endswith(".css") else body


def main(arguments: list[str] | None = None) -> int:
    """Refresh, or only check; returns 1 if a file differs from the manifest."""
    parser = argparse.ArgumentParser(prog="python -m huimin.web.vendor", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare hashes only, offline")
    if not parser.parse_args(arguments).check:
        refresh()
    sentences = problems()
    for problem in sentences:
        print(problem, file=sys.stderr)
    return 1 if sentences else 0


if __name__ == "__main__":
    raise SystemExit(main())
