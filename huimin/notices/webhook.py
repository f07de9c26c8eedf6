"""Deliver a notice by webhook: a signed HTTP POST of JSON; any answer but 2xx is a failure.

`X-Huimin-Signature: t=<unix seconds>,v1=<hex>`: v1 is HMAC-SHA256 with the shared secret over
`<t>.<body>`, so that a receiver can check that it is ours, unaltered, and not a replay.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from huimin import __version__
from huimin.core.json_text import canonical_json, read_json
from huimin.notices.attachments import with_texts
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.notices.merchant_webhook import secret_of
from huimin.notices.public_address import Answered, post_in_time, post_to
from huimin.settings import Settings

SIGNATURE, DELIVERY = "X-Huimin-Signature", "X-Huimin-Delivery"


def send_webhook(
    settings: Settings, notice: Mapping[str, Any], delivery: Mapping[str, Any], now: datetime
) -> None:
    """Post it once. Raises DeliveryProblem, which never contains the address."""
    if not settings.webhook_url or not settings.webhook_secret:
        raise DeliveryProblem("webhook_unset")
    data = with_texts(settings.folder, read_json(notice["data_json"]))
    content = _content(notice, data)
    _require_taken(
        post_signed(settings.webhook_url, settings.webhook_secret, content, delivery["id"], now)
    )


def send_to_merchant(
    settings: Settings,
    webhook: Mapping[str, Any],
    notice: Mapping[str, Any],
    delivery: Mapping[str, Any],
    now: datetime,
) -> None:
    """The same to a merchant's webhook (`id`, `address`, `ended_at`), by the rules for addresses
    from outside. Raises DeliveryProblem, which never contains the address.
    """
    if webhook["ended_at"] is not None:
        raise DeliveryProblem("webhook_ended")
    secret, data = secret_of(settings, webhook["id"]), read_json(notice["data_json"])
    body, headers = _signed(secret, _content(notice, data), delivery["id"], now)
    networks = settings.webhook_networks_allowed
    _require_taken(post_to(webhook["address"], body, headers, networks))


def _require_taken(answered: Answered) -> None:
    if not 200 <= answered.status < 300:
        raise DeliveryProblem("webhook_answer", answered.status)


def post_signed(
    url: str, secret: str, content: Mapping[str, Any], delivery_id: str, now: datetime
) -> Answered:
    """Post JSON once, signed, to an address that the county itself has set.

    Raises DeliveryProblem, which never contains the address or the content.
    """
    body, headers = _signed(secret, content, delivery_id, now)
    return _posted(url, body, headers)


def _content(notice: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": notice["id"],
        "kind": notice["kind"],
        "title": notice["title"],
        "text": notice["body"],
        "data": data,
        "created_at": notice["created_at"],
    }


def _signed(
    secret: str, content: Mapping[str, Any], delivery_id: str, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """The body, and the headers that sign it."""
    body = canonical_json(content)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"huimin/{__version__}",
        # The same in every attempt, so that a receiver can ignore repetitions.
        DELIVERY: delivery_id,
        SIGNATURE: signature(secret, body, int(now.timestamp())),
    }
    return body, headers


def signature(secret: str, body: bytes, seconds: int) -> str:
    """The header's value for a body sent at that Unix time."""
    signed = f"{seconds}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def _posted(url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return post_in_time(parts.scheme, host, port, host, path, body, headers)
