"""Full names for one session: turned on with a reason that is recorded, and only where people are.

A registrar sees those of the own town, an administrator the county's. ID numbers and phones stay
masked, and so do downloads, receipts and tills. It ends with the session, or by a press.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from huimin.access import queries
from huimin.access.guards import own_division, signed_in
from huimin.access.sign_in import StaffMember, session_hash
from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import Names, mask_name, masked
from huimin.core.permissions import allows
from huimin.storage.engine import Transaction
from huimin.web.lists import as_workbook

COUNTY = "county"
TOWN_DIGITS = 9


def show_names(
    tx: Transaction, session_id: str, member: StaffMember, *, reason: str, **by: Unpack[By]
) -> None:
    """Show full names in this session from now on. Raises FieldProblems on `reason`."""
    reason = checked_reason(reason)
    queries.show_full_names(tx, id_hash=session_hash(session_id), now=instant_text(by["now"]))
    scope = {"division_code": member.division_code} if member.division_code else {"scope": COUNTY}
    record(tx, "staff.names_shown", member.id, reason=reason, new=scope, **by)


def mask_names(tx: Transaction, session_id: str, member: StaffMember, **by: Unpack[By]) -> None:
    """Mask them again."""
    queries.mask_names(tx, id_hash=session_hash(session_id))
    record(tx, "staff.names_masked", member.id, **by)


def names_for_reader() -> Names:
    """How this request's reader sees names; in a workbook always masked."""
    member = signed_in()
    if member is None or not member.sees_names or as_workbook():
        return masked
    if not allows(member.role, "holder.names"):
        return masked
    within = own_division()
    return lambda name, code: name if _is_inside(code, within) else mask_name(name)


def name_in(row: Mapping[str, Any]) -> str | None:
    """The holder's name in a row, as this request's reader sees it: from `holder_name` and
    `division_code`; None where there is no name, or the person was erased (`erased_at`)."""
    if not row["holder_name"] or row.get("erased_at"):
        return None
    return names_for_reader()(row["holder_name"], row["division_code"])


def _is_inside(code: str, within: str | None) -> bool:
    """Whether a division is the reader's own town or lies in it; None is the whole county."""
    if within is None or code == within:
        return True
    return within[TOWN_DIGITS:] == "000" and code[:TOWN_DIGITS] == within[:TOWN_DIGITS]
