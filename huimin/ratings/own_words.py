"""Which browser wrote the words of a judgement: it alone, and the county, reads them again.

Whoever has the receipt opens its page, and a shop can print a receipt again. So the words stand
there only for the browser that sent them, which keeps a signed cookie of that receipt's page.
"""

from __future__ import annotations

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from huimin.web.current import instance

COOKIE = "huimin_judged"
# The longest that browsers keep a cookie; the words themselves go after a year.
COOKIE_SECONDS = 400 * 24 * 60 * 60


def remember_own(response: Response, sale_id: str, path: str) -> None:
    """Note with the answer that this browser judged the sale; it is said on that page alone."""
    response.set_cookie(
        COOKIE,
        str(_serializer().dumps(sale_id)),
        max_age=COOKIE_SECONDS,
        path=path,
        secure=instance().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def wrote(sale_id: str) -> bool:
    """Whether this browser judged the sale."""
    try:
        own: object = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, TypeError, ValueError):
        return False
    return own == sale_id


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="huimin.judged")
