"""The changing code of a card at an instant, for the holder's own phone.

No command or office page makes one, because whoever shows it at the till counts as the holder.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.cards.key_ring import KeyRing
from huimin.core.changing_code import sign_code


def code_of(card: Mapping[str, Any], key_ring: KeyRing, at: datetime) -> str:
    """The code as decimal digits, signed by the key that signs today's cards."""
    key_id = key_ring.active_key_id
    return sign_code(bytes.fromhex(card["copy_id"]), at, key_id, key_ring.private_key(key_id))
