"""What somebody typed into a search box, encrypted, so that it may stand in an address.

A name or a number of a person is in no history, log or forwarded link then.
"""

from __future__ import annotations

import base64

from huimin.keys.personal_data import UNREADABLE, PersonalData

SEALED_FOR = "search"


def sealed_text(personal_data: PersonalData, text: str) -> str | None:
    """The text for an address; None for an empty one."""
    if not text:
        return None
    sealed = personal_data.seal(text.encode(), SEALED_FOR)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unsealed_text(personal_data: PersonalData, sealed: str) -> str:
    """What was typed; nothing for an address that was changed or is too old to be read."""
    try:
        content = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return personal_data.unseal(content, SEALED_FOR).decode() if sealed else ""
    except UNREADABLE:
        return ""
