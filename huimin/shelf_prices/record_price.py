"""Write down what a good costs at an outlet on a day, with a photo of its label.

Prices are only added: of several of one day the last one counts. Each is compared with the other
outlets of its month at once (alerts/note_prices.py).
"""

from __future__ import annotations

from datetime import date
from typing import Unpack

from huimin.alerts.note_prices import PriceSeen, note_prices
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text, month_of
from huimin.core.money import parse_yuan
from huimin.core.refusals import Refusal, field_problem
from huimin.pictures.take_photo import Photo, add_picture
from huimin.shelf_prices import queries
from huimin.shelf_prices.basket import good_by_id
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

PRICE_FEN_MAX = 10_000_000


def typed_price(typed: str) -> int:
    """The price in fen. Raises FieldProblems on `price_yuan`."""
    try:
        price_fen = parse_yuan(typed)
    except ValueError:
        price_fen = 0
    if not 1 <= price_fen <= PRICE_FEN_MAX:
        raise field_problem("price_yuan", "请输入价格，例如 12.80，最多 10 万元。")
    return price_fen


def record_price(
    tx: Transaction,
    *,
    good_id: str,
    outlet_id: str,
    price_fen: int,
    photo: Photo | None = None,
    picture_id: str | None = None,
    seen_on: date | None = None,
    **by: Unpack[By],
) -> str:
    """Write a price down; returns its id. `picture_id` names the sealed file of `photo`.

    Raises Refusal `not_found` for an outlet that takes no part, or a good not in the day's basket.
    """
    day = seen_on or county_day(by["now"])
    good = good_by_id(tx, good_id)
    outlet_in(tx, outlet_id)
    if not (good["starts_on"] <= day.isoformat() <= (good["ends_on"] or "9999-12-31")):
        raise Refusal("not_found")
    if photo is not None and picture_id is not None:
        add_picture(tx, photo, picture_id, now=by["now"])
    price_id, month = new_id(), month_of(day)
    queries.insert_price(
        tx,
        id=price_id,
        good_id=good_id,
        outlet_id=outlet_id,
        seen_on=day.isoformat(),
        month=month,
        price_fen=price_fen,
        picture_id=picture_id,
        recorded_at=instant_text(by["now"]),
        recorded_by=by["actor"],
    )
    new = {"name": good["name"], "outlet_id": outlet_id, "price_fen": price_fen}
    record(tx, "shelf_price.recorded", price_id, new=new, **by)
    seen = [
        PriceSeen(row["outlet_id"], row["division_code"], row["price_fen"])
        for row in queries.prices_of_good(tx, good_id=good_id, month=month)
    ]
    note_prices(tx, good, seen, outlet_id=outlet_id, day=day, now=by["now"])
    return price_id


def outlet_in(tx: Transaction, outlet_id: str) -> Row:
    """An outlet that takes part. Raises Refusal `not_found`."""
    row: Row | None = queries.outlet_by_id(tx, id=outlet_id)
    if row is None:
        raise Refusal("not_found")
    return row


def outlets(tx: Transaction) -> list[Row]:
    """The outlets that take part: `id`, `name`, `town_name`, by name."""
    return list(queries.outlets_taking_part(tx))


def seen_at(tx: Transaction, outlet_id: str, day: date) -> dict[str, Row]:
    """What was written down at an outlet on a day: good's id → its last price."""
    rows = queries.prices_at(tx, outlet_id=outlet_id, day=day.isoformat())
    return {row["good_id"]: row for row in rows}
