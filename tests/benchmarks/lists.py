"""What each list of the console costs at a million holders: `python -m tests.benchmarks.lists`.

A county of tests/benchmarks/people.py with a year of trade beside it: by default 2,000,000 ledger
rows, half as many look-ups and audit events, refused attempts, claims, offline sales; and 200,000
(as many as ledger rows, if fewer) judgements, complaints, shelf prices, requests and messages each.
Every list that the code defines is opened: its first page, each order from both ends, a filter of
each field, a page far back. Each page's time stands beside that of the bare statement of its first
page in the same run; exit code 1 when one takes more than PAGE_MS_MAX of this process's own time
(CPU), so that a busy machine counts for nothing. `--folder` keeps the county for another run. With
`--postgresql URL` (of an empty database) the county is copied there and its lists are read there;
the time that counts is then the whole one, because another process does the work.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import psycopg

from huimin.app import create_app
from huimin.core.days import county_day, month_of, previous_month
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from huimin.storage.postgresql_database import is_empty
from tests.benchmarks.months import close_unproved
from tests.benchmarks.people import fill
from tests.making.every_list import Page, Reader
from tests.making.policies import make_policy
from tests.making.staff import csrf_of, make_staff, sign_in

PAGE_MS_MAX = 300
REPEATS = 3
TRADE = Path(__file__).with_suffix("").with_name("list_rows.sql")
# Their settlements: one for each merchant and month.
CLOSED_MONTHS = 6
# Lists of which a report has many: of whole groups, of one kind, of days.
OF_A_MONTH = (
    ("reports.rows", "redemptions", "/reports/rows?month={month}&by=total&kind=redemption"),
    ("reports.rows", "reversals", "/reports/rows?month={month}&by=total&kind=reversal"),
    ("reports.rows", "a weekday", "/reports/rows?month={month}&by=weekday&key=3"),
    ("reports.rows", "days", "/reports/rows?month={month}-01..{month}-28&by=total"),
    ("reports.cards", "days", "/reports/cards?month={month}-01..{month}-28&of=used&by=total"),
    ("reports.cards", "a month", "/reports/cards?month={month}&of=used&by=total"),
    ("reports.cards", "never used", "/reports/cards?month={month}&of=never_used&by=total"),
    ("reach.people", "not lately", "/reach/512022001000/people?reason=not_lately"),
    (
        "reach.people",
        "not lately, by village",
        "/reach/512022001000/people?reason=not_lately&sort=village",
    ),
)
# The first page of a list, as a statement without anything around it.
BARE = (
    "SELECT holder.id, holder.name, card.number FROM holder CROSS JOIN card"
    " WHERE card.holder_id = holder.id ORDER BY holder.id LIMIT 51"
)


def fill_trade(instance: Instance, rows: int) -> None:
    """Write a year of trade straight into the file."""
    make_policy(instance)
    connection = sqlite3.connect(instance.settings.database_path, isolation_level=None)
    for pragma in ("synchronous = OFF", "cache_size = -1000000", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    texts = re.sub(r"^--.*\n", "", TRADE.read_text(encoding="utf-8"), flags=re.M).split(";")
    values: dict[str, Any] = {"end": county_day(instance.clock()).isoformat(), "rows": rows}
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('ledger', 'audit_event', 'refused_attempt')"
    ).fetchall()
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    for text in filter(str.strip, texts):
        connection.execute(text, {one: values[one] for one in values if f":{one}" in text})
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("PRAGMA analysis_limit = 1000")
    connection.execute("ANALYZE")
    connection.close()
    month, now = values["end"][:7], instance.clock()
    for _ in range(CLOSED_MONTHS):
        month = previous_month(month)
        instance.engine.write(partial(close_unproved, month=month, now=now))


def copy_rows(path: Path, url: str) -> None:
    """Copy every row into a new PostgreSQL database, past its triggers and foreign keys."""
    rows_of = sqlite3.connect(path)
    with psycopg.connect(url) as into:
        into.execute("SET session_replication_role = replica")
        tables = into.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND relname <> 'schema_migration'"
        ).fetchall()
        for (table,) in tables:
            names = ", ".join(row[1] for row in rows_of.execute(f"PRAGMA table_info({table})"))
            into.execute(f"DELETE FROM {table}".encode())
            with into.cursor().copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
                for row in rows_of.execute(f"SELECT {names} FROM {table}"):
                    copy.write_row(row)
    with psycopg.connect(url, autocommit=True) as into:
        into.execute("VACUUM ANALYZE")
    rows_of.close()


class Measured:
    """Pages that are timed and printed, and those that were too slow."""

    def __init__(self, reader: Reader, bare: float, *, whole_time: bool) -> None:
        self.reader, self.bare, self.whole_time = reader, bare, whole_time
        self.slow: list[str] = []
        self.worst: dict[str, tuple[float, str]] = {}

    def page(self, endpoint: str, what: str, address: str) -> Page:
        """Open it; the least of some runs, because what else a machine does only adds."""
        walls, own = [], []
        for _ in range(REPEATS):
            wall, cpu = time.perf_counter(), time.process_time()
            page = self.reader.page(address)
            walls.append((time.perf_counter() - wall) * 1000)
            own.append((time.process_time() - cpu) * 1000)
        took = min(walls if self.whole_time else own)
        rows = f"{page.count:,}" + ("+" if "条以上" in page.text else "")
        print(
            f"{endpoint:28}{what:34}{rows:>10}{min(own):8.1f} ms {min(walls):8.1f} ms"
            f" {took / self.bare:7.1f} × bare",
            flush=True,
        )
        self.worst[endpoint] = max(self.worst.get(endpoint, (0.0, "")), (took, what))
        if took > PAGE_MS_MAX:
            self.slow.append(f"{endpoint}: {what}")
        return page

    def whole_list(self, endpoint: str, address: str) -> None:
        """Its first page, orders, filters and a page far back."""
        page = self.page(endpoint, "first page", address)
        for heading, (_aria, link) in page.heads.items():
            once = self.page(endpoint, f"by {heading}", link)
            self.page(endpoint, f"by {heading}, turned", once.heads[heading][1])
        tried: set[str] = set()
        for name, value, is_chosen in page.choices:
            if value and not is_chosen and name not in tried:
                tried.add(name)
                self.filtered(endpoint, address, name, value)
        far = page.following
        if far:
            middle = re.sub(r"(after=)[^&]*", rf"\g<1>{self.far_key(far)}", far)
            self.page(endpoint, "far back", middle)

    def filtered(self, endpoint: str, address: str, name: str, value: str) -> None:
        """With a filter, and with the filter in an order other than the list's own."""
        joined = f"{address}{'&' if '?' in address else '?'}{name}={value}"
        page = self.page(endpoint, f"{name}={value}"[:33], joined)
        for heading, (_aria, link) in page.heads.items():
            self.page(endpoint, f"{name}={value}, {heading}"[:33], link)

    def far_key(self, address: str) -> str:
        """A key in the middle: ids grow with time, so half of them lie behind it."""
        found = re.search(r"after=([^&]*)", address)
        key = unescape(found[1]) if found else ""
        return re.sub(r"0000-(\w{4})-7", lambda _match: "0000-0060-7", key, count=1)


def measure(instance: Instance) -> list[str]:
    """Print the time of every page; those that took too long."""
    app = create_app(instance=instance, testing=True)
    client = app.test_client()
    sign_in(
        client,
        make_staff(instance, "administrator", username=f"reader-{time.time_ns()}")["username"],
    )
    whole_time, times = instance.engine.name == "postgresql", []
    clock = time.perf_counter if whole_time else time.process_time
    for _ in range(20):
        started = clock()
        instance.engine.read(lambda tx: tx.connection.execute(BARE).fetchall())
        times.append((clock() - started) * 1000)
    measured = Measured(Reader(app, client), min(times), whole_time=whole_time)
    print(f"a bare statement of 51 people with their cards: {min(times):.2f} ms\n")
    print(f"{'list':28}{'page':34}{'rows':>10}{'CPU':>11}{'time':>12}")
    for endpoint, address in measured.reader.lists().items():
        measured.whole_list(endpoint, address)
    month = previous_month(month_of(county_day(instance.clock())))
    for endpoint, what, address in OF_A_MONTH:
        measured.page(endpoint, what, address.format(month=month))
    measured.page("desk.today", "", "/today")
    for text in ("王秀英", "欧阳慧敏", "示范点77", "B000000123", "o123456"):
        measured.page("desk.search", text, searched(client, text))
    print("\nThe slowest page of each list:")
    for endpoint, (took, what) in measured.worst.items():
        print(f"{endpoint:28}{what:34}{took:8.1f} ms {took / measured.bare:7.1f} × bare")
    return measured.slow


def on_postgresql(settings: Settings, url: str) -> list[str]:
    """Copy the county into that database unless it is there; what `measure` says of it."""
    there = Settings.from_environment(settings.folder, {"HUIMIN_DATABASE_URL": url})
    if is_empty(url):
        create_instance(there)
        copy_rows(settings.database_path, url)
    instance = open_instance(there, clock=lambda: datetime.now(UTC))
    try:
        return measure(instance)
    finally:
        instance.close()


def searched(client: Any, text: str) -> str:
    """The address of what the one search finds."""
    form = {"csrf_token": csrf_of(client, "/account"), "text": text}
    answer = client.post("/search", data=form)
    return str(answer.headers["Location"])


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--folder", type=Path, help="keep the county here and use it again")
    parser.add_argument("--postgresql", metavar="URL", help="copy the county there and read it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.folder or Path(place) / "county"
        settings = Settings.from_environment(folder, {})
        is_new = not settings.database_path.exists()
        if is_new:
            create_instance(settings)
        instance = open_instance(settings, clock=lambda: datetime.now(UTC))
        try:
            if is_new:
                started = time.perf_counter()
                fill(instance, options.people)
                fill_trade(instance, options.rows)
                print(f"filled in {time.perf_counter() - started:.0f} s")
            url = options.postgresql
            slow = on_postgresql(settings, url) if url else measure(instance)
        finally:
            instance.close()
    if slow:
        print(f"too slow: {'; '.join(slow)}", file=sys.stderr)
    raise SystemExit(int(bool(slow)))


if __name__ == "__main__":
    main()
