"""How long a till waits beside long work: `python -m tests.benchmarks.long_work`.

A county with a month of sales is served as it is shipped; tills sell at a modest, steady rate, each
sale after the card was verified. Meanwhile each long work runs as it does in life: through the
server's pages, or as a command of its own. Printed are the tills' p50, p99 and longest wait for a
sale, quiet and beside each work, and p99 against that of the quiet before and after it, because a
machine is not as quick now as it was a minute ago. Exit code 1 when a ratio is above RATIO_MAX.
"""

from __future__ import annotations

import argparse
import http.client
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from huimin.core.days import county_day, month_days, previous_month
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.benchmarks.checkout import body_of, use_case
from tests.benchmarks.county import TILLS, Till, build_county
from tests.benchmarks.register_import import write_register
from tests.benchmarks.serving import serving
from tests.making.staff import CSRF_FIELD, PASSWORD, make_staff

RATIO_MAX = 3.0
SELLERS = 8
QUIET_SECONDS = 12
# Fewer sales beside a work have no p99.
SALES_MIN = 30
# Signatures of a month, in their order, by three people.
ACTS = ("prepare", "review", "approve")
FORM_BOUNDARY = "huimin-benchmark"
JOB_SECONDS_MAX = 600


def fill(folder: Path, cards: int, rows: int) -> tuple[list[Till], str]:
    """A county with so many sales in the month before this one; its tills, and that month."""
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    today = county_day(datetime.now(UTC))
    month = previous_month(today.isoformat()[:7])
    first, last = month_days(month)
    clock = [datetime(first.year, first.month, first.day, 2, tzinfo=UTC)]
    instance = open_instance(settings, clock=lambda: clock[0])
    try:
        tills = build_county(instance, cards)
        days = (last - first).days + 1

        def sell(number: int) -> None:
            instance.engine.write(use_case(instance, tills[number % TILLS], number, "before"))

        with ThreadPoolExecutor(TILLS) as pool:
            for day in range(days):
                clock[0] = clock[0].replace(day=day + 1)
                list(pool.map(sell, range(rows * day // days, rows * (day + 1) // days)))
        for name in ("preparer", "reviewer", "approver"):
            make_staff(instance, "administrator", username=name, name=name)
    finally:
        instance.close()
    return tills, month


@dataclass
class Sales:
    """Tills that sell at a steady rate until they are stopped; how long each sale took, in ms."""

    port: int
    tills: list[Till]
    rate: float
    waits: list[float] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [
            threading.Thread(target=self._sell, args=(place,), daemon=True)
            for place in range(SELLERS)
        ]

    def __enter__(self) -> Sales:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def take(self) -> list[float]:
        """The waits since the last call."""
        with self._lock:
            taken, self.waits = self.waits, []
        return taken

    def _sell(self, place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        pause, due = SELLERS / self.rate, time.perf_counter() + place / self.rate
        while not self._stop.wait(max(0.0, due - time.perf_counter())):
            due = max(due + pause, time.perf_counter())
            with self._lock:
                number, self.number = self.number, self.number + 1
            till = self.tills[number % TILLS]
            body = body_of(till, number, "steady")
            self._post(connection, till, "cards/verify", {"card": body["card"]}, 200)
            began = time.perf_counter()
            self._post(connection, till, "redemptions", body, 201)
            with self._lock:
                self.waits.append((time.perf_counter() - began) * 1000)

    @staticmethod
    def _post(
        connection: http.client.HTTPConnection, till: Till, call: str, body: Any, status: int
    ) -> None:
        headers = {"Authorization": f"Bearer {till.key}", "Content-Type": "application/json"}
        if status == 201:
            headers["Idempotency-Key"] = body["order_no"]
        connection.request("POST", f"/api/v1/{call}", json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != status:
            raise SystemExit(f"{call} was answered {answer.status}: {said[:300]!r}")


class Office:
    """A person of the office who is signed in to the served county."""

    def __init__(self, port: int, username: str) -> None:
        self.at = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.send("/sign-in", {"username": username, "password": PASSWORD})

    def get(self, path: str) -> tuple[str, bytes]:
        """Where the path led to, and what stands there."""
        with self.opener.open(self.at + path, timeout=JOB_SECONDS_MAX) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read()

    def send(self, path: str, form: dict[str, str], page: str | None = None) -> str:
        """Send a form as its page does; where that led to."""
        data = urllib.parse.urlencode({**form, "csrf_token": self._token(page or path)}).encode()
        return self._post(path, data, "application/x-www-form-urlencoded")

    def upload(self, register: Path) -> str:
        """Send a register; the address of its check."""
        parts = [
            f'--{FORM_BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
            f"{self._token('/registers/')}\r\n".encode(),
            f'--{FORM_BOUNDARY}\r\nContent-Disposition: form-data; name="register";'
            f' filename="{register.name}"\r\n\r\n'.encode()
            + register.read_bytes()
            + b"\r\n",
            f"--{FORM_BOUNDARY}--\r\n".encode(),
        ]
        kind = f"multipart/form-data; boundary={FORM_BOUNDARY}"
        return self._post("/registers/", b"".join(parts), kind)

    def wait_for(self, job: str) -> None:
        """Return when the job of that address is done."""
        while (answer := json.loads(self.get(f"{job}/progress")[1]))["state"] == "running":
            time.sleep(0.5)
        if answer["state"] != "done":
            raise SystemExit(f"{job} ended as {answer}")

    def _token(self, page: str) -> str:
        found = CSRF_FIELD.search(self.get(page)[1].decode())
        assert found is not None, page
        return found[1]

    def _post(self, path: str, data: bytes, kind: str) -> str:
        headers = {"Content-Type": kind, "Referer": self.at + path}
        request = urllib.request.Request(self.at + path, data, headers)
        with self.opener.open(request, timeout=JOB_SECONDS_MAX) as answer:
            return urllib.parse.urlsplit(answer.url).path


def works(
    folder: Path, port: int, month: str, registers: tuple[Path, Path]
) -> dict[str, Callable[[], object]]:
    """What runs beside the tills, in an order in which each finds what it needs."""
    person = Office(port, "preparer")
    checked = [""]

    def command(*words: str) -> Callable[[], object]:
        def run() -> None:
            done = subprocess.run(
                [sys.executable, "-m", "huimin", *words],
                env={**os.environ, "HUIMIN_FOLDER": str(folder)},
                capture_output=True,
                check=False,
            )
            if done.returncode not in (0, 1):
                raise SystemExit(f"huimin {' '.join(words)}: {done.stderr.decode()}")

        return run

    def check() -> None:
        checked[0] = person.upload(registers[0])
        person.wait_for(checked[0])

    def check_month() -> None:
        person.send(f"/months/{month}/checks", {}, page=f"/months/{month}")
        person.wait_for(f"/months/{month}")

    def sign(act: str, username: str) -> None:
        page = f"/months/{month}"
        text = person.get(page)[1].decode()
        wanted = set(re.findall(r'name="(reason-\w+)"', text))
        Office(port, username).send(f"{page}/1/{act}", dict.fromkeys(wanted, "核实过"), page=page)

    def close() -> None:
        for act, username in zip(ACTS, ("preparer", "reviewer", "approver"), strict=True):
            sign(act, username)

    return {
        "a register's check, in the server": check,
        "its import, in the server": lambda: person.wait_for(
            person.send(f"{checked[0]}/import", {}, page=checked[0])
        ),
        "huimin holders import": command("holders", "import", str(registers[1])),
        "huimin ledger verify": command("ledger", "verify"),
        "huimin ledger rebuild": command("ledger", "rebuild"),
        "the county's reach, in the server": lambda: person.get("/reach/"),
        "a month's check, in the server": check_month,
        "its three signatures, in the server": close,
        "its printed report, in the server": lambda: person.get(f"/reports/{month}.pdf"),
        "huimin month run": command("month", "run"),
        "huimin backup": command("backup", str(folder.parent / "backup.huimin")),
    }


def p(waits: list[float], share: float) -> float:
    """So large a share of the waits is not longer."""
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(folder: Path, port: int, tills: list[Till], month: str, options: Any) -> bool:
    """Print each work's line; whether all kept to RATIO_MAX."""
    registers = (folder.parent / "one.xlsx", folder.parent / "two.xlsx")
    for place, register in enumerate(registers):
        write_register(register, options.people, first=place * options.people)
    kept = True
    print(f"{'':38}{'took':>8}{'sales':>7}{'p50':>10}{'p99':>10}{'longest':>11}{'p99/quiet':>11}")
    with Sales(port, tills, options.rate) as sales:

        def quiet_for(seconds: float) -> list[float]:
            sales.take()
            time.sleep(seconds)
            return sales.take()

        before = quiet_for(QUIET_SECONDS)
        for name, work in works(folder, port, month, registers).items():
            if options.only not in name:
                continue
            began = time.perf_counter()
            work()
            took = time.perf_counter() - began
            beside = sales.take()
            after = quiet_for(QUIET_SECONDS)
            kept &= _print(name, took, beside, [*before, *after])
            before = after
    return kept


def _print(name: str, took: float, beside: list[float], quiet: list[float]) -> bool:
    """The lines of a work; whether it kept to RATIO_MAX."""
    if len(beside) < SALES_MIN:
        print(f"{name:38}{took:>6.1f} s{len(beside):>7}", flush=True)
        return True
    ratio = p(beside, 0.99) / p(quiet, 0.99)
    for label, seconds, waits in ((name, f"{took:.1f} s", beside), ("  quiet", "", quiet)):
        print(
            f"{label:38}{seconds:>8}{len(waits):>7}{p(waits, 0.5):>7.1f} ms"
            f"{p(waits, 0.99):>7.1f} ms{max(waits):>8.1f} ms"
            f"{f'{ratio:.2f}' if seconds else '':>11}",
            flush=True,
        )
    return ratio <= RATIO_MAX


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000, help="rows of each register")
    parser.add_argument("--rows", type=int, default=60_000, help="sales of the month before")
    parser.add_argument("--cards", type=int, default=6_000)
    parser.add_argument("--only", default="", help="works whose name holds this text")
    parser.add_argument("--rate", type=float, default=40, help="sales a second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "county"
        began = time.perf_counter()
        tills, month = fill(folder, options.cards, options.rows)
        print(f"filled in {timedelta(seconds=round(time.perf_counter() - began))}", flush=True)
        with serving(folder) as port:
            kept = measure(folder, port, tills, month, options)
    raise SystemExit(int(not kept))


if __name__ == "__main__":
    main()
