"""How fast a million people are paged and searched: `python -m tests.benchmarks.people`.

It fills a database with invented people (two in three with a card, two in five who used it this
month, one in a thousand with an eligibility that ends soon), asks the real pages for lists and
searches, and prints each page's time beside the first page's and beside a bare statement in the
same run. The county's reach is counted beside bare passes over the same four tables. Seeded; the
times of other machines differ, the ratios hardly. Exit code 1 when a page costs more than
PAGE_MS_MAX or the reach more than REACH_PASSES_MAX such passes.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from huimin.app import create_app
from huimin.core.days import county_day, instant_text, month_of
from huimin.divisions.load import package_divisions
from huimin.holders.name_grams import name_grams
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.reach.counts import count_county
from huimin.reach.unreached import REASONS
from huimin.settings import Settings
from tests.benchmarks.register_import import GIVEN, SURNAMES, invented_number
from tests.making.staff import csrf_of, make_staff, sign_in

PAGE_MS_MAX = 500
REACH_PASSES_MAX = 20
REPEATS = 5
BATCH = 20_000
KINDS = ("dibao", "dibao", "dibao", "tekun", "major_illness", "disability", "disability", "orphan")
RARE_NAME = "欧阳慧敏"
PHONE = "13800138000"
BARE = "SELECT id FROM holder WHERE id > '' ORDER BY id LIMIT 51"
# What must be read to count the reach, each table once in its own order.
PASSES = (
    "SELECT COUNT(*) FROM holder WHERE substr(division_code, 1, 9) > '' AND erased_at IS NULL",
    "SELECT COUNT(*) FROM eligibility WHERE holder_id > '' AND starts_on <= '2026-12-31'",
    "SELECT COUNT(*) FROM card WHERE holder_id > '' AND expires_on >= '2026-12-31'",
    "SELECT COUNT(*) FROM rollup_month_card WHERE month > ''",
)
# The columns that are filled, in the order of the rows below.
INSERTS = {
    "holder": "id, name, gender, birth_date, id_number_cipher, id_number_hash, phone_cipher,"
    " phone_hash, division_code, verified_on, created_at, updated_at, entitled_from,"
    " entitled_until",
    "holder_name_gram": "gram, holder_id",
    "eligibility": "id, holder_id, kind, starts_on, ends_on, evidence, source, recorded_at",
    "card": "id, copy_id, number, holder_id, state, key_id, issued_on, expires_on, created_at,"
    " printed_at, ended_on, first_used_on",
    "application": "id, holder_id, state, source, submitted_at, submitted_by, decided_at,"
    " decided_by, reason, fulfilled_at",
    "rollup_month_card": "month, card_id, redemptions, counted_in",
}


def uuid_of(table: str, number: int) -> str:
    """An id that sorts by its number, as ids made one after another do."""
    time_part = f"{0x019A00000000 + (number >> 12):012x}"
    return f"{time_part[:8]}-{time_part[8:]}-7{number & 0xFFF:03x}-8000-{ord(table[0]):012x}"


def people(instance: Instance, count: int) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """Batches of rows by table."""
    chance, now = random.Random(20261031), instance.clock()
    at, today = instant_text(now - timedelta(days=400)), county_day(now)
    villages = [str(row["code"]) for row in package_divisions() if row["level"] == "village"]
    secrets = instance.personal_data
    later, soon = (today + timedelta(days=days) for days in (700, 20))
    for start in range(0, count, BATCH):
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in INSERTS}
        for number in range(start, min(start + BATCH, count)):
            person, last = uuid_of("holder", number), number == count - 1
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2))))
            name = RARE_NAME if last else name
            kind, ends = chance.choice(KINDS), soon if number % 1_000 == 7 else None
            phone = PHONE if last else f"1{chance.randrange(3 * 10**9, 10**10)}"
            id_number = invented_number(number)
            seen = "2025-01-01" if number % 2_000 == 17 else today.isoformat()
            rows["holder"].append(
                (
                    *(person, name, "female", f"{id_number[6:10]}-03-08"),
                    *(secrets.encrypt(id_number, "holder.id_number"),),
                    *(secrets.lookup_hash(id_number), None, secrets.lookup_hash(phone)),
                    *(chance.choice(villages), seen, at, at),
                    *("2026-01-01", ends.isoformat() if ends else "9999-12-31"),
                )
            )
            rows["holder_name_gram"] += [(gram, person) for gram in name_grams(name)]
            rows["eligibility"].append(
                (
                    *(uuid_of("eligibility", number), person, kind, "2026-01-01"),
                    *(ends and ends.isoformat(), None, "名册", at),
                )
            )
            if number % 3:
                state = "lost" if number % 5_000 == 11 else "active"
                used = number % 5 < 3
                if used:
                    row = (month_of(today), uuid_of("card", number), 1, "total=")
                    rows["rollup_month_card"].append(row)
                rows["card"].append(
                    (
                        *(uuid_of("card", number), f"{number:014x}", f"{number:016d}", person),
                        *(
                            state,
                            1,
                            "2026-01-01",
                            (later - timedelta(days=number % 90)).isoformat(),
                            at,
                        ),
                        *(None if number % 1_000 == 13 else at, None),
                        (used and today.isoformat()) or None,
                    )
                )
                decision: tuple[Any, ...] = ("approved", at, "y", None, at)
            elif number % 30 == 0:
                decision = ("submitted", None, None, None, None)
            else:
                decision = ("rejected", at, "y", "不符合", None)
            state, *rest = decision
            rows["application"].append(
                (uuid_of("application", number), person, state, "register", at, "x", *rest)
            )
        yield rows


def fill(instance: Instance, count: int) -> None:
    """Write the people straight into the file: a benchmark of reading needs no use case."""
    connection = sqlite3.connect(instance.settings.database_path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('holder', 'holder_name_gram', 'eligibility', 'card', 'application')"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for rows in people(instance, count):
        connection.execute("BEGIN")
        for table, columns in INSERTS.items():
            marks = ", ".join("?" * len(columns.split(",")))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
            connection.executemany(statement, sorted(rows[table]))
        connection.execute("COMMIT")
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.close()


def milliseconds(act: Callable[[], object]) -> float:
    """The median of some runs, after one to warm up."""
    act()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


class Asked:
    """A signed-in client whose pages are timed and printed."""

    def __init__(self, client: Any, bare: float) -> None:
        self.client, self.bare = client, bare
        self.first: float | None = None
        self.slow: list[str] = []

    def page(self, label: str, path: str, expected: str | None = None) -> None:
        """Time one address; what it answers must be what was looked for."""
        answer = self.client.get(path)
        if answer.status_code != 200 or (expected is not None and expected not in answer.text):
            raise SystemExit(f"{label}: {path} answered {answer.status_code} without {expected}")
        found = re.search(r"共 ([0-9,]+) 条", answer.text)
        rows = "10,000+" if found and "以上" in answer.text else (found[1] if found else "—")
        took = milliseconds(lambda: self.client.get(path))
        self.first = self.first or took
        print(
            f"{label:38} {rows:>9} {took:8.1f} ms  {took / self.first:6.2f} × first page"
            f"  {took / self.bare:8.1f} × bare"
        )
        if took > PAGE_MS_MAX:
            self.slow.append(label)

    def search(self, label: str, text: str, expected: str | None = None) -> None:
        """Search as the form does; the address that it leads to is timed."""
        form = {"csrf_token": csrf_of(self.client, "/account"), "text": text}
        address = self.client.post("/holders/", data=form).headers["Location"]
        self.page(label, address, expected)


def count_reach(instance: Instance) -> bool:
    """Print what it costs to count the county's reach; whether it is within REACH_PASSES_MAX."""
    day = county_day(instance.clock())
    county = milliseconds(
        lambda: instance.engine.read(lambda tx: count_county(tx, day=day, month=month_of(day)))
    )
    bare = milliseconds(
        lambda: instance.engine.read(
            lambda tx: [tx.connection.execute(sql).fetchall() for sql in PASSES]
        )
    )
    print(f"{'bare passes over the four tables':48} {bare:8.1f} ms")
    print(f"{'the reach of the county':48} {county:8.1f} ms  {county / bare:6.2f} × bare passes")
    return county <= REACH_PASSES_MAX * bare


def measure(instance: Instance, count: int) -> list[str]:
    """Print every page's time; the labels of those that took too long."""
    app = create_app(instance=instance, testing=True)
    within = "512022002000"
    village = "512022002004"
    client, own = app.test_client(), app.test_client()
    sign_in(client, make_staff(instance, "administrator")["username"])
    sign_in(own, make_staff(instance, "registrar", division_code=within)["username"])
    bare = milliseconds(
        lambda: instance.engine.read(lambda tx: tx.connection.execute(BARE).fetchall())
    )
    print(f"{'a bare statement of 51 ids':48} {bare:8.2f} ms")
    asked = Asked(client, bare)
    asked.page("first page", "/holders/")
    for share in (0.1, 0.5, 0.9, 0.9999):
        after = uuid_of("holder", int(count * share))
        asked.page(f"page behind {share:.2%} of all", f"/holders/?after={after}")
        asked.page(f"page before {share:.2%} of all", f"/holders/?before={after}")
    asked.page("one town", f"/holders/?division={within}")
    asked.page("one town, far back", f"/holders/?division={within}&after={after}")
    asked.page("one town, back from there", f"/holders/?division={within}&before={after}")
    asked.page("one eligibility, back", f"/holders/?kind=orphan&before={after}")
    asked.page("cards, back", f"/cards/?before={uuid_of('card', count)}")
    asked.page("one village", f"/holders/?division={village}")
    asked.page("one eligibility", "/holders/?kind=orphan")
    asked.page("no card", "/holders/?card=none")
    asked.page("lost cards", "/holders/?card=lost")
    asked.page("suspended cards (nobody)", "/holders/?card=suspended")
    asked.page("ending in 30 days", "/holders/?ending=30")
    asked.page("town, eligibility, no card", f"/holders/?division={within}&kind=orphan&card=none")
    asked.page("town, lost cards", f"/holders/?division={within}&card=lost")
    asked.page("eligibility, revoked cards (nobody)", "/holders/?kind=orphan&card=revoked")
    asked.search("a surname (one in twenty)", "王")
    asked.search("two characters", "秀英")
    asked.search("a rare name", "欧阳", "欧**敏")
    asked.search("a name of nobody", "龘")
    asked.search("an ID number", invented_number(count - 1), "欧**敏")
    asked.search("a phone number", PHONE, "欧**敏")
    asked.search("a card number", f"{count - count % 3 - 2:016d}")
    asked.page("applications that wait", "/applications/")
    asked.page("applications, late", "/applications/?state=submitted&older=1")
    asked.page("applications, rejected", "/applications/?state=rejected")
    asked.page("applications, all", "/applications/?state=")
    asked.page("today", "/today")
    asked.page("the reach, counted today already", "/reach/")
    asked.page("the reach of a town", f"/reach/{within}")
    for reason in REASONS:
        address = f"/reach/{within}/people?reason={reason}"
        asked.page(f"work list, {reason}", address)
    if not count_reach(instance):
        asked.slow.append("the reach of the county")
    asked.client = own
    asked.page("a registrar's first page", "/holders/")
    asked.page("a registrar's page, far back", f"/holders/?after={after}")
    asked.page("a registrar's applications", "/applications/")
    asked.page("a registrar's, approved", "/applications/?state=approved")
    asked.page("a registrar's today", "/today")
    asked.search("a registrar's search by surname", "王")
    return asked.slow


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the county here and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.folder or Path(place) / "huimin-data"
        settings = Settings.from_environment(folder, {})
        fresh = not settings.database_path.exists()
        if fresh:
            create_instance(settings)
        instance = open_instance(settings, clock=lambda: datetime.now(UTC))
        try:
            if fresh:
                started = time.perf_counter()
                fill(instance, options.people)
                print(f"{options.people:,} people in {time.perf_counter() - started:.0f} s")
            slow = measure(instance, options.people)
        finally:
            instance.close()
    if slow:
        print(f"too slow: {', '.join(slow)}", file=sys.stderr)
    raise SystemExit(int(bool(slow)))


if __name__ == "__main__":
    main()
