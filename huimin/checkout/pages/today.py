"""The outlet's day so far: count and savings, and the latest sales to undo."""

from __future__ import annotations

from flask import Response

from huimin.access.till_guard import require_till
from huimin.checkout.day_statement import day_statement
from huimin.checkout.pages import pages
from huimin.checkout.pages.at_till import terminal_here
from huimin.core.days import county_day
from huimin.web.current import house
from huimin.web.json_answer import json_response

LATEST = 20


@pages.get("/today")
@require_till("till.use")
def today() -> Response:
    """Sums of the day, and the latest sales with what is left of each."""
    terminal, now = terminal_here(), house().clock()
    statement = house().engine.read(lambda tx: day_statement(tx, terminal, county_day(now)))
    returned: dict[str, int] = {}
    for row in statement["rows"]:
        if row["kind"] == "reversal":
            taken = returned.get(row["reverses_id"], 0)
            returned[row["reverses_id"]] = taken - row["amount_fen"]
    sales = [
        {
            **{name: row[name] for name in ("id", "receipt_no", "recorded_at", "amount_fen")},
            **{name: row[name] for name in ("discount_fen", "payable_fen")},
            "left_fen": row["amount_fen"] - returned.get(row["id"], 0),
        }
        for row in statement["rows"]
        if row["kind"] == "redemption"
    ]
    return json_response({"sums": statement["sums"], "sales": sales[::-1][:LATEST]})
