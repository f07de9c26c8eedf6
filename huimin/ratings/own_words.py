"""Which browser wrote the words of a judgement: it alone, and the county, reads them again.

Whoever has the receipt opens its page, and a shop can print a receipt again. So the words stand
there only for the browser that sent them, which keeps a signed cookie of that receipt's page.
"""

from __future__ import annotations

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from huimin.web.cookies import LONGEST_SECONDS, set_own_cookie

COOKIE = "huimin_judged"


def remember_own(response: Response, sale_id: str, path: str) -> None:
    """Note with the answer that this browser judged the sale; it is said on that page alone."""
    # The words themselves go after a year.
    own = str(_serializer().dumps(sale_id))
    set_own_cookie(response, COOKIE, own, path=path, seconds=LONGEST_SECONDS)


def wrote(sale_id: str) -> bool:
    """Whether this browser judged the sale."""
    try:
        own: object = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, TypeError, ValueError):
        return False
    return own == sale_id


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="huimin.judged")
