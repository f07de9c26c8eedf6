"""`huimin demo --code`: a phone's code to try a till with, of a demo's cards and of no others."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.conftest import RunCli
from tests.making.cards import make_card


def cards_of(described: dict[str, Any], state: str) -> list[str]:
    return [card["number"] for card in described["cards"] if card["state"] == state]


def test_a_demo_card_s_code_is_taken_by_a_till(
    run_cli: RunCli, demo_copy: Path, described: dict[str, Any]
) -> None:
    from huimin.app import create_app

    told = run_cli(["demo", "--folder", demo_copy, "--code", cards_of(described, "active")[0]])
    assert told.returncode == 0, told.stderr
    code = told.stdout.strip()
    assert code.isdigit()
    instance = open_instance(Settings.from_environment(demo_copy, {}))
    client = create_app(instance=instance, testing=True).test_client()
    key = described["terminals"][0]["key"]
    answer = client.post(
        "/api/v1/cards/verify", json={"card": code}, headers={"Authorization": f"Bearer {key}"}
    )
    instance.close()
    assert (answer.status_code, answer.json["identity_needed"]) == (200, False)
    assert answer.json["card"]["number"] == cards_of(described, "active")[0]


def test_no_code_of_a_card_that_does_not_count(
    run_cli: RunCli, demo_copy: Path, described: dict[str, Any]
) -> None:
    for number in (cards_of(described, "suspended")[0], "5120220000000054"):
        told = run_cli(["demo", "--folder", demo_copy, "--code", number])
        assert (told.returncode, told.stdout) == (2, "")


def test_no_code_of_a_real_county(
    run_cli: RunCli, sqlite_instance: Any, demo_copy: Path, tmp_path: Path
) -> None:
    card = make_card(sqlite_instance)
    folder = sqlite_instance.settings.folder
    sqlite_instance.close()
    told = run_cli(["demo", "--folder", folder, "--code", card["number"]])
    assert (told.returncode, told.stdout) == (2, "")
    shutil.copy(demo_copy / "demo.json", folder)
    told = run_cli(["demo", "--folder", folder, "--code", card["number"]])
    assert (told.returncode, told.stdout) == (2, "") and "不是演示县" in told.stderr
    told = run_cli(["demo", "--folder", tmp_path / "nothing", "--code", card["number"]])
    assert (told.returncode, told.stdout) == (2, "")
    assert not (tmp_path / "nothing").exists()
