"""Look at typed card numbers that missed, as they are recorded, and raise or grow an alert.

Somebody who tries numbers one after the other makes no sale, so no ledger row leads to them: what
they tried does (audit/refused_attempts.py). The rule counts by till, and by outlet for whoever goes
from till to till.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from huimin.alerts import queries
from huimin.alerts.rules import LIMITS, Limits
from huimin.audit.refused_attempts import RefusedAttempt
from huimin.core.days import county_day, instant_text
from huimin.core.json_text import write_json
from huimin.divisions.find import town_of
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

MISSES = ("card_unknown", "card_number_wrong")


def note_misses(
    tx: Transaction, attempts: Sequence[RefusedAttempt], limits: Limits = LIMITS
) -> None:
    """Raise the alerts of the outlets at which typed numbers have just missed."""
    latest: dict[str, datetime] = {}
    for attempt in attempts:
        if attempt.typed and attempt.refusal.code in MISSES:
            known = latest.get(attempt.outlet_id, attempt.at)
            latest[attempt.outlet_id] = max(known, attempt.at)
    for outlet_id, at in sorted(latest.items()):
        _look_at(tx, outlet_id, at, limits)


def _look_at(tx: Transaction, outlet_id: str, at: datetime, limits: Limits) -> None:
    since = instant_text(at - timedelta(minutes=limits.miss_minutes))
    tills = list(queries.typed_misses(tx, outlet_id=outlet_id, since=since, until=instant_text(at)))
    too_many = [till for till in tills if till["times"] >= limits.misses_of_till]
    for till in too_many:
        _raise(tx, till, till["terminal_id"], till["times"], at, limits)
    of_outlet = sum(till["times"] for till in tills)
    if tills and not too_many and of_outlet >= limits.misses_of_outlet:
        _raise(tx, tills[0], outlet_id, of_outlet, at, limits)


def _raise(
    tx: Transaction,
    till: Mapping[str, Any],
    whose: str,
    times: int,
    at: datetime,
    limits: Limits,
) -> None:
    """`whose` is the id of the till, or of the outlet if it was several; `till` had the most."""
    day, recorded_at = county_day(at).isoformat(), instant_text(at)
    queries.raise_alert(
        tx,
        id=new_id(),
        rule="typed_misses",
        window_key=f"{whose} {day}",
        business_day=day,
        town_code=town_of(till["division_code"]),
        outlet_id=till["outlet_id"],
        terminal_id=till["terminal_id"],
        card_id=None,
        staff_id=None,
        cashier=None,
        ledger_id=None,
        evidence_json=write_json(
            {"rows": [], "numbers": {"times": times, "minutes": limits.miss_minutes}}
        ),
        recorded_at=recorded_at,
    )
