"""The units for systemd: complete, with real paths, no secret in them, and systemd reads them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]
SECRET = "a secret of the county"
TIMERS = ("backup", "day", "doctor", "month", "rehearse")
HARDENING = (
    "ProtectSystem=strict",
    "NoNewPrivileges=yes",
    "UMask=0077",
    "User=till-keeper",
    "CapabilityBoundingSet=",
)


def test_units_have_real_paths_and_no_secret(run_cli: RunCli, tmp_path: Path) -> None:
    folder, to = tmp_path / "county 100% $HOME", tmp_path / "units"
    to.mkdir()
    said = run_cli(
        ["units", to, "--user", "till-keeper", "--backups", tmp_path],
        folder,
        HUIMIN_SECRET_KEY=SECRET,
        HUIMIN_COUNTY_NAME='乐 "至" 100%',
        HUIMIN_LANGUAGE="en",
    )
    assert said.returncode == 0
    assert "HUIMIN_SECRET_KEY" in said.stderr and "/etc/huimin.env" in said.stderr
    written = {path.name: path.read_text(encoding="utf-8") for path in to.iterdir()}
    services = ["huimin.service", *(f"huimin-{name}.service" for name in TIMERS)]
    assert set(written) == {*services, *(f"huimin-{name}.timer" for name in TIMERS)}
    for name in services:
        text = written[name]
        assert "{" not in text and SECRET not in text
        assert f'--folder "{tmp_path}/county 100%% $$HOME"' in text
        assert f'"{tmp_path}/county 100%% $HOME"' in text
        assert r'Environment="HUIMIN_COUNTY_NAME=乐 \"至\" 100%%"' in text
        assert all(line in text.splitlines() for line in HARDENING)
    for line in ("Type=notify", "Restart=always", "WatchdogSec=180", "LimitNOFILE=65536"):
        assert line in written["huimin.service"].splitlines()
    printed = run_cli(["units", "--user", "till-keeper"], folder)
    assert printed.stdout.startswith("# huimin's server.")
    assert run_cli(["units", tmp_path / "none"], folder).returncode == 2


def test_a_unit_may_write_the_folders_that_its_settings_name(
    run_cli: RunCli, tmp_path: Path
) -> None:
    outside = {"HUIMIN_ANCHOR_FOLDER": "/mnt/archive", "HUIMIN_MESSAGE_FOLDER": "/mnt/messages"}
    assert run_cli(["units", tmp_path, "--user", "root"], tmp_path, **outside).returncode == 0
    may_write = {
        path.name: line.split()[1:]
        for path in tmp_path.glob("*.service")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("ReadWritePaths=")
    }
    assert may_write["huimin-day.service"] == ["-/mnt/messages", "-/mnt/archive"]
    assert may_write["huimin.service"] == ["-/mnt/messages"]
    assert may_write["huimin-month.service"] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_reads_them(run_cli: RunCli, tmp_path: Path) -> None:
    folder, to = tmp_path / "county 100% $HOME", tmp_path / "units"
    to.mkdir()
    run_cli(["units", to, "--user", "root", "--backups", tmp_path], folder)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *to.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, [line for line in said.stderr.splitlines() if str(to) in line]) == (
        0,
        [],
    )
