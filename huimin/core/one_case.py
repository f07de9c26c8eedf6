"""An identifier however a program may write it: a UUID is the same in capitals.

Ids of the server, and those that tills make, are compared as text, so they take this form where
they come in.
"""

from __future__ import annotations

import re

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


def one_case(identifier: str) -> str:
    """A UUID in small letters; any other text as it is."""
    return identifier.lower() if is_uuid(identifier) else identifier


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID, in letters of any case."""
    return re.fullmatch(UUID, text) is not None
