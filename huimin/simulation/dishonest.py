"""Play a till that lies: it invents offline sales in every way it can, and proves that none was
entered that should not have been.

Whoever controls a till has its key, packs of its own, and cards that people showed there. The
network is good; the server's own statement says what was entered.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from huimin.client import Client, Refused, new_id
from huimin.core.catalogue import Words
from huimin.core.discount import Basket, PolicyTerms, quote
from huimin.core.offline_terms import OfflineTerms
from huimin.simulation.play import Plan

# Each lie, and how the report names it. The last two could be true.
LIES = Words(
    "lie",
    {
        "forged_pack": "编造的离线资料编号",
        "forged_time": "编造的离线资料时间",
        "other_pack": "别的收银终端的离线资料",
        "before_pack": "时间倒填到离线资料之前",
        "future": "时间写到以后",
        "stopped_card": "已得知不能用的卡",
        "over_cap": "超过单笔上限",
        "other_discount": "算错的优惠",
        "other_policy": "别的政策",
        "tampered": "改过的卡码",
        "unchecked": "没有核对身份",
        "invented": "凭空编造的交易",
        "many_packs": "反复取离线资料再编造",
    },
)
COULD_BE_TRUE = ("invented", "many_packs")
ROUND = (*LIES, *COULD_BE_TRUE)
BATCH = 20
DAY = timedelta(days=1)


@dataclass
class Caught:
    """What came of it: answers by lie and status, and what the statement says was entered.

    `most_fen` is the most that may be entered of what could be true; `wrongly` are the orders of
    lies that were entered although they can't be true.
    """

    outlet: str
    answers: Counter[tuple[str, str]]
    played: int
    seconds: float
    entered: int
    entered_fen: int
    most_fen: int
    wrongly: list[str]
    differing: list[str]
    undone: bool

    @property
    def holds(self) -> bool:
        """Nothing was entered that should not have been, and the answers agree with the books."""
        return not self.wrongly and not self.differing and self.entered_fen <= self.most_fen


@dataclass
class Liar:
    """A till that lies. `lies` is what each order was, `accepted` those that it was told of."""

    plan: Plan
    client: Client
    random: Random
    prefix: str
    pack: Mapping[str, Any]
    other_pack: str | None
    stopped: Sequence[str]
    cards: Sequence[str]
    lies: dict[str, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def claim(self, number: int) -> Mapping[str, Any] | None:
        """An invented sale; None for a lie that this till has no means for."""
        lie = ROUND[number % len(ROUND)]
        if lie == "many_packs":
            self.pack = self.client.offline_pack()
        item = self._plausible_sale(number)
        change: Callable[[dict[str, Any]], dict[str, Any] | None]
        change = getattr(self, f"_{lie}", dict)
        lying = change(item)
        if lying is not None:
            self.lies[item["order_no"]] = lie
        return lying

    def send(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Send the items and keep what they were answered."""
        orders = {item["client_id"]: item["order_no"] for item in items}
        for answer in self.client.send_offline(items):
            order_no = orders[answer["client_id"]]
            self.answers[self.lies[order_no], answer["status"]] += 1
            if answer["status"] in ("accepted", "duplicate"):
                self.accepted.add(order_no)

    def _plausible_sale(self, number: int) -> dict[str, Any]:
        """A sale that fits the pack in everything: only nobody bought anything."""
        terms, now = self._terms(), datetime.now(UTC)
        cap_fen = self.pack["caps"]["redemption_fen"]
        amount_fen = cap_fen * 10_000 // terms.rate_bp
        discount_fen = quote(Basket(amount_fen, 0, 0, ()), terms).discount_fen
        return {
            "client_id": str(_uuid(self.random)),
            "card": self.random.choice(self.cards),
            "order_no": f"{self.prefix}{number:05d}",
            "amount_fen": amount_fen,
            "presented_by": "holder",
            "identity_checked": True,
            "policy_id": terms.id,
            "discount_fen": min(discount_fen, cap_fen),
            "payable_fen": amount_fen - min(discount_fen, cap_fen),
            "occurred_at": _text(now),
            "device_clock_offset_ms": 0,
            "pack_id": self.pack["id"],
        }

    def _terms(self) -> PolicyTerms:
        """The policy of the pack's first day."""
        policy_id = self.pack["days"][min(self.pack["days"])]
        policy = next(one for one in self.pack["policies"] if one["id"] == policy_id)
        # Its budget is the server's alone, so no pack says it.
        known = {one.name for one in fields(PolicyTerms)} - {"offline"}
        terms = {name: policy[name] for name in known & policy.keys()}
        return PolicyTerms(**{**terms, "excluded_categories": tuple(policy["excluded_categories"])})

    def _forged_pack(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "pack_id": str(_uuid(self.random))}

    def _forged_time(self, item: dict[str, Any]) -> dict[str, Any]:
        issued_at = datetime.now(UTC) - timedelta(minutes=self.random.randint(1, 600))
        del item["pack_id"]
        return {**item, "pack_issued_at": _text(issued_at)}

    def _other_pack(self, item: dict[str, Any]) -> dict[str, Any] | None:
        return None if self.other_pack is None else {**item, "pack_id": self.other_pack}

    def _before_pack(self, item: dict[str, Any]) -> dict[str, Any]:
        issued_at = datetime.fromisoformat(self.pack["issued_at"])
        return {**item, "occurred_at": _text(issued_at - timedelta(hours=1))}

    def _future(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "occurred_at": _text(datetime.now(UTC) + timedelta(hours=1))}

    def _stopped_card(self, item: dict[str, Any]) -> dict[str, Any] | None:
        return {**item, "card": self.random.choice(self.stopped)} if self.stopped else None

    def _over_cap(self, item: dict[str, Any]) -> dict[str, Any]:
        terms = self._terms()
        amount_fen = 2 * item["amount_fen"]
        discount_fen = quote(Basket(amount_fen, 0, 0, ()), terms).discount_fen
        return _priced({**item, "amount_fen": amount_fen}, discount_fen)

    def _other_discount(self, item: dict[str, Any]) -> dict[str, Any]:
        return _priced({**item, "amount_fen": item["amount_fen"] // 2}, item["discount_fen"])

    def _other_policy(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "policy_id": str(_uuid(self.random))}

    def _tampered(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "card": str(int(item["card"]) + self.random.randint(1, 10**6))}

    def _unchecked(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "identity_checked": False}


def lie(
    plan: Plan,
    *,
    other_key: str | None = None,
    inner: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport,
    progress: Callable[[int], None] = lambda done: None,
) -> Caught:
    """Play the plan's number of lies and compare them with the server's statement.

    `other_key` is another terminal's, whose pack is stolen. Raises HuiminError when the server
    can't be reached, Refused where its policy allows nothing without network.
    """
    began = time.monotonic()
    with Client(plan.server, plan.key, transport=inner(), timeout_seconds=30) as client:
        where = client.terminal()
        liar = _liar(plan, client, other_key, inner)
        items = list[Mapping[str, Any]]()
        for number in range(plan.sales):
            item = liar.claim(number)
            items += [item] if item is not None else []
            if len(items) >= BATCH or number == plan.sales - 1:
                liar.send(items)
                items = []
            progress(number + 1)
            if time.monotonic() - began > plan.seconds_max:
                break
        rows = _entered_rows(client, where, liar.prefix)
        if plan.undo:
            for row in rows:
                client.cancel(row["order_no"], "模拟交易撤销")
    entered = {row["order_no"] for row in rows}
    return Caught(
        outlet=str(where["outlet"]["name"]),
        answers=liar.answers,
        played=len(liar.lies),
        seconds=time.monotonic() - began,
        entered=len(rows),
        entered_fen=sum(row["discount_fen"] for row in rows),
        most_fen=_offline_terms(liar.pack).cap_terminal_fen,
        wrongly=sorted(one for one in entered if liar.lies[one] not in COULD_BE_TRUE),
        differing=sorted(entered ^ liar.accepted),
        undone=plan.undo,
    )


def _liar(
    plan: Plan, client: Client, other_key: str | None, inner: Callable[[], httpx.BaseTransport]
) -> Liar:
    other_pack = None
    if other_key is not None:
        with Client(plan.server, other_key, transport=inner()) as other:
            other_pack = str(other.offline_pack()["id"])
    stopped, cards = list[str](), list[str]()
    # The pack comes first: what the till learns then, it can't claim not to have known.
    pack = client.offline_pack()
    for card in plan.cards:
        try:
            client.verify(card)
        except Refused as refused:
            stopped += [card] if refused.code.startswith("card_") else []
        else:
            cards.append(card)
    random = Random(plan.seed)  # noqa: S311
    prefix = f"lie-{new_id()[:10]}-"
    return Liar(plan, client, random, prefix, pack, other_pack, stopped, cards or plan.cards)


def _entered_rows(client: Client, where: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """What the server entered under this run's orders, on the days that it can be about."""
    today = datetime.fromisoformat(where["server_time"])
    days = {
        where["business_day"],
        client.terminal()["business_day"],
        (today - DAY).date().isoformat(),
        today.date().isoformat(),
    }
    return [
        row
        for day in sorted(days)
        for row in client.statement(day)["rows"]
        if row["kind"] == "redemption" and row["order_no"].startswith(prefix)
    ]


def _offline_terms(pack: Mapping[str, Any]) -> OfflineTerms:
    policy_id = pack["days"][min(pack["days"])]
    policy = next(one for one in pack["policies"] if one["id"] == policy_id)
    return OfflineTerms(**policy["offline"])


def _priced(item: dict[str, Any], discount_fen: int) -> dict[str, Any]:
    payable_fen = item["amount_fen"] - discount_fen
    return {**item, "discount_fen": discount_fen, "payable_fen": payable_fen}


def _uuid(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
