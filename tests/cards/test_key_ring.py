"""The key ring: rotation, what stays, what is published, and the file it lives in."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from huimin.cards.change_state import revoke_card
from huimin.cards.published_keys import published_jwks
from huimin.cards.token import token_of
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.keys.key_ring import FILE_NAME, KeyRing
from tests.cards.independent import verified_claims
from tests.making.cards import make_card


def test_the_first_opening_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    assert ring.active_key_id == 1 and list(ring.public_keys()) == [1]
    mode = stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode)
    assert mode == 0o600
    again = KeyRing.open(tmp_path)
    assert again.jwks() == ring.jwks()


def test_a_new_key_signs_and_the_old_one_still_verifies(instance: Instance) -> None:
    old = make_card(instance)
    instance.key_ring.add()
    new = make_card(instance)
    assert (old["key_id"], new["key_id"]) == (1, 2)
    for card in (old, new):
        claims = verified_claims(card["token"], instance.key_ring.jwks())
        assert claims[7].hex() == card["copy_id"]


def test_a_retired_key_signs_no_new_card_but_gives_the_same_token_again(instance: Instance) -> None:
    card = make_card(instance)
    instance.key_ring.add()
    instance.key_ring.retire(1)
    assert instance.key_ring.active_key_id == 2
    assert make_card(instance)["key_id"] == 2
    assert token_of(card, instance.key_ring) == card["token"]


def test_a_retired_key_is_published_until_no_live_card_uses_it(instance: Instance) -> None:
    def published() -> list[str]:
        key_set = instance.engine.read(lambda tx: published_jwks(tx, instance.key_ring))
        return [key["kid"] for key in key_set["keys"]]

    card = make_card(instance)
    instance.key_ring.add()
    instance.key_ring.retire(1)
    assert published() == ["01", "02"]
    instance.engine.write(
        lambda tx: revoke_card(
            tx, card_id=card["id"], now=instance.clock(), actor="test", reason="资格终止"
        )
    )
    assert published() == ["02"]
    # Our own tills still read it, to say that the card was revoked and not that it is forged.
    assert 1 in instance.key_ring.public_keys()


def test_another_process_sees_a_new_key_at_once(tmp_path: Path) -> None:
    server, command = KeyRing.open(tmp_path), KeyRing.open(tmp_path)
    assert command.add() == 2
    assert server.active_key_id == 2 and sorted(server.public_keys()) == [1, 2]


def test_the_last_active_key_and_unknown_keys_are_not_retired(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    for key_id in (1, 9):
        with pytest.raises(FieldProblems):
            ring.retire(key_id)
    ring.add()
    ring.retire(1)
    with pytest.raises(FieldProblems):
        ring.retire(1)


def test_key_ids_end_at_one_byte(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    data = json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8"))
    data["keys"][0]["id"] = 255
    (tmp_path / FILE_NAME).write_text(json.dumps(data), encoding="utf-8")
    assert ring.active_key_id == 255
    with pytest.raises(FieldProblems):
        ring.add()


def test_the_public_set_holds_no_secret_and_rejects_a_changed_token(instance: Instance) -> None:
    card = make_card(instance)
    key_set = instance.key_ring.jwks()
    assert all(set(key) == {"kty", "crv", "x", "kid", "use", "alg"} for key in key_set["keys"])
    with pytest.raises((InvalidSignature, ValueError)):
        verified_claims(str(int(card["token"]) ^ 1), key_set)


def test_rings_opened_at_once_agree_on_the_first_key(tmp_path: Path) -> None:
    rings: list[KeyRing] = []
    gate = threading.Barrier(6)

    def open_ring() -> None:
        gate.wait()
        rings.append(KeyRing.open(tmp_path))

    threads = [threading.Thread(target=open_ring) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({ring.jwks()["keys"][0]["x"] for ring in rings}) == 1 and len(rings) == 6
    assert list(rings[0].public_keys()) == [1]


def test_a_file_that_has_gone_does_not_stop_the_tills(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    before = ring.jwks()
    (tmp_path / FILE_NAME).unlink()
    assert ring.jwks() == before
    ring.add()
    assert sorted(KeyRing.open(tmp_path).public_keys()) == [1, 2]
