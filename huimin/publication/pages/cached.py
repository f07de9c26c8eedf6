"""Answers that browsers and caches may keep: an ETag of what is sent, and how long it holds."""

from __future__ import annotations

import hashlib

from flask import Response, request

PAGE_SECONDS = 300
SETTLED_SECONDS = 86_400
# Open data may be read by any page anywhere; nothing else of this server may.
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def cached(body: str | bytes, content_type: str, seconds: int = PAGE_SECONDS) -> Response:
    """The answer; 304 without a body for who has it already."""
    content = body.encode() if isinstance(body, str) else body
    answer = Response(content, content_type=content_type)
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    answer.make_conditional(request)
    return answer


def open_to_all(answer: Response) -> Response:
    """The same answer, readable by scripts of other sites."""
    answer.headers.update(OPEN_TO_ALL)
    return answer
