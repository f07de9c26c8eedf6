"""The one next step of a person's case, by application and card, for whoever looks at it.

Every state has exactly one: something that the reader can do, or who must act. The page of the
person and the page of the application show the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from huimin.holders.person_page import live_card, open_application

Step = Literal[
    "apply",
    "review",
    "wait",
    "mend",
    "rejected",
    "no_aid",
    "issue",
    "print",
    "lost",
    "suspended",
    "in_use",
    "again",
]

# In these nothing is under way, so that somebody may apply.
MAY_APPLY = ("apply", "mend", "rejected", "again")


def next_step(
    person: Mapping[str, Any], *, entitled: bool, own: bool, today: date
) -> tuple[Step, Mapping[str, Any] | None]:
    """The step and the application or card that it is about, from a `person_page`.

    `own` if the reader submitted the open application and so can't approve it; `entitled` if an
    eligibility is in force or to come.
    """
    card, waiting = live_card(person), open_application(person)
    last = person["applications"][-1] if person["applications"] else None
    if card is not None and card["expires_on"] >= today.isoformat():
        if card["state"] != "active":
            return card["state"], card
        return ("in_use" if card["printed_at"] else "print"), card
    if waiting is not None:
        return ("wait" if own else "review"), waiting
    if last is not None and last["state"] == "returned":
        return "mend", last
    if last is not None and last["state"] == "rejected":
        return "rejected", last
    if not entitled:
        return "no_aid", last
    if last is not None and last["state"] == "approved" and last["fulfilled_at"] is None:
        return "issue", last
    if not person["cards"]:
        return "apply", None
    ended = card or person["cards"][-1]
    return "again", {**ended, "state": "expired" if card is not None else ended["state"]}
