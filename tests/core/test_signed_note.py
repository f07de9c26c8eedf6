"""Signed notes: those of other people's tools are read, and nothing else counts."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.core.signed_note import NoteProblem, Verifier, open_note, sign_note

# The example of golang.org/x/mod/sumdb/note, by another implementation.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNED = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
NOTE = f"""If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann {SIGNED}
"""


def test_a_note_of_another_implementation_is_read() -> None:
    verifier = Verifier.read(PETER)
    assert verifier.text == PETER
    text, signer = open_note(NOTE, [verifier])
    assert text.endswith("is.\n") and signer == verifier


def test_what_we_sign_is_read_back_and_nothing_else_is() -> None:
    key = Ed25519PrivateKey.generate()
    verifier = Verifier("card.example.cn", key.public_key())
    note = sign_note("一\n\n二\n", "card.example.cn", key)
    assert open_note(note, [verifier])[0] == "一\n\n二\n"
    other = Verifier("card.example.cn", Ed25519PrivateKey.generate().public_key())
    for changed, verifiers, why in (
        (note.replace("二", "三"), [verifier], "wrong_signature"),
        (note, [other], "unknown_signer"),
        (note, [], "unknown_signer"),
        (note.replace("— ", "- "), [verifier], "malformed"),
        (note.split("\n\n— ")[0] + "\n", [verifier], "malformed"),
        ("", [verifier], "malformed"),
    ):
        with pytest.raises(NoteProblem, match=why):
            open_note(changed, verifiers)


@pytest.mark.parametrize("text", ["", "a", "a+b+c", PETER.replace("c74f", "c74e"), PETER[:-4]])
def test_a_wrong_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteProblem):
        Verifier.read(text)
