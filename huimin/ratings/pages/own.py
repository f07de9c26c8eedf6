"""How a merchant's outlets are judged, for its manager, as publication/scores.py lets it."""

from __future__ import annotations

from flask import render_template

from huimin.access.guards import member, require
from huimin.core.days import county_day
from huimin.publication.suppress import PEOPLE_MIN
from huimin.ratings.find_ratings import scores_of_merchant
from huimin.ratings.pages import pages
from huimin.web.current import instance


@pages.get("/my-merchant/ratings")
@require("rating.own")
def own_scores() -> str:
    """Each outlet's score, and its periods; below five people nothing."""
    merchant_id, day = member().merchant_id or "", county_day(instance().clock())
    scores = instance().engine.read(lambda tx: scores_of_merchant(tx, merchant_id, day))
    return render_template("ratings/own.html", outlets=scores, people_min=PEOPLE_MIN)
