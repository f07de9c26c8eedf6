"""What is looked at before a month is closed: each check says ok, warning, or stop.

A stop must be mended first; over a warning one may go on with a reason, which is kept and read by
whoever signs after. What the database can't know (a device may hold sales that it gave without
network since it was last seen) is said and not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from huimin.anchors.daily import check_kept, outside_notes
from huimin.checkout.offline.waiting_sales import count_waiting
from huimin.core.days import county_day, county_start, instant_text, month_days, previous_month
from huimin.core.money import money_text
from huimin.core.offline_terms import OFFLINE_HOURS_MAX
from huimin.core.refusals import Refusal
from huimin.keys.key_ring import KeyRing
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_month
from huimin.months import queries
from huimin.settings import Settings
from huimin.storage.engine import Engine, Transaction

Level = Literal["ok", "warning", "stop"]
Told = Callable[[str, int, int], None]
# In the order in which they are done and shown.
CODES = (
    *("over", "previous", "rollups", "ledger", "anchors"),
    *("queues", "waiting", "claims", "alerts"),
)
TILLS_NAMED = 10


@dataclass(frozen=True)
class Check:
    """One check: what came of it, the facts its sentence is made of, and why one may go on."""

    code: str
    level: Level
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "code": self.code,
            "level": self.level,
            "facts": dict(self.facts),
            "reason": self.reason,
        }


def require_over(month: str, now: datetime) -> None:
    """Raise Refusal `month_not_over` before the month has ended, also where a clock that was ahead
    has had it checked already."""
    if not is_over(month, now):
        raise Refusal("month_not_over", month=month)


def is_over(month: str, now: datetime) -> bool:
    """Whether the month's last county day has ended."""
    return county_day(now) > month_days(month)[1]


def run_checks(
    engine: Engine, month: str, *, settings: Settings, now: datetime, progress: Told
) -> list[Check]:
    """Every check of a month. `progress(step, done, total)` hears how far it is, and may raise."""
    checks = {
        "over": lambda tx: _over(month, now),
        "previous": lambda tx: _previous(tx, month),
        "rollups": lambda tx: _rollups(tx, month),
        "ledger": lambda tx: _ledger(tx, lambda done, total: progress("ledger", done, total)),
        "queues": lambda tx: _queues(tx, month, now),
        "waiting": lambda tx: _waiting_sales(tx, month),
        "claims": lambda tx: _waiting(tx, "claims", queries.claims_open, month),
        "alerts": lambda tx: _waiting(tx, "alerts", queries.alerts_open, month),
    }
    results = []
    for number, code in enumerate(CODES):
        progress(code, number, len(CODES))
        if code == "anchors":
            results.append(_anchors(engine, settings))
        else:
            results.append(engine.read(checks[code]))
    return results


def _over(month: str, now: datetime) -> Check:
    last_day = month_days(month)[1].isoformat()
    return Check("over", "ok" if is_over(month, now) else "stop", {"last_day": last_day})


def _previous(tx: Transaction, month: str) -> Check:
    before = previous_month(month)
    open_with_rows = queries.rows_count_in(tx, month=before) is not None and before not in {
        row["month"] for row in queries.months_locked(tx)
    }
    return Check("previous", "warning" if open_with_rows else "ok", {"month": before})


def _rollups(tx: Transaction, month: str) -> Check:
    differences = check_month(tx, month)
    facts = {"count": len(differences), "first": differences[0].text.say() if differences else ""}
    return Check("rollups", "stop" if differences else "ok", facts)


def _ledger(tx: Transaction, progress: Callable[[int, int], None]) -> Check:
    tills = 0

    def counted(done: int, total: int) -> None:
        nonlocal tills
        tills = total
        progress(done, total)

    broken = verify_chains(tx, counted)
    facts = {"tills": tills, "count": len(broken), "first": broken[0].text.say() if broken else ""}
    return Check("ledger", "stop" if broken else "ok", facts)


def _anchors(engine: Engine, settings: Settings) -> Check:
    """What anchors say, those kept here and those in the folder outside, if one is set.

    Nothing in the facts changes from day to day: the same state is the same draft.
    """
    outside, unread = [], False
    try:
        outside = outside_notes(settings)
    except OSError:
        unread = True
    problems = check_kept(engine, KeyRing.open(settings.folder), outside).problems
    facts = {"count": len(problems), "first": problems[0].say() if problems else ""}
    return Check("anchors", "stop" if problems else "warning" if unread else "ok", facts)


def _queues(tx: Transaction, month: str, now: datetime) -> Check:
    """Tills that still owe sales of the month, or may: what their devices last said of themselves,
    and those that have not been heard of since it ended.
    """
    first, last = month_days(month)
    end = county_start(last + timedelta(days=1))
    days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    allowed = queries.offline_allowed(tx, **days)
    hours = allowed["hours"]
    last_at = end + timedelta(days=allowed["send_days"])
    facts: dict[str, Any] = {
        "hours": hours,
        "until": county_day(last_at).isoformat(),
        "late": now < last_at,
        "count": 0,
        "tills": [],
    }
    # A till that was last heard of longer ago can have had no pack that was valid in the month.
    since = instant_text(county_start(first) - timedelta(hours=OFFLINE_HOURS_MAX))
    bounds = {"since": since, "month_end": instant_text(end)}
    devices = queries.devices_not_back(tx, offline_allowed=int(hours > 0), **bounds)
    listed = {row["code"] for row in devices}
    silent = queries.tills_not_back(tx, **bounds) if hours else []
    tills = [
        *map(_device_not_back, devices),
        *(_named(row, row["recorded_at"]) for row in silent if row["code"] not in listed),
    ]
    owing = [row for row in devices if row["unsent_count"]]
    facts |= {
        "count": len(tills),
        "tills": tills[:TILLS_NAMED],
        "unsent": sum(row["unsent_count"] for row in owing),
        "unsent_fen": sum(row["unsent_fen"] for row in owing),
    }
    return Check("queues", "warning" if tills else "ok", facts)


def _named(row: Mapping[str, Any], last: str) -> dict[str, Any]:
    return {"till": f"{row['outlet_name']} · {row['label']}", "last": last}


def _device_not_back(row: Mapping[str, Any]) -> dict[str, Any]:
    unsent = {"unsent": row["unsent_count"], "unsent_fen": row["unsent_fen"]}
    return {**_named(row, row["last_seen_at"]), **unsent}


def _waiting_sales(tx: Transaction, month: str) -> Check:
    first, last = month_days(month)
    count, discount_fen = count_waiting(tx, first_day=first.isoformat(), last_day=last.isoformat())
    facts = {"count": count, "amount": money_text(discount_fen)}
    return Check("waiting", "warning" if count else "ok", facts)


def _waiting(tx: Transaction, code: str, count: Callable[..., int | None], month: str) -> Check:
    first, last = month_days(month)
    number = count(tx, first_day=first.isoformat(), last_day=last.isoformat()) or 0
    return Check(code, "warning" if number else "ok", {"count": int(number)})
