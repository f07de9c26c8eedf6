"""The API described: OpenAPI 3.1 as JSON, and a page to read it and try it on.

The assets come from the flask-openapi3-swagger package on this server, and the only script of
our own is a file: the strict content security policy holds here.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, abort, current_app, jsonify, send_from_directory
from flask_openapi3.openapi import OpenAPI

documents = Blueprint("api_documents", __name__, url_prefix="/api/v1")

ASSETS_FOLDER = Path(str(resources.files("flask_openapi3_swagger"))) / "templates" / "swagger"
ASSETS = ("css/swagger-ui.css", "js/swagger-ui-bundle.js")
# Swagger UI draws its icons from data: addresses in its style sheet and sets a few styles inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="zh-Hans">
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
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#description",
  deepLinking: true,
  validatorUrl: null,
});
"""


@documents.get("/openapi.json")
def description() -> Response:
    """The contract: every endpoint, its fields and its answers."""
    return jsonify(cast(OpenAPI, current_app).api_doc)


@documents.get("/docs")
def page() -> Response:
    """The same to read."""
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@documents.get("/docs/start.js")
def start() -> Response:
    """What sets the page going."""
    return Response(START, mimetype="text/javascript")


@documents.get("/docs/<path:name>")
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in ASSETS:
        abort(404)
    return send_from_directory(ASSETS_FOLDER, name, max_age=86_400)
