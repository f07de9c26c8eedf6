"""Whom of the family the holder lets look at a smaller view of the card: a switch per person."""

from __future__ import annotations

from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import mask_name
from huimin.my import queries
from huimin.my.one_time_codes import about_member, member_of
from huimin.my.sessions import SignedIn
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


def members_with_view(tx: Transaction, holder_id: str) -> list[Row]:
    """Today's family: id, masked name, relation, `allowed`, and whether an ID number is known."""
    return [
        {
            "id": row["id"],
            "name_masked": mask_name(row["name"]),
            "relation": row["relation"],
            "allowed": row["allowed_at"] is not None,
            "has_number": bool(row["has_number"]),
        }
        for row in queries.members_allowed(tx, holder_id=holder_id)
    ]


def allow_view(tx: Transaction, who: SignedIn, member_id: str, **by: Unpack[By]) -> None:
    """Let a member of the family look. Raises Refusal `not_found`."""
    member_of(tx, who.holder_id, member_id)
    queries.allow_member(
        tx,
        id=new_id(),
        holder_id=who.holder_id,
        member_id=member_id,
        now=instant_text(by["now"]),
        allowed_by=by["actor"],
    )
    record(tx, "holder.my_family_allowed", who.holder_id, new=about_member(member_id), **by)


def end_view(tx: Transaction, who: SignedIn, member_id: str, **by: Unpack[By]) -> None:
    """Let them look no longer; their sessions and codes end. Raises Refusal `not_found`."""
    member_of(tx, who.holder_id, member_id)
    now = instant_text(by["now"])
    person = {"holder_id": who.holder_id, "member_id": member_id, "now": now}
    queries.end_member_view(tx, **person)
    queries.end_sessions_of_member(tx, **person)
    queries.void_codes(tx, **person, way=None)
    record(tx, "holder.my_family_ended", who.holder_id, new=about_member(member_id), **by)
