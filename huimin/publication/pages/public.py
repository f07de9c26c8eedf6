"""Pages for everybody: outlets, figures of closed months, the day's digest, open data."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for

from huimin.anchors.make import last_day
from huimin.core.catalogue import LANGUAGES
from huimin.core.days import county_day, parse_day, parse_month
from huimin.core.refusals import Refusal
from huimin.core.words import COMPLAINT_RESULTS, OUTLET_KINDS
from huimin.publication.digest import NoDigest, last_published, published_digest, why_no_digest
from huimin.publication.outlets import outlets_after, towns, with_rates, with_scores
from huimin.publication.pages import pages
from huimin.publication.pages.cached import cached
from huimin.publication.pages.dictionary import FILES, LICENCE_ADDRESS, LICENCE_NAME, RULES
from huimin.publication.pages.map_links import map_links
from huimin.publication.pages.month_view import MEASURES, month_view
from huimin.publication.publish import published_month, published_months
from huimin.publication.results import results_before
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.lists import Listed, Place, page_of
from huimin.web.words import LANGUAGE_NAMES, LANGUAGE_TAGS

# As many as stay below 100 KB with the longest names and addresses that are accepted.
OUTLETS_A_PAGE = 20
# A year where there are complaints about two kinds of outlets in each month.
RESULTS_A_PAGE = 24


@pages.get("/public/")
def home() -> Response:
    """What there is to see, with the latest month that is published."""
    published = instance().engine.read(published_months)
    latest_month = next((each for each in published if each["figures"] is not None), None)
    latest = (
        None if latest_month is None else month_view(latest_month["figures"], request_language())
    )
    return _page("home.html", latest=latest)


@pages.get("/public/outlets")
def outlets() -> Response:
    """Where cards are accepted, by town and kind."""
    form = Form.from_address(("town", "kind", "text"))
    criteria = {
        "town_code": form.optional("town"),
        "kind": form.optional("kind"),
        "text": form.optional("text"),
    }
    day = county_day(instance().clock())

    def query(tx: Transaction) -> tuple[Listed, Any]:
        place = replace(Place.from_address(), size=OUTLETS_A_PAGE)
        page = page_of(outlets_after, tx, criteria, place)
        return replace(page, rows=with_scores(tx, with_rates(tx, page.rows, day), day)), towns(tx)

    page, town_rows = instance().engine.read(query)
    language = request_language()
    return _page(
        "outlets.html",
        form=form,
        page=page,
        day=day,
        towns=[(row["code"], row["name"]) for row in town_rows],
        kinds=[(kind, OUTLET_KINDS.say(kind, language)) for kind in OUTLET_KINDS],
        arguments={name: value for name, value in form.values.items() if value},
        map_links=lambda outlet: map_links(outlet, instance().settings.county_name),
    )


@pages.get("/public/months/")
def months() -> Response:
    """Every month that was published, with the county's figures."""
    return _page("months.html", months=instance().engine.read(published_months))


@pages.get("/public/months/<month>")
def month(month: str) -> Response:
    """One month by town, by kind, and by town and kind."""
    wanted = checked(month)
    row = instance().engine.read(lambda tx: published_month(tx, wanted))
    if row is None:
        raise Refusal("not_found")
    figures = row["figures"]
    show = request.args.get("show", "")
    return _page(
        "month.html",
        month=wanted,
        row=row,
        view=None if figures is None else month_view(figures, request_language()),
        show=show if show in MEASURES else MEASURES[0],
        measures=MEASURES,
    )


@pages.get("/public/results")
def results() -> Response:
    """What came of complaints, by month and kind of outlet."""
    language = request_language()
    place = replace(Place.from_address(), size=RESULTS_A_PAGE)
    page = instance().engine.read(lambda tx: page_of(results_before, tx, {}, place))
    words = [(code, COMPLAINT_RESULTS.say(code, language)) for code in COMPLAINT_RESULTS]
    return _page("results.html", page=page, results=words)


@pages.get("/public/digests/")
def digests() -> Response:
    """The digest of a day; yesterday's first."""
    form = Form.from_address(("day",))
    day_digest, missing = None, None
    over = last_day(instance().clock())

    def query(tx: Transaction) -> tuple[date, Row | None, NoDigest | None]:
        latest = last_published(tx)
        wanted = parse_day(form.text("day")) if form.text("day") else latest or over
        try:
            return wanted, published_digest(tx, wanted), None
        except Refusal:
            return wanted, None, why_no_digest(tx, wanted, over)

    day: date | None = None
    with suppress(ValueError):  # not written as a day: the page says how
        day, day_digest, missing = instance().engine.read(query)
    return _page(
        "digest.html",
        day_digest=day_digest,
        day=day,
        missing=missing,
        day_text=form.text("day"),
        last=over,
    )


@pages.get("/public/data")
def data() -> Response:
    """The open data: addresses, every field's meaning, the rules, the licence."""
    published, last = instance().engine.read(lambda tx: (published_months(tx), last_published(tx)))
    return _page(
        "data.html",
        files=FILES,
        rules=RULES,
        months=[each for each in published if each["figures"] is not None],
        last=last,
    )


def checked(month: str) -> str:
    """A month of an address. Raises Refusal `not_found`."""
    try:
        return parse_month(month)
    except ValueError:
        raise Refusal("not_found") from None


def _page(template: str, **context: Any) -> Response:
    """The page; what it says depends on the language, which is in the address or in a cookie."""
    context |= {
        "licence_name": LICENCE_NAME,
        "licence_address": LICENCE_ADDRESS,
        "other_languages": [
            (
                LANGUAGE_TAGS[language],
                LANGUAGE_NAMES[language],
                _this_page_in(LANGUAGE_TAGS[language]),
            )
            for language in LANGUAGES
            if language != request_language()
        ],
    }
    answer = cached(
        render_template(f"publication/{template}", **context), "text/html; charset=utf-8"
    )
    answer.vary.add("Cookie")
    return answer


def _this_page_in(tag: str) -> str:
    """The address of this page in another language, with its filters."""
    arguments = {**request.args.to_dict(), **(request.view_args or {}), "lang": tag}
    return url_for(str(request.endpoint), **arguments)
