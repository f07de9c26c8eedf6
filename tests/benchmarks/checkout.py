"""How fast is a redemption: bare sqlite3, the service function, HTTP through the shipped server.

`python -m tests.benchmarks.checkout` prints, from one machine and one run: (r) the fixed reference
(reference.py), (a) bare sqlite3 that replays the very statements of the service with one durable
commit each, (b) the service functions of a look-up and of a sale, (c) HTTP at 1, 16 and 64
connections, for sales and for the look-ups before them: operations a second, p50, p99, the server's
CPU for each, how many shared a commit, and the ratio to (r); then how many look-ups there are to a
sale, statements and bytes a sale. With `--before CHECKOUT` (a folder with commit 0e981a6) that code
is served in turn, over a county of its own.

The parts take turns over several rounds, because these machines are noisy; medians are printed.
Each begins with the same county, in which nine of ten cards have been used before this month, and
sells to each card once, after the till has verified it, as tills do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huimin.checkout.once import Answer, fingerprint, once
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import RedemptionRequest
from huimin.checkout.verify import verify_at
from huimin.core.card_token import check_card
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from tests.benchmarks.county import Till, build_county
from tests.benchmarks.earlier import earlier_county
from tests.benchmarks.figures import HEAD, Figures
from tests.benchmarks.reference import (
    Sale,
    recorded_sales,
    reference_database,
    replay,
    sale_of,
)
from tests.benchmarks.serving import commits, cpu_seconds, server_process, serving

CONNECTIONS = (1, 16, 64)
# A server that has just begun opens its connections to the database, and its log grows for the
# first time: so many look-ups and sales come before those that are measured.
WARM_UP = 1_000
LOOK_UPS, SALES = "(b) look-ups, 1 thread", "(b) service, 1 thread"
REFERENCE, EARLIER = "(r) 16 statements of 0e981a6, bare", " at 0e981a6"


class RecordingConnection:
    """Hands every statement on and writes it down with its parameters."""

    def __init__(self, connection: sqlite3.Connection, log: list[tuple[str, Any]]) -> None:
        self._connection, self._log = connection, log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        self._log.append((sql, parameters))
        return self._connection.execute(sql, parameters)

    def cursor(self, *args: Any) -> Any:
        return RecordingCursor(self._connection.cursor(*args), self._log)


class RecordingCursor:
    """The same for statements that go through a cursor."""

    def __init__(self, cursor: sqlite3.Cursor, log: list[tuple[str, Any]]) -> None:
        self._cursor, self._log = cursor, log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        self._log.append((sql, parameters))
        self._cursor.execute(sql, parameters)
        return self


def body_of(till: Till, number: int, name: str) -> dict[str, Any]:
    """One sale; every one has an order of its own."""
    return {
        "card": till.token(number),
        "amount_fen": 1_280 + number % 9_000,
        "order_no": f"{name}-{number}",
        "presented_by": till.holder(number),
        "identity_checked": True,
    }


def use_case(
    instance: Instance, till: Till, number: int, name: str
) -> Callable[[Transaction], Answer]:
    """A redemption just as the endpoint hands it to the engine."""
    body = body_of(till, number, name)
    card = check_card(body.pop("card"), instance.key_ring.public_keys())
    request = RedemptionRequest(card, **body)
    print_of_body = fingerprint("redeem", request)
    now = instance.clock()

    def work(tx: Transaction) -> Answer:
        return once(
            tx,
            terminal_id=till.terminal["terminal_id"],
            key=request.order_no,
            fingerprints=(print_of_body,),
            now=now,
            work=lambda tx: redeem(tx, request, terminal=till.terminal, now=now),
        )

    return work


def record_statements(
    instance: Instance, tills: list[Till], count: int
) -> list[list[tuple[str, Any]]]:
    """What the service says to the database for each of `count` redemptions."""
    jobs = [use_case(instance, tills[i % len(tills)], i, "bare") for i in range(count)]
    recorded: list[list[tuple[str, Any]]] = []

    def work(tx: Transaction) -> None:
        for job in jobs:
            log: list[tuple[str, Any]] = []
            # Sums are written once for a group.
            job(Transaction(tx.engine, RecordingConnection(tx.connection, log), later=[]))
            recorded.append(log)

    instance.engine.write(work)
    return recorded


def bare_sqlite(database: Path, recorded: list[list[tuple[str, Any]]], figures: Figures) -> None:
    """Replay the recorded statements with nothing but sqlite3, one durable commit a redemption."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    latencies = []
    start = time.perf_counter()
    for statements in recorded:
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for sql, parameters in statements:
            connection.execute(sql, parameters).fetchall()
        connection.execute("COMMIT")
        latencies.append(time.perf_counter() - began)
    figures.add(time.perf_counter() - start, latencies)
    connection.close()


def service(
    instance: Instance, tills: list[Till], count: int, threads: int, figures: Figures
) -> None:
    """The service function through the engine, from so many threads."""
    jobs = [(tills[i % len(tills)], i) for i in range(count)]
    for till, number in jobs:
        check_card(till.token(number), instance.key_ring.public_keys())

    def timed(job: tuple[Till, int]) -> float:
        began = time.perf_counter()
        instance.engine.write(use_case(instance, *job, "sale"), adds_up=True)
        return time.perf_counter() - began

    start = time.perf_counter()
    if threads == 1:
        latencies = [timed(job) for job in jobs]
    else:
        with ThreadPoolExecutor(threads) as pool:
            latencies = list(pool.map(timed, jobs))
    figures.add(time.perf_counter() - start, latencies)


def look_ups(instance: Instance, tills: list[Till], count: int, figures: Figures) -> None:
    """What the endpoint does for a look-up, its signature included, one after another."""
    latencies, keys = [], instance.key_ring.public_keys()
    start = time.perf_counter()
    for number in range(count):
        till = tills[number % len(tills)]
        began = time.perf_counter()
        card = check_card(till.token(number), keys)
        verify_at(instance.engine, card, terminal=till.terminal, now=instance.clock())
        latencies.append(time.perf_counter() - began)
    figures.add(time.perf_counter() - start, latencies)


@dataclass(frozen=True)
class Served:
    """A county to serve, the requests to send, and another checkout whose program serves it."""

    county: Path
    looks: list[Any]
    sales: list[Any]
    checkout: Path | None = None

    def measure(self, connections: int, looks: Figures, sales: Figures) -> None:
        """Look-ups, then sales, through the shipped server, loaded by a child process."""
        with copy_of(self.county) as folder, serving(folder, checkout=self.checkout) as port:
            process, database = server_process(), folder / "huimin.db"
            for requests, status, figures in (
                (self.looks, "200", looks),
                (self.sales, "201", sales),
            ):
                load(port, connections, requests[:WARM_UP], status)
                measured = requests[WARM_UP:]
                before = cpu_seconds(process), commits(database)
                answer = load(port, connections, measured, status)
                figures.add(answer["seconds"], answer["latencies"])
                used = cpu_seconds(process) - before[0]
                figures.cpus.append(used / len(measured) * 1e6)
            sales.groups.append(len(measured) / (commits(database) - before[1]))


def requests_of(tills: list[Till], count: int) -> tuple[list[Any], list[Any]]:
    """A look-up and a sale with each of so many cards: path, headers, body."""
    sales, looks = [], []
    for number in range(count):
        till = tills[number % len(tills)]
        body = body_of(till, number, "sale")
        headers = {"Authorization": f"Bearer {till.key}", "Idempotency-Key": body["order_no"]}
        sales.append(["/api/v1/redemptions", headers, json.dumps(body)])
        looks.append(["/api/v1/cards/verify", headers, json.dumps({"card": body["card"]})])
    return looks, sales


def load(port: int, connections: int, requests: list[Any], status: str) -> dict[str, Any]:
    """Send the requests; seconds and latencies. Every answer must have that status."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.http_load", str(port), str(connections)],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(child.stdout)
    if set(answer["statuses"]) != {status}:
        raise SystemExit(f"not every request was answered {status}: {answer['statuses']}")
    return answer


def used_before(instance: Instance, tills: list[Till], count: int) -> None:
    """One sale with nine of ten cards, as most sales of a month are not their card's first."""
    numbers = [number for number in range(count) if number % 10]

    def sell(number: int) -> None:
        work = use_case(instance, tills[number % len(tills)], number, "before")
        instance.engine.write(work, adds_up=True)

    with ThreadPoolExecutor(len(tills)) as pool:
        list(pool.map(sell, numbers))


@contextmanager
def copy_of(county: Path) -> Iterator[Path]:
    """A folder with a copy of a county that nobody has open for writing."""
    with sqlite3.connect(county / "huimin.db") as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with tempfile.TemporaryDirectory(dir=county.parent) as temporary:
        for path in (county / "huimin.db", *county.glob("*.json")):
            shutil.copy(path, temporary)
        # The copy is on the disk before anything is measured: its writing would hold up commits.
        os.sync()
        yield Path(temporary)


@contextmanager
def instance_in_copy(county: Path) -> Iterator[Instance]:
    """The instance opened over a copy of its own."""
    with copy_of(county) as folder:
        instance = open_instance(Settings.from_environment(folder=folder))
        try:
            yield instance
        finally:
            instance.close()


class Rounds:
    """Each part in turn, over a county of its own."""

    def __init__(self, county: Path, tills: list[Till], count: int) -> None:
        self.county, self.tills, self.count = county, tills, count
        self.parts: dict[str, Figures] = {}
        self.statements, self.bytes = 0.0, 0.0

    def part(self, name: str) -> Figures:
        """The figures of a part, of all rounds."""
        return self.parts.setdefault(name, Figures())

    def run(self, connections: Sequence[int], now: Served, before: Served | None) -> None:
        """One round."""
        with copy_of(self.county) as folder:
            reference_database(folder / "huimin.db", folder / "reference.db")
            sales = recorded_sales(self._sales(folder / "huimin.db"))
            start, taken = time.perf_counter(), list(replay(folder / "reference.db", sales))
            self.part(REFERENCE).add(time.perf_counter() - start, taken)
        with instance_in_copy(self.county) as instance:
            recorded = record_statements(instance, self.tills, self.count)
        self.statements = statistics.median(len(each) for each in recorded)
        with copy_of(self.county) as folder:
            bare_sqlite(folder / "huimin.db", recorded, self.part("(a) bare sqlite3"))
        with instance_in_copy(self.county) as instance:
            look_ups(instance, self.tills, self.count, self.part(LOOK_UPS))
        for threads, name in ((1, SALES), (32, "(b) service, 32 threads")):
            with instance_in_copy(self.county) as instance:
                size = size_of(instance)
                service(instance, self.tills, self.count, threads, self.part(name))
                self.bytes = (size_of(instance) - size) / self.count
        for number in connections:
            for served, code in ((before, EARLIER), (now, "")):
                if served is not None:
                    looks = self.part(f"(c) look-ups, {number} connections{code}")
                    served.measure(number, looks, self.part(f"(c) {number} connections{code}"))

    def _sales(self, database: Path) -> list[Sale]:
        """What each sale has of its own, as the service makes it in this county."""
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(
                "SELECT card.*, holder.division_code FROM card"
                " JOIN holder ON holder.id = card.holder_id"
            )
            cards = {row["holder_id"]: dict(row) for row in rows}
            (policy_id,) = connection.execute("SELECT id FROM policy").fetchone()
        sales = []
        for number in range(self.count):
            till = self.tills[number % len(self.tills)]
            sales.append(sale_of(till.terminal, cards[till.holder(number)], policy_id, number))
        return sales

    def print(self) -> None:
        """The table, and what a sale costs."""
        reference = self.parts[REFERENCE]
        print(HEAD)
        for name, figures in self.parts.items():
            print(figures.row(name, reference))
        ratio = self.parts[LOOK_UPS].against(self.parts[SALES])
        print(f"{ratio:.1f} look-ups to a sale in the service, from one thread")
        print(f"{self.statements:.0f} statements and {self.bytes:,.0f} bytes a sale")
        for name, figures in self.parts.items():
            earlier = self.parts.get(name + EARLIER)
            if earlier is not None:
                print(f"{name}: {figures.against(earlier):.2f} times the rate of 0e981a6")


def size_of(instance: Instance) -> int:
    """Bytes of the database, with what is still in its log."""
    pages = "(SELECT page_count FROM pragma_page_count)"
    each = "(SELECT page_size FROM pragma_page_size)"
    statement = f"SELECT {pages} * {each} AS bytes"
    row = instance.engine.read(lambda tx: tx.connection.execute(statement).fetchone())
    return int(row["bytes"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=4_000, help="redemptions a part and round")
    parser.add_argument("--connections", type=int, nargs="*", default=CONNECTIONS)
    parser.add_argument("--before", type=Path, help="a folder with commit 0e981a6")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        county, earlier = Path(temporary) / "county", Path(temporary) / "earlier"
        settings = Settings.from_environment(folder=county)
        create_instance(settings)
        instance = open_instance(settings)
        cards = options.count + WARM_UP
        tills = build_county(instance, cards)
        used_before(instance, tills, cards)
        instance.close()
        now, before = Served(county, *requests_of(tills, cards)), None
        if options.before:
            checkout = options.before.resolve()
            requests = earlier_county(checkout, earlier, cards)
            before = Served(earlier, *requests, checkout)
        rounds = Rounds(county, tills, options.count)
        for _ in range(options.rounds):
            rounds.run(options.connections, now, before)
    rounds.print()


if __name__ == "__main__":
    main()
