"""A merchant's own webhook: where it is, its secret, and what is told there.

A merchant's system hears what came of a claim or of a sale that waited. The address is given by the
merchant, so it is reached by the rules of public_address.py. The secret is made of the row's id and
the instance's own key and is stored nowhere; a new address has a new secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.catalogue import say
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.notices import queries
from huimin.notices.post import Notice, origin_of, post_notice
from huimin.notices.public_address import checked_address
from huimin.settings import Settings, secret_key_of
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

DELIVERIES_SHOWN = 50


def webhook_of(tx: Transaction, merchant_id: str) -> Row | None:
    """The merchant's webhook as it is now, or None."""
    row: Row | None = queries.webhook_of_merchant(tx, merchant_id=merchant_id)
    return row


def secret_of(settings: Settings, webhook_id: str) -> str:
    """The secret that signs what is sent to that webhook."""
    key = secret_key_of(settings).encode()
    digest = hmac.new(key, f"webhook {webhook_id}".encode(), hashlib.sha256).digest()
    return "hmw_" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def merchant_named(tx: Transaction, id_or_credit_code: str) -> str:
    """A merchant's id. Raises FieldProblems on `merchant`."""
    text = id_or_credit_code.strip()
    merchant_id: str | None = queries.merchant_named(tx, id=text, credit_code=text.upper())
    if merchant_id is None:
        raise field_problem("merchant", "没有这个商户，请填商户编号或统一社会信用代码。")
    return merchant_id


def set_webhook(
    tx: Transaction, merchant_id: str, address: str, *, settings: Settings, **by: Unpack[By]
) -> str:
    """Let a merchant's news go to that address from now on; returns the webhook's id.

    Raises FieldProblems on `address`. What waits for the old address is given up.
    """
    checked = checked_address(address, settings.webhook_networks_allowed)
    before = _end(tx, merchant_id, **by)
    webhook_id = new_id()
    queries.insert_webhook(
        tx,
        id=webhook_id,
        merchant_id=merchant_id,
        address=checked,
        set_at=instant_text(by["now"]),
        set_by=by["actor"],
    )
    record(
        tx,
        "webhook.set",
        merchant_id,
        subject_kind="merchant",
        old=before,
        new={"address": origin_of(checked)},
        **by,
    )
    return webhook_id


def end_webhook(tx: Transaction, merchant_id: str, **by: Unpack[By]) -> None:
    """Tell the merchant's system nothing any more. Raises Refusal `not_found` if it has none."""
    before = _end(tx, merchant_id, **by)
    if before is None:
        raise Refusal("not_found")
    record(tx, "webhook.ended", merchant_id, subject_kind="merchant", old=before, **by)


def tell_merchant(tx: Transaction, merchant_id: str, news: Notice, *, now: datetime) -> str | None:
    """Let a merchant's webhook hear the news; returns the delivery's id, None without a webhook.

    The news hold sums, numbers and states: no name, no card, no free text.
    """
    webhook = webhook_of(tx, merchant_id)
    if webhook is None:
        return None
    target = ("webhook", origin_of(webhook["address"]))
    post_notice(tx, news, [target], now=now, webhook_id=webhook["id"])
    delivery: str | None = queries.delivery_of_key(tx, key=news.key, webhook_id=webhook["id"])
    return delivery


def try_news() -> Notice:
    """News of nothing, to try a webhook with."""
    return Notice("webhook.test", f"webhook.test/{new_id()}", say("测试"), say("收到即可。"), {})


def tell_merchant_of_outlet(
    tx: Transaction, outlet_id: str, news: Notice, *, now: datetime
) -> str | None:
    """The same for the merchant of an outlet."""
    return tell_merchant(tx, queries.merchant_of_outlet(tx, outlet_id=outlet_id), news, now=now)


def deliveries_to_merchant(tx: Transaction, merchant_id: str) -> list[Row]:
    """What was sent to the merchant's webhooks, the latest first."""
    rows: list[Row] = queries.deliveries_of_merchant(
        tx, merchant_id=merchant_id, row_limit=DELIVERIES_SHOWN
    )
    return rows


def require_own_delivery(tx: Transaction, merchant_id: str, delivery_id: str) -> None:
    """Require a delivery to that merchant. Raises Refusal `not_found`."""
    if queries.delivery_of_merchant(tx, merchant_id=merchant_id, id=delivery_id) is None:
        raise Refusal("not_found")


def _end(tx: Transaction, merchant_id: str, **by: Unpack[By]) -> Mapping[str, Any] | None:
    queries.lock_merchant(tx, merchant_id=merchant_id)
    row = queries.end_webhook(
        tx, merchant_id=merchant_id, ended_at=instant_text(by["now"]), ended_by=by["actor"]
    )
    if row is None:
        return None
    queries.give_up_deliveries(tx, webhook_id=row["id"])
    return {"address": origin_of(row["address"])}
