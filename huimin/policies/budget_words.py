"""How a budget stands in words, the same on pages and in notices; and the notice about it."""

from __future__ import annotations

from datetime import datetime

from huimin.core.catalogue import Text, Words, say, text
from huimin.core.discount import PolicyTerms
from huimin.core.money import money_text, percent_words
from huimin.core.period_words import day_words
from huimin.notices.post import Notice, is_posted, post_notice, targets_of
from huimin.policies.budgets import BudgetState, budgets_to_look_at
from huimin.settings import Settings
from huimin.storage.engine import Engine, Transaction

LEVELS = Words(
    "budget_level",
    {"enough": "预算够用", "near": "预算快用完了", "used_up": "预算已用完"},
)


def forecast_words(state: BudgetState, language: str) -> str:
    """On which day it will be used up, in a sentence; "—" with the reason where nobody can tell."""
    if not state.left_fen:
        return say("已经用完，追加预算以前不再优惠。", language)
    if state.daily_fen is None:
        return say("—（执行不满一周，还估不出）", language)
    if not state.daily_fen:
        return say("—（近来没有用过，估不出）", language)
    rate = {"days": state.days_known, "daily": money_text(state.daily_fen)}
    if state.used_up_on is not None:
        day = day_words(state.used_up_on, language)
        return say("按近 {days} 天平均每天 {daily}，约在 {day} 用完。", language, **rate, day=day)
    if state.terms.ends_on is not None:
        return say("按近 {days} 天平均每天 {daily}，到政策结束也用不完。", language, **rate)
    return say("按近 {days} 天平均每天 {daily}，十年内用不完。", language, **rate)


def stands_words(state: BudgetState) -> Text:
    """What is used and left."""
    return text(
        "预算 {budget}，已用 {used}（{percent}），还剩 {left}。",
        budget=money_text(state.budget_fen),
        used=money_text(state.used_fen),
        percent=percent_words(state.used_bp),
        left=money_text(state.left_fen),
    )


def budget_words(terms: PolicyTerms) -> Text:
    """The term itself: how much, and from which version it counts."""
    if terms.budget_fen is None:
        return text("无")
    amount = money_text(terms.budget_fen)
    if terms.budget_version == terms.version:
        return text("{amount}，从这一版起算", amount=amount)
    return text("{amount}，从第 {version} 版起算", amount=amount, version=terms.budget_version)


def tell_budgets(engine: Engine, settings: Settings, *, now: datetime) -> None:
    """Post a notice for each budget that is nearly or wholly used up, once for each of the two."""

    def untold(tx: Transaction) -> list[Notice]:
        due = [_notice(state, settings) for state in budgets_to_look_at(tx, now)]
        return [notice for notice in due if not is_posted(tx, notice.key)]

    notices = engine.read(untold)

    def work(tx: Transaction) -> None:
        for notice in notices:
            post_notice(tx, notice, targets_of(settings), now=now)

    if notices:
        engine.write(work)


def _notice(state: BudgetState, settings: Settings) -> Notice:
    terms, language = state.terms, settings.language
    url = f"{settings.base_url}/policies/{terms.id}"
    title = say(
        "{county}惠民卡 {name}：{news}",
        language,
        county=settings.county_name,
        name=terms.name,
        news=LEVELS.text(state.level),
    )
    lines = [stands_words(state).say(language), forecast_words(state, language)]
    data = {
        "policy": {"id": terms.id, "code": terms.code, "version": terms.version},
        "budget_fen": state.budget_fen,
        "used_fen": state.used_fen,
        "used_up_on": None if state.used_up_on is None else state.used_up_on.isoformat(),
        "url": url,
    }
    # More money makes it news again.
    key = f"policy.budget/{terms.code}/v{terms.budget_version}/{state.budget_fen}/{state.level}"
    body = "\n".join([title, *lines, "", url, ""])
    return Notice(f"policy.budget_{state.level}", key, title, body, data)
