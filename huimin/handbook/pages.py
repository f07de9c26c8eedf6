"""The handbook at /help, public: nothing in it is about this county or its people."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_from_directory
from markupsafe import Markup

from huimin.core.refusals import Refusal
from huimin.handbook.render import FOLDER, page_names, read_page

pages = Blueprint("handbook", __name__)
PICTURE_CACHE_SECONDS = 3600


@pages.get("/help/")
def contents() -> str:
    """The list of pages."""
    listed = [page for name in page_names() if (page := read_page(name)) is not None]
    return render_template("handbook/contents.html", listed=listed)


@pages.get("/help/<name>")
def page(name: str) -> str:
    """One page."""
    handbook_page = read_page(name)
    if handbook_page is None:
        raise Refusal("not_found")
    return render_template(
        "handbook/page.html",
        page=handbook_page,
        body=Markup(handbook_page.body),  # noqa: S704 - rendered with raw HTML shown as text
    )


@pages.get("/help/pictures/<filename>")
def picture(filename: str) -> Response:
    """A picture of the handbook."""
    if not filename.endswith((".png", ".svg")):
        raise Refusal("not_found")
    return send_from_directory(FOLDER / "pictures", filename, max_age=PICTURE_CACHE_SECONDS)
