"""The PostgreSQL that tests run on: databases made from templates, lent to tests and taken back.

To make a database costs a third of a second, to empty one a few hundredths. So a test is lent what
another gave back, as long as only rows in tables that were empty tell it from a new database.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

# What DELETE leaves behind slows the scans of later tests down: after so many loans a new one.
LOANS_MAX = 50

# Any change of a table, column, index, trigger, function or of a database's settings shows here.
_SCHEMA = """
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
  SELECT concat('table', oid, relname, xmin) AS part FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT concat('column', attrelid, attname, xmin) FROM pg_attribute
    WHERE attrelid >= 16384
  UNION ALL SELECT concat('trigger', oid, xmin) FROM pg_trigger
  UNION ALL SELECT concat('constraint', oid, xmin) FROM pg_constraint WHERE oid >= 16384
  UNION ALL SELECT concat('function', oid, xmin) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT concat('namespace', oid, xmin) FROM pg_namespace
  UNION ALL SELECT concat('setting', setrole, setconfig::text) FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS parts
"""
_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
_CONTENT = "SELECT md5(string_agg(concat(ctid, xmin), ',' ORDER BY ctid)) FROM {}"
_LET_GO = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass
class _Template:
    """A filled database that is only copied, and the copies that came back as good as new."""

    database: str
    schema: str | None
    contents: dict[str, str | None]
    ready: list[str] = field(default_factory=list)


class PostgresqlServer:
    """One server: new databases, and copies of templates that are lent and taken back."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._templates: dict[str, _Template] = {}
        self._loans: dict[str, int] = {}
        # One connection to each database that is lent: a new one reads all catalogues anew, which
        # costs more than what it is to do.
        self._cleaners: dict[str, psycopg.Connection[str]] = {}

    def url_of(self, database: str) -> str:
        """The address of a database of this server."""
        from urllib.parse import quote, urlencode

        from psycopg.conninfo import conninfo_to_dict

        given = conninfo_to_dict(self._url)
        given.pop("dbname", None)
        host = str(given.pop("host", "") or "localhost")
        user, password = given.pop("user", ""), given.pop("password", "")
        who = quote(str(user)) + (f":{quote(str(password))}" if password else "")
        return f"postgresql://{who}@/{quote(database)}?" + urlencode({"host": host, **given})

    def fresh(self, source: str = "template0") -> str:
        """A new empty database, or a copy of `source`; its address."""
        name = f"huimin_{uuid.uuid4().hex[:16]}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" ENCODING \'UTF8\'')
        return self.url_of(name)

    def lend(self, kind: str, fill: Callable[[str], None]) -> str:
        """A database as `fill(address)` leaves an empty one; it goes back by `take_back`."""
        if kind not in self._templates:
            url = self.fresh()
            fill(url)
            self._templates[kind] = self._template(url)
        template = self._templates[kind]
        url = template.ready.pop() if template.ready else self.fresh(template.database)
        self._loans[url] = self._loans.get(url, 0) + 1
        return url

    def take_back(self, url: str, kind: str) -> None:
        """Keep the database for the next loan if it can be made as new, else drop it."""
        template = self._templates[kind]
        if self._loans[url] < LOANS_MAX and self._made_as_new(url, template):
            template.ready.append(url)
        else:
            del self._loans[url]
            self.drop(url)

    def drop(self, url: str) -> None:
        if url in self._cleaners:
            self._cleaners.pop(url).close()
        self._drop(_name_in(url))

    def close(self) -> None:
        """Drop what this session made and did not drop yet."""
        for url in self._loans:
            self.drop(url)
        for template in self._templates.values():
            self._drop(template.database)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _template(self, url: str) -> _Template:
        with psycopg.connect(url, autocommit=True, row_factory=scalar_row) as connection:
            (schema,) = connection.execute(_SCHEMA).fetchall()
            contents = {name: _content(connection, name) for name in connection.execute(_TABLES)}
        return _Template(_name_in(url), schema, contents)

    def _made_as_new(self, url: str, template: _Template) -> bool:
        try:
            cleaner = self._cleaner(url)
            cleaner.execute(_LET_GO)
            if cleaner.execute(_SCHEMA).fetchall() != [template.schema]:
                return False
            filled = {name: kept for name, kept in template.contents.items() if kept}
            if any(_content(cleaner, name) != kept for name, kept in filled.items()):
                return False
            empty = [sql.Identifier(name) for name in template.contents if name not in filled]
            cleaner.execute(
                sql.SQL(";").join(sql.SQL("DELETE FROM {}").format(name) for name in empty)
            )
        except psycopg.Error:  # the database is gone, or we may not do that on this server
            return False
        return True

    def _cleaner(self, url: str) -> psycopg.Connection[str]:
        if url not in self._cleaners:
            opened = psycopg.connect(url, autocommit=True, row_factory=scalar_row)
            self._cleaners[url] = opened
            # Neither a trigger nor a foreign key stands in the way of emptying the tables.
            opened.execute("SET session_replication_role = replica")
        return self._cleaners[url]


def _content(connection: psycopg.Connection[str], table: str) -> str | None:
    return connection.execute(sql.SQL(_CONTENT).format(sql.Identifier(table))).fetchone()


def _name_in(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
