"""`huimin cards …` and `huimin keys …` as an office runs them: real processes on a real folder."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from huimin.cards import queries
from huimin.core.card_number import group
from huimin.instance import Instance
from tests.cards.independent import read_codes, verified_claims
from tests.making.cards import make_card
from tests.making.holders import make_holder

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(run_cli: Run, sqlite_instance: Instance) -> Callable[..., CompletedProcess[str]]:
    return lambda *args: run_cli(list(args), sqlite_instance.settings.folder)


def states(instance: Instance, holder_id: str) -> list[str]:
    return instance.engine.read(
        lambda tx: [row["state"] for row in queries.cards_of_holder(tx, holder_id=holder_id)]
    )


def event_names(instance: Instance, card_id: str) -> list[str]:
    return instance.engine.read(
        lambda tx: [row["event"] for row in queries.events_of_card(tx, card_id=card_id)]
    )


def test_the_life_of_a_card(run: Any, sqlite_instance: Instance) -> None:
    holder_id = make_holder(sqlite_instance)["id"]
    issued = run("cards", "issue", holder_id, "--format", "json")
    assert issued.returncode == 0, issued.stderr
    (card,) = json.loads(issued.stdout)
    claims = verified_claims(card["token"], sqlite_instance.key_ring.jwks())
    assert len(claims[7]) == 7

    for command, state in (
        ("suspend", "suspended"),
        ("resume", "active"),
        ("lost", "lost"),
    ):
        done = run("cards", command, card["number"], "--reason", "测试", "--format", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["state"] == state
    new = run("cards", "replace", group(card["number"]), "--reason", "卡丢了", "--format", "json")
    assert json.loads(new.stdout)["number"] != card["number"]
    assert sorted(states(sqlite_instance, holder_id)) == ["active", "replaced"]

    shown = json.loads(run("cards", "show", card["token"], "--format", "json").stdout)
    assert [event["event"] for event in shown["events"]] == [
        "issued", "suspended", "resumed", "lost", "replaced",
    ]  # fmt: skip
    assert all(event["actor"].startswith("cli:") for event in shown["events"])


def test_refusals_are_one_sentence_and_change_nothing(run: Any, sqlite_instance: Instance) -> None:
    card = make_card(sqlite_instance)
    wrong_digit = card["number"][:-1] + str((int(card["number"][-1]) + 1) % 10)
    for args in (
        ("issue", card["holder_id"]),
        ("issue", "no-such-holder"),
        ("issue",),
        ("resume", card["number"], "--reason", "测试"),
        ("revoke", wrong_digit, "--reason", "测试"),
        ("revoke", card["number"], "--reason", " "),
    ):
        done = run("cards", *args)
        assert done.returncode == 2, args
        assert done.stderr.strip() and "Traceback" not in done.stderr
    assert states(sqlite_instance, card["holder_id"]) == ["active"]


def test_show_masks_the_name(run: Any, sqlite_instance: Instance) -> None:
    card = make_card(sqlite_instance, make_holder(sqlite_instance, name="黄筱平"))
    shown = run("cards", "show", card["number"])
    assert "黄*平" in shown.stdout and "黄筱平" not in shown.stdout


def test_print_all_unprinted_records_each_card_once(
    run: Any, sqlite_instance: Instance, tmp_path: Path
) -> None:
    cards = [make_card(sqlite_instance) for _ in range(9)]
    out = tmp_path / "cards.pdf"
    done = run("cards", "print", "--all-unprinted", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    read = [code.text for page in (0, 1) for code in read_codes(out.read_bytes(), page)]
    assert sorted(read) == sorted(card["token"] for card in cards)
    assert all(event_names(sqlite_instance, card["id"]) == ["issued", "printed"] for card in cards)

    again = run("cards", "print", "--all-unprinted", "--out", str(tmp_path / "again.pdf"))
    assert again.returncode == 0 and not (tmp_path / "again.pdf").exists()
    one = run("cards", "print", "--card", cards[0]["number"], "--single", "--out", str(out))
    assert one.returncode == 2 and len(read_codes(out.read_bytes())) == 8
    one = run(
        "cards", "print", "--card", cards[0]["number"], "--single", "--out", str(out), "--overwrite"
    )
    assert one.returncode == 0
    assert [code.text for code in read_codes(out.read_bytes())] == [cards[0]["token"]]


def test_print_refuses_what_it_cannot_print(
    run: Any, sqlite_instance: Instance, tmp_path: Path
) -> None:
    card = make_card(sqlite_instance)
    assert run("cards", "suspend", card["number"], "--reason", "核查").returncode == 0
    out = tmp_path / "cards.pdf"
    for choice in (
        ("--card", card["number"]),
        ("--holder", card["holder_id"]),
        ("--town", "999999999999"),
        ("--town", "x"),
        ("--town", "512022002004"),  # a village
        (),
        ("--all-unprinted", "--card", card["number"]),
    ):
        assert run("cards", "print", *choice, "--out", str(out)).returncode == 2, choice
    missing_folder = str(tmp_path / "none" / "cards.pdf")
    assert run("cards", "print", "--all-unprinted", "--out", missing_folder).returncode == 2
    assert not out.exists()
    assert event_names(sqlite_instance, card["id"]) == ["issued", "suspended"]


def test_print_one_town_and_one_holder(run: Any, sqlite_instance: Instance, tmp_path: Path) -> None:
    card = make_card(sqlite_instance)
    row = sqlite_instance.engine.read(lambda tx: queries.card_with_name(tx, id=card["id"]))
    town = row["division_code"][:9] + "000"
    for name, choice in (
        ("town.pdf", ("--town", town)),
        ("one.pdf", ("--holder", card["holder_id"])),
    ):
        done = run("cards", "print", *choice, "--out", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        assert [c.text for c in read_codes((tmp_path / name).read_bytes())] == [card["token"]]


def test_keys_rotate_from_the_command_line(run: Any, sqlite_instance: Instance) -> None:
    make_card(sqlite_instance)
    assert run("keys", "add").returncode == 0
    assert run("keys", "retire", "01").returncode == 0
    listed = json.loads(run("keys", "list", "--format", "json").stdout)
    assert listed == {
        "keys": [
            {"kid": "01", "state": "retired", "signs": False, "live_cards": 1},
            {"kid": "02", "state": "active", "signs": True, "live_cards": 0},
        ],
        "missing": [],
    }
    for kid in ("02", "77", "zz"):
        refused = run("keys", "retire", kid)
        assert refused.returncode == 2 and "Traceback" not in refused.stderr


def test_expire_says_how_many(run: Any) -> None:
    done = run("cards", "expire", "--format", "json")
    assert done.returncode == 0 and json.loads(done.stdout) == {"expired": []}


def test_who_has_no_aid_gets_no_card_by_the_command_either(
    run: Any, sqlite_instance: Instance
) -> None:
    for entitled in ({"eligibility": None}, {"entitled": (date(2020, 1, 1), date(2024, 1, 1))}):
        holder_id = make_holder(sqlite_instance, **entitled)["id"]
        refused = run("cards", "issue", holder_id)
        assert refused.returncode != 0 and "没有有效的保障资格" in refused.stderr
        assert not states(sqlite_instance, holder_id)
