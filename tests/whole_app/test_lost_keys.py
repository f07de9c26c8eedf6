"""A lost key file is named; no fresh key is made beside what the old one protects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.open_instance import open_instance
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from tests.making.cards import make_card
from tests.making.holders import make_holder


@pytest.mark.parametrize("name", ["card_keys.json", "personal_keys.json"])
def test_a_lost_key_file_stops_everything_and_is_not_replaced(
    sqlite_instance: Instance, folder: Path, run_cli: Any, name: str
) -> None:
    make_card(sqlite_instance, make_holder(sqlite_instance))
    sqlite_instance.close()
    kept = folder / f"{name}.backup"
    (folder / name).rename(kept)
    with pytest.raises(StorageProblem, match=name):
        open_instance(Settings.from_environment(folder, {}))
    said = run_cli(["holders", "list"], folder)
    assert (said.returncode, said.stdout) == (2, "")
    assert name in said.stderr
    assert "Traceback" not in said.stderr
    assert not (folder / name).exists()
    kept.rename(folder / name)
    assert run_cli(["holders", "list"], folder).returncode == 0


def test_an_empty_county_gets_its_first_keys(sqlite_instance: Instance, folder: Path) -> None:
    sqlite_instance.close()
    for name in ("card_keys.json", "personal_keys.json"):
        (folder / name).unlink()
    open_instance(Settings.from_environment(folder, {})).close()
    assert (folder / "card_keys.json").exists()
