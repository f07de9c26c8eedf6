"""Encrypted backups are files of `age`: its own are opened here, and nothing changed is taken.

The files in made_by_age/ were made by age 1.1.1; that `age -d` opens ours was tried by hand.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.backup.age_file import CHUNK_BYTES, Lock, NotOpened, Opening, Sealing, is_age_file
from huimin.backup.bech32 import decode

MADE = Path(__file__).parent / "made_by_age"
IDENTITY = "AGE-SECRET-KEY-19DP9L4FAE8MWLQA6UUJEFV9LQKJMGWX9RUCTU9XJNR4EYUHLA59SSNG6W0"
RECIPIENT = "age1f5k67628aqkrsfv840dx8ugh870q3x8pd954e2v3xct7d8wd397sa3y6e7"
QUICK = Lock(passphrase="口令", work_factor=2)
CONTENT = "".join(["备份的内容 1\n", *(f"{number}\n" for number in range(2, 21))]).encode()


def sealed(content: bytes, lock: Lock, *, part: int = 10_000) -> bytes:
    target = io.BytesIO()
    sealing = Sealing(target, lock)
    for start in range(0, len(content), part):
        sealing.write(content[start : start + part])
    sealing.finish()
    return target.getvalue()


def opened(content: bytes, lock: Lock) -> bytes:
    return Opening(io.BytesIO(content), lock).read(10**9)


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("recipient.age", Lock(keys=(IDENTITY,))),
        ("passphrase.age", Lock(passphrase="correct horse battery")),
    ],
)
def test_what_age_made_is_opened(name: str, lock: Lock) -> None:
    file = (MADE / name).read_bytes()
    assert is_age_file(file)
    assert opened(file, lock) == CONTENT


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 200_000])
@pytest.mark.parametrize(
    ("closing", "opening"),
    [(QUICK, QUICK), (Lock(keys=(RECIPIENT,)), Lock(keys=(IDENTITY,)))],
)
def test_what_was_closed_is_opened_whatever_its_length(
    size: int, closing: Lock, opening: Lock
) -> None:
    content = bytes(number % 251 for number in range(size))
    assert opened(sealed(content, closing), opening) == content


@given(data=st.data())
def test_a_changed_or_cut_file_is_never_taken(data: st.DataObject) -> None:
    whole = sealed(b"x" * (CHUNK_BYTES + 100), Lock(keys=(RECIPIENT,)))
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        changed = whole[:place]
    else:
        bit = 1 << data.draw(st.integers(0, 7))
        changed = whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]
    with pytest.raises(NotOpened):
        opened(changed, Lock(keys=(IDENTITY,)))
    # Whole chunks that are left out at the end, or doubled, are noticed as well.
    with pytest.raises(NotOpened):
        opened(whole[: -(100 + 16)], Lock(keys=(IDENTITY,)))
    with pytest.raises(NotOpened):
        opened(whole + whole[-(100 + 16) :], Lock(keys=(IDENTITY,)))


def test_the_wrong_key_opens_nothing_and_a_stranger_s_work_is_bounded() -> None:
    by_passphrase = sealed(b"x", QUICK)
    for lock in (Lock(passphrase="口令 "), Lock(keys=(IDENTITY,))):
        with pytest.raises(NotOpened):
            opened(by_passphrase, lock)
    # 2^40 rounds of scrypt would take the machine's memory before the first answer.
    dear = by_passphrase.replace(b" 2\n", b" 40\n", 1)
    with pytest.raises(NotOpened):
        opened(dear, QUICK)
    with pytest.raises(NotOpened):
        opened(b"age-encryption.org/v1\n" + b"-> x y\nAAAA\n" * 10_000, QUICK)


@pytest.mark.parametrize("text", ["", "age1", "age1qqqq", RECIPIENT[:-1] + "q", RECIPIENT.title()])
def test_a_mistyped_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text)
