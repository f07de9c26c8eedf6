"""Ratings in the browser: the receipt's page, the office's lists, the manager's scores."""

from __future__ import annotations

from flask import Blueprint, Response, request

pages = Blueprint("ratings", __name__)
RECEIPTS = "/r/"


@pages.after_app_request
def _keep_receipts_to_themselves(response: Response) -> Response:
    """The address of a receipt is what opens it: neither listed nor named to the next page."""
    if request.path.startswith(RECEIPTS):
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


from huimin.ratings.pages import complaints, own, ratings, receipt  # noqa: E402, F401
