"""Write down a message to a holder, once for each fact: in the transaction of whoever has news.

Nothing is sent here; send.py sends what is due. Whether it goes to a phone or on the list on paper
is decided when it is written: by the county's channel, the person's number and the person's wish.
The content is encrypted, because a name, an hour and a sum are the person's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import structlog

from huimin.core.days import instant_text
from huimin.core.json_text import write_json
from huimin.core.phone import BETWEEN
from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.messages import queries
from huimin.messages.choices import choice_of
from huimin.messages.texts import DISPUTE_ANSWERED
from huimin.settings import PAPER, Settings
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

log = structlog.get_logger(__name__)

CONTENT: Final = "message.content"
MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


def mobile_of(phones: str | None) -> str | None:
    """The first of a person's numbers that takes an SMS, or None."""
    return next((one for one in (phones or "").split(BETWEEN) if MOBILE.fullmatch(one)), None)


def phone_of(secrets: PersonalData, holder: Row) -> str | None:
    """The number of a person that takes an SMS; None too for one that can't be decrypted, so that
    the person is told from the list and the others are told at all."""
    try:
        return mobile_of(secrets.value(holder, "holder.phone"))
    except UNREADABLE as error:
        log.error(
            "a phone number can't be decrypted", holder=holder["id"], error=type(error).__name__
        )
        return None


def phone_channel(tx: Transaction, settings: Settings, secrets: PersonalData, holder: Row) -> str:
    """`file` or `webhook` if messages reach that holder's phone; else `paper`.

    `holder` has `id` and `phone_cipher`.
    """
    if settings.message_channel == PAPER or not choice_of(tx, holder["id"]).by_phone:
        return PAPER
    return settings.message_channel if phone_of(secrets, holder) else PAPER


def post_message(
    tx: Transaction,
    settings: Settings,
    secrets: PersonalData,
    holder_id: str,
    kind: str,
    fact: str,
    content: Mapping[str, Any],
    *,
    now: datetime,
    paper_too: bool = True,
) -> bool:
    """Write a message down; False if that fact was told before, or there is nobody to tell: of
    somebody who has died the family gets no letter to them.

    `content` is what texts.py:written takes. Without `paper_too` it is for a phone or not at all.
    """
    holder = queries.holder_to_tell(tx, id=holder_id)
    if holder is None or queries.has_died(tx, holder_id=holder_id):
        return False
    channel = phone_channel(tx, settings, secrets, holder)
    if channel == PAPER and not paper_too:
        return False
    written: int = queries.insert_message(
        tx,
        id=new_id(),
        holder_id=holder_id,
        kind=kind,
        fact=fact,
        channel=channel,
        language=choice_of(tx, holder_id).language or settings.language,
        content_cipher=secrets.encrypt(write_json(content), CONTENT),
        state="to_tell" if channel == PAPER else "waiting",
        made_at=instant_text(now),
        next_at=instant_text(now),
        expires_at=None,
    )
    return bool(written)


def tell_answered(
    tx: Transaction,
    settings: Settings,
    secrets: PersonalData,
    holder_id: str,
    request_id: str,
    *,
    now: datetime,
) -> bool:
    """Tell a holder, once, that what they asked has an answer, of a purchase and of their data
    alike; for whoever answers, in the transaction of the answer."""
    return post_message(tx, settings, secrets, holder_id, DISPUTE_ANSWERED, request_id, {}, now=now)
