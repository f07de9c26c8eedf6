"""Encrypted with a purpose and a key id, found by a keyed hash; keys rotate and are never lost."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huimin.keys.personal_data import FILE_NAME, PersonalData, SealedProblem
from huimin.storage.engine import StorageProblem

NUMBER = "512022195603081234"


def test_what_was_encrypted_is_read_again_and_never_looks_the_same(tmp_path: Path) -> None:
    secrets = PersonalData.open(tmp_path)
    first, second = (secrets.encrypt(NUMBER, "holder.id_number") for _ in range(2))
    assert first != second and NUMBER not in first
    assert secrets.decrypt(first, "holder.id_number") == NUMBER
    assert PersonalData.open(tmp_path).decrypt(second, "holder.id_number") == NUMBER
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_another_purpose_or_a_changed_text_is_not_read(tmp_path: Path) -> None:
    secrets = PersonalData.open(tmp_path)
    cipher = secrets.encrypt(NUMBER, "holder.id_number")
    with pytest.raises(SealedProblem):
        secrets.decrypt(cipher, "holder.phone")
    changed = cipher[:-5] + ("A" if cipher[-5] != "A" else "B") + cipher[-4:]
    with pytest.raises(SealedProblem):
        secrets.decrypt(changed, "holder.id_number")
    with pytest.raises(SealedProblem):
        PersonalData.open(tmp_path / "other").decrypt(cipher, "holder.id_number")
    for other in (f"9{cipher[1:]}", cipher[:20], "no cipher", ""):
        with pytest.raises(SealedProblem):
            secrets.decrypt(other, "holder.id_number")
    sealed = secrets.seal(b"content", "file")
    for content, name in ((sealed, "other"), (b"\0\x09" + sealed[2:], "file"), (b"", "file")):
        with pytest.raises(SealedProblem):
            secrets.unseal(content, name)


def test_while_keys_rotate_both_read_and_in_the_end_the_newest_alone(tmp_path: Path) -> None:
    secrets = PersonalData.open(tmp_path)
    beside = PersonalData.open(tmp_path)
    old, old_hash = secrets.encrypt(NUMBER, "holder.phone"), secrets.lookup_hash(NUMBER)
    assert old.startswith("1.") and secrets.lookup_hashes(NUMBER) == (old_hash, old_hash)
    assert secrets.begin_rotation() == 2 == beside.begin_rotation()
    # A process that was open before writes with the new keys too, without being told.
    new, new_hash = beside.encrypt(NUMBER, "holder.phone"), beside.lookup_hash(NUMBER)
    assert new.startswith("2.") and new_hash != old_hash
    for reader in (secrets, beside, PersonalData.open(tmp_path)):
        assert {reader.decrypt(text, "holder.phone") for text in (old, new)} == {NUMBER}
        assert reader.lookup_hashes(NUMBER) == (new_hash, old_hash) and reader.rotating
    secrets.finish_rotation()
    assert beside.decrypt(new, "holder.phone") == NUMBER and not beside.rotating
    assert beside.lookup_hashes(NUMBER) == (new_hash, new_hash)
    with pytest.raises(SealedProblem):
        beside.decrypt(old, "holder.phone")


def test_the_hash_needs_the_key(tmp_path: Path) -> None:
    one, other = PersonalData.open(tmp_path / "a"), PersonalData.open(tmp_path / "b")
    assert one.lookup_hash(NUMBER) == one.lookup_hash(NUMBER) != other.lookup_hash(NUMBER)
    assert one.lookup_hash(NUMBER) != one.lookup_hash(NUMBER[:-1])


def test_many_that_open_a_new_folder_at_once_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: PersonalData.open(tmp_path), range(8)))
    cipher = opened[0].encrypt(NUMBER, "holder.phone")
    assert {one.decrypt(cipher, "holder.phone") for one in opened} == {NUMBER}
    assert len({one.lookup_hash(NUMBER) for one in opened}) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"keys": 5, "hash_key": "AA=="}'])
def test_a_damaged_key_file_is_told_and_never_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(StorageProblem):
        PersonalData.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == text
