"""What a notice says of a month: sums, how its checks ended, digests; no person, no card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import SOURCE, Text, say, sentence, text
from huimin.core.money import money_text
from huimin.core.period_words import month_words
from huimin.core.words import CLOSING_STATES, FIGURE_NAMES
from huimin.months.closes import report_of_close
from huimin.months.words import LEVELS, TITLES
from huimin.notices.post import Notice
from huimin.storage.engine import Row

FIGURES_TOLD = (
    *("redemptions", "reversals", "cards_used", "amount_fen", "discount_fen"),
    *("merchant_share_fen", "government_share_fen"),
)
CLOSED = sentence("已结账")
NEWS = {
    "stop": sentence("核对没有通过，必须先处理"),
    "warning": sentence("已核对，有需要说明的事，等待填报"),
    "ok": sentence("已核对，等待填报"),
}


def draft_notice(close: Row, base_url: str, language: str = SOURCE) -> Notice:
    """A month was checked and waits for who prepares it, or for who mends what stops it."""
    month, checks = close["month"], close["checks"]
    levels = {check["level"] for check in checks}
    worst = next(level for level in ("stop", "warning", "ok") if level in levels)
    news = NEWS[worst]
    lines = [*_sums(close), Text(""), text("核对："), *map(_check, checks)]
    outcomes = [
        {"code": check["code"], "level": check["level"], "count": check["facts"].get("count", 0)}
        for check in checks
    ]
    # Told again when it is better or worse than what was told.
    key = f"month.drafted/{month}/v{close['version']}/{worst}"
    return _notice(
        "month.drafted", key, news, lines, close, base_url, {"checks": outcomes}, language
    )


def closed_notice(
    close: Row, files: Mapping[str, Row], base_url: str, language: str = SOURCE
) -> Notice:
    """A month was closed: its sums, and the digests of its files."""
    lines = [
        *_sums(close),
        Text(""),
        text("文件的 SHA-256："),
        *(
            text("· {what}：{value}", what=form, value=file["sha256"])
            for form, file in files.items()
        ),
    ]
    digests = {form: file["sha256"] for form, file in files.items()}
    key = f"month.approved/{close['month']}/v{close['version']}"
    return _notice(
        "month.approved", key, CLOSED, lines, close, base_url, {"files": digests}, language
    )


def _notice(
    kind: str,
    key: str,
    news: str,
    lines: list[Text],
    close: Row,
    base_url: str,
    more: Mapping[str, Any],
    language: str,
) -> Notice:
    month, url = close["month"], f"{base_url}/months/{close['month']}"
    total = report_of_close(close).total
    title = say(
        "{county}惠民卡 {month}：{news}",
        language,
        county=close["county_name"],
        month=month_words(month, language),
        news=Text(news),
    )
    state = text(
        "状态：{state}（第 {version} 版）",
        state=CLOSING_STATES.text(close["state"]),
        version=close["version"],
    )
    body = [line.say(language) for line in (state, *lines)]
    data = {
        "month": month,
        "version": close["version"],
        "state": close["state"],
        "report_sha256": close["report_sha256"],
        "total": {figure: getattr(total, figure) for figure in FIGURES_TOLD},
        "url": url,
        **more,
    }
    return Notice(kind, key, title, "\n".join([title, *body, "", url, ""]), data)


def _sums(close: Row) -> list[Text]:
    total, lines = report_of_close(close).total, []
    for figure in FIGURES_TOLD:
        value = getattr(total, figure)
        figure_text = money_text(value) if figure.endswith("_fen") else f"{value:,}"
        lines.append(text("{figure}：{value}", figure=FIGURE_NAMES.text(figure), value=figure_text))
    return lines


def _check(check: Mapping[str, Any]) -> Text:
    title, level = TITLES.text(check["code"]), LEVELS.text(check["level"])
    count = check["facts"].get("count")
    if count:
        level = text("{level}（{count}）", level=level, count=count)
    return text("· {what}：{value}", what=title, value=level)
