"""What waits today for one person: counted, each kind with its oldest item.

What somebody made and another must decide does not wait for them: it is counted for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huimin.cards.reverify import due_before
from huimin.core.days import county_day, instant_text, month_of, previous_month
from huimin.core.json_text import read_json
from huimin.desk import queries
from huimin.divisions.within import division_parameters
from huimin.holders.applications import promised_before
from huimin.holders.registers.jobs import DAYS_STORED
from huimin.holders.working_days import WorkingDays
from huimin.policies.budgets import budgets_to_look_at
from huimin.storage.engine import Row, Transaction

COUNT_MAX = 10_000
ENDING_DAYS = 30
# The same as in the list of settlements (settlement/find_settlements.py).
SETTLEMENT_LATE_DAYS = 30
LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: `within` is the code of the town that a registrar is limited to."""

    username: str
    within: str | None
    four_eyes: bool

    @property
    def not_by(self) -> str:
        """Whose work they may not decide on: their own under four eyes; "" for nobody's."""
        return self.username if self.four_eyes else ""


@dataclass(frozen=True, slots=True)
class Oldest:
    """The item that waits longest: `since` is an instant, a county day, a month, or "" where
    nothing says so; `name` is as stored, not masked."""

    since: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of waiting item and how many (COUNT_MAX means at least that many)."""

    code: str
    count: int
    oldest: Oldest


def waiting_today(
    tx: Transaction,
    reader: Reader,
    *,
    now: datetime,
    verify_months: int,
    working_days: WorkingDays,
) -> list[Waiting]:
    """The kinds of which anything waits for that reader, by kind."""
    today = county_day(now)
    rows = _of_people(tx, reader, now, verify_months, working_days)
    if reader.within is None:
        rows |= _of_the_county(tx, reader, now) | {"registers": _registers(tx, today)}
    return [
        Waiting(code, int(row["waiting"]), Oldest(*row["oldest"].split(" ", 2)))
        for code, row in rows.items()
        if row["waiting"]
    ]


def _of_people(
    tx: Transaction,
    reader: Reader,
    now: datetime,
    verify_months: int,
    working_days: WorkingDays,
) -> dict[str, Row]:
    today = county_day(now)
    place = {**division_parameters(reader.within), "count_max": COUNT_MAX}
    on_day = {**place, "today": today.isoformat()}
    to_decide = {**place, "not_by": reader.not_by}
    late = instant_text(promised_before(now, working_days))
    verified_before = due_before(today, verify_months).isoformat()
    month_ahead = (today + timedelta(days=ENDING_DAYS)).isoformat()
    returned = {**place, "me": reader.username}
    return {
        "applications_returned": queries.applications_returned(tx, others=0, **returned),
        "applications_late": queries.applications_waiting(tx, before=late, **to_decide),
        "applications": queries.applications_waiting(tx, before=None, **to_decide),
        "claims": queries.claims_waiting(tx, **place, not_by=reader.username),
        "purchases_disputed": queries.requests_open(
            tx, kind="purchase", not_by=reader.not_by, **place
        ),
        "corrections": queries.requests_open(tx, kind="correction", not_by="", **place),
        "to_issue": queries.approved_without_card(tx, **on_day),
        "to_print": queries.cards_to_print(tx, **on_day),
        "lost": queries.cards_lost(tx, **place),
        "not_entitled": queries.cards_not_entitled(tx, **on_day),
        "ending": queries.eligibilities_ending(tx, ending_by=month_ahead, **on_day),
        "unverified": queries.unverified_cards(tx, due_before=verified_before, **place),
        "to_renew": queries.cards_to_renew(
            tx, last_day=month_ahead, due_before=verified_before, **on_day
        ),
        "applications_of_others": queries.applications_returned(tx, others=1, **returned),
    }


def _of_the_county(tx: Transaction, reader: Reader, now: datetime) -> dict[str, Row]:
    today = county_day(now)
    most = {"count_max": COUNT_MAX}
    to_decide = {**most, "not_by": reader.not_by}
    mine = {**most, "me": reader.username}
    policies = {**most, "four_eyes": int(reader.four_eyes)}
    last_month = previous_month(month_of(today))
    return {
        "months": queries.months_to_sign(tx, last_month=last_month, **mine),
        "endings": queries.endings_to_decide(tx, **to_decide),
        "division_lists": queries.division_lists(tx, **to_decide),
        "policies_to_approve": queries.policies_to_approve(tx, not_by=reader.not_by, **policies),
        "policies_to_publish": queries.policies_to_publish(tx, **policies),
        "settlements_disputed": queries.settlements_disputed(tx, **most),
        "settlements_late": queries.settlements_to_pay(
            tx, **_confirmed_before(_late_day(today)), **most
        ),
        "settlements_to_pay": queries.settlements_to_pay(
            tx, **_confirmed_before(today + timedelta(days=1)), **most
        ),
        "report_recipients": queries.report_recipients(tx, not_by=reader.username, **most),
        "payees": queries.payees_to_decide(tx, not_by=reader.username, **most),
        **_budgets(tx, now),
        "complaints_late": queries.complaints_open(
            tx, due_from="", due_before=today.isoformat(), **most
        ),
        "complaints": queries.complaints_open(
            tx, due_from=today.isoformat(), due_before=LAST_DAY, **most
        ),
        "waiting_sales": queries.waiting_sales(tx, **mine),
        "alerts": queries.open_alerts(tx, **most),
        "merchant_applications": queries.merchant_applications(tx, **most),
        "ending_drafts": queries.ending_drafts(tx, **mine),
        "silent": queries.silent_outlets(tx, month=month_of(today), **most),
        "notices": queries.notices_undelivered(tx, **most),
        "locked": queries.locked_accounts(tx, now=instant_text(now), **most),
    }


def _budgets(tx: Transaction, now: datetime) -> dict[str, Row]:
    """Budgets that are wholly used up, and those nearly so by the day on which they will be, where
    a forecast says it."""
    items: dict[str, list[str]] = {"budgets_used_up": [], "budgets": []}
    for state in budgets_to_look_at(tx, now):
        day = "" if state.used_up_on is None else state.used_up_on.isoformat()
        kind = "budgets_used_up" if state.level == "used_up" else "budgets"
        items[kind].append(f"{day} {state.terms.id} {state.terms.name}")
    # A known day comes before an unknown one.
    return {
        kind: {"waiting": len(of_kind), "oldest": min(of_kind, key=_unknown_last, default=None)}
        for kind, of_kind in items.items()
    }


def _unknown_last(item: str) -> tuple[bool, str]:
    return item.startswith(" "), item


def _late_day(today: date) -> date:
    return today - timedelta(days=SETTLEMENT_LATE_DAYS)


def _confirmed_before(day: date) -> dict[str, str]:
    """Settlements confirmed before that day; one that nobody answered is confirmed the day after
    its time is over."""
    return {
        "unpaid_before": day.isoformat(),
        "unanswered_before": (day - timedelta(days=1)).isoformat(),
    }


def _registers(tx: Transaction, today: date) -> Row:
    """Registers that were checked and wait to be imported, the latest check of each file."""
    since = (today - timedelta(days=DAYS_STORED)).isoformat()
    waiting: dict[str, Row] = {}
    over: set[str] = set()
    for job in queries.register_jobs(tx, since=since, count_max=COUNT_MAX):
        file_name = str(read_json(job["asked_json"]).get("file", ""))
        if file_name in over:
            continue
        # What came of the newest job of a file says what becomes of the earlier ones.
        over.add(file_name)
        if job["kind"] == "register.check" and job["state"] == "done":
            waiting[file_name] = job
    return {"waiting": len(waiting), "oldest": min(map(_as_item, waiting.items()), default=None)}


def _as_item(named: tuple[str, Mapping[str, Any]]) -> str:
    file_name, job = named
    return f"{job['created_at']} {job['id']} {file_name}"
