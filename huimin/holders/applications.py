"""An application for a card: submitted, then approved, returned or rejected with a reason.

The database allows a holder one open application. `huimin cards issue --all-approved` issues a card
to every approved holder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.catalogue import sentence
from huimin.core.days import county_day, county_start, instant_text
from huimin.core.identity import Names, mask_name, masked
from huimin.core.refusals import FieldProblems, field_problem
from huimin.core.words import STATES
from huimin.divisions.within import bounds_within, division_parameters, required_within
from huimin.holders import queries
from huimin.holders.people import holder_by_id, may_come
from huimin.holders.working_days import WorkingDays
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

SATURDAY = 5
NO_AID = sentence("他目前没有有效的保障资格，不能通过；请退回或不予通过。")
# There are few of these at any time, so a list starts from them even for one town.
OPEN_STATES = ("submitted",)


@dataclass(frozen=True, slots=True)
class ApplicationCriteria:
    """What to list; None does not filter. `within` is what the reader may see at most."""

    state: str | None = None
    division_code: str | None = None
    source: str | None = None
    submitted_before: datetime | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovedEach:
    """How many were approved, how many are the actor's own, and the ids of those that stay open
    because their people have no aid in force or to come."""

    approved: int
    own: int
    without_aid: list[str]


def submit_application(
    tx: Transaction, *, holder_id: str, source: str = "command", **by: Unpack[By]
) -> Row:
    """Apply for a card for a holder; returns the row. `source` is form, register or command.

    Raises FieldProblems when the holder is unknown or erased, or already has an open application.
    """
    holder = holder_by_id(tx, holder_id)
    if holder is None or holder["erased_at"] is not None:
        raise field_problem("holder", "没有这个持卡人，请核对编号。")
    application: Row | None = queries.insert_application(
        tx,
        id=new_id(),
        holder_id=holder_id,
        source=source,
        submitted_at=instant_text(by["now"]),
        submitted_by=by["actor"],
    )
    if application is None:
        raise field_problem("holder", "该持卡人已有一份待审核的申请，请先审核那一份。")
    _record(tx, application, "submitted", **by)
    return application


def approve_application(
    tx: Transaction, application_id: str, *, four_eyes: bool = False, **by: Unpack[By]
) -> Row:
    """Approve an open application, which also counts as a verification today.

    With `four_eyes` the submitter can't approve it. Raises FieldProblems.
    """
    if four_eyes:
        _require_another(tx, application_id, by["actor"])
    application = queries.application_by_id(tx, id=application_id)
    is_open = application is not None and application["state"] == "submitted"
    # Somebody may have died, or lost the aid, since the application was submitted.
    if is_open and not may_come(tx, application["holder_id"], county_day(by["now"])):
        raise field_problem("application", NO_AID)
    decided = _decide(tx, application_id, "approved", None, **by)
    today = county_day(by["now"]).isoformat()
    queries.set_verified(tx, id=decided["holder_id"], verified_on=today)
    return decided


def approve_each(
    tx: Transaction, ids: Iterable[str], *, within: str | None, four_eyes: bool, **by: Unpack[By]
) -> ApprovedEach:
    """Approve the open ones. Raises Refusal `not_found` when one is outside `within`."""
    approved = own = 0
    without_aid: list[str] = []
    for application_id in ids:
        application = application_in(tx, application_id, within=within)
        if application["state"] != "submitted":
            continue
        if four_eyes and application["submitted_by"] == by["actor"]:
            own += 1
            continue
        if may_come(tx, application["holder_id"], county_day(by["now"])):
            approve_application(tx, application_id, **by)
            approved += 1
        else:
            without_aid.append(application_id)
    return ApprovedEach(approved, own, without_aid)


def reject_application(
    tx: Transaction, application_id: str, *, reason: str, four_eyes: bool = False, **by: Unpack[By]
) -> Row:
    """Reject an open application with a reason for the applicant. Raises FieldProblems.

    With `four_eyes` the submitter can't.
    """
    if four_eyes:
        _require_another(tx, application_id, by["actor"])
    return _decide(tx, application_id, "rejected", checked_reason(reason), **by)


def return_application(
    tx: Transaction, application_id: str, *, reason: str, four_eyes: bool = False, **by: Unpack[By]
) -> Row:
    """Return an open application for correction and resubmission. Raises FieldProblems.

    With `four_eyes` the submitter can't.
    """
    if four_eyes:
        _require_another(tx, application_id, by["actor"])
    return _decide(tx, application_id, "returned", checked_reason(reason), **by)


def next_application(
    tx: Transaction, *, after: str, own: str | None, within: str | None
) -> str | None:
    """The id of the longest waiting application behind `after`, or else of all, but not `after`.

    Those that `own` has submitted are left out; None leaves out none.
    """
    place = division_parameters(None, within)
    following: str | None = queries.next_application(tx, after=after, own=own, **place)
    if following is None and after:
        first: str | None = queries.next_application(tx, after="", own=own, **place)
        return None if first == after else first
    return following


def application_in(tx: Transaction, application_id: str, *, within: str | None) -> Row:
    """An application with its person. Raises Refusal `not_found` if it is of another division."""
    row: Row | None = queries.application_with_person(tx, id=application_id)
    return required_within(row, within)


def _statement(criteria: ApplicationCriteria) -> str:
    """The statement that begins where the fewest applications are."""
    first, last = bounds_within(criteria.division_code, criteria.within)
    if criteria.state not in OPEN_STATES and first[:9] == last[:9]:
        return "application_ids_of_town"
    return "application_ids" if criteria.state is None else "application_ids_of_state"


def _parameters(criteria: ApplicationCriteria) -> Row:
    bounds = division_parameters(criteria.division_code, criteria.within)
    before = criteria.submitted_before
    return {
        "state": criteria.state,
        "source": criteria.source,
        **bounds,
        "town": bounds["division_first"][:9],
        "submitted_before": instant_text(before) if before else None,
    }


# The longest waiting first.
application_ids = ListQuery[ApplicationCriteria](
    queries,
    _statement,
    _parameters,
    lambda row: row["id"],
    "count_applications",
    ApplicationCriteria(),
)


def application_rows(tx: Transaction, ids: Iterable[str], names: Names = masked) -> list[Row]:
    """What a list shows of each application: its row with the division, name_masked, and `name` as
    `names` shows it."""
    rows = (queries.listed_application(tx, id=application_id) for application_id in ids)
    return [
        {
            **row,
            "name": names(row["holder_name"], row["division_code"]),
            "name_masked": mask_name(row["holder_name"]),
        }
        for row in rows
    ]


def promised_before(now: datetime, working_days: WorkingDays) -> datetime:
    """The instant before which submitted applications have waited longer than a working day.

    The county promises an answer within a working day. Nothing becomes late on a day off: it is
    treated like the end of the last working day.
    """
    day = county_day(now)
    if not working_days.is_working(day):
        return county_start(working_days.last_before(day))
    return now - (day - working_days.last_before(day))


def _require_another(tx: Transaction, application_id: str, actor: str) -> None:
    application = queries.application_by_id(tx, id=application_id)
    if application is not None and application["submitted_by"] == actor:
        raise field_problem("application", "这份申请是您提交的，请由另一位工作人员审批。")


def open_applications(tx: Transaction) -> list[Row]:
    """Undecided applications, longest waiting first."""
    return list(queries.open_applications(tx))


def applications_of(tx: Transaction, holder_id: str) -> list[Row]:
    """A holder's applications, oldest first."""
    return list(queries.applications_of(tx, holder_id=holder_id))


def revoked_cards_of(tx: Transaction, holder_id: str) -> list[Row]:
    """A holder's revoked cards with recorded_at and reason, the latest first."""
    return list(queries.revoked_cards_of(tx, holder_id=holder_id))


def _decide(
    tx: Transaction, application_id: str, state: str, reason: str | None, **by: Unpack[By]
) -> Row:
    decided: Row | None = queries.decide_application(
        tx,
        id=application_id,
        state=state,
        reason=reason,
        decided_at=instant_text(by["now"]),
        decided_by=by["actor"],
    )
    if decided is None:
        raise _not_open(tx, application_id)
    _record(tx, decided, state, reason=reason, **by)
    return decided


def _not_open(tx: Transaction, application_id: str) -> FieldProblems:
    application = queries.application_by_id(tx, id=application_id)
    if application is None:
        return field_problem("application", "没有这份申请，请核对编号。")
    return field_problem(
        "application",
        "这份申请已由 {who} 审批过（{state}），不用再办。",
        who=application["decided_by"],
        state=STATES.text(application["state"]),
    )


def _record(
    tx: Transaction, application: Row, event: str, *, reason: str | None = None, **by: Unpack[By]
) -> None:
    action, recorded = f"application.{event}", ("holder_id", "state")
    record(tx, action, application["id"], reason=reason, new=application, only=recorded, **by)
