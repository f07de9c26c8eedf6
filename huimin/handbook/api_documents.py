"""The API's description: OpenAPI 3.1 as JSON, and a page to read it and try it out.

The assets are served from the flask-openapi3-swagger package, and our own script is a file, so
that a strict content security policy holds.
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
# Swagger UI's style sheet has icons as data: URLs, and it sets a few inline styles.
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
    """The OpenAPI document."""
    return jsonify(cast(OpenAPI, current_app).api_doc)


@documents.get("/docs")
def page() -> Response:
    """The page that shows the document."""
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


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
