"""What people read when a request never reached the application: its body came too slowly, or the
server is being stopped.

There may be hundreds of such bodies at once, so a page is made once and asks neither the database
nor a session: it says the same in each language, and holds nothing of the request.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from markupsafe import Markup

from huimin.core.catalogue import LANGUAGES, say, sentence
from huimin.core.refusals import Refusal
from huimin.my.words import MY, RECEIPTS, plain_words
from huimin.web.words import LANGUAGE_TAGS

TITLE = sentence("没有办成")
# Where a page's one way leads, and what it is called, by whose address was sent to. The page of a
# receipt is where its form was sent to; what the office sent to is often no page.
WAYS = {
    MY: (MY, sentence("回到“我的惠民卡”")),
    RECEIPTS: ("", sentence("回到这张小票")),
    "/": ("/", sentence("回到首页")),
}
STYLE = (
    "body{font:1.25rem/1.6 sans-serif;max-width:36rem;margin:0 auto;padding:1rem;color:#1f2328}"
    "a{display:inline-block;min-height:3rem;padding:.5rem 0;color:#0b6e4f}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE = Markup(
    '<!doctype html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head><body><main>{parts}</main></body></html>\n"
)
PART = Markup(
    '<section lang="{tag}"><{heading}>{title}</{heading}><p>{words}</p>'
    '<p><a href="{address}">{back}</a></p></section>\n'
)
# A browser shows no page with 408 before it has sent the same slow form on each of its connections
# once more: Chromium took half a minute for what is cut off after 3 s.
BROWSER_STATUS = {408: 400}
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
]


def slow_page(path: str, code: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and page of that refusal, for whoever uses that address in a browser."""
    return _page(code, next(beginning for beginning in WAYS if path.startswith(beginning)))


@cache
def _page(code: str, whose: str) -> tuple[int, list[tuple[str, str]], bytes]:
    refusal, (address, back) = Refusal(code), WAYS[whose]
    parts = Markup("").join(
        PART.format(
            tag=LANGUAGE_TAGS[language],
            heading="h2" if number else "h1",
            title=say(TITLE, language),
            words=plain_words(refusal, language)
            if whose in (MY, RECEIPTS)
            else refusal.page_detail(language),
            address=address,
            back=say(back, language),
        )
        for number, language in enumerate(LANGUAGES)
    )
    page = PAGE.format(title=say(TITLE), style=Markup(STYLE), parts=parts)  # noqa: S704
    return BROWSER_STATUS.get(refusal.status, refusal.status), HEADERS, page.encode()
