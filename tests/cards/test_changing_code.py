"""The changing code as a stranger verifies it, and how it differs from the printed one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from huimin.instance import Instance
from tests.cards.independent import verified_claims
from tests.making.cards import make_card
from tests.making.codes import make_code


def test_its_claims_say_when_and_which_copy_and_nothing_else(sqlite_instance: Instance) -> None:
    instance, card = sqlite_instance, make_card(sqlite_instance)
    claims = verified_claims(make_code(instance, card), instance.key_ring.jwks())
    issued = int(instance.clock().timestamp())
    assert claims == {7: bytes.fromhex(card["copy_id"]), 4: issued + 60, 6: issued}
    assert set(verified_claims(card["token"], instance.key_ring.jwks())) == {4, 7}


def test_each_second_has_its_own_and_always_the_same(sqlite_instance: Instance, clock: Any) -> None:
    card = make_card(sqlite_instance)
    first = make_code(sqlite_instance, card)
    assert make_code(sqlite_instance, card) == first
    assert make_code(sqlite_instance, card, clock() + timedelta(milliseconds=999)) == first
    assert make_code(sqlite_instance, card, clock() + timedelta(seconds=1)) != first


def test_it_is_signed_by_the_key_of_today(sqlite_instance: Instance) -> None:
    instance, card = sqlite_instance, make_card(sqlite_instance)
    new = instance.key_ring.add()
    instance.key_ring.retire(card["key_id"])
    claims = verified_claims(make_code(instance, card), instance.key_ring.jwks([new]))
    assert claims[7] == bytes.fromhex(card["copy_id"])
