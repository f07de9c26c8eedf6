"""An identifier however a program or a person may write it: a UUID is the same in capitals, and a
number that is typed is the same in any width and with blanks.

Ids of the server, and those that tills make, are compared as text, so they take this form where
they come in.
"""

from __future__ import annotations

import re
import unicodedata

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


def one_case(identifier: str) -> str:
    """A UUID in small letters; any other text as it is."""
    return identifier.lower() if is_uuid(identifier) else identifier


def capitals_of(identifier: str) -> str:
    """A UUID in capitals, as it may have been kept once; any other text as it is."""
    return identifier.upper() if is_uuid(identifier) else identifier


def typed_number(text: str) -> str:
    """The number of a slip or a code as it was meant: "２６１０ 31" → "261031"; a UUID in small
    letters. Any other text comes out as another that is no number either.
    """
    return one_case("".join(unicodedata.normalize("NFKC", text).split()))


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID, in letters of any case."""
    return re.fullmatch(UUID, text) is not None
