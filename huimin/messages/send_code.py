"""Send a one-time code to a holder's phone.

The code is encrypted while it waits, and forgotten when it was sent, when it is given up, or when
its life is over, whichever comes first; no log names it. It goes at any hour, within seconds,
beside the request: how long a request takes says nothing about whether somebody has a phone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from huimin.core.days import instant_text
from huimin.core.json_text import write_json
from huimin.keys.personal_data import PersonalData
from huimin.messages import queries
from huimin.messages.choices import choice_of
from huimin.messages.post import CONTENT, phone_channel
from huimin.messages.texts import CODE
from huimin.settings import PAPER, Settings
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

# As many codes as one phone gets in a day: more is somebody who plays with it.
CODES_A_DAY = 10


def sends_codes(settings: Settings) -> bool:
    """Whether this county sends codes to phones at all; else the office prints or gives them."""
    return settings.message_channel != PAPER


def send_code(
    tx: Transaction,
    settings: Settings,
    secrets: PersonalData,
    holder_id: str,
    code: str,
    *,
    expires_at: datetime,
    now: datetime,
) -> bool:
    """Let a code go to the person's mobile phone, as soon as the transaction is committed.

    One that has not gone yet is not sent any more: the newer code ends it.

    False, and nothing is written, where the county has no channel, the person no mobile number or
    no wish for messages on it, or where the phone had CODES_A_DAY within a day. The page that asks
    for codes says the same in both cases.
    """
    holder = queries.holder_to_tell(tx, id=holder_id)
    if holder is None:
        return False
    channel = phone_channel(tx, settings, secrets, holder)
    since = instant_text(now - timedelta(days=1))
    codes = queries.count_codes_since(tx, holder_id=holder_id, since=since)
    if channel == PAPER or codes >= CODES_A_DAY:
        return False
    queries.drop_codes(tx, holder_id=holder_id, now=instant_text(now))
    minutes = max(1, (expires_at - now) // timedelta(minutes=1))
    message_id = new_id()
    queries.insert_message(
        tx,
        id=message_id,
        holder_id=holder_id,
        kind=CODE,
        fact=message_id,
        channel=channel,
        language=choice_of(tx, holder_id).language or settings.language,
        content_cipher=secrets.encrypt(write_json({"code": code, "minutes": minutes}), CONTENT),
        state="waiting",
        made_at=instant_text(now),
        next_at=instant_text(now),
        expires_at=instant_text(expires_at),
    )
    return True
