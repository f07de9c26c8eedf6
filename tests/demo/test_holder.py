"""The holder whose "my card" can be tried: the printed code signs in, and there is always one."""

from __future__ import annotations

import json
from pathlib import Path

from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.conftest import RunCli
from tests.making.my_card import sign_in_to_card


def signs_in(folder: Path, holder: dict[str, str]) -> bool:
    """Whether what was printed opens the card."""
    from huimin.app import create_app

    instance = open_instance(Settings.from_environment(folder, {}))
    try:
        client = create_app(instance=instance, testing=True).test_client()
        answer = sign_in_to_card(client, holder["number"], holder["last_four"], holder["code"])
        return bool(answer.status_code == 302 and "退出" in client.get("/my/").text)
    finally:
        instance.close()


def test_each_opening_of_the_demo_prints_a_code_that_works(
    run_cli: RunCli, demo_copy: Path
) -> None:
    used = set()
    for _time in range(2):
        told = run_cli(["demo", "--folder", demo_copy, "--no-serve"])
        holder = json.loads((demo_copy / "demo.json").read_text(encoding="utf-8"))["holder"]
        assert holder["code"] in told.stdout and holder["last_four"] in told.stdout
        assert "/my/" in told.stdout and holder["number"] in told.stdout
        assert signs_in(demo_copy, holder)
        assert not signs_in(demo_copy, holder)
        used.add(holder["code"])
    assert len(used) == 2
