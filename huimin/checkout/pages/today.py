"""The outlet's day so far: count and savings, the latest sales, and a search for one to return."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from huimin.access.till_guard import current_terminal, require_till
from huimin.checkout.api_bodies import Body
from huimin.checkout.pages import pages
from huimin.checkout.todays_sales import matching_sales, sale_of_order, todays_sales
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body

LATEST, FOUND = 5, 50


@pages.get("/today")
@require_till("till.use")
def today() -> Response:
    """The day's sums, and the latest sales with what is left of each."""
    terminal, now = current_terminal(), instance().clock()
    day = instance().engine.read(lambda tx: todays_sales(tx, terminal, now))
    return json_response({"sums": day["sums"], "sales": day["sales"][:LATEST]})


class SearchBody(Body):
    """The search text. It is sent in a body because addresses are logged."""

    text: Annotated[str, Field(strict=True, max_length=200)] = ""


@pages.post("/sales")
@require_till("till.use")
def sales() -> Response:
    """Today's sales matching a receipt or order number, an amount, or a time such as 14:05. A
    complete order number is found on any earlier day as well.
    """
    text = json_body(SearchBody).text
    terminal, now = current_terminal(), instance().clock()

    def query(tx: Transaction) -> list[Row]:
        sales = matching_sales(todays_sales(tx, terminal, now)["sales"], text)
        return sales or sale_of_order(tx, terminal, text)

    matching = instance().engine.read(query)
    return json_response({"count": len(matching), "sales": matching[:FOUND]})
