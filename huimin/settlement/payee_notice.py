"""A proposed or changed bank account is told to the office and to the merchant's own system."""

from __future__ import annotations

from datetime import datetime

from huimin.core.catalogue import say, sentence, text
from huimin.merchants.merchants import merchant_by_id
from huimin.notices.merchant_webhook import tell_merchant
from huimin.notices.post import Notice, post_notice, targets_of
from huimin.settings import Settings
from huimin.storage.engine import Row, Transaction

TITLES = {
    "proposed": sentence("{county}惠民卡：{name} 的收款账户有变更等审批"),
    "approved": sentence("{county}惠民卡：{name} 的收款账户已变更"),
    "rejected": sentence("{county}惠民卡：{name} 的收款账户变更没有同意"),
    "withdrawn": sentence("{county}惠民卡：{name} 的收款账户变更已撤回"),
}


def tell_payee(tx: Transaction, row: Row, settings: Settings, *, now: datetime) -> None:
    """Post the notice of a row's present state, once; it names no account and no person."""
    merchant, state, language = (
        merchant_by_id(tx, row["merchant_id"]),
        row["state"],
        settings.language,
    )
    url = f"{settings.base_url}/settlements/payees/{merchant['id']}"
    title = say(TITLES[state], language, county=settings.county_name, name=merchant["name"])
    side = (
        text("由商户提出。") if row["proposed_side"] == "merchant" else text("由县里提出。")
    ).say(language)
    check = say("不是您知道的变更，请马上核实，先不要付款。", language)
    data = {"merchant_id": merchant["id"], "payee_id": row["id"], "state": state, "url": url}
    body = "\n".join([title, side, check, "", url, ""])
    for place, tell in (("office", _tell_office), ("merchant", _tell_merchant)):
        key = f"payee.{state}/{row['id']}/{place}"
        tell(tx, row, Notice(f"payee.{state}", key, title, body, data), settings, now)


def _tell_office(
    tx: Transaction, row: Row, notice: Notice, settings: Settings, now: datetime
) -> None:
    post_notice(tx, notice, targets_of(settings), now=now)


def _tell_merchant(
    tx: Transaction, row: Row, notice: Notice, settings: Settings, now: datetime
) -> None:
    tell_merchant(tx, row["merchant_id"], notice, now=now)
