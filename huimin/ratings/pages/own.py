"""How a merchant's outlets are judged and how complaints about them ended, for its manager: what
publication/scores.py and publication/results.py let be said."""

from __future__ import annotations

from flask import render_template

from huimin.access.guards import member, require
from huimin.core.days import county_day
from huimin.core.words import COMPLAINT_RESULTS
from huimin.publication.suppress import PEOPLE_MIN
from huimin.ratings.find_ratings import scores_of_merchant
from huimin.ratings.pages import pages
from huimin.web.current import instance
from huimin.web.language import request_language


@pages.get("/my-merchant/ratings")
@require("rating.own")
def own_scores() -> str:
    """Each outlet's score and results of complaints, by periods; below five people nothing."""
    merchant_id, day = member().merchant_id or "", county_day(instance().clock())
    scores, language = (
        instance().engine.read(lambda tx: scores_of_merchant(tx, merchant_id, day)),
        request_language(),
    )
    return render_template(
        "ratings/own.html",
        outlets=scores,
        people_min=PEOPLE_MIN,
        result_words=[(code, COMPLAINT_RESULTS.say(code, language)) for code in COMPLAINT_RESULTS],
    )
