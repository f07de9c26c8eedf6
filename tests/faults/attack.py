"""Round after round: tills sell, something breaks, it comes back, and everything is compared.

`kill.py` and `disk.py` say what breaks; the commands run for as long as they are told and print the
figures of the handbook.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.faults.proof import prove, settle
from tests.faults.served_county import ServedCounty, fill_county
from tests.faults.tills import Till, Tills

TILLS, CARDS_EACH = 8, 32
# Proofs read everything, so they are not run after every round.
ROUNDS_A_PROOF = 10


class Attack:
    """A served county under attack, and what has come of it."""

    def __init__(
        self, settings: Settings, tills: list[Till], seed: int, calm_seconds: float
    ) -> None:
        """While the server comes back, each till pauses for so long between two requests: less is
        to be compared then."""
        self.chance = random.Random(seed)
        self._calm_seconds = calm_seconds
        self.settings = settings
        self.county = ServedCounty(settings.folder, settings.environment())
        self.tills = Tills(self.county.port, tills, self.chance)
        self.rounds: Counter[str] = Counter()
        self.seconds_away: dict[str, list[float]] = defaultdict(list)
        self.now = ""
        self.county.wait_until_served()

    def round(self, name: str, fault: Callable[[Attack], None]) -> None:
        """Sell, let the fault happen in the middle of it, sell again, and compare all."""
        first, self.now = len(self.tills.requests), name
        with self.tills.selling():
            self.tills.wait_for_more("sold", self.chance.randint(5, 40))
            fault(self)
            self.tills.wait_for_more("sold", 5)
        self.rounds[name] += 1
        self.county.wait_until_served()
        settle(self.tills, self.tills.requests[first:], self.settings)

    def wait_until_served(self, without: list[int]) -> None:
        """Until it is served again, by other workers than those."""
        self.tills.pause_seconds = self._calm_seconds
        self.seconds_away[self.now].append(self.county.wait_until_served(without))
        self.tills.pause_seconds = 0

    def print(self) -> None:
        """The figures."""
        requests = self.tills.requests
        counts = self.tills.counts
        for name, count in self.rounds.items():
            seconds = self.seconds_away[name]
            print(
                f"{name}: {count} times, all served again after"
                f" {statistics.median(seconds):.1f} s, at worst {max(seconds):.1f} s",
                flush=True,
            )
        print(f"starts of the server: {self.county.starts}")
        print(f"sales and returns: {len(requests):,}, sent {sum(r.sent for r in requests):,} times")
        print(f"recorded, but the answer was lost: {counts['recorded before']:,}")
        print(f"heard: {dict(counts)}")


@contextlib.contextmanager
def attack(
    settings: Settings, tills: list[Till], seed: int, calm_seconds: float = 0
) -> Iterator[Attack]:
    """The attack on a county that nobody has open."""
    begun = Attack(settings, tills, seed, calm_seconds)
    try:
        yield begun
    finally:
        begun.county.close()


def run(
    faults: Mapping[str, Callable[[Attack], None]],
    settings: Settings,
    options: argparse.Namespace,
) -> None:
    """Build a county, attack it for so many minutes, prove it, print."""
    create_instance(settings)
    with contextlib.closing(open_instance(settings)) as instance:
        tills = fill_county(instance, TILLS, CARDS_EACH)
    print(f"seed {options.seed}")
    with attack(settings, tills, options.seed) as begun:
        until = time.monotonic() + 60 * options.minutes
        try:
            for name in _in_any_order(sorted(faults), begun.chance):
                begun.round(name, faults[name])
                if begun.rounds.total() % ROUNDS_A_PROOF == 0:
                    prove(settings)
                if time.monotonic() >= until:
                    break
            prove(settings)
        finally:
            begun.print()
    print("lost: 0, doubled: 0")  # every round has compared them all


def _in_any_order(names: Sequence[str], chance: random.Random) -> Iterator[str]:
    """All of them again and again, each time in another order."""
    while True:
        yield from chance.sample(names, len(names))


def parser_of(words: str) -> argparse.ArgumentParser:
    """The options that both commands have."""
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser


@contextlib.contextmanager
def temporary_settings(**variables: Any) -> Iterator[Settings]:
    """Settings of a county in a new folder."""
    with tempfile.TemporaryDirectory(prefix="huimin-faults-") as folder:
        yield Settings.from_environment(Path(folder) / "county", variables)
