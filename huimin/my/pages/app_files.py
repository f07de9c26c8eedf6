"""What makes the changing code an installed app: its manifest and its service worker.

The worker answers for the page of the code and the files it is made of and for nothing else, so no
personal answer is ever kept. Its version is a digest of all of them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, url_for
from flask_babel import gettext as _

from huimin.core.json_text import write_json
from huimin.my.pages import pages
from huimin.web.json_answer import json_response
from huimin.web.language import request_language

PACKAGE = Path(__file__).resolve().parents[2]
STATIC = PACKAGE / "my" / "static"
WORKER = STATIC / "service_worker.js"
# What the page of the code loads.
KEPT = ("my.css", "my.js", "code.js", "phone_key.js", "icon-192.png", "icon-512.png")
MADE_OF = (
    "templates/my/base.html",
    "templates/my/code.html",
    "my/static/service_worker.js",
    "core/translations/en/LC_MESSAGES/messages.mo",
    "core/translations/zh_Hant/LC_MESSAGES/messages.mo",
)
THEME, PAPER = "#0B6E4F", "#FFFFFF"


@pages.get("/service-worker.js")
def service_worker() -> Response:
    """The worker, with its version and the list of files it keeps. Its scope is this folder."""
    kept = {
        "version": version(),
        "files": [url_for("my_files.static", filename=name) for name in KEPT],
        "page": url_for("my.code"),
    }
    text = f"const KEPT = {write_json(kept)};\n{WORKER.read_text(encoding='utf-8')}"
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/app.webmanifest")
def manifest() -> Response:
    """The app's name, icons and colours, for the phone that installs it."""
    response = json_response(
        {
            "id": url_for("my.code"),
            "name": _("我的惠民卡"),
            "short_name": _("惠民卡"),
            "description": _("结账时出示动态码。"),
            "start_url": url_for("my.code"),
            "scope": url_for("my.start"),
            "display": "standalone",
            "theme_color": THEME,
            "background_color": PAPER,
            "lang": request_language().replace("_", "-"),
            "icons": [
                {
                    "src": url_for("my_files.static", filename=f"icon-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any",
                }
                for size in (192, 512)
            ],
        }
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def version() -> str:
    """A digest of all that the kept page is made of."""
    digest = hashlib.sha256()
    for path in [*(STATIC / name for name in KEPT), *(PACKAGE / name for name in MADE_OF)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
