"""What waits at a merchant's settlements: in the navigation, and on the pages its manager opens."""

from __future__ import annotations

from collections.abc import Callable

from flask import g

from huimin.access.guards import signed_in
from huimin.core.permissions import MERCHANT_MANAGER
from huimin.settlement.news import News, news_for
from huimin.settlement.pages import pages
from huimin.web.current import instance
from huimin.web.navigation import waiting_at


@pages.app_context_processor
def _news_word() -> dict[str, Callable[[], News | None]]:
    return {"settlement_news": settlement_news}


def settlement_news() -> News | None:
    """The manager's, read once a request; None for everybody else."""
    member = signed_in()
    if member is None or member.role != MERCHANT_MANAGER:
        return None
    if "settlement_news" not in g:
        merchant_id, now = member.merchant_id or "", instance().clock()
        g.settlement_news = instance().engine.read(lambda tx: news_for(tx, merchant_id, now=now))
    news: News = g.settlement_news
    return news


def _to_confirm() -> int:
    news = settlement_news()
    return 0 if news is None else len(news.to_confirm)


waiting_at("settlement.settlements", _to_confirm)
