"""The answers about sales without network, the same for the API and the till page: the pack, and
the outcome of each item.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, request
from pydantic import ValidationError

from huimin.access.terminal_keys import Terminal
from huimin.access.till_guard import Caller, current_caller, current_terminal, till_device
from huimin.cards.deny_list import DenyLists
from huimin.checkout.attempts import note_refused
from huimin.checkout.offline.api_bodies import OfflineItemBody, OfflineRedemptionsBody
from huimin.checkout.offline.pack import MOMENTS, give_pack
from huimin.checkout.offline.pack_ids import proved_issue
from huimin.checkout.offline.redemptions import refused_answer, take_offline_items
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.refusals import FieldProblems, Refusal
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Row
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.problems import field_problems_of

CLIENT_ID_MAX = 64


def pack_response(**more: Any) -> Response:
    """The pack with its tag, or 304 to a till that has it: the headers then say until when."""
    terminal, now = current_terminal(), instance().clock()
    pack = give_pack(
        instance().engine,
        terminal,
        key_ring=instance().key_ring,
        deny_lists=instance().part(DenyLists),
        now=now,
        device_id=_device_id(terminal),
    )
    if request.if_none_match.contains_weak(pack.tag):
        response = Response(status=304)
    else:
        response = json_response({**pack.body, **more})
    response.set_etag(pack.tag, weak=True)
    response.headers["Cache-Control"] = "no-cache, private"
    for name in MOMENTS:
        response.headers[header_of(name)] = pack.body[name]
    return response


def _device_id(terminal: Terminal) -> str | None:
    """The device that asks, if it is one of this terminal's."""
    device = till_device()
    if device is None or device.terminal["terminal_id"] != terminal["terminal_id"]:
        return None
    return device.device_id


def header_of(moment: str) -> str:
    """issued_at → Huimin-Pack-Issued-At."""
    return "Huimin-Pack-" + moment.replace("_", "-").title()


def items_response(body: OfflineRedemptionsBody) -> Response:
    """One answer for each item, in order; an item that can't be read is refused by itself.

    Typed numbers are not throttled: no answer to an item tells whether a number exists.
    """
    caller, language = current_caller(), request_language()
    items = [_read(raw, instance().key_ring, caller, language) for raw in body.redemptions]
    taken = iter(
        take_offline_items(
            instance().engine,
            [item for item in items if isinstance(item, OfflineItem)],
            terminal=caller.terminal,
            now=instance().clock(),
            language=language,
            staff_id=caller.staff_id,
        )
    )
    answers = [next(taken) if isinstance(item, OfflineItem) else item for item in items]
    for answer in answers:
        if answer.get("code") == "idempotency_mismatch":  # it has no row of its own
            note_refused("offline", Refusal("idempotency_mismatch"), caller)
    return json_response({"redemptions": answers})


def _read(raw: Any, key_ring: KeyRing, caller: Caller, language: str) -> OfflineItem | Row:
    """The item, or the answer that refuses it; such an item has no row, only the attempt has."""
    try:
        item = OfflineItemBody.model_validate(raw).to_item(key_ring.public_keys())
        proved_at = proved_issue(key_ring, caller.terminal["terminal_id"], item.pack_id)
        return replace(item, pack_proved_at=proved_at)
    except ValidationError as error:
        why = field_problems_of(error)
    except FieldProblems as problems:
        why = problems
    note_refused("offline", why, caller)
    name = raw.get("client_id") if isinstance(raw, dict) else None
    client_id = name[:CLIENT_ID_MAX] if isinstance(name, str) else ""
    return refused_answer(client_id, why, language)
