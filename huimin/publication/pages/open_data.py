"""Open data: the same figures as CSV, JSON and SQLite at addresses that stay, for any script."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from io import StringIO
from typing import Any

from flask import Response

from huimin.anchors.county_key import published_verifiers
from huimin.anchors.make import checkpoint_of_day, newest_checkpoint
from huimin.core.coordinates import MICRODEGREES
from huimin.core.days import county_day, parse_day
from huimin.core.formula_guard import formula_safe_row
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import Refusal
from huimin.publication.digest import published_digest
from huimin.publication.outlets import outlets_after, with_rates
from huimin.publication.pages import pages
from huimin.publication.pages.cached import PAGE_SECONDS, SETTLED_SECONDS, cached, open_to_all
from huimin.publication.pages.dictionary import (
    LICENCE_ADDRESS,
    LICENCE_NAME,
    MONTH_FIELDS,
    OUTLET_FIELDS,
    dictionary,
    dictionary_rows,
    rule_rows,
    table_rows,
)
from huimin.publication.pages.public import checked
from huimin.publication.publish import published_month, published_months
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance

OUTLETS_MAX = 100_000
COORDINATES = ("latitude", "longitude")
OUTLET_COLUMNS = tuple(field.name for field in OUTLET_FIELDS)
MONTH_COLUMNS = tuple(field.name for field in MONTH_FIELDS)
FIGURES = ("cards", "sales", "saved_fen", "entitled", "reached")
LICENCE = {"name": LICENCE_NAME, "address": LICENCE_ADDRESS}


@pages.get("/open/months.<form>")
def open_months(form: str) -> Response:
    """Every published month."""
    months = instance().engine.read(_months)
    return _answer(form, {"months": months}, (MONTH_COLUMNS, _month_rows(months)))


@pages.get("/open/months/<month>.<form>")
def open_month(month: str, form: str) -> Response:
    """One month; 404 while it is not published."""
    wanted = checked(month)
    row = instance().engine.read(lambda tx: published_month(tx, wanted))
    if row is None or row["figures"] is None:
        raise Refusal("not_found")
    return _answer(form, row["figures"], (MONTH_COLUMNS, _month_rows([row["figures"]])))


@pages.get("/open/outlets.<form>")
def open_outlets(form: str) -> Response:
    """Every outlet that takes part, with today's rate."""
    day = county_day(instance().clock())
    outlets = instance().engine.read(lambda tx: _outlets(tx, day))
    table = (OUTLET_COLUMNS, [list(each.values()) for each in outlets])
    return _answer(form, {"day": day.isoformat(), "outlets": outlets}, table)


@pages.get("/open/data.db")
def open_data_file() -> Response:
    """All of it as one SQLite file, for Datasette."""
    day = county_day(instance().clock())
    months, outlets = instance().engine.read(lambda tx: (_months(tx), _outlets(tx, day)))
    content = _database_of(
        write_json({"day": day.isoformat(), "months": months, "outlets": outlets})
    )
    answer = open_to_all(cached(content, "application/vnd.sqlite3"))
    answer.headers["Content-Disposition"] = "attachment; filename=data.db"
    return answer


@pages.get("/open/digests/<day>.json")
def open_digest(day: str) -> Response:
    """The digest of one day that is over; it never changes."""
    try:
        wanted = parse_day(day)
    except ValueError:
        raise Refusal("not_found") from None
    digest = instance().engine.read(lambda tx: published_digest(tx, wanted))
    return _answer("json", digest, ((), ()), SETTLED_SECONDS)


@pages.get("/open/checkpoint")
def open_newest_checkpoint() -> Response:
    """The signed checkpoint of the latest day, at an address that stays."""
    return _checkpoint(instance().engine.read(newest_checkpoint), PAGE_SECONDS)


@pages.get("/open/checkpoints/<day>.txt")
def open_checkpoint(day: str) -> Response:
    """The signed checkpoint of one day; it never changes."""
    return _checkpoint(
        instance().engine.read(lambda tx: checkpoint_of_day(tx, day)), SETTLED_SECONDS
    )


@pages.get("/.well-known/huimin-verifiers.txt")
def verifier_keys() -> Response:
    """The keys that verify signed notes of this county, one a line, the newest last."""
    opened = instance()
    keys = opened.engine.read(lambda tx: published_verifiers(tx, opened.key_ring, opened.settings))
    return _checkpoint("".join(f"{key.text}\n" for key in keys), PAGE_SECONDS)


def _checkpoint(note: str | None, seconds: int) -> Response:
    if note is None:
        raise Refusal("not_found")
    return open_to_all(cached(note, "text/plain; charset=utf-8", seconds))


@pages.get("/open/dictionary.<form>")
def open_dictionary(form: str) -> Response:
    """What every field of these files means."""
    heading, *rows = dictionary_rows()
    return _answer(form, dictionary(), (heading, rows))


def _months(tx: Transaction) -> list[Row]:
    """The figures of every published month, the latest first."""
    return [row["figures"] for row in published_months(tx) if row["figures"] is not None]


def _outlets(tx: Transaction, day: date) -> list[Row]:
    outlets = with_rates(tx, outlets_after(tx, {}, count=OUTLETS_MAX), day)
    return [_open_outlet(outlet) for outlet in outlets]


@lru_cache(maxsize=1)
def _database_of(text: str) -> bytes:
    """The SQLite file of that content, as JSON text; made once while the content is the same."""
    # Loaded only here, because sqlite-utils takes a tenth of a second to load.
    from huimin.publication.open_database import open_database

    content = read_json(text)
    metadata = {
        "title": "惠民卡开放数据 / Huimin card open data",
        "licence": LICENCE_NAME,
        "licence_address": LICENCE_ADDRESS,
        "outlets_of_day": content["day"],
        **rule_rows(),
    }
    figures = [dict(zip(MONTH_COLUMNS, row, strict=True)) for row in _month_rows(content["months"])]
    return open_database(
        metadata,
        table_rows(),
        months=content["months"],
        figures=figures,
        outlets=content["outlets"],
    )


def _open_outlet(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _degrees(row[f"{name}_microdegrees"]) if name in COORDINATES else row[name]
        for name in OUTLET_COLUMNS
    }


def _degrees(microdegrees: int | None) -> float | None:
    return None if microdegrees is None else microdegrees / MICRODEGREES


def _answer(
    form: str,
    content: Mapping[str, Any],
    table: tuple[Sequence[str], Iterable[Sequence[Any]]],
    seconds: int = PAGE_SECONDS,
) -> Response:
    """As JSON with the licence, or as CSV that Excel opens; `not_found` for any other form."""
    if form == "json":
        text = write_json({"licence": LICENCE, **content})
        return open_to_all(cached(text, "application/json; charset=utf-8", seconds))
    if form == "csv":
        target = StringIO()
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(table[0])
        writer.writerows(map(formula_safe_row, table[1]))
        content_bytes = target.getvalue().encode("utf-8-sig")
        return open_to_all(cached(content_bytes, "text/csv; charset=utf-8", seconds))
    raise Refusal("not_found")


def _month_rows(months: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    for figures in months:
        names = {town["code"]: town["name"] for town in figures["towns"]}
        levels = {
            "county": [figures["county"] or {}],
            "town": figures["by_town"],
            "kind": figures["by_kind"],
            "town_and_kind": figures["by_town_and_kind"],
        }
        for level, rows in levels.items():
            for row in rows:
                codes = row.get("towns", [])
                yield [
                    figures["month"],
                    level,
                    ";".join(codes),
                    ";".join(names[code] for code in codes),
                    ";".join(row.get("kinds", [])),
                    # A month published before the take-up has none.
                    *(row.get(name) for name in FIGURES),
                ]
