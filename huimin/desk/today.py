"""What is waiting today, counted, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huimin.alerts.find_alerts import AlertCriteria, alerts_before
from huimin.cards.reverify import due_before
from huimin.checkout.offline.waiting_sales import count_waiting
from huimin.core.days import county_day, instant_text, month_of, previous_month
from huimin.desk import queries
from huimin.divisions.within import division_parameters
from huimin.holders.applications import promised_before
from huimin.holders.working_days import WorkingDays
from huimin.storage.engine import Transaction

COUNT_MAX = 10_000
ENDING_DAYS = 30
# The same as in the list of settlements (settlement/find_settlements.py).
SETTLEMENT_LATE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of waiting item and how many (COUNT_MAX means at least that many)."""

    code: str
    count: int


def waiting_today(
    tx: Transaction,
    *,
    now: datetime,
    within: str | None,
    verify_months: int,
    working_days: WorkingDays,
) -> list[Waiting]:
    """The counts that are not zero; `within` is a town's code, or None for the whole county."""
    today = county_day(now)
    place = {**division_parameters(within), "count_max": COUNT_MAX}
    late = instant_text(promised_before(now, working_days))
    counts = {
        "applications_returned": queries.applications_returned(tx, **place),
        "applications_late": queries.applications_waiting(tx, before=late, **place),
        "applications": queries.applications_waiting(tx, before=None, **place),
        "claims": queries.claims_waiting(tx, **place),
        "to_issue": queries.approved_without_card(tx, today=today.isoformat(), **place),
        "to_print": queries.cards_to_print(tx, today=today.isoformat(), **place),
        "lost": queries.cards_lost(tx, **place),
        "not_entitled": queries.cards_not_entitled(tx, today=today.isoformat(), **place),
        "ending": _ending(tx, today, place),
        "unverified": queries.unverified_cards(
            tx, due_before=due_before(today, verify_months).isoformat(), **place
        ),
        "to_renew": queries.cards_to_renew(
            tx,
            today=today.isoformat(),
            last_day=(today + timedelta(days=ENDING_DAYS)).isoformat(),
            due_before=due_before(today, verify_months).isoformat(),
            **place,
        ),
    }
    if within is None:
        counts |= {
            "endings": queries.endings_to_decide(tx),
            "alerts": alerts_before.count(tx, AlertCriteria(state="open"), COUNT_MAX),
            "waiting_sales": count_waiting(tx, first_day="", last_day="9")[0],
            "silent": queries.silent_outlets(tx, month=month_of(today)),
            "settlements_disputed": queries.settlements_disputed(tx),
            "settlements_unpaid": queries.settlements_unpaid(tx, **_late_days(today)),
            "merchant_applications": queries.merchant_applications(tx),
            "months": queries.months_to_sign(tx, last_month=previous_month(month_of(today))),
            "notices": queries.notices_undelivered(tx),
            "policy_drafts": queries.policy_drafts(tx),
            "locked": queries.locked_accounts(tx, now=instant_text(now)),
        }
    return [Waiting(code, int(count)) for code, count in counts.items() if count]


def _ending(tx: Transaction, today: date, place: dict[str, object]) -> int:
    ending_by = (today + timedelta(days=ENDING_DAYS)).isoformat()
    return int(
        queries.eligibilities_ending(tx, today=today.isoformat(), ending_by=ending_by, **place)
    )


def _late_days(today: date) -> dict[str, str]:
    """A settlement confirmed before these days, explicitly or by silence, is paid late."""
    late = today - timedelta(days=SETTLEMENT_LATE_DAYS)
    return {
        "unpaid_before": late.isoformat(),
        "unanswered_before": (late - timedelta(days=1)).isoformat(),
    }
