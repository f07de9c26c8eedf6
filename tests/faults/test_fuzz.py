"""The short form of the fuzzing: what was kept, and some thousand changed inputs; long: fuzz.py."""

from __future__ import annotations

import random
import time

import pytest

from tests.faults.fuzz import Target, attempt, corpus_of, fuzz
from tests.faults.fuzz_registers import Registers
from tests.faults.fuzz_tokens import Tokens

TARGETS = [(Tokens(), 3_000), (Registers(), 60)]
named = pytest.mark.parametrize(
    ("target", "inputs"), TARGETS, ids=[each.name for each, _ in TARGETS]
)


@named
def test_what_was_kept_breaks_no_rule(target: Target, inputs: int) -> None:
    for data in corpus_of(target):
        attempt(target, data)


@named
def test_what_nobody_meant_breaks_no_rule(target: Target, inputs: int) -> None:
    """The same inputs each time: the seed is fixed, and nothing depends on the machine's speed."""
    list(fuzz(target, random.Random(16), inputs=inputs, until=time.monotonic() + 10**9))


def test_the_fuzzer_finds_a_rule_that_is_broken() -> None:
    class Broken(Tokens):
        """Has a rule that few inputs break."""

        def run(self, data: bytes) -> None:
            super().run(data)
            assert not data.startswith(b"9"), "broken"

    with pytest.raises(AssertionError, match="broken"):
        list(fuzz(Broken(), random.Random(1), inputs=20_000, until=time.monotonic() + 10**9))
