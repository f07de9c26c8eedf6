"""Third-party files: each is listed with its source and licence, and is what was fetched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from huimin.web import vendor
from tests.scripts import code_of


def test_every_vendored_file_is_listed_and_unchanged() -> None:
    assert vendor.problems() == []


@pytest.mark.parametrize("entry", vendor.read_manifest(), ids=lambda entry: entry["name"])
def test_every_entry_says_where_it_came_from_and_under_which_licence(entry: vendor.Entry) -> None:
    for field in ("name", "version", "licence", "npm_package"):
        assert entry[field]
    assert (vendor.ROOT / entry["licence_file"]).read_text(encoding="utf-8").strip()
    assert entry["files"]


def test_what_is_compiled_into_a_vendored_file_comes_with_its_own_licence_text() -> None:
    held = {
        part["name"]: (part["licence"], entry, vendor.ROOT / part["licence_file"])
        for entry in vendor.read_manifest()
        for part in entry.get("holds", [])
    }
    for _, entry, text in held.values():
        beside = {vendor.ROOT / file["file"] for file in entry["files"]}
        assert text in beside, "refreshing would leave it out, and nothing would see it change"
    zxing, zueci = held["ZXing-C++"], held["libzueci"]
    assert zxing[0] == "Apache-2.0" and zueci[0] == "BSD-3-Clause"
    assert "END OF TERMS AND CONDITIONS" in zxing[2].read_text("utf-8")
    assert "Redistributions in binary form must reproduce" in zueci[2].read_text("utf-8")
    wasm = next(vendor.VENDOR_FOLDER.rglob("*.wasm"))
    assert zxing[2].parent == wasm.parent


def test_no_style_sheet_or_script_names_another_host_to_load_from() -> None:
    folders = (vendor.VENDOR_FOLDER.parent, vendor.ROOT / "huimin" / "checkout" / "static")
    files = [path for folder in folders for path in folder.rglob("*")]
    assert {path.name for path in files} >= {"huimin.css", "till.css", "main.js"}
    for path in files:
        if path.suffix not in (".css", ".js"):
            continue
        text = path.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text, path.name
        assert "url(http" not in text and 'url("http' not in text, path.name
        # In a script's comment the word names the types of another module.
        assert "@import" not in (code_of(path) if path.suffix == ".js" else text), path.name


def test_a_changed_a_missing_and_an_unlisted_file_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(vendor.VENDOR_FOLDER, folder)
    for entry in vendor.read_manifest():
        for file in entry["files"]:
            target = tmp_path / file["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(vendor.ROOT / file["file"], target)
    css = tmp_path / "huimin/web/static/vendor/bootstrap/bootstrap.min.css"
    with css.open("ab") as file:
        file.write(b"/* changed */")
    (css.parent / "LICENSE").unlink()
    told = vendor.problems(
        shutil.copy(vendor.MANIFEST, css.parent.parent / "manifest.json"), tmp_path
    )
    assert [line.rpartition(": ")[2] for line in told] == ["differs from the manifest", "missing"]
    (css.parent / "extra.js").write_text("1")
    told = vendor.problems(css.parent.parent / "manifest.json", tmp_path)
    assert told[-1] == "bootstrap/extra.js: not in the manifest"


def test_the_check_runs_as_a_command_without_network() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "huimin.web.vendor", "--check"],
        cwd=vendor.ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
