"""The changing code as a stranger verifies it, and how it differs from the printed one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from huimin.house import House
from tests.cards.independent import verified_claims
from tests.making.cards import make_card
from tests.making.codes import make_code


def test_its_claims_say_when_and_which_copy_and_nothing_else(sqlite_house: House) -> None:
    house, card = sqlite_house, make_card(sqlite_house)
    claims = verified_claims(make_code(house, card), house.key_ring.jwks())
    issued = int(house.clock().timestamp())
    assert claims == {7: bytes.fromhex(card["copy_id"]), 4: issued + 60, 6: issued}
    assert set(verified_claims(card["token"], house.key_ring.jwks())) == {4, 7}


def test_each_second_has_its_own_and_always_the_same(sqlite_house: House, clock: Any) -> None:
    card = make_card(sqlite_house)
    first = make_code(sqlite_house, card)
    assert make_code(sqlite_house, card) == first
    assert make_code(sqlite_house, card, clock() + timedelta(milliseconds=999)) == first
    assert make_code(sqlite_house, card, clock() + timedelta(seconds=1)) != first


def test_it_is_signed_by_the_key_of_today(sqlite_house: House) -> None:
    house, card = sqlite_house, make_card(sqlite_house)
    new = house.key_ring.add()
    house.key_ring.retire(card["key_id"])
    claims = verified_claims(make_code(house, card), house.key_ring.jwks([new]))
    assert claims[7] == bytes.fromhex(card["copy_id"])
