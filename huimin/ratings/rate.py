"""Write down how a receipt's sale was judged: once, with its sums, and the complaint that it makes.

Words and photo stand apart from the judgement, because they are erased after a time
(privacy/retention.py); the stars stay in the outlet's sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from huimin.audit.record import record
from huimin.core.days import county_day, instant_text, month_of
from huimin.core.refusals import Refusal
from huimin.keys.personal_data import PersonalData, Purpose
from huimin.pictures.take_photo import Photo, add_picture
from huimin.ratings import queries
from huimin.ratings.complaints import open_complaint
from huimin.ratings.judgement import GIVEN, Judgement
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

# Whoever holds the receipt: nobody asks for a name.
ACTOR = "public"
PURPOSE: Purpose = "rating.words"


def rate(
    tx: Transaction,
    secrets: PersonalData,
    sale: Mapping[str, Any],
    judgement: Judgement,
    *,
    due_on: date,
    now: datetime,
    photo: Photo | None = None,
    picture_id: str | None = None,
) -> str:
    """Judge the sale of a ledger row; returns the rating's id.

    `picture_id` names the sealed file of `photo`, `due_on` is when a complaint must be answered.
    Raises Refusal `not_found` for a row that is no sale, `rating_exists` for a receipt that was
    judged before.
    """
    if sale["kind"] != "redemption":
        raise Refusal("not_found")
    month = month_of(county_day(now))
    rating_id = queries.insert_rating(
        tx,
        id=new_id(),
        ledger_id=sale["id"],
        outlet_id=sale["outlet_id"],
        holder_id=sale["holder_id"],
        month=month,
        given=judgement.given,
        stars=judgement.stars,
        answered_at=instant_text(now),
    )
    if rating_id is None:
        raise Refusal("rating_exists")
    _write_content(tx, secrets, rating_id, judgement, photo, picture_id, now)
    counts = {f"given_{given}": int(judgement.given == given) for given in GIVEN}
    queries.add_to_month(
        tx, outlet_id=sale["outlet_id"], month=month, stars=judgement.stars, **counts
    )
    record(
        tx,
        "rating.answered",
        rating_id,
        new={"given": judgement.given, "stars": judgement.stars, "outlet_id": sale["outlet_id"]},
        now=now,
        actor=ACTOR,
    )
    if judgement.complains:
        open_complaint(tx, rating_id, due_on=due_on, now=now, actor=ACTOR)
    return str(rating_id)


def object_to_rating(
    tx: Transaction, sale: Mapping[str, Any], *, due_on: date, now: datetime
) -> None:
    """Complain about a sale that somebody else has judged: the shop prints the receipt, and may
    read its code first.

    The judgement stays; a complaint that is there already is enough. Raises Refusal `not_found`
    where nobody has judged.
    """
    rating = rating_of(tx, sale["id"])
    if rating is None:
        raise Refusal("not_found")
    if open_complaint(tx, rating["id"], due_on=due_on, now=now, actor=ACTOR):
        record(tx, "rating.objected", rating["id"], now=now, actor=ACTOR)


def rating_of(tx: Transaction, ledger_id: str) -> Row | None:
    """How the sale was judged; None if it was not."""
    row: Row | None = queries.rating_of_sale(tx, ledger_id=ledger_id)
    return row


def words_of(secrets: PersonalData, row: Mapping[str, Any]) -> str | None:
    """The words of a rating; None for none, for those that were erased, and where no key opens them
    (there is a `words_cipher`)."""
    cipher = row["words_cipher"]
    return secrets.readable(cipher, PURPOSE) if cipher else None


def _write_content(
    tx: Transaction,
    secrets: PersonalData,
    rating_id: str,
    judgement: Judgement,
    photo: Photo | None,
    picture_id: str | None,
    now: datetime,
) -> None:
    if photo is not None and picture_id is not None:
        add_picture(tx, photo, picture_id, now=now)
    words = judgement.words
    if words is None and picture_id is None:
        return
    queries.insert_content(
        tx,
        id=rating_id,
        words_cipher=secrets.encrypt(words, PURPOSE) if words else None,
        picture_id=picture_id,
    )
