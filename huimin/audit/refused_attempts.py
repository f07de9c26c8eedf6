"""What was tried at a till and refused: the code, the card, where, by whom, for how much.

A refusal rolls its transaction back, so it is written apart from it, in batches off the request's
path (written_later.py). A card that exists is named; what was typed or scanned is never kept. Of a
flood, each till's first attempts of a minute are kept one by one and the others counted, so that
nobody can fill the disk. What a till was told of a card counts against what it sends later, to
whichever process of the server: of that the record is there before the answer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from huimin.audit import queries
from huimin.audit.written_later import WrittenLater
from huimin.core.card_token import CheckedCard
from huimin.core.days import instant_text
from huimin.core.json_text import write_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.storage.counters import Counters
from huimin.storage.engine import Engine, StorageProblem, Transaction
from huimin.storage.ids import least_id, new_id
from huimin.storage.savepoint import savepoint

# One by one, of a till: so many in a minute, and in a day; the others of a minute are one row by
# act and code.
A_MINUTE_MAX = 20
A_DAY_MAX = 1_000
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The same refused quote comes with each digit that a cashier types.
QUOTES_APART = timedelta(minutes=10)
# About the sum that is being typed, or a repeat that is already under way: no attempt of its own.
NOT_OF_A_QUOTE = ("below_minimum", "nothing_eligible", "invalid_input")
NOT_AN_ATTEMPT = ("request_in_progress",)
# What a till may not sell against later without network (checkout/offline/doubts.py).
TOLD_OF_CARD = (
    *("card_suspended", "card_lost", "card_replaced", "card_revoked", "card_expired"),
    "not_entitled",
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAttempt:
    """One attempt, or many alike (`times`). `card` was read; `redemption_id` is of a return.

    `act` is one of the table's acts; `typed` says that a card number was typed. Amounts in fen.
    """

    act: str
    refusal: KeptRefusal
    terminal_id: str
    outlet_id: str
    at: datetime
    staff_id: str | None = None
    cashier: str | None = None
    card: CheckedCard | None = None
    typed: bool = False
    redemption_id: str | None = None
    order_no: str | None = None
    amount_fen: int | None = None
    occurred_at: datetime | None = None
    times: int = 1


AfterWriting = Callable[[Transaction, Sequence[RefusedAttempt]], None]


@dataclass
class _OfTill:
    """What of a till is only counted: when its minute began (`began`: monotonic)."""

    outlet_id: str
    minute: datetime
    began: float
    # By act, code, and whether a number was typed.
    counted: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    # Of which a part was written before the minute was over.
    written_early: set[tuple[str, str, bool]] = field(default_factory=set)


class RefusedAttempts:
    """The attempts of this process on their way to the database.

    `after` looks at what was just written; if it fails, that is undone and logged, no attempt lost.
    """

    def __init__(self, engine: Engine, counters: Counters, after: AfterWriting) -> None:
        self._counters, self._after = counters, after
        self._lock = threading.Lock()
        self._tills: dict[str, _OfTill] = {}
        self._later = WrittenLater[RefusedAttempt](
            "refused attempts", engine, self._write, self._hand_in
        )

    def note(self, attempt: RefusedAttempt) -> None:
        """Queue an attempt, or count it where there are too many, or where it says nothing new."""
        code = attempt.refusal.code
        if code in NOT_AN_ATTEMPT or (attempt.act == "quote" and code in NOT_OF_A_QUOTE):
            return
        with self._lock:
            if attempt.act == "quote" and self._is_known_quote(attempt):
                return
            till = self._till_of(attempt)
            kind = attempt.act, code, attempt.typed
            if self._is_one_by_one(attempt):
                is_told = False
                self._later.put(attempt)
            else:
                is_told = kind in till.written_early
                till.counted[kind] += 1
            if code not in TOLD_OF_CARD or is_told:
                return
            if till.counted[kind]:
                # That there were more, once of each kind and minute: it may be about any card.
                till.written_early.add(kind)
                self._put_counted(attempt.terminal_id, till, {kind})
        # Else it is still queued, and a disk that is full does not change the answer.
        with suppress(StorageProblem):
            self._later.flush_due()

    def flush(self) -> None:
        """Write everything queued and counted."""
        self._later.flush()

    def close(self) -> None:
        """Write everything and end the thread."""
        self._later.close()

    def _is_known_quote(self, attempt: RefusedAttempt) -> bool:
        name = f"refused quote {attempt.terminal_id} {attempt.card} {attempt.refusal.code}"
        seconds, now = int(QUOTES_APART.total_seconds()) // 2, attempt.at.timestamp()
        # The window slides over two periods: of quotes that are further apart none is left out.
        return not self._counters.count(name, limit=1, seconds=seconds, now=now)

    def _is_one_by_one(self, attempt: RefusedAttempt) -> bool:
        """Whether it has a row of its own; of a till so many, whichever processes it asks."""
        name, now = f"attempts {attempt.terminal_id}", attempt.at.timestamp()
        return all(
            self._counters.count(name, limit=limit, seconds=int(each.total_seconds()), now=now)
            for each, limit in ((MINUTE, A_MINUTE_MAX), (DAY, A_DAY_MAX))
        )

    def _till_of(self, attempt: RefusedAttempt) -> _OfTill:
        """The till of an attempt, in the attempt's minute."""
        at, terminal_id = attempt.at, attempt.terminal_id
        till = self._tills.get(terminal_id)
        if till is None:
            till = _OfTill(attempt.outlet_id, at, time.monotonic())
            self._tills[terminal_id] = till
        if at - till.minute >= MINUTE:
            self._put_counted(terminal_id, till, set(till.counted))
            till.minute, till.began = at, time.monotonic()
            till.written_early.clear()
        return till

    def _put_counted(
        self, terminal_id: str, till: _OfTill, kinds: set[tuple[str, str, bool]]
    ) -> None:
        for act, code, typed in sorted(kinds):
            times = till.counted.pop((act, code, typed))
            self._later.put(
                RefusedAttempt(
                    act=act,
                    refusal=KeptRefusal(code),
                    terminal_id=terminal_id,
                    outlet_id=till.outlet_id,
                    at=till.minute,
                    typed=typed,
                    times=times,
                )
            )

    def _hand_in(self, everything: bool) -> None:
        """Queue what was counted in minutes that are over; or all."""
        over = time.monotonic() - MINUTE.total_seconds()
        with self._lock:
            for terminal_id, till in self._tills.items():
                if everything or till.began <= over:
                    self._put_counted(terminal_id, till, set(till.counted))

    def _write(self, tx: Transaction, batch: Sequence[RefusedAttempt]) -> None:
        for attempt in batch:
            record_attempt(tx, attempt)
        try:
            with savepoint(tx, "after_attempts"):
                self._after(tx, batch)
        except StorageProblem:
            raise
        except Exception:
            log.exception("refused attempts not looked at")


def record_offline_refusal(tx: Transaction, attempt: RefusedAttempt) -> None:
    """Write a refused item of a till without network, of A_DAY_MAX a till and 24 hours; above
    that its offline_item alone says so.
    """
    recorded = queries.offline_attempts_since(
        tx,
        outlet_id=attempt.outlet_id,
        terminal_id=attempt.terminal_id,
        since=least_id(attempt.at - DAY),
        most=A_DAY_MAX,
    )
    if recorded < A_DAY_MAX:
        record_attempt(tx, attempt)


def record_attempt(tx: Transaction, attempt: RefusedAttempt) -> None:
    """Write one attempt in the caller's transaction."""
    card = attempt.card
    queries.insert_attempt(
        tx,
        id=new_id(),
        act=attempt.act,
        code=attempt.refusal.code,
        refusal_json=write_json(attempt.refusal.as_record()),
        terminal_id=attempt.terminal_id,
        outlet_id=attempt.outlet_id,
        staff_id=attempt.staff_id,
        cashier=attempt.cashier,
        number=card.text if card is not None and card.kind == "number" else None,
        copy_id=card.text if card is not None and card.kind == "copy_id" else None,
        redemption_id=attempt.redemption_id,
        typed=int(attempt.typed),
        order_no=attempt.order_no,
        amount_fen=attempt.amount_fen,
        occurred_at=instant_text(attempt.occurred_at or attempt.at),
        recorded_at=instant_text(attempt.at),
        times=attempt.times,
    )
