"""How long a backup takes beside running tills, and what the tills notice of it.

`python -m tests.benchmarks.backup` makes a county of 2 GB (tills and cards, and filler rows with an
index), serves it with the shipped server, and lets eight tills sell, each ten times a second. It
prints the tills' p50, p99 and longest wait in quiet, then while `huimin backup` runs, and the
ratios; and how long the backup took. Goals: 20 s, and no wait longer than twice the quiet p99.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from huimin.storage.new_file import delete_large
from tests.benchmarks.checkout import body_of
from tests.benchmarks.county import Till, build_county
from tests.benchmarks.serving import serving

TILLS = 8
SALES_A_SECOND = 10
GOAL_SECONDS, GOAL_RATIO = 20.0, 2.0
FILLER = """
INSERT INTO benchmark_filler
WITH RECURSIVE number (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)
SELECT printf('%036d', n), hex(randomblob(200)) FROM number
"""
FILLER_ROWS = 100_000


def fill(database: Path, size_bytes: int) -> None:
    """Add rows of a table of our own until the file has that size."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE benchmark_filler (id TEXT PRIMARY KEY, content TEXT)")
    for part in count():
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if database.stat().st_size >= size_bytes:
            break
        first = part * FILLER_ROWS
        connection.execute(FILLER, {"first": first, "last": first + FILLER_ROWS - 1})
    connection.close()


class Selling:
    """Tills that sell at their pace until they are stopped; `waits` are seconds by answer."""

    def __init__(self, port: int, tills: list[Till], numbers: Iterator[int]) -> None:
        self.waits: list[float] = []
        self._port, self._numbers, self._stop = port, numbers, threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._sell, args=(tills,)) for _ in range(TILLS)]

    def __enter__(self) -> Selling:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _sell(self, tills: list[Till]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        while not self._stop.wait(1 / SALES_A_SECOND):
            with self._lock:
                number = next(self._numbers)
            till = tills[number % len(tills)]
            body = body_of(till, number, "sale")
            headers = {
                "Authorization": f"Bearer {till.key}",
                "Idempotency-Key": body["order_no"],
                "Content-Type": "application/json",
            }
            began = time.perf_counter()
            connection.request("POST", "/api/v1/redemptions", json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            self.waits.append(time.perf_counter() - began)
            if answer.status != 201:
                raise SystemExit(f"a sale was answered {answer.status}")
        connection.close()

    def row(self, name: str) -> str:
        waits = sorted(self.waits)
        p99 = waits[int(len(waits) * 0.99)]
        return (
            f"{name:<18}{len(waits):>7} sales{statistics.median(waits) * 1000:>9.1f} ms p50"
            f"{p99 * 1000:>9.1f} ms p99{waits[-1] * 1000:>9.1f} ms longest"
        )

    @property
    def p99(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.99)]


def cpu_of_children() -> float:
    """Seconds of CPU that ended children of this process have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=2_000)
    parser.add_argument("--quiet-seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in", dest="place", default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.place) as temporary:
        folder = Path(temporary) / "county"
        settings = Settings.from_environment(folder, {})
        create_instance(settings)
        instance = open_instance(settings)
        tills = build_county(instance, 6_400)
        instance.close()
        fill(settings.database_path, asked.megabytes * 1_000_000)
        measure(settings, tills, Path(temporary), asked.quiet_seconds, asked.rounds)


def measure(
    settings: Settings, tills: list[Till], place: Path, quiet_seconds: float, rounds: int
) -> None:
    numbers = count()
    seconds, p99s, longests = [], [], []
    with serving(settings.folder) as port:
        for number in range(rounds):
            # What was written to fill the county, and freed after a backup, is on the disk first.
            os.sync()
            with Selling(port, tills, numbers) as quiet:
                time.sleep(quiet_seconds)
            target = place / f"{number}.tar"
            with Selling(port, tills, numbers) as busy:
                began, before = time.perf_counter(), cpu_of_children()
                subprocess.run(
                    [sys.executable, "-m", "huimin", "backup", str(target)],
                    env={**os.environ, **settings.environment()},
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
                seconds.append(time.perf_counter() - began)
                after = cpu_of_children()
            print(quiet.row("quiet"))
            print(busy.row("during the backup"))
            p99s.append(busy.p99 / quiet.p99)
            longests.append(max(busy.waits) / quiet.p99)
            print(
                f"{target.stat().st_size / 1e6:,.0f} MB in {seconds[-1]:.1f} s, "
                f"{after - before:.1f} s of CPU"
            )
            delete_large(target)
    print(f"backup: {statistics.median(seconds):.1f} s (goal {GOAL_SECONDS:.0f} s)")
    print(f"p99 during / quiet: {statistics.median(p99s):.2f} (goal {GOAL_RATIO:.0f})")
    print(f"longest wait / quiet p99: {statistics.median(longests):.2f} (goal {GOAL_RATIO:.0f})")


if __name__ == "__main__":
    main()
