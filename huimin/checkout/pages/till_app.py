"""What makes the till page an app that opens without network: its manifest, its service worker, and
the shell, which is the page without anybody's name in it.

The service worker is named after the content of every file that it keeps, so a change of any of
them is a new version, and files of two versions are never mixed.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, current_app, g, make_response, render_template, url_for
from flask_babel import gettext as _

from huimin.checkout.pages import pages
from huimin.checkout.pages.till import till_page
from huimin.web.json_answer import json_response
from huimin.web.language import request_language

# What the page loads, below static/: whole folders, and files of the frame around it.
FOLDERS = ("till", "vendor", "icons")
FILES = ("huimin.css", "forms.js", "receipt.css", "icon.svg")
LEFT_OUT = ("manifest.json", "LICENSE", "LICENSE.md", "LICENSE.txt")
# What else the shell is made of.
MADE_OF = (
    "templates/layout.html",
    "templates/checkout/till.html",
    "templates/checkout/till_offline.html",
    "templates/checkout/service_worker.js",
    "web/translations/en/LC_MESSAGES/messages.mo",
    "web/translations/zh_Hant/LC_MESSAGES/messages.mo",
)
ICONS = (("till-192", 192, "any"), ("till-512", 512, "any"), ("till-full-512", 512, "maskable"))
THEME = "#0B6E4F"
NOBODYS = {
    "terminal": {"id": "", "label": "", "code": ""},
    "outlet": {"id": "", "name": "", "kind": ""},
    "policy": {},
}


@pages.get("/shell")
def shell() -> Response:
    """The page as the service worker keeps it: no name, no session, no token, no terminal."""
    g.member = None
    blank = {"csrf_token": lambda: "", "get_flashed_messages": lambda **_: []}
    response = make_response(till_page(told=NOBODYS, several=False, **blank))
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/service-worker.js")
def service_worker() -> Response:
    """The worker, with the version and the list of what it keeps. Its scope is this folder."""
    text = render_template(
        "checkout/service_worker.js",
        version=version(),
        files=[url_for("static", filename=name) for name in kept_files()],
        shell=url_for("checkout.shell"),
        page=url_for("checkout.till"),
    )
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/app.webmanifest")
def manifest() -> Response:
    """How the app is called and looks, for the device that installs it."""
    icons = [
        {
            "src": url_for("static", filename=f"icons/{name}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, size, purpose in ICONS
    ]
    response = json_response(
        {
            "id": url_for("checkout.till"),
            "name": _("惠民收银台"),
            "short_name": _("惠民收银台"),
            "description": _("扫惠民卡，算优惠；没有网络也能收银。"),
            "start_url": url_for("checkout.till"),
            "scope": url_for("checkout.till"),
            "display": "standalone",
            "theme_color": THEME,
            "background_color": "#F4F7F5",
            "lang": request_language().replace("_", "-"),
            "icons": icons,
        }
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.after_request
def _name_version(response: Response) -> Response:
    """Each page says which version it belongs to, so that a worker of another one stands back."""
    if response.mimetype == "text/html":
        response.headers["Huimin-Till-Version"] = version()
    return response


@cache
def kept_files() -> tuple[str, ...]:
    """Their names below static/."""
    static = _package() / "web" / "static"
    found = [
        path.relative_to(static).as_posix()
        for folder in FOLDERS
        for path in sorted((static / folder).rglob("*"))
        if path.is_file() and path.name not in LEFT_OUT
    ]
    return (*found, *(name for name in FILES if (static / name).is_file()))


@cache
def version() -> str:
    """A digest of everything that the app is made of."""
    digest = hashlib.sha256()
    for name in (*(f"web/static/{file}" for file in kept_files()), *MADE_OF):
        digest.update(name.encode() + b"\0" + (_package() / name).read_bytes())
    return digest.hexdigest()[:16]


def _package() -> Path:
    return Path(current_app.root_path)
