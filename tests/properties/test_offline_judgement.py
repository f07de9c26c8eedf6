"""Whatever a till without network claims, what is impossible is never entered: packs, times, stops,
and what the terminal was told, in any order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.access.terminal_keys import terminal_by_id
from huimin.cards.change_state import report_lost, resume_card
from huimin.cards.deny_list import DenyLists
from huimin.checkout.offline.pack import give_pack
from huimin.checkout.offline.redemptions import take_offline_items
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.card_token import CheckedCard
from huimin.core.offline_terms import OfflineTerms, most_unseen_fen
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.merchants.states import change_state
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.offline import note_refused_attempt
from tests.making.policies import make_policy

START = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
HOURS, CAP_FEN, TOLERANCE = 1, 2_100, 2
DISCOUNT_FEN = 1_024
PEOPLE = {"actor": "test", "reason": "测试"}

# The first pack is taken at once; most sales name it, and most events are within its hour.
LAST = 75
minutes = st.integers(1, LAST)
acts = st.sampled_from(["pack", "lose", "lose", "resume", "ask", "ask", "ask", "close", "open"])
events = st.lists(st.tuples(minutes, acts), max_size=8)
# Which pack it names: one of those given (by its place), another terminal's, or none that exists.
choices = st.sampled_from([0, 0, 0, 0, 1, 1, 2, "other", "forged"])
sales = st.lists(st.tuples(choices, st.integers(-4, LAST)), min_size=1, max_size=8)


@dataclass
class World:
    """A terminal and a card, and what has really happened; times in minutes since `start`."""

    instance: Instance
    clock: FixedClock
    start: datetime
    policy_id: str
    outlet: Any
    terminal: Any
    card: Any
    packs: dict[str, int] = field(default_factory=dict)
    card_changes: list[tuple[int, bool]] = field(default_factory=list)
    place_changes: list[tuple[int, bool]] = field(default_factory=list)
    refused_at: list[int] = field(default_factory=list)

    def do(self, minute: int, act: str) -> None:
        self.clock.now = self.start + timedelta(minutes=minute)
        if act == "pack":
            self.take_pack(self.terminal, minute)
        elif act == "ask" and not self.was(self.card_changes, minute):
            self.refused_at.append(minute)
            note_refused_attempt(self.instance, self.terminal, self.card, "card_lost")
        elif act in ("lose", "resume"):
            change = report_lost if act == "lose" else resume_card
            if self.change(lambda tx: change(tx, card_id=self.card["id"], **self.by())):
                self.card_changes.append((minute, act == "resume"))
        elif act in ("close", "open"):
            name = "suspended" if act == "close" else "resumed"
            if self.change(
                lambda tx: change_state(tx, "outlet", self.outlet["id"], name, **self.by())
            ):
                self.place_changes.append((minute, act == "open"))

    def by(self) -> dict[str, Any]:
        return {"now": self.clock(), **PEOPLE}

    def change(self, work: Callable[[Any], Any]) -> bool:
        """Whether that could be done."""
        try:
            self.instance.engine.write(work)
        except (Refusal, FieldProblems):
            return False
        return True

    def take_pack(self, terminal: Any, minute: int) -> str:
        row = self.instance.engine.read(lambda tx: terminal_by_id(tx, terminal["id"]))
        pack = give_pack(
            self.instance.engine,
            row,
            key_ring=self.instance.key_ring,
            deny_lists=self.instance.part(DenyLists),
            now=self.clock(),
        )
        name = str(pack.body["id"])
        if terminal is self.terminal:
            self.packs.setdefault(name, minute)
        return name

    @staticmethod
    def was(changes: list[tuple[int, bool]], minute: int) -> bool:
        """Active (or open) at that minute, as it is until something happens."""
        return ([True] + [to for at, to in changes if at <= minute])[-1]

    def is_possible(self, pack: str, minute: int, sent: int) -> bool:
        """Told from what really happened, without any of the program's code."""
        if pack not in self.packs:
            return False
        issued = self.packs[pack]
        if not issued - TOLERANCE <= minute <= issued + 60 * HOURS + TOLERANCE:
            return False
        at = min(minute, sent)
        if minute > sent + TOLERANCE or not self.was(self.place_changes, at):
            return False
        if at < 0:  # before the terminal began
            return False
        if self.was(self.card_changes, at):
            return True
        in_pack = any(self.was(self.card_changes, issued - lag) for lag in (0, 2))
        return in_pack and not any(issued <= when <= at for when in self.refused_at)

    def is_beyond_doubt(self, pack: str, minute: int, sent: int) -> bool:
        """Possible, and the card good at the sale."""
        return self.is_possible(pack, minute, sent) and self.was(
            self.card_changes, min(minute, sent)
        )


# What the till was told after the sale, and before it was sent, is for people to weigh.
TOLD_SINCE = ("offline_newer_pack", "offline_told_since")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, FixedClock, str]]:
    """One county for all examples; each has a terminal, a card and days of its own."""
    settings = Settings.from_environment(tmp_path_factory.mktemp("county") / "county", {})
    create_instance(settings)
    clock = FixedClock(START)
    instance = open_instance(settings, clock)
    policy = make_policy(
        instance,
        offline_hours=HOURS,
        offline_cap_redemption_fen=CAP_FEN,
        offline_cap_card_fen=CAP_FEN,
        offline_cap_terminal_fen=CAP_FEN,
    )
    yield instance, clock, policy.id
    instance.close()


def new_world(county: tuple[Instance, FixedClock, str]) -> World:
    instance, clock, policy_id = county
    start = clock.advance(days=2)
    outlet = make_outlet(instance)
    terminal, _key = make_terminal(instance, outlet)
    card = make_card(instance, make_holder(instance))
    return World(instance, clock, start, policy_id, outlet, terminal, card)


def item_of(world: World, number: int, pack: str, minute: int) -> OfflineItem:
    return OfflineItem(
        client_id=f"00000000-0000-4000-8000-{number:012d}",
        fingerprint=str(number),
        card=CheckedCard("copy_id", world.card["copy_id"]),
        unreadable=None,
        order_no=f"{world.outlet['id'][-8:]}-{number}",
        presented_by="holder",
        identity_checked=True,
        policy_id=world.policy_id,
        amount_fen=12_800,
        discount_fen=DISCOUNT_FEN,
        payable_fen=12_800 - DISCOUNT_FEN,
        occurred_at=world.start + timedelta(minutes=minute),
        pack_id=pack,
        pack_issued_at=None,
        device_clock_offset_ms=0,
    )


def most_in_a_stretch(taken: list[int]) -> int:
    return max(
        (sum(start <= at < start + 60 * HOURS for at in taken) for start in taken), default=0
    )


@settings(max_examples=150, deadline=None)
@given(events=events, sales=sales, late=st.sampled_from([False] * 9 + [True]))
def test_what_is_impossible_is_never_entered(
    county: tuple[Instance, FixedClock, str],
    events: list[tuple[int, str]],
    sales: list[tuple[int | str, int]],
    late: bool,
) -> None:
    world = new_world(county)
    instance, clock, _policy = county
    elsewhere, _key = make_terminal(instance, world.outlet)
    named = {"other": world.take_pack(elsewhere, 0), "forged": "none"}
    for minute, act in [(0, "pack"), *sorted(events), (LAST, "open")]:
        world.do(minute, act)
    sent = LAST + 1 + (32 * 24 * 60 if late else 0)
    clock.now = world.start + timedelta(minutes=sent)
    terminal = instance.engine.read(lambda tx: terminal_by_id(tx, world.terminal["id"]))
    taken: list[tuple[str, int]] = []
    for number, (choice, minute) in enumerate(sales):
        pack = named.get(str(choice)) or list(world.packs)[int(choice) % len(world.packs)]
        item = item_of(world, number, pack, minute)
        (answer,) = take_offline_items(instance.engine, [item], terminal=terminal, now=clock())
        if answer["status"] == "accepted":
            assert world.is_possible(pack, minute, sent), (answer, pack, minute, world)
            assert not late
            taken.append((pack, minute))
        elif number == 0 and not late and answer["code"] not in TOLD_SINCE:
            assert not world.is_beyond_doubt(pack, minute, sent), (answer, minute, world)
    for pack, group in itertools.groupby(sorted(taken), key=lambda sale: sale[0]):
        assert len(list(group)) * DISCOUNT_FEN <= CAP_FEN, pack
    assert most_in_a_stretch([at for _pack, at in taken]) * DISCOUNT_FEN <= CAP_FEN
    assert entered_at(world) == len(taken)


def entered_at(world: World) -> int:
    mark = "?" if world.instance.engine.name == "sqlite" else "%s"
    statement = f"SELECT COUNT(*) AS n FROM ledger WHERE terminal_id = {mark}"
    row = world.instance.engine.read(
        lambda tx: tx.connection.execute(statement, (world.terminal["id"],)).fetchone()
    )
    return int(row["n"])


@given(
    hours=st.integers(1, 168),
    days=st.integers(1, 31),
    gaps=st.lists(st.integers(0, 10_000), max_size=40),
)
def test_the_most_that_is_entered_unseen_is_what_the_policy_says(
    hours: int, days: int, gaps: list[int]
) -> None:
    """Sales of one fen, each entered where no stretch of the validity holds more than the cap."""
    cap = 5
    terms = OfflineTerms(hours, cap, cap, cap, "merchant", False)
    entered: list[int] = []
    for at in itertools.accumulate(gaps):
        if sum(at - hours * 60 < other <= at for other in entered) < cap:
            entered.append(at)
    last = days * 24 * 60
    assert sum(at < last for at in entered) <= most_unseen_fen(terms, days)
