"""Bytes that nobody meant, by the million: codes as they are scanned, registers as they are sent.

    python -m tests.faults.fuzz tokens --minutes 60
    python -m tests.faults.fuzz registers --minutes 240

It changes inputs that it knows, and keeps a changed one when it reaches lines that no other did.
What breaks a rule is written to tests/faults/corpus/<target>/ and stays there: tests replay it.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

CORPUS = Path(__file__).parent / "corpus"
# CPU of one input, in seconds: a reader that takes longer has a way to be held up.
SECONDS_MAX = 20
BYTES_MAX = 400_000


class Target(Protocol):
    """What is fuzzed: `run` raises for an input that breaks a rule; `traced` is its source."""

    name: str
    traced: Sequence[str]

    def seeds(self) -> list[bytes]: ...
    def change(self, data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes: ...
    def run(self, data: bytes) -> None: ...


class TooSlow(Exception):
    """An input took more than SECONDS_MAX of CPU."""


def corpus_of(target: Target) -> list[bytes]:
    """What earlier runs kept."""
    return [path.read_bytes() for path in sorted((CORPUS / target.name).glob("*.bin"))]


def fuzz(
    target: Target,
    chance: random.Random,
    *,
    inputs: int,
    until: float,
    before: Callable[[bytes], None] = lambda data: None,
) -> Iterator[bytes]:
    """Run up to so many changed inputs, until that time.monotonic(); those that reached new lines.

    `before` is told each input first. Raises what `run` raises; the input is then in the
    exception's `args[-1]`.
    """
    known = [*target.seeds(), *corpus_of(target)]
    reached: set[tuple[str, int]] = set()
    for data in known:
        reached |= attempt(target, data)
    for _ in range(inputs):
        if time.monotonic() >= until:
            return
        data = target.change(chance.choice(known), known, chance)[:BYTES_MAX]
        before(data)
        lines = attempt(target, data)
        if not lines <= reached:
            reached |= lines
            known.append(data)
            yield data


def attempt(target: Target, data: bytes) -> set[tuple[str, int]]:
    """The lines of the target's own source that the input reached."""
    lines: set[tuple[str, int]] = set()
    wanted = tuple(target.traced)

    def in_file(frame: FrameType, event: str, _argument: Any) -> Any:
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return in_file

    def called(frame: FrameType, event: str, _argument: Any) -> Any:
        return in_file if frame.f_code.co_filename.endswith(wanted) else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        with cpu_limit(SECONDS_MAX):
            target.run(data)
    except Exception as error:
        error.add_note(f"input {digest(data)}")
        error.args = (*error.args, data)
        raise
    finally:
        sys.settrace(before)
    return lines


@contextmanager
def cpu_limit(seconds: int) -> Iterator[None]:
    """Raise TooSlow in the block when it takes more CPU than that."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def changed_bytes(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """One to four small changes of bytes: another bit, some more, some fewer, some of another."""
    content = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        length = min(chance.choice((1, 1, 2, 4, 16, 64)), len(content) - place)
        act = chance.randrange(5)
        if act == 0 and content:
            content[place % len(content)] ^= 1 << chance.randrange(8)
        elif act == 1:
            content[place:place] = chance.randbytes(length or 1)
        elif act == 2:
            del content[place : place + length]
        elif act == 3:
            content[place:place] = content[place : place + length] * chance.choice((1, 2, 50))
        else:
            other = chance.choice(others)
            begin = chance.randrange(len(other) + 1)
            content[place : place + length] = other[begin : begin + length]
    return bytes(content)


def digest(data: bytes) -> str:
    """The name of an input in the corpus."""
    return hashlib.sha256(data).hexdigest()[:16]


def main() -> None:
    """Look for as long as it is told; exit code 1 when an input broke a rule."""
    from tests.faults.fuzz_registers import Registers
    from tests.faults.fuzz_tokens import Tokens

    targets: dict[str, Target] = {each.name: each for each in (Tokens(), Registers())}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=targets)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true", help="keep what reaches new lines, too")
    words = parser.parse_args()
    target, chance = targets[words.target], random.Random(words.seed)
    folder = CORPUS / target.name
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {words.seed}")
    found = 0
    last = folder / "last.bin"

    def before(data: bytes) -> None:
        """What a library does without end no signal of ours interrupts: the input is kept."""
        last.write_bytes(data)
        faulthandler.dump_traceback_later(3 * SECONDS_MAX, exit=True)

    try:
        for data in fuzz(
            target,
            chance,
            inputs=sys.maxsize,
            until=time.monotonic() + 60 * words.minutes,
            before=before,
        ):
            found += 1
            print(f"new lines: {digest(data)} ({len(data)} bytes)")
            if words.keep:
                (folder / f"{digest(data)}.bin").write_bytes(data)
    except Exception as error:
        data = error.args[-1]
        (folder / f"{digest(data)}.bin").write_bytes(data)
        print(f"kept as {folder / digest(data)}.bin")
        raise
    faulthandler.cancel_dump_traceback_later()
    last.unlink(missing_ok=True)
    print(f"{found} inputs reached new lines; none broke a rule")


if __name__ == "__main__":
    main()
