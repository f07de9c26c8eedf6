"""The handbook at /help, public: nothing in it is about this county or its people."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_from_directory
from markupsafe import Markup

from huimin.core.catalogue import Words
from huimin.core.refusals import Refusal
from huimin.handbook.find_sections import QUERY_CHARACTERS_MAX, find_sections
from huimin.handbook.render import FOLDER, PARTS, page_names, read_page
from huimin.web.language import request_language

pages = Blueprint("handbook", __name__)
PICTURE_CACHE_SECONDS = 3600
PART_WORDS = Words(
    "handbook_part",
    {
        "holder": "持卡人和家人",
        "office": "办公室：人、卡、商户",
        "shop": "收银员和店长",
        "money": "报表、结账、结算、公开",
        "server": "管理员和机房",
        "maker": "开发者",
    },
)


@pages.get("/help/")
def contents() -> str:
    """The pages by whom they are for, or the sections that answer `?q=`."""
    query = request.args.get("q", "").strip()[:QUERY_CHARACTERS_MAX]
    language = request_language()
    listed = {name: page for name in page_names() if (page := read_page(name, language))}
    return render_template(
        "handbook/contents.html",
        query=query,
        query_most=QUERY_CHARACTERS_MAX,
        results=find_sections(query, language),
        parts=[
            (part, PART_WORDS.say(part, language), [listed[name] for name in names])
            for part, names in PARTS.items()
        ],
    )


@pages.get("/help/<name>")
def page(name: str) -> str:
    """One page."""
    handbook_page = read_page(name, request_language())
    if handbook_page is None:
        raise Refusal("not_found")
    return render_template(
        "handbook/page.html",
        page=handbook_page,
        # Holders are old, ill or without glasses more often than others.
        is_large=name in PARTS["holder"],
        query_most=QUERY_CHARACTERS_MAX,
        body=Markup(handbook_page.body),  # noqa: S704 - rendered with raw HTML shown as text
    )


@pages.get("/help/pictures/<filename>")
def picture(filename: str) -> Response:
    """A picture of the handbook."""
    if not filename.endswith((".png", ".svg", ".webp")):
        raise Refusal("not_found")
    return send_from_directory(FOLDER / "pictures", filename, max_age=PICTURE_CACHE_SECONDS)
