"""Play a till for a while: verify, quote, redeem, take back, over a network that breaks.

The till does what huimin/handbook/en/pos.md tells it to, and no more: it makes ids before it sends,
settles or cancels what is unclear, and keeps its own books. It is bounded in count and in time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import httpx

from huimin.client import Client, Redemption, Refused, Return, Sale, Unclear, Unreachable, new_id
from huimin.simulation.books import Books, Comparison, compare
from huimin.simulation.faults import FaultyTransport

FAULT_RATE = 0.35
AMOUNT_FEN_MAX = 30_000
RETURN_CHANCE, SETTLE_CHANCE, QUOTE_CHANCE = 0.25, 0.5, 0.2
LAST_TRIES_MAX = 50


@dataclass(frozen=True)
class Plan:
    """What to simulate: at most `sales` sales within `seconds_max`."""

    server: str
    key: str
    cards: Sequence[str]
    sales: int
    seed: int
    faults: Sequence[str]
    seconds_max: float = 300.0
    undo: bool = False


@dataclass
class Outcome:
    """The outcome, for the report."""

    comparison: Comparison
    outlet: str
    faults: Counter[str]
    refusals: Counter[str]
    unclear: int
    settled: int
    cancelled: int
    played: int
    seconds: float
    undone: bool


@dataclass
class Till:
    """A simulated till."""

    plan: Plan
    client: Client
    random: Random
    prefix: str
    books: Books = field(default_factory=Books)
    refusals: Counter[str] = field(default_factory=Counter)
    open_sales: list[Sale] = field(default_factory=list)
    open_returns: list[tuple[str, Return]] = field(default_factory=list)
    open_cancellations: list[str] = field(default_factory=list)
    unclear: int = 0
    settled: int = 0

    def serve(self, number: int) -> None:
        """One customer."""
        card = self.random.choice(self.plan.cards)
        amount_fen = self.random.randint(1, AMOUNT_FEN_MAX)
        excluded_fen = self.random.choice((0, 0, amount_fen // 4))
        try:
            people = self.client.verify(card)["may_present"]
            if self.random.random() < QUOTE_CHANCE:
                self.client.quote(card, amount_fen, excluded_fen=excluded_fen)
        except Refused as refused:
            self.refusals[refused.code] += 1
            return
        except Unreachable:
            self.refusals["unreachable"] += 1
            return
        sale = Sale(
            card=card,
            amount_fen=amount_fen,
            presented_by=self.random.choice(people)["id"],
            identity_checked=True,
            excluded_fen=excluded_fen,
            order_no=f"{self.prefix}{number:05d}",
        )
        self._sell(sale)

    def settle_all(self) -> None:
        """Settle or cancel everything that is still unclear. Raises Unclear if that fails."""
        for _ in range(LAST_TRIES_MAX):
            sales, self.open_sales = self.open_sales, []
            returns, self.open_returns = self.open_returns, []
            orders, self.open_cancellations = self.open_cancellations, []
            if not (sales or returns or orders):
                return
            for sale in sales:
                self._settle(sale)
            for order_no, back in returns:
                self._take_back(order_no, back)
            for order_no in orders:
                self._cancel(order_no)
        raise Unclear(self.prefix, "the server can't be reached")

    def _sell(self, sale: Sale) -> None:
        try:
            redemption = self.client.redeem(sale)
        except Refused as refused:
            self.refusals[refused.code] += 1
        except Unclear:
            self.unclear += 1
            if self.random.random() < SETTLE_CHANCE:
                self.open_sales.append(sale)  # the customer pays less and goes; settled later
            else:
                self._cancel(sale.order_no)  # the customer does not wait and pays the usual price
        else:
            self._recorded(redemption)

    def _recorded(self, redemption: Redemption) -> None:
        self.books.sold(redemption)
        if self.random.random() < RETURN_CHANCE:
            part_fen = self.random.choice((None, self.random.randint(1, redemption.amount_fen)))
            back = Return(
                redemption.id,
                "模拟退货",
                part_fen,
                key=f"{redemption.order_no}-back",
                excluded_fen=self._excluded_part(redemption, part_fen),
            )
            self._take_back(redemption.order_no, back)

    def _excluded_part(self, redemption: Redemption, part_fen: int | None) -> int | None:
        """How much of a returned amount was excluded, as far as the sale had so much of both."""
        excluded_fen = redemption.answer["excluded_fen"]
        if part_fen is None or not excluded_fen:
            return None
        eligible_fen = redemption.amount_fen - excluded_fen
        return self.random.randint(max(part_fen - eligible_fen, 0), min(part_fen, excluded_fen))

    def _settle(self, sale: Sale) -> None:
        try:
            redemption = self.client.settle(sale)
        except Refused as refused:
            self.refusals[refused.code] += 1
            self._cancel(sale.order_no)
        except (Unclear, Unreachable):
            self.open_sales.append(sale)
        else:
            self.settled += 1
            self._recorded(redemption)

    def _take_back(self, order_no: str, back: Return) -> None:
        try:
            self.books.returned(order_no, self.client.reverse(back))
        except Refused as refused:
            self.refusals[refused.code] += 1
        except Unclear:
            self.open_returns.append((order_no, back))

    def _cancel(self, order_no: str) -> None:
        try:
            self.client.cancel(order_no)
        except Unclear:
            self.open_cancellations.append(order_no)
        else:
            self.books.gave_up(order_no)

    def undo(self) -> None:
        """Take back everything that was sold."""
        self.open_cancellations += list(self.books.orders)
        self.settle_all()


def play(
    plan: Plan,
    *,
    inner: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport,
    progress: Callable[[int], None] = lambda done: None,
) -> Outcome:
    """Play the plan and compare the books with the server's statement; `progress` gets the count.

    Raises HuiminError when the server can't be reached or knows the key not.
    """
    began = time.monotonic()
    network = FaultyTransport(inner(), plan.faults, plan.seed, FAULT_RATE)
    with (
        Client(plan.server, plan.key, transport=inner()) as plain,
        Client(plan.server, plan.key, transport=network, attempts=2, pause_seconds=0.002) as client,
    ):
        where = plain.terminal()
        prefix = f"sim-{new_id()[:10]}-"
        till = Till(plan, client, Random(plan.seed), prefix)  # noqa: S311
        played = 0
        while played < plan.sales and time.monotonic() - began < plan.seconds_max:
            till.serve(played)
            played += 1
            progress(played)
        till.settle_all()
        network.deliver_late()
        if plan.undo:
            till.undo()
            network.deliver_late()
        days = {where["business_day"], plain.terminal()["business_day"]}
        comparison = compare(till.books, [plain.statement(day) for day in sorted(days)], prefix)
    return Outcome(
        comparison=comparison,
        outlet=str(where["outlet"]["name"]),
        faults=network.happened,
        refusals=till.refusals,
        unclear=till.unclear,
        settled=till.settled,
        cancelled=len(till.books.cancelled),
        played=played,
        seconds=time.monotonic() - began,
        undone=plan.undo,
    )
