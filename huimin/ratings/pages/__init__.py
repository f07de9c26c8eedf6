"""Ratings in the browser: the receipt's page, the office's lists, the manager's scores."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("ratings", __name__)

from huimin.ratings.pages import complaints, own, ratings, receipt  # noqa: E402, F401
