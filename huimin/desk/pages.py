"""The first page of an office's day, where each count leads to its list; and one search."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import member, own_division, require
from huimin.checkout.receipts.receipts import HASH_CHARACTERS
from huimin.core.days import county_day
from huimin.core.visible_text import visible
from huimin.desk.month_strip import HEIGHT, WIDTH, month_strip
from huimin.desk.search import MATCHES_MAX, search_everything
from huimin.desk.tiles import tiles
from huimin.holders.sealed_text import sealed_text, unsealed_text
from huimin.holders.search import TEXT_MAX
from huimin.storage.engine import Row
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language

pages = Blueprint("desk", __name__)

# Kind of a match → the page of one, and the argument that its id is.
PAGES_OF_MATCHES = {
    "people": ("holders.person", "holder_id"),
    "merchants": ("merchants.merchant", "merchant_id"),
    "outlets": ("merchants.outlet", "outlet_id"),
    "staff": ("access.one_staff", "staff_id"),
}
# Kind of a match → the list that searches for more of it by `text` in its address.
LISTS_OF_MATCHES = {
    "merchants": "merchants.merchants",
    "outlets": "merchants.outlets",
    "staff": "access.staff",
}


@pages.get("/today")
@require("today.read")
def today() -> str:
    """What waits for whoever looks; a registrar sees the own town, a manager the own merchant."""
    return render_template("desk/today.html", tiles=tiles(), today=county_day(instance().clock()))


@pages.get("/today/month")
@require("report.read")
def month() -> str:
    """The month so far in four figures; with `part` for the page of today, which asks for it."""
    opened = instance()
    strip = month_strip(opened, opened.clock(), request_language())
    template = "desk/month_strip.html" if request.args.get("part") else "desk/month.html"
    return render_template(template, strip=strip, strip_width=WIDTH, strip_height=HEIGHT)


@pages.get("/today/waiting")
@require("today.read")
def waiting() -> dict[str, Any]:
    """The same for the navigation, which asks when a group is opened: words with their pages."""
    return {
        "waiting": [
            {
                "endpoint": tile["under"],
                "words": f"{tile['count']} {tile['words']}",
                "address": tile["address"],
            }
            for tile in tiles()
            if tile["address"]
        ]
    }


@pages.post("/search")
@require("application.read")
def search() -> Response:
    """What was typed may be a person's name or number: it stands in the address encrypted."""
    text = visible(Form.sent().text("text"))[:TEXT_MAX].strip()
    return redirect(url_for("desk.matching", find=sealed_text(instance().personal_data, text)))


@pages.get("/search")
@require("application.read")
def matching() -> str | Response:
    """The one thing that was found, or all that was, by kind."""
    user, personal_data, now = member(), instance().personal_data, instance().clock()
    sealed = request.args.get("find", "")
    text, names = unsealed_text(personal_data, sealed), names_for_reader()
    if not text:
        return render_template("desk/search.html", text="", matches=None)
    matches = instance().engine.read(
        lambda tx: search_everything(
            tx,
            personal_data,
            text,
            role=user.role,
            within=own_division(),
            today=county_day(now),
            names=names,
        )
    )
    if matches.only is not None:
        return redirect(_address_of(*matches.only))
    return render_template(
        "desk/search.html",
        text=text,
        matches=matches,
        matches_max=MATCHES_MAX,
        address_of=_address_of,
        more_of=lambda kind: _more_of(kind, text, sealed),
    )


def _address_of(kind: str, row: Row) -> str:
    if kind == "sales":
        prefix = row["hash"][:HASH_CHARACTERS]
        return url_for("ratings.receipt", receipt_no=row["receipt_no"], hash_prefix=prefix)
    endpoint, argument = PAGES_OF_MATCHES[kind]
    return url_for(endpoint, **{argument: row["id"]})


def _more_of(kind: str, text: str, sealed: str) -> str | None:
    if kind == "people":
        return url_for("holders.people", find=sealed)
    return url_for(LISTS_OF_MATCHES[kind], text=text) if kind in LISTS_OF_MATCHES else None
