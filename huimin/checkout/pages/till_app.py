"""What makes the till page an app that opens without network: its manifest, its service worker, and
the shell, which is the page without any personal data.

The service worker's version is a digest of every file it caches, so any change makes a new version
and files of two versions are never mixed.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, make_response, url_for
from flask_babel import gettext as _

from huimin.checkout.pages import pages
from huimin.checkout.pages.till import till_page
from huimin.core.json_text import write_json
from huimin.web.json_answer import json_response
from huimin.web.language import request_language

PACKAGE = Path(__file__).resolve().parents[2]
STATIC = PACKAGE / "checkout" / "static"
WORKER = STATIC / "service_worker.js"
# The till's own files. Their addresses stay below /static/, out of the worker's scope and of the
# device cookie's path, and where installed tills know them.
till_files = Blueprint(
    "till_files", "huimin.checkout", static_folder="static", static_url_path="/static/till"
)
# What the page loads from the frame around it.
WEB_STATIC = PACKAGE / "web" / "static"
FRAME_FILES = ("huimin.css", "navigation.js", "early_press.js", "forms.js", "icon.svg")
# What else goes into the shell.
MADE_OF = (
    "templates/layout.html",
    "templates/checkout/facing.html",
    "templates/checkout/self_check.html",
    "templates/checkout/till.html",
    "templates/checkout/till_offline.html",
    "templates/claims/till_sections.html",
    "templates/practice/banner.html",
    "templates/practice/cards.html",
    "templates/settlement/news.html",
    "templates/tour/panel.html",
    "templates/tour/tour.html",
    "checkout/static/service_worker.js",
    "core/translations/en/LC_MESSAGES/messages.mo",
    "core/translations/zh_Hant/LC_MESSAGES/messages.mo",
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
    """The page as the service worker caches it: no name, no session, no token, no terminal."""
    g.member = None
    blank = {"csrf_token": lambda: "", "get_flashed_messages": lambda **_: []}
    response = make_response(till_page(till=NOBODYS, several=False, **blank))
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/service-worker.js")
def service_worker() -> Response:
    """The worker, with its version and the list of files it caches. Its scope is this folder."""
    files_and_version = {
        "version": version(),
        "files": [url_for(endpoint, filename=name) for endpoint, name, _ in kept_files()],
        "shell": url_for("checkout.shell"),
        "page": url_for("checkout.till"),
    }
    text = f"const KEPT = {write_json(files_and_version)};\n{WORKER.read_text(encoding='utf-8')}"
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/app.webmanifest")
def manifest() -> Response:
    """The app's name, icons and colours, for the device that installs it."""
    icons = [
        {
            "src": url_for("till_files.static", filename=f"icons/{name}.png"),
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


@pages.context_processor
def _own_version() -> dict[str, str]:
    """The page's own version, which it tells the server: one from a cache may be older."""
    return {"till_version": version()}


@pages.after_request
def _name_version(response: Response) -> Response:
    """Each page names its version, so that a worker of another version leaves it alone."""
    if response.mimetype == "text/html":
        response.headers["Huimin-Till-Version"] = version()
    return response


@pages.context_processor
def _modules() -> dict[str, Any]:
    """For the self-check: the addresses of the modules that a page of the till may be made of."""
    return {"modules": _module_addresses()}


@cache
def _module_addresses() -> tuple[str, ...]:
    names = [path.name for path in _files_of(STATIC) if path.suffix == ".js" and path != WORKER]
    return tuple(url_for("till_files.static", filename=name) for name in names)


@cache
def kept_files() -> tuple[tuple[str, str, Path], ...]:
    """The files a device caches: endpoint, name and path of each, in a fixed order."""
    own = [path for path in _files_of(STATIC) if path != WORKER]
    vendored = [path for path in _files_of(WEB_STATIC / "vendor") if path.name != "manifest.json"]
    frame = [*vendored, *(WEB_STATIC / name for name in FRAME_FILES)]
    return (
        *(("till_files.static", path.relative_to(STATIC).as_posix(), path) for path in own),
        *(("static", path.relative_to(WEB_STATIC).as_posix(), path) for path in frame),
    )


@cache
def version() -> str:
    """A digest of all the app's files and their addresses."""
    digest = hashlib.sha256()
    files = [(url_for(endpoint, filename=name), path) for endpoint, name, path in kept_files()]
    for name, path in [*files, *((name, PACKAGE / name) for name in MADE_OF)]:
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _files_of(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if not path.name.startswith("LICENSE")]
