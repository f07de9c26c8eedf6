"""Who acts, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class By(TypedDict):
    """The last arguments of a use case, which hands them on to the audit record as `**by`.

    `actor` is a username, or "cli:" and the user of the operating system; `now` is an instant.
    """

    now: datetime
    actor: str


def by_of(arguments: By) -> By:
    """Those two of a use case's arguments that extend them."""
    return {"now": arguments["now"], "actor": arguments["actor"]}
