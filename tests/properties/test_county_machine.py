"""A county lives: people, cards, policies, sales, returns, tills without network, closed months and
restores in any order; after every step it answers as the model in plain Python does.

`HUIMIN_TEST_EXAMPLES=500 python -m pytest tests/properties/test_county_machine.py` looks longer.
"""

from __future__ import annotations

import copy
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from huimin.access.terminal_keys import terminal_by_id
from huimin.cards.change_state import (
    replace_card,
    report_lost,
    resume_card,
    revoke_card,
    suspend_card,
)
from huimin.cards.deny_list import DenyLists
from huimin.cards.token import token_of
from huimin.checkout.offline.pack import give_pack
from huimin.checkout.offline.redemptions import take_offline_items
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day, month_of, previous_month
from huimin.core.refusals import FieldProblems, Refusal
from huimin.ledger.epochs import begin_epoch
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import create_instance, open_instance
from huimin.reports.monthly import monthly_report
from huimin.settings import Settings
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.months import close_month, closing_of, reopen
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal
from tests.properties.county_model import CHANGES, Card, Model, Person, Terms

START = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
EXAMPLES = int(os.environ.get("HUIMIN_TEST_EXAMPLES", "0"))
CAPS = {"cap_redemption_fen": 3_000, "cap_card_day_fen": 6_000, "cap_card_month_fen": 9_000}
OFFLINE = {
    "offline_hours": 24,
    "offline_cap_redemption_fen": 3_000,
    "offline_cap_card_fen": 6_000,
    "offline_cap_terminal_fen": 1_000_000,
}
CARD_CHANGES: dict[str, Callable[..., Any]] = {
    "suspend": suspend_card,
    "lose": report_lost,
    "resume": resume_card,
    "replace": replace_card,
    "revoke": revoke_card,
}
numbers = st.integers(0, 30)
amounts = st.integers(1, 60_000)


@dataclass
class Backup:
    """A copy of the folder, and the model as it was then."""

    folder: Path
    at: datetime
    model: Model
    kept: dict[str, Any]


class County(RuleBasedStateMachine):
    """The real county beside its model; what `kept` holds of the real one is at the same places as
    in the model."""

    make_settings: Callable[[], Settings]

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(START)
        self.settings = type(self).make_settings()
        self.instance = open_instance(self.settings, self.clock)
        self.model = Model()
        self.kept: dict[str, Any] = {"holders": [], "cards": [], "sales": [], "queue": []}
        self.receipts: set[str] = set()
        self.backup: Backup | None = None
        self.number = 0
        # What the till has promised under each pack, to each card.
        self.promised: dict[tuple[str, int], int] = {}

    def teardown(self) -> None:
        try:
            self.prove()
        finally:
            self.instance.close()

    # ------------------------------------------------------------------ what people do

    @initialize()
    def begin(self) -> None:
        outlet = make_outlet(self.instance)
        self.tills = [make_terminal(self.instance, outlet) for _ in range(2)]
        self.pack: tuple[str, datetime] | None = None
        self._publish(self.today, 800, 0)
        self.enrol(0, 0)

    @rule(rate_bp=st.sampled_from([1, 800, 1_500, 10_000]), minimum=st.sampled_from([0, 5_000]))
    def publish(self, rate_bp: int, minimum: int) -> None:
        """A further version, from tomorrow."""
        self._publish(self.today + timedelta(days=1), rate_bp, minimum)

    @rule(since=st.integers(-3, 3), lasts=st.integers(0, 40))
    def enrol(self, since: int, lasts: int) -> None:
        first = self.today + timedelta(days=since)
        last = None if lasts == 0 else first + timedelta(days=lasts)
        holder = make_holder(self.instance, entitled=(first, last), family=())
        self.model.people.append(Person(first, last))
        self.kept["holders"].append(holder["id"])
        self._keep_card(make_card(self.instance, holder), len(self.model.people) - 1)

    @rule(number=numbers, change=st.sampled_from([*CHANGES]))
    def change_card(self, number: int, change: str) -> None:
        place = number % len(self.model.cards)
        card, (before, after) = self.model.cards[place], CHANGES[change]
        more = {"key_id": self.instance.key_ring.active_key_id} if change == "replace" else {}
        acting = {"now": self.clock(), "actor": "test", "reason": "测试", **more}
        card_id = self.kept["cards"][place]["id"]
        try:
            row = self.instance.engine.write(
                lambda tx: CARD_CHANGES[change](tx, card_id=card_id, **acting)
            )
        except (FieldProblems, Refusal):
            assert card.state not in before
            return
        assert card.state in before
        card.state = after
        if change == "replace":
            token = token_of(row, self.instance.key_ring)
            self._keep_card({**row, "token": token}, card.person)

    @rule(number=numbers, till=st.integers(0, 1), amount=amounts, excluded=st.integers(0, 9_000))
    def sell(self, number: int, till: int, amount: int, excluded: int) -> None:
        place = number % len(self.model.cards)
        card, today = self.model.cards[place], self.today
        code, discount_fen, terms = self.model.expected_discount(card.person, today, amount)
        if card.state != "active":
            code = f"card_{card.state}"
        answer = self._answered(
            code,
            lambda: make_redemption(
                self.instance,
                self.kept["cards"][place],
                self.tills[till][1],
                amount_fen=amount + excluded,
                excluded_fen=excluded,
            ),
        )
        if answer is None:
            return
        assert answer["discount_fen"] == discount_fen
        assert terms is not None and answer["policy"]["version"] == terms.version
        self.model.sell(card.person, today, amount, excluded, discount_fen)
        self.kept["sales"].append((answer["id"], till))
        self._take_receipt(answer["receipt_no"])

    @precondition(lambda self: self.model.sold)
    @rule(number=numbers, part=st.integers(1, 40_000), out=st.integers(0, 3_000))
    def take_back(self, number: int, part: int, out: int) -> None:
        place = number % len(self.model.sold)
        sale = self.model.sold[place]
        excluded = out if sale.had_excluded else 0
        code, discount_fen, share_fen = self.model.expected_return(sale, part, excluded)
        named = {"excluded_fen": excluded} if sale.had_excluded else {}
        sale_id, till = self.kept["sales"][place]
        answer = self._answered(
            code,
            lambda: make_reversal(
                self.instance, sale_id, self.tills[till][1], part + excluded, **named
            ),
        )
        if answer is None:
            return
        assert (answer["discount_fen"], share_fen >= 0) == (discount_fen, True)
        self.model.take_back(sale, self.today, part, excluded)
        self._take_receipt(answer["receipt_no"])

    @precondition(lambda self: self.model.sold)
    @rule(number=numbers)
    def take_all_back(self, number: int) -> None:
        place = number % len(self.model.sold)
        sale = self.model.sold[place]
        sale_id, till = self.kept["sales"][place]
        eligible, excluded = sale.eligible_fen, sale.excluded_fen
        answer = self._answered(
            "" if sale.amount_fen else "already_reversed",
            lambda: make_reversal(self.instance, sale_id, self.tills[till][1]),
        )
        if answer is None:
            return
        assert answer["discount_fen"] == sale.discount_fen
        self.model.take_back(sale, self.today, eligible, excluded)
        self._take_receipt(answer["receipt_no"])

    # ------------------------------------------------------------------ a till without network

    @rule()
    def take_pack(self) -> None:
        terminal = self._terminal(0)
        pack = give_pack(
            self.instance.engine,
            terminal,
            key_ring=self.instance.key_ring,
            deny_lists=self.instance.part(DenyLists),
            now=self.clock(),
        )
        self.pack = (str(pack.body["id"]), self.clock())

    @precondition(lambda self: self.pack and self.clock() - self.pack[1] < timedelta(hours=24))
    @rule(number=numbers, amount=amounts)
    def sell_offline(self, number: int, amount: int) -> None:
        """The till gives the discount by itself; it is sent later."""
        place = number % len(self.model.cards)
        terms = self.model.terms_on(self.today)
        assert terms is not None and self.pack is not None
        if self.model.cards[place].state != "active" or amount < terms.minimum_fen:
            return
        promised = min(terms.uncapped(amount), terms.cap_redemption_fen)
        used = self.promised.get((self.pack[0], place), 0)
        if used + promised > OFFLINE["offline_cap_card_fen"]:
            return
        self.promised[self.pack[0], place] = used + promised
        self.number += 1
        item = OfflineItem(
            client_id=str(uuid.UUID(int=self.number, version=4)),
            fingerprint=str(self.number),
            card=CheckedCard("copy_id", self.kept["cards"][place]["copy_id"]),
            unreadable=None,
            order_no=f"offline-{self.number}",
            presented_by="holder",
            identity_checked=True,
            policy_id=terms.id,
            amount_fen=amount,
            discount_fen=promised,
            payable_fen=amount - promised,
            occurred_at=self.clock(),
            pack_id=self.pack[0],
            pack_issued_at=None,
            device_clock_offset_ms=0,
        )
        self.kept["queue"].append((place, item))

    @precondition(lambda self: self.kept["queue"])
    @rule()
    def send_queue(self) -> None:
        while self.kept["queue"]:
            place, item = self.kept["queue"].pop(0)
            (answer,) = take_offline_items(
                self.instance.engine, [item], terminal=self._terminal(0), now=self.clock()
            )
            card, day = self.model.cards[place], county_day(item.occurred_at)
            code, discount_fen, _terms = self.model.expected_discount(
                card.person, day, item.amount_fen
            )
            if not code and discount_fen < item.discount_fen:
                code = "cap_reached"
            if answer["status"] == "accepted":
                assert code == ""
                self.model.sell(card.person, day, item.amount_fen, 0, item.discount_fen)
                self.kept["sales"].append((answer["redemption"]["id"], 0))
                self._take_receipt(answer["redemption"]["receipt_no"])
            elif answer["status"] == "refused":
                assert answer["code"] == code
            else:
                # Nobody is asked about a card that stayed good and a sale that came soon.
                late = self.clock() - item.occurred_at > timedelta(days=31)
                assert late or card.state != "active"

    # ------------------------------------------------------------------ time, months, restores

    @rule(days=st.integers(1, 20), minutes=st.integers(0, 1_000))
    def wait(self, days: int, minutes: int) -> None:
        self.clock.advance(days=days, minutes=minutes)

    @rule(minutes=st.integers(1, 500))
    def wait_a_little(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule(back=st.integers(1, 2))
    def close_month(self, back: int) -> None:
        month = month_of(self.today)
        for _ in range(back):
            month = previous_month(month)
        if month in self.model.locked or month < month_of(county_day(START)):
            return
        close_month(self.instance, month)
        self.model.locked.add(month)

    @precondition(lambda self: self.model.locked)
    @rule(number=numbers)
    def open_month_again(self, number: int) -> None:
        month = sorted(self.model.locked)[number % len(self.model.locked)]
        closing = closing_of(self.instance, month)
        assert closing is not None
        reopen(self.instance, month, closing["version"])
        self.model.locked.discard(month)

    @precondition(lambda self: self.instance.engine.name == "sqlite")
    @rule()
    def back_up(self) -> None:
        folder = Path(tempfile.mkdtemp(dir=self.settings.folder.parent))
        for key_file in self.settings.folder.glob("*.json"):
            shutil.copy(key_file, folder)
        source = sqlite3.connect(self.settings.database_path)
        with sqlite3.connect(folder / "huimin.db") as target:
            source.backup(target)
        target.close()
        source.close()
        kept = copy.deepcopy(self.kept)
        self.backup = Backup(folder, self.clock(), copy.deepcopy(self.model), kept)

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self) -> None:
        """The county goes on from the copy; what was given out since is never given out again."""
        assert self.backup is not None
        self.instance.close()
        for name in ("huimin.db", "huimin.db-wal", "huimin.db-shm"):
            (self.settings.folder / name).unlink(missing_ok=True)
        shutil.copy(self.backup.folder / "huimin.db", self.settings.folder)
        self.instance = open_instance(self.settings, self.clock)
        self.instance.engine.write(
            lambda tx: begin_epoch(
                tx,
                backup_id=str(uuid.uuid4()),
                backup_at=self.backup.at,
                now=self.clock(),
                actor="test",
            )
        )
        self.model = copy.deepcopy(self.backup.model)
        # What the till still holds was made under packs that the copy may not know.
        self.kept = {**copy.deepcopy(self.backup.kept), "queue": []}
        self.pack = None

    @invariant()
    def time_goes_on(self) -> None:
        """Nothing happens twice in one instant."""
        self.clock.advance(seconds=1)

    # ------------------------------------------------------------------ what must hold

    def prove(self) -> None:
        """The chains hold, counters and reports are what the model says, to the fen."""
        read = self.instance.engine.read
        assert read(verify_chains) == []
        assert read(check_rollups) == []
        used = read(
            lambda tx: tx.connection.execute(
                "SELECT holder_id, period, used_fen FROM usage WHERE used_fen <> 0"
            ).fetchall()
        )
        places = {holder: place for place, holder in enumerate(self.kept["holders"])}
        assert {(places[row["holder_id"]], row["period"]): row["used_fen"] for row in used} == {
            key: fen for key, fen in self.model.used.items() if fen
        }
        for month, figures in self.model.months.items():
            total = read(lambda tx, month=month: monthly_report(tx, month)).total
            assert [
                *(total.redemptions, total.reversals, total.amount_fen),
                *(total.discount_fen, total.merchant_share_fen),
            ] == figures, month

    @property
    def today(self) -> date:
        return county_day(self.clock())

    def _publish(self, starts_on: date, rate_bp: int, minimum_fen: int) -> None:
        if any(terms.starts_on >= starts_on for terms in self.model.policies):
            return
        terms = Terms(
            id="",
            version=len(self.model.policies) + 1,
            starts_on=starts_on,
            rate_bp=rate_bp,
            minimum_fen=minimum_fen,
            cap_redemption_fen=CAPS["cap_redemption_fen"],
            cap_day_fen=CAPS["cap_card_day_fen"],
            cap_month_fen=CAPS["cap_card_month_fen"],
            merchant_share_bp=6_000,
        )
        made = make_policy(
            self.instance,
            starts_on=starts_on.isoformat(),
            rate_bp=rate_bp,
            minimum_spend_fen=minimum_fen,
            merchant_share_bp=6_000,
            **CAPS,
            **OFFLINE,
        )
        assert made.version == terms.version
        self.model.policies.append(Terms(**{**vars(terms), "id": made.id}))

    def _keep_card(self, card: dict[str, Any], person: int) -> None:
        self.model.cards.append(Card(person))
        self.kept["cards"].append(card)

    def _answered(self, code: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """The answer, or None where it is refused with the expected code, and with no other."""
        refused, answer = "", None
        try:
            answer = work()
        except Refusal as refusal:
            refused = refusal.code
        assert refused == code
        return answer

    def _take_receipt(self, receipt_no: str) -> None:
        assert receipt_no not in self.receipts
        self.receipts.add(receipt_no)

    def _terminal(self, till: int) -> Any:
        terminal_id = self.tills[till][0]["id"]
        return self.instance.engine.read(lambda tx: terminal_by_id(tx, terminal_id))


def test_a_county_does_what_the_model_says_on_sqlite(tmp_path: Path, environment: None) -> None:
    template = Settings.from_environment(tmp_path / "template", {})
    create_instance(template)

    class OnSqlite(County):
        @staticmethod
        def make_settings() -> Settings:
            folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "county"
            folder.mkdir(mode=0o700)
            shutil.copy(template.database_path, folder)
            return Settings.from_environment(folder, {})

    run(OnSqlite, EXAMPLES or 12)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_county_does_what_the_model_says_on_postgresql(
    engine_name: str, make_settings: Callable[[str, str], Settings]
) -> None:
    class OnPostgresql(County):
        @staticmethod
        def make_settings() -> Settings:
            return make_settings("postgresql", "county")

    run(OnPostgresql, EXAMPLES or 4)


def run(machine: type[County], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(max_examples=examples, stateful_step_count=30, deadline=None),
    )
