"""How fast is a redemption: bare sqlite3, the service function, HTTP through the shipped server.

`python -m tests.benchmarks.checkout` prints, from one machine and one run: (a) bare sqlite3 that
replays the very statements of the service with one durable commit each, (b) the service function,
(c) HTTP at 1, 16 and 64 connections: operations a second, p50, p99, and the ratios b/a and c/a. The
parts take turns over several rounds, because these machines are noisy; medians are printed. Each
begins with the same county, in which nine of ten cards have been used before this month, and sells
to each card once, after the till has verified it, as tills do (which is not measured).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huimin.checkout.once import Answer, fingerprint, once
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import RedemptionRequest
from huimin.core.card_token import check_card
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from tests.benchmarks.county import Till, build_county
from tests.benchmarks.serving import serving

CONNECTIONS = (1, 16, 64)


@dataclass
class Figures:
    """The rounds of one part: operations per second, and latencies in milliseconds."""

    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)

    def add(self, seconds: float, latencies: list[float]) -> None:
        ordered = sorted(latencies)
        self.rates.append(len(ordered) / seconds)
        self.p50s.append(ordered[len(ordered) // 2] * 1000)
        self.p99s.append(ordered[int(len(ordered) * 0.99)] * 1000)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def row(self, name: str, reference: Figures) -> str:
        p50, p99 = statistics.median(self.p50s), statistics.median(self.p99s)
        ratio = statistics.median(x / y for x, y in zip(self.rates, reference.rates, strict=True))
        return (
            f"{name:<34}{self.rate:>9,.0f}/s{p50:>9.2f} ms{p99:>9.2f} ms"
            f"{p99 / p50:>9.2f}{ratio:>9.2f}"
        )


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
            job(Transaction(tx.engine, RecordingConnection(tx.connection, log)))
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
        instance.engine.write(use_case(instance, *job, "sale"))
        return time.perf_counter() - began

    start = time.perf_counter()
    if threads == 1:
        latencies = [timed(job) for job in jobs]
    else:
        with ThreadPoolExecutor(threads) as pool:
            latencies = list(pool.map(timed, jobs))
    figures.add(time.perf_counter() - start, latencies)


def http(port: int, tills: list[Till], count: int, connections: int, figures: Figures) -> None:
    """The same through the shipped server, loaded by a child process."""
    looks, sales = requests_of(tills, count)
    load(port, connections, looks, "200")
    answer = load(port, connections, sales, "201")
    figures.add(answer["seconds"], answer["latencies"])


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
        instance.engine.write(use_case(instance, tills[number % len(tills)], number, "before"))

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


def one_round(
    county: Path, tills: list[Till], count: int, part: Callable[[str], Figures]
) -> list[list[tuple[str, Any]]]:
    """Each part once, over a county of its own; the statements of the sales."""
    with instance_in_copy(county) as instance:
        recorded = record_statements(instance, tills, count)
    with copy_of(county) as folder:
        bare_sqlite(folder / "huimin.db", recorded, part("bare"))
    for threads, name in ((1, "service, 1 thread"), (32, "service, 32 threads")):
        with instance_in_copy(county) as instance:
            service(instance, tills, count, threads, part(name))
    for connections in CONNECTIONS:
        with copy_of(county) as folder, serving(folder) as port:
            figures = part(f"HTTP, {connections} connection{'s' if connections > 1 else ''}")
            http(port, tills, count, connections, figures)
    return recorded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=4_000, help="redemptions a part and round")
    options = parser.parse_args()
    parts: dict[str, Figures] = {}

    def part(name: str) -> Figures:
        return parts.setdefault(name, Figures())

    with tempfile.TemporaryDirectory() as temporary:
        county = Path(temporary) / "county"
        settings = Settings.from_environment(folder=county)
        create_instance(settings)
        instance = open_instance(settings)
        tills = build_county(instance, options.count)
        used_before(instance, tills, options.count)
        instance.close()
        for _ in range(options.rounds):
            recorded = one_round(county, tills, options.count, part)
    statements = statistics.median(len(each) for each in recorded)
    print(f"{'':<34}{'rate':>11}{'p50':>12}{'p99':>12}{'p99/p50':>9}{'ratio':>9}")
    reference = parts.pop("bare")
    print(reference.row(f"(a) bare sqlite3, {statements:.0f} statements", reference))
    for name, figures in parts.items():
        letter = "(c)" if name.startswith("HTTP") else "(b)"
        print(figures.row(f"{letter} {name}", reference))


if __name__ == "__main__":
    main()
