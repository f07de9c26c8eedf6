"""What waits at a merchant's settlements, for the pages that its manager opens first."""

from __future__ import annotations

from flask import g

from huimin.core.permissions import MERCHANT_MANAGER
from huimin.settlement.news import News, news_for
from huimin.web.current import instance


def settlement_news() -> News | None:
    """The manager's, read once a request; None for everybody else."""
    who = g.get("member")
    if who is None or who.role != MERCHANT_MANAGER:
        return None
    if "settlement_news" not in g:
        now = instance().clock()
        g.settlement_news = instance().engine.read(
            lambda tx: news_for(tx, who.merchant_id or "", now=now)
        )
    found: News = g.settlement_news
    return found
