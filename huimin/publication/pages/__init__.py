"""The public pages (/public/) and the open data (/open/): for anybody, without sign-in or cookie.

They show what is stored or listed as public and nothing else. A page's language stands in its
address (`?lang=en`), so that one that is passed on is read as it was meant, and caches can hold it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

pages = Blueprint("publication", __name__)


@pages.url_defaults
def _same_language(endpoint: str, values: dict[str, Any]) -> None:
    """Links lead on in the language that the address chose; a file has no language."""
    if "lang" in request.args and not endpoint.startswith("publication.open_"):
        values.setdefault("lang", request.args["lang"])


from huimin.publication.pages import open_data, public  # noqa: E402, F401
