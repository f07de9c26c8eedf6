"""Judgements to test with, as a phone sends them from the receipt's page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from huimin.instance import Instance
from huimin.ledger.read import row_by_id
from huimin.ratings.judgement import Judgement
from huimin.ratings.rate import rate
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.sales import make_redemption
from tests.making.staff import csrf_of


def receipt_of(sold: dict[str, Any]) -> str:
    """The address that stands in a receipt's code."""
    return f"/r/{sold['receipt_no']}/{sold['chain']['hash'][:16]}"


def send_judgement(
    client: Any, path: str, *, photo: bytes | None = None, csrf: bool = True, **over: str
) -> Any:
    """The answer to the form of a receipt's page."""
    form: dict[str, Any] = {"given": "yes", "stars": "5", "words": "", **over}
    if csrf:
        form["csrf_token"] = csrf_of(client, path)
    if photo is not None:
        form["photo"] = (io.BytesIO(photo), "IMG_0001.jpg")
    return client.post(path, data=form, content_type="multipart/form-data")


def make_rating(instance: Instance, sold: dict[str, Any], judgement: Judgement) -> str:
    """Judge a sale; returns the rating's id."""
    now = instance.clock()

    def work(tx: Any) -> str:
        sale = row_by_id(tx, sold["id"])
        assert sale is not None
        return rate(tx, instance.personal_data, sale, judgement, due_on=now.date(), now=now)

    return instance.engine.write(work)


def new_people_buy(instance: Instance, key: str) -> Iterator[dict[str, Any]]:
    """Sales at a till, each of somebody else."""
    while True:
        yield make_redemption(instance, make_card(instance, make_holder(instance)), key)
