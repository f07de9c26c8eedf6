"""A till's side of the POS API in one file: httpx, and nothing else of huimin.

Every id is made before anything is sent, and a retry sends the very same bytes; so whatever the
network does, a sale happens once or not at all. If an answer stays unclear, the sale is looked up
by its order number and, if the till gives up, cancelled: from then on the order can't be recorded
any more, not even by a request still in flight. huimin/handbook/en/pos.md describes the protocol.
"""

from __future__ import annotations

import json
import random
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date
from types import TracebackType
from typing import Any, TypeVar

import httpx

OFFLINE_BATCH = 100
PAUSE_SECONDS_MAX = 5.0
# The order or the key belongs to another sale, which this one must not touch.
TAKEN_CODES = ("order_exists", "order_waiting", "order_cancelled", "idempotency_mismatch")
# Answers that leave the outcome of the request open: ask again with the same key.
UNCLEAR_CODES = ("request_in_progress", "too_many_requests", "body_too_slow")
IN_HEADER_OR_PATH = ("key", "redemption_id")

Answer = dict[str, Any]
T = TypeVar("T", "Redemption", "Reversal", "Claim")


class HuiminError(Exception):
    """What a call can raise; anything else is a bug."""


class Refused(HuiminError):
    """The server said no, and nothing was recorded. `cashier_message` may be read aloud."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem["code"])
        self.detail = str(problem.get("detail", ""))
        self.cashier_message = str(problem.get("cashier_message", ""))
        self.errors: list[dict[str, str]] = list(problem.get("errors", ()))
        # Whether an earlier attempt of the same request got no answer, and so may still arrive.
        self.after_no_answer = False
        super().__init__(f"{self.code}: {self.detail}")


class Unreachable(HuiminError):
    """No answer to a question that changes nothing; ask again, or sell offline."""


class Unclear(HuiminError):
    """The outcome is not known yet. `advice` says what to do; keep the ids until it is settled."""

    def __init__(self, what: str, advice: str) -> None:
        self.what, self.advice = what, advice
        super().__init__(f"{what}: {advice}")


class _NoAnswer(Exception):
    """One attempt gave no reliable answer; `seconds` is how long the server asked to wait."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        self.seconds = seconds
        super().__init__(reason)


def new_id() -> str:
    """A fresh idempotency key."""
    return uuid.uuid4().hex


def new_order_no() -> str:
    """A fresh order number; its letter keeps a spreadsheet from reading 12e4… as a number."""
    return f"N{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request with an idempotency key of its own, which goes into the header."""

    def body(self) -> Answer:
        """The JSON body; None, zero and empty values are left to the server's defaults."""
        return self.values(lambda value: isinstance(value, bool) or value not in (None, (), 0))

    def values(self, is_sent: Callable[[Any], bool]) -> Answer:
        """The fields of the body whose value is to be sent."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: value
            for name, value in values.items()
            if name not in IN_HEADER_OR_PATH and is_sent(value)
        }


@dataclass(frozen=True, slots=True)
class Sale(_Sent):
    """A basket being paid for, with its ids; amounts in fen. Store it before you send it."""

    card: str
    amount_fen: int
    presented_by: str
    identity_checked: bool
    order_no: str = field(default_factory=new_order_no)
    key: str = field(default_factory=new_id)
    excluded_fen: int = 0
    insurance_fen: int = 0
    items: tuple[Mapping[str, Any], ...] = ()
    cashier: str | None = None
    shop_order_no: str | None = None


@dataclass(frozen=True, slots=True)
class Return(_Sent):
    """A return of all that is left of a redemption, or of a part, with its key; amounts in fen.

    A part of a sale with items names them in `items`: `{"index": 0}`, or with an `amount_fen` for a
    part of the line. Any other part is an `amount_fen`, with how much of it was excluded or paid by
    insurance if the sale had such sums (0 is said too).
    """

    redemption_id: str
    reason: str
    amount_fen: int | None = None
    cashier: str | None = None
    key: str = field(default_factory=new_id)
    items: tuple[Mapping[str, int], ...] = ()
    excluded_fen: int | None = None
    insurance_fen: int | None = None

    def body(self) -> Answer:
        """The JSON body. A zero is sent: left out, it would mean something else."""
        return self.values(lambda value: value not in (None, ()))


@dataclass(frozen=True, slots=True)
class Missed(_Sent):
    """A purchase at the usual price that missed its discount, with its ids; amounts in fen.

    `order_no` is the receipt's, or that of the refused or cancelled Sale if there was one.
    `presented_by` is "holder" or "family_member". `occurred_on` is only for an earlier day.
    """

    card: str
    amount_fen: int
    order_no: str = field(default_factory=new_order_no)
    key: str = field(default_factory=new_id)
    presented_by: str = "holder"
    identity_checked: bool = False
    excluded_fen: int = 0
    insurance_fen: int = 0
    occurred_on: date | str | None = None
    refusal_code: str | None = None
    note: str | None = None
    cashier: str | None = None
    items: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """A recorded ledger row; `answer` is the server's whole answer."""

    id: str
    receipt_no: str
    amount_fen: int
    discount_fen: int
    payable_fen: int
    recorded_at: str
    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption(_Recorded):
    """A recorded redemption."""

    order_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal(_Recorded):
    """A recorded reversal, in positive sums; `payable_fen` goes back to the customer.

    `answer["lines"]` has the lines that went back, with the part of the refund that is their own.
    """

    redemption_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A recorded claim: `state` is submitted, approved or rejected; `claim_no` is for the slip."""

    id: str
    claim_no: str
    state: str
    order_no: str
    amount_fen: int
    business_day: str
    submitted_at: str
    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancelled order: never recorded (None), or reversed in full."""

    order_no: str
    redemption: Redemption | None


class Client:
    """A client for one terminal, for one thread at a time."""

    def __init__(
        self,
        server: str,
        terminal_key: str,
        *,
        timeout_seconds: float = 5.0,
        attempts: int = 3,
        pause_seconds: float = 0.3,
        language: str = "zh-Hans",
        before_sending: Callable[[Sale], None] = lambda sale: None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`before_sending` stores a sale, so that it can be settled after a crash."""
        self._attempts, self._pause = max(attempts, 1), pause_seconds
        self._before_sending, self._sleep = before_sending, sleep
        self._http = httpx.Client(
            base_url=f"{server.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {terminal_key}", "Accept-Language": language},
            timeout=timeout_seconds,
            transport=transport,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def terminal(self) -> Answer:
        """This terminal: outlet, policy in force, server time."""
        return self._ask("GET", "/terminal")

    def categories(self) -> Answer:
        """The categories that an item may have, their spellings, and which take part here today."""
        return self._ask("GET", "/categories")

    def verify(self, card: str) -> Answer:
        """Who may present this card, and what it gets today. Raises Refused, Unreachable."""
        return self._ask("POST", "/cards/verify", {"card": card})

    def quote(self, card: str, amount_fen: int, **basket: Any) -> Answer:
        """What a basket would get; nothing is recorded. `basket` is as in a Sale."""
        return self._ask("POST", "/quotes", {"card": card, "amount_fen": amount_fen, **basket})

    def redeem(self, sale: Sale) -> Redemption:
        """Record the sale, once, however often this is called with the same Sale.

        Raises Refused when nothing was recorded nor will be, Unclear when that can't be known yet.
        """
        self._before_sending(sale)
        try:
            return _of(Redemption, self._send("POST", "/redemptions", sale.body(), sale.key))
        except Refused as refused:
            if refused.after_no_answer and refused.code not in TAKEN_CODES:
                # An earlier attempt may still arrive, and must not find the order open then.
                with suppress(Refused):
                    self.cancel(sale.order_no, "被拒绝之前曾有请求没有得到答复")
            raise
        except _NoAnswer as error:
            return self._recorded_after_all(sale, error)

    def find_by_order(self, order_no: str) -> Redemption | None:
        """The redemption of an order; None when none is recorded so far. Raises Unreachable."""
        return self._existing(Redemption, "/redemptions", "redemption_unknown", order_no=order_no)

    def settle(self, sale: Sale) -> Redemption:
        """Settle an unclear sale: look it up, and send it again if it never arrived."""
        return self._recorded(sale) or self.redeem(sale)

    def cancel(self, order_no: str, reason: str = "收银端未收到结果，取消订单") -> Cancellation:
        """Cancel the order for good: reverse it, or keep it from being recorded.

        May be repeated. Raises Unclear when the server can't be reached: keep it, and repeat.
        """
        answer = self._act(
            "/cancellations",
            {"order_no": order_no, "reason": reason},
            None,
            order_no,
            "取消没有得到答复（{error}），请留着订单号，稍后再调用 cancel。 / "
            "Keep the order number and call cancel again.",
        )
        redemption = answer["redemption"]
        return Cancellation(order_no, None if redemption is None else _of(Redemption, redemption))

    def reverse(self, back: Return) -> Reversal:
        """Reverse a redemption, in full or in part; once, however often this Return is sent."""
        answer = self._act(
            f"/redemptions/{back.redemption_id}/reversals",
            back.body(),
            back.key,
            back.redemption_id,
            "退货没有得到答复（{error}），请用同一个 Return 再调用 reverse。 / "
            "Call reverse again with the same Return.",
        )
        return _of(Reversal, answer)

    def claim(self, missed: Missed) -> Claim:
        """File a purchase that missed its discount; once, however often this Missed is sent.

        Nothing is given yet: an administrator decides. Raises Refused, Unclear.
        """
        answer = self._act(
            "/claims",
            missed.body(),
            missed.key,
            missed.order_no,
            "登记补录没有得到答复（{error}），请用同一个 Missed 再调用 claim。 / "
            "Call claim again with the same Missed.",
        )
        return _of(Claim, answer)

    def find_claim(self, claim_id: str) -> Claim | None:
        """A claim by its id or the number on its slip; None for one that this outlet hasn't filed.

        Raises Unreachable.
        """
        path = f"/claims/{urllib.parse.quote(claim_id, safe='')}"
        return self._existing(Claim, path, "claim_unknown")

    def statement(self, day: date | str) -> Answer:
        """The outlet's day: rows, sums, SHA-256."""
        return self._ask("GET", f"/statements/{day}")

    def offline_pack(self) -> Answer:
        """What a till needs to sell without network. Raises Refused if that is not allowed."""
        return self._ask("GET", "/offline-pack")

    def send_offline(self, sales: Iterable[Mapping[str, Any]]) -> list[Answer]:
        """Send the sales made without network, in order; one answer each, by its client_id.

        Each names the `id` of its pack as `pack_id`. `status` is accepted, duplicate (entered
        before), refused, or waiting: people decide, and a repeat says what they decided. May be
        repeated: earlier items are answered again. Raises Unclear.
        """
        waiting, results = list(sales), list[Answer]()
        for start in range(0, len(waiting), OFFLINE_BATCH):
            answer = self._act(
                "/offline-redemptions",
                {"redemptions": waiting[start : start + OFFLINE_BATCH]},
                None,
                f"{len(waiting) - start} offline",
                "没有得到答复（{error}），请原样再交一次。 / Hand in the same again.",
            )
            results += answer["redemptions"]
        return results

    def _recorded_after_all(self, sale: Sale, error: _NoAnswer) -> Redemption:
        with suppress(Unreachable):
            redemption = self._recorded(sale)
            if redemption is not None:
                return redemption
        raise Unclear(
            sale.order_no,
            f"没有得到答复（{error}）。可以稍后 settle（查询并用同一个键重发）；"
            "顾客不等就 cancel，然后按原价结算。 / Call settle later, or cancel and sell at the "
            "usual price.",
        ) from error

    def _recorded(self, sale: Sale) -> Redemption | None:
        redemption = self.find_by_order(sale.order_no)
        if redemption is not None and redemption.amount_fen != sale.amount_fen:
            # A reused order number must not pass another customer's sale off as this one.
            detail = f"订单号 {sale.order_no} 已用于另一笔金额不同的交易，请换新的订单号。"
            raise Refused(409, {"code": "order_exists", "detail": detail})
        return redemption

    def _existing(self, kind: type[T], path: str, unknown_code: str, **query: str) -> T | None:
        """What the server has at that address; None if it does not know it."""
        try:
            return _of(kind, self._ask("GET", path, query=query or None))
        except Refused as refused:
            if refused.code == unknown_code:
                return None
            raise

    def _act(self, path: str, body: Answer, key: str | None, what: str, advice: str) -> Answer:
        """Do something that may be repeated. Raises Unclear about `what` if no answer came."""
        try:
            return self._send("POST", path, body, key)
        except _NoAnswer as error:
            raise Unclear(what, advice.format(error=error)) from error

    def _ask(
        self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask something that changes nothing. Raises Unreachable if no answer came."""
        try:
            return self._send(method, path, body, query=query)
        except _NoAnswer as error:
            raise Unreachable(str(error)) from error

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send until there is a reliable answer. Raises Refused, or _NoAnswer in the end."""
        content = None
        headers = {} if key is None else {"Idempotency-Key": key}
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, default=str).encode()
            headers["Content-Type"] = "application/json"
        pause, attempts_left = self._pause, self._attempts
        while True:
            try:
                return _read(
                    self._http.request(method, path, content=content, headers=headers, params=query)
                )
            except Refused as refused:
                refused.after_no_answer = attempts_left < self._attempts
                raise
            except (httpx.TransportError, _NoAnswer) as error:
                attempts_left -= 1
                seconds = error.seconds if isinstance(error, _NoAnswer) else 0
                if not attempts_left:
                    raise _NoAnswer(str(error) or type(error).__name__) from error
            self._sleep(min(max(pause, seconds) * random.uniform(0.5, 1.5), PAUSE_SECONDS_MAX))  # noqa: S311
            pause *= 2


def _read(response: httpx.Response) -> Answer:
    """The server's own answer; what a proxy says tells nothing about the sale."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.is_success and isinstance(answer, dict):
        return answer
    if not isinstance(answer, dict) or "code" not in answer or response.status_code >= 500:
        raise _NoAnswer(f"HTTP {response.status_code}")
    if answer["code"] in UNCLEAR_CODES:
        waits = response.headers.get("Retry-After", "")
        raise _NoAnswer(str(answer["code"]), float(waits) if waits.isdecimal() else 0)
    raise Refused(response.status_code, answer)


def _of(kind: type[T], answer: Answer) -> T:
    """A value of that kind; fields unknown to this client stay in `answer`."""
    known = {each.name: answer[each.name] for each in fields(kind) if each.name != "answer"}
    return kind(**known, answer=answer)
