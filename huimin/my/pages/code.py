"""The changing code on the holder's own phone: its page, and what its script asks of the server.

The page holds nothing personal and needs no sign-in, so that an installed phone opens it without
network; what it shows comes for a signature by the phone's own key (my/device.py). No cookie is
asked there, so a forged request can do nothing with one.
"""

from __future__ import annotations

from typing import Annotated

from flask import Response, current_app, render_template, request
from limits import RateLimitItemPerMinute
from pydantic import BaseModel, ConfigDict, Field

from huimin.access.tries import asking_network
from huimin.cards.changing_code import taken_since
from huimin.core.one_case import UUID
from huimin.core.refusals import Refusal
from huimin.my.codes_ahead import card_with_codes, codes_ahead
from huimin.my.device import (
    is_used_today,
    make_challenge,
    note_used,
    proven_device,
    require_own_challenge,
    set_device,
)
from huimin.my.guards import acting_holder, require_holder, who
from huimin.my.pages import pages
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body
from huimin.web.setup import csrf
from huimin.web.throttle import Throttle

# A phone asks about once a minute; many may stand behind one address of a mobile network.
_asked_per_address = Throttle("my_codes", RateLimitItemPerMinute(600))
_asked_per_phone = Throttle("my_phone", RateLimitItemPerMinute(12))
# A challenge is answered once.
_challenges = Throttle("my_challenge", RateLimitItemPerMinute(1, multiples=3))
BASE64 = r"^[A-Za-z0-9+/]+={0,2}$"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class KeyBody(_Body):
    """The public half of the key that this phone has made."""

    public_key: Annotated[str, Field(strict=True, max_length=100, pattern=BASE64)]


class PhoneBody(_Body):
    """Which phone asks."""

    phone: Annotated[str, Field(strict=True, pattern=UUID)]


class SignedBody(PhoneBody):
    """A challenge that the phone has signed."""

    challenge: Annotated[str, Field(strict=True, min_length=1, max_length=300)]
    signature: Annotated[str, Field(strict=True, max_length=100, pattern=BASE64)]


@pages.get("/code")
def code() -> str:
    """The page that shows the code. It is the same for everybody."""
    return render_template("my/code.html")


@pages.post("/code/phone")
@require_holder()
def use_this_phone() -> Response:
    """Make this the phone that shows the code. Raises Refusal `my_holder_only`, FieldProblems."""
    body, looking, by = json_body(KeyBody), who(), acting_holder()
    user_agent = request.headers.get("User-Agent")
    phone = change(lambda tx: set_device(tx, looking, body.public_key, user_agent=user_agent, **by))
    return json_response({"phone": phone}, 201)


@pages.post("/code/challenge")
@csrf.exempt
def challenge() -> Response:
    """What the phone is to sign; any id gets one."""
    _asked_per_address.count(asking_network())
    body = json_body(PhoneBody)
    return json_response({"challenge": _new_challenge(body.phone)})


@pages.post("/code/codes")
@csrf.exempt
def codes() -> Response:
    """The codes of the next minutes, for the phone that signs for them.

    Raises Refusal `my_phone_unproven`, `my_phone_moved`, `my_code_unusable`, too_many_requests.
    """
    _asked_per_address.count(asking_network())
    body, opened = json_body(SignedBody), instance()
    now, secret_key = opened.clock(), current_app.secret_key or ""
    require_own_challenge(secret_key, body.challenge, body.phone, now)

    def query(tx: Transaction) -> tuple[Row, Row, frozenset[int]]:
        device = proven_device(tx, body.phone, body.challenge, body.signature)
        card = card_with_codes(tx, device, now)
        return device, card, taken_since(tx, card, now)

    device, card, taken = opened.engine.read(query)
    if not _challenges.note(body.challenge):
        raise Refusal("my_phone_unproven")
    _asked_per_phone.count(body.phone)
    if not is_used_today(device, now):
        change(lambda tx: note_used(tx, device["id"], now))
    return json_response(
        {
            "now_ms": int(now.timestamp() * 1000),
            "codes": codes_ahead(card, opened.key_ring, now, taken),
            "challenge": _new_challenge(body.phone),
        }
    )


def _new_challenge(phone: str) -> str:
    return make_challenge(current_app.secret_key or "", phone, instance().clock())
