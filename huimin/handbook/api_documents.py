"""The API's description: OpenAPI 3.1 as JSON, and a page to read it and try it out.

The assets are served from the flask-openapi3-swagger package, and our own script is a file, so
that a strict content security policy holds.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, abort, current_app, jsonify, request, send_from_directory
from flask_openapi3.openapi import OpenAPI

from huimin.handbook.api_description_words import in_language
from huimin.web.language import TAGS, request_language

documents = Blueprint("api_documents", __name__, url_prefix="/api/v1")

ASSETS_FOLDER = Path(str(resources.files("flask_openapi3_swagger"))) / "templates" / "swagger"
ASSETS = ("css/swagger-ui.css", "js/swagger-ui-bundle.js")
# Swagger UI's style sheet has icons as data: URLs, and it sets a few inline styles.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_TAGS = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}
PAGE = """<!doctype html>
<html lang="LANG">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>huimin POS API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/css/swagger-ui.css">
</head>
<body>
<div id="description"></div>
<script src="docs/js/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: new URL(`openapi.json?lang=${document.documentElement.lang}`, document.baseURI).href,
  dom_id: "#description",
  deepLinking: true,
  validatorUrl: null,
});
"""


@documents.get("/openapi.json")
def description() -> Response:
    """The OpenAPI document, in one language: `lang`, or else the Accept-Language header."""
    document = in_language(cast(OpenAPI, current_app).api_doc, _language())
    answer = jsonify(document)
    answer.vary.add("Accept-Language")
    return answer


@documents.get("/docs")
def page() -> Response:
    """The page that shows the document, in the same language."""
    headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Language"}
    text = PAGE.replace("LANG", _TAGS[_language()])
    return Response(text, mimetype="text/html", headers=headers)


def _language() -> str:
    return TAGS.get(request.args.get("lang", "").lower()) or request_language()


@documents.get("/docs/start.js")
def start() -> Response:
    """The script that starts Swagger UI."""
    return Response(START, mimetype="text/javascript")


@documents.get("/docs/<path:name>")
def asset(name: str) -> Response:
    """A style sheet or script of Swagger UI."""
    if name not in ASSETS:
        abort(404)
    return send_from_directory(ASSETS_FOLDER, name, max_age=86_400)
