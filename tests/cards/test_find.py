"""From a reading to a card, and whether the card counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from huimin.cards.find import find_card, require_usable
from huimin.cards.token import end_of_day
from huimin.core.card_number import group, make_number
from huimin.core.card_token import address_form, read_text, sign_token
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.keys.key_ring import KeyRing
from tests.making.cards import make_card


def find(instance: Instance, text: str) -> dict[str, object]:
    return instance.engine.read(
        lambda tx: find_card(tx, read_text(text), instance.key_ring.public_keys())
    )


def test_number_token_and_address_name_the_same_card(instance: Instance) -> None:
    card = make_card(instance)
    address = address_form(card["token"], "huimin.example.org")
    for text in (card["number"], group(card["number"]), card["token"], address, address.lower()):
        assert find(instance, text)["id"] == card["id"]


def test_a_number_that_was_never_given_out_is_unknown(instance: Instance) -> None:
    with pytest.raises(Refusal) as caught:
        find(instance, make_number(1, "512022"))
    assert caught.value.code == "card_unknown"


def test_a_genuine_token_of_no_card_is_unknown(instance: Instance) -> None:
    ring = instance.key_ring
    token = sign_token(bytes(7), 2_000_000_000, 1, ring.private_key(ring.active_key_id))
    with pytest.raises(Refusal) as caught:
        find(instance, token)
    assert caught.value.code == "card_unknown"


def test_a_token_of_another_key_ring_is_refused(instance: Instance, tmp_path: Path) -> None:
    card = make_card(instance)
    (tmp_path / "stranger").mkdir()
    stranger = KeyRing.open(tmp_path / "stranger")
    forged = sign_token(
        bytes.fromhex(card["copy_id"]),
        end_of_day(date(2029, 10, 31)),
        1,
        stranger.private_key(1),
    )
    with pytest.raises(Refusal) as caught:
        find(instance, forged)
    assert caught.value.code == "card_signature_invalid"


@pytest.mark.parametrize("state", ["suspended", "lost", "replaced", "expired", "revoked"])
def test_a_stopped_card_says_its_state(state: str) -> None:
    with pytest.raises(Refusal) as caught:
        require_usable({"state": state, "expires_on": "2029-10-31"}, date(2026, 10, 31))
    assert caught.value.code == f"card_{state}"


def test_a_card_counts_through_its_last_day() -> None:
    card = {"state": "active", "expires_on": "2026-10-31"}
    require_usable(card, date(2026, 10, 31))
    with pytest.raises(Refusal) as caught:
        require_usable(card, date(2026, 11, 1))
    assert caught.value.code == "card_expired"


def test_a_day_ends_at_the_countys_midnight() -> None:
    assert end_of_day(date(2026, 10, 31)) == 1_793_462_400  # 2026-10-31T16:00:00Z
