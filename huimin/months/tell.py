"""What a notice says of a month: sums, how its checks ended, digests; no person, no card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.money import money_text
from huimin.core.period_words import month_words
from huimin.core.words import CLOSING_STATES, FIGURE_NAMES
from huimin.months.closes import Row, report_of_close
from huimin.months.words import LEVELS, check_title
from huimin.notices.post import Notice

FIGURES_TOLD = (
    *("redemptions", "reversals", "cards_used", "amount_fen", "discount_fen"),
    *("merchant_share_fen", "government_share_fen"),
)


def draft_notice(close: Row, base_url: str) -> Notice:
    """A month was checked and waits for who prepares it, or for who mends what stops it."""
    month, checks = close["month"], close["checks"]
    levels = {check["level"] for check in checks}
    worst = next(level for level in ("stop", "warning", "ok") if level in levels)
    words = {
        "stop": "核对没有通过，必须先处理",
        "warning": "已核对，有需要说明的事，等待填报",
        "ok": "已核对，等待填报",
    }[worst]
    lines = [
        *_sums(close),
        "",
        "核对：",
        *(
            f"· {check_title(check['code'])}：{LEVELS[check['level']]}{_count(check)}"
            for check in checks
        ),
    ]
    told = [
        {
            "code": check["code"],
            "level": check["level"],
            "count": check["facts"].get("count", 0),
        }
        for check in checks
    ]
    # Told again when it is better or worse than what was told.
    key = f"month.drafted/{month}/v{close['version']}/{worst}"
    return _notice("month.drafted", key, words, lines, close, base_url, {"checks": told})


def closed_notice(close: Row, files: Mapping[str, Row], base_url: str) -> Notice:
    """A month was closed: its sums, and the digests of its files."""
    lines = [
        *_sums(close),
        "",
        "文件的 SHA-256：",
        *(f"· {form}：{file['sha256']}" for form, file in files.items()),
    ]
    digests = {form: file["sha256"] for form, file in files.items()}
    key = f"month.approved/{close['month']}/v{close['version']}"
    return _notice("month.approved", key, "已结账", lines, close, base_url, {"files": digests})


def _notice(
    kind: str,
    key: str,
    words: str,
    lines: list[str],
    close: Row,
    base_url: str,
    more: Mapping[str, Any],
) -> Notice:
    month, url = close["month"], f"{base_url}/months/{close['month']}"
    total = report_of_close(close).total
    title = f"{close['county_name']}惠民卡 {month_words(month)}：{words}"
    state = f"状态：{CLOSING_STATES[close['state']]}（第 {close['version']} 版）"
    data = {
        "month": month,
        "version": close["version"],
        "state": close["state"],
        "report_sha256": close["report_sha256"],
        "total": {figure: getattr(total, figure) for figure in FIGURES_TOLD},
        "url": url,
        **more,
    }
    return Notice(kind, key, title, "\n".join([title, state, *lines, "", url, ""]), data)


def _sums(close: Row) -> list[str]:
    total, lines = report_of_close(close).total, []
    for figure in FIGURES_TOLD:
        value = getattr(total, figure)
        shown = money_text(value) if figure.endswith("_fen") else f"{value:,}"
        lines.append(f"{FIGURE_NAMES[figure]}：{shown}")
    return lines


def _count(check: Mapping[str, Any]) -> str:
    count = check["facts"].get("count")
    return f"（{count}）" if count else ""
