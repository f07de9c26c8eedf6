"""What a holder wants to be told on their phone, as "my card" shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from huimin.core.identity import mask_phone
from huimin.instance import Instance
from huimin.messages import queries as message_queries
from huimin.messages.choices import choice_of
from huimin.messages.post import mobile_of
from huimin.my.sessions import SignedIn
from huimin.settings import PAPER
from huimin.storage.engine import Transaction


class Looks(Protocol):
    """Who looks (sections.py:Looking)."""

    @property
    def who(self) -> SignedIn: ...
    @property
    def instance(self) -> Instance: ...


def messages_content(tx: Transaction, looking: Looks) -> Mapping[str, Any]:
    """`choice`, whether the county `sends` messages at all, the masked `phone` they go to, and
    whether what is on record is `unreadable`: no key that is here opens it."""
    instance = looking.instance
    holder = message_queries.holder_to_tell(tx, id=looking.who.holder_id)
    phones = instance.personal_data.readable_value(holder, "holder.phone") if holder else None
    return {
        "choice": choice_of(tx, looking.who.holder_id),
        "sends": instance.settings.message_channel != PAPER,
        "phone": mask_phone(mobile_of(phones)),
        "unreadable": phones is None and holder is not None and holder["phone_cipher"] is not None,
    }
