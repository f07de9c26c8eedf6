"""What a month's end costs with years of history: `python -m tests.benchmarks.months`.

It fills a county with a million cards and ten million ledger rows over ten years, and prints how
long that took, how large it is, and what the month's report, a drill-down, a merchant's statement
and the public page cost. The report with all of the history, the report of a copy that ends after
thirteen months and the same figures that DuckDB counts from the rows take turns; ours and DuckDB's
must be equal. Exit code 1 when DuckDB wins. `--folder` keeps the county for another run.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from huimin.app import create_app
from huimin.core.days import instant_text, next_month, previous_month
from huimin.core.json_text import canonical_json
from huimin.instance import Instance
from huimin.ledger.lock_month import hold_all_rows, lock_month, locked_at
from huimin.ledger.rollups import check_month
from huimin.open_instance import create_instance, instance_over
from huimin.publication.month_figures import count_month, month_figures
from huimin.publication.publish import publish_month
from huimin.reports.figures import ADDED_FIGURES
from huimin.reports.monthly import monthly_report
from huimin.settings import Settings
from huimin.settlement.make import make_settlements
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id
from huimin.storage.open_engine import open_engine
from tests.benchmarks.month_duckdb import GROUPINGS, Reference
from tests.benchmarks.month_rows import CountyOfYears
from tests.making.staff import make_staff, sign_in

FIRST_MONTH, FIRST_HISTORY, FIRST_FOLDER = "2016-11", 13, "first_history"
REPEATS = 9


def milliseconds(act: Callable[[], object]) -> float:
    """How long one run takes."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def median_of(act: Callable[[], object]) -> float:
    """The median of some runs, after one to warm up."""
    act()
    return statistics.median(milliseconds(act) for _ in range(REPEATS))


def months_from(first: str, count: int) -> list[str]:
    """`count` months in a row."""
    found = [first]
    while len(found) < count:
        found.append(next_month(found[-1]))
    return found


def open_at(folder: Path, month: str) -> Instance:
    """The instance on the tenth of the month after."""
    year, number = (int(part) for part in next_month(month).split("-"))
    now = datetime(year, number, 10, 2, tzinfo=UTC)
    settings = Settings.from_environment(folder=folder)
    return instance_over(settings, open_engine(settings), lambda: now)


def build(folder: Path, options: argparse.Namespace, months: list[str]) -> None:
    """Fill the county; keep a copy of how it stood after thirteen months."""
    started = time.perf_counter()
    settings = Settings.from_environment(folder=folder)
    create_instance(settings)
    county = CountyOfYears(open_at(folder, months[-1]), options.cards, folder / "ledger.csv")
    county.write_people()
    a_month = options.rows // len(months)
    for number, month in enumerate(months, start=1):
        county.write_month(month, a_month)
        if number == FIRST_HISTORY:
            county.settle(ledger=False)
            short = folder / FIRST_FOLDER
            shutil.copytree(folder, short, ignore=shutil.ignore_patterns("*.csv", FIRST_FOLDER))
            county.index_ledger(short / "huimin.db")
    county.settle(ledger=True)
    with (folder / "cards.csv").open("w") as out:
        out.write("id,issued_on,ended_on,expires_on\n")
        for row in county.connection.execute(
            "SELECT id, issued_on, COALESCE(ended_on, ''), expires_on FROM card ORDER BY id"
        ):
            out.write(",".join(row) + "\n")
    county.close()
    (folder / "built").write_text(f"{time.perf_counter() - started:.0f}")


def same_figures(report: Any, counted: dict[str, Any]) -> None:
    """Stop when one figure of the report is not what DuckDB counted."""
    pairs = [("total", [report.total], counted)]
    pairs += [(name, list(report.rows(name)), counted) for name in GROUPINGS]
    for name, rows, _ in pairs:
        for place, against in enumerate((None, "previous", "last_year")):
            known = {row.get("key", "total"): row for row in counted[f"{name}.{place}"]}
            for row in rows:
                shown = row if against is None else getattr(row, against)
                wanted = known.pop(row.key, dict.fromkeys(ADDED_FIGURES, 0))
                told = {figure: getattr(shown, figure) for figure in ADDED_FIGURES}
                if told != {figure: wanted[figure] for figure in ADDED_FIGURES}:
                    raise SystemExit(f"{name} {row.key}: {told} is not {wanted}")
                if wanted.get("cards_used", shown.cards_used) not in (shown.cards_used, None):
                    raise SystemExit(f"{name} {row.key}: cards {shown.cards_used}, {wanted}")
            if known:
                raise SystemExit(f"{name}: DuckDB alone has {sorted(known)}")
    for place, cards in enumerate(report.cards):
        (wanted,) = counted[f"cards.{place}"]
        told = {name: getattr(cards, name) for name in ("new", "valid", "never_used")}
        if told != wanted:
            raise SystemExit(f"cards: {told} is not {wanted}")


def measure(folder: Path, first_month: str, month: str) -> bool:
    """Print every figure; True when the report wins or ties."""
    instance = open_at(folder, month)
    if instance.engine.read(lambda tx: check_month(tx, month)):
        raise SystemExit("the roll-ups are not what the ledger makes of its rows")
    started = time.perf_counter()
    reference = Reference(folder / "rows.duckdb", folder / "ledger.csv", folder / "cards.csv")
    print(f"rows loaded into DuckDB in {time.perf_counter() - started:.0f} s")

    early = open_at(folder / FIRST_FOLDER, first_month)
    ways: tuple[Callable[[], Any], ...] = (
        lambda: instance.engine.read(lambda tx: monthly_report(tx, month)),
        lambda: early.engine.read(lambda tx: monthly_report(tx, first_month)),
        lambda: reference.report(month),
    )
    same_figures(ways[0](), ways[2]())
    same_figures(ways[1](), reference.report(first_month))
    turns = [[milliseconds(way) for way in ways] for _ in range(REPEATS)]
    report, short, duckdb = (statistics.median(each) for each in zip(*turns, strict=True))
    early.close()
    print(f"{'report of a month':34}{report:10.1f} ms")
    label = f"  with {FIRST_HISTORY} months of history"
    print(f"{label:34}{short:10.1f} ms  {report / short:6.2f} × that")
    print(f"{'  the same by DuckDB':34}{duckdb:10.1f} ms  {report / duckdb:6.2f} × DuckDB")
    client = create_app(instance=instance, testing=True).test_client()
    sign_in(client, make_staff(instance, "administrator")["username"])
    for label, path in pages(instance, month).items():
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{label}: {path} answered {answer.status_code}")
        took = median_of(lambda path=path: client.get(path))
        print(f"{label:34}{took:10.1f} ms  {took / report:6.2f} × report")
    waits = publishing(instance, month)
    for label, took in waits.items():
        print(f"{label:34}{took:10.1f} ms  {took / report:6.2f} × report")
    instance.close()
    return report <= duckdb


def publishing(instance: Instance, month: str) -> dict[str, float]:
    """What is counted to publish a month: before the approval, and what is left to do within it."""
    counted = instance.engine.read(lambda tx: count_month(tx, month))
    return {
        "cards counted before": median_of(
            lambda: instance.engine.read(lambda tx: count_month(tx, month))
        ),
        "figures made while tills wait": median_of(
            lambda: instance.engine.read(lambda tx: month_figures(tx, month, counted))
        ),
    }


def pages(instance: Instance, month: str) -> dict[str, str]:
    """What else is opened at the month's end; the month before is closed for it, if it is open."""
    closed = previous_month(month)
    settlement_id = instance.engine.write(lambda tx: close_unproved(tx, closed, instance.clock()))
    outlet = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT MIN(id) AS id FROM outlet").fetchone()["id"]
    )
    rows, cards = f"/reports/rows?month={month}&by=", f"/reports/cards?month={month}&of="
    return {
        "report page": f"/reports/?month={month}",
        "report page of a locked month": f"/reports/?month={closed}",
        "rows behind an outlet": f"{rows}outlet&key={outlet}",
        "rows behind a town": f"{rows}town&key=512022101000",
        "rows behind an hour": f"{rows}hour&key=9",
        "cards used": f"{cards}used",
        "cards used of a town": f"{cards}used&by=town&key=512022101000",
        "cards used in five days": f"/reports/cards?month={month}-01..{month}-05&of=used",
        "new cards": f"{cards}new",
        "valid cards": f"{cards}valid",
        "cards never used": f"{cards}never_used",
        "a merchant's statement": f"/settlements/{settlement_id}",
        "its PDF": f"/settlements/{settlement_id}/settlement.pdf",
        "public page": "/public/",
        "public page of a month": f"/public/months/{closed}",
        "open data of all months": "/open/months.csv",
    }


def close_unproved(tx: Transaction, month: str, now: datetime) -> str:
    """Lock, settle and publish a month; the id of a settlement.

    As an approval does, but without the proof of ten million rows, which is no page's cost.
    """
    if locked_at(tx, month) is None:
        report = canonical_json(monthly_report(tx, month).as_dict())
        at, close_id = instant_text(now), new_id()
        signed = [value for name in "abc" for value in (at, name, name)]
        tx.connection.execute(
            "INSERT INTO month_close (id, month, version, state, county_name, report_json,"
            " report_sha256, checks_json, drafted_at, drafted_by, prepared_at, prepared_by,"
            " prepared_name, reviewed_at, reviewed_by, reviewed_name, approved_at, approved_by,"
            " approved_name) VALUES (?, ?, 1, 'approved', '', ?, ?, '[]', ?, 'a'"
            f"{', ?' * len(signed)})",
            (close_id, month, report.decode(), sha256(report).hexdigest(), at, *signed),
        )
        hold_all_rows(tx)
        lock_month(tx, month, now=now)
        make_settlements(tx, month, close_id=close_id, now=now, actor="benchmark")
        publish_month(tx, month, close_id=close_id, now=now)
    found = tx.connection.execute("SELECT MIN(id) AS id FROM settlement").fetchone()
    return str(found["id"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=120)
    parser.add_argument("--folder", type=Path, help="keep the county here, or use the one kept")
    options = parser.parse_args()
    months = months_from(FIRST_MONTH, options.months)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "county"
        if not (folder / "built").exists():
            build(folder, options, months)
        size = (folder / "huimin.db").stat().st_size
        print(
            f"{options.cards:,} cards, {options.rows:,} rows over {options.months} months:"
            f" built in {(folder / 'built').read_text()} s, {size / 1e9:.2f} GB"
        )
        sys.exit(0 if measure(folder, months[FIRST_HISTORY - 1], months[-1]) else 1)


if __name__ == "__main__":
    main()
