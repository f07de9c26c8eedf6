"""Look at a ledger row that was just written, in its own transaction, and raise or grow alerts.

A sale never fails because of it: if a rule breaks, or an alert can't be written, only the alert is
undone, and logged. It costs one indexed statement, and a second one for a round amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import structlog

from huimin.alerts import queries
from huimin.alerts.facts import Fact, Scene, fact_of
from huimin.alerts.rules import LIMITS, REVERSAL_RULES, SALE_RULES, Find, Finding, is_round
from huimin.core.days import county_start, instant_text
from huimin.core.json_text import write_json
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.ids import new_id
from huimin.storage.savepoint import failing_alone, savepoint

log = structlog.get_logger(__name__)

Row = Mapping[str, Any]
# How far a rule may look: the card's day with an hour on either side, the till's last rows.
BESIDE_THE_DAY = timedelta(hours=1)
CARD_ROWS_MAX = 40
TILL_ROWS_MAX = 20


def note_alerts(
    tx: Transaction,
    row: Row,
    *,
    terminal: Row,
    cap_redemption_fen: int | None = None,
    rules: Sequence[Find] | None = None,
) -> None:
    """Raise the alerts of a redemption or reversal; `terminal` is the till's row from `access`.

    `cap_redemption_fen` is the policy's cap of one sale.
    """
    if rules is None:
        rules = SALE_RULES if row["kind"] == "redemption" else REVERSAL_RULES
    try:
        with failing_alone(tx, "alert_facts"):
            scene = _scene(tx, row, terminal, cap_redemption_fen)
            findings = [finding for rule in rules if (finding := rule(scene, LIMITS)) is not None]
            if findings:
                with savepoint(tx, "alerts"):
                    _raise_all(tx, findings, scene.row, row["recorded_at"])
    except StorageProblem:
        raise  # the transaction is lost, so the sale cannot go on either
    except Exception:
        log.exception("alerts not noted", ledger_id=row["id"])


def _scene(tx: Transaction, row: Row, terminal: Row, cap_redemption_fen: int | None) -> Scene:
    fact = fact_of(row, terminal["outlet_division_code"])
    hours = terminal["outlet_opening_hours"]
    if fact.kind != "redemption":
        return Scene(fact, hours=hours)
    before: Iterable[Row] = ()
    if is_round(fact.amount_fen):
        sequence = row["sequence"]
        before = queries.sales_of_till(
            tx,
            terminal_id=fact.terminal_id,
            sequence=sequence,
            first_sequence=sequence - TILL_ROWS_MAX,
        )
    return Scene(
        fact,
        of_card=tuple(fact_of(each) for each in _sales_of_card(tx, fact)),
        till_before=tuple(fact_of(each) for each in before),
        cap_redemption_fen=cap_redemption_fen,
        hours=hours,
    )


def _sales_of_card(tx: Transaction, fact: Fact) -> list[Row]:
    first, last = _about_the_day(fact.day)
    return list(
        queries.sales_of_card(
            tx, id=fact.id, card_id=fact.card_id, first=first, last=last, row_limit=CARD_ROWS_MAX
        )
    )


@lru_cache(maxsize=64)
def _about_the_day(day: str) -> tuple[str, str]:
    start = county_start(date.fromisoformat(day))
    return (
        instant_text(start - BESIDE_THE_DAY),
        instant_text(start + timedelta(days=1) + BESIDE_THE_DAY),
    )


def _raise_all(tx: Transaction, findings: Sequence[Finding], fact: Fact, recorded_at: str) -> None:
    # Always in the same order, so that two sales cannot deadlock on each other's alerts.
    for finding in sorted(findings, key=lambda each: (each.rule, each.window_key)):
        alert_id = queries.raise_alert(
            tx,
            id=new_id(),
            rule=finding.rule,
            window_key=finding.window_key,
            business_day=fact.day,
            town_code=fact.town_code,
            outlet_id=fact.outlet_id,
            terminal_id=fact.terminal_id,
            card_id=fact.card_id if finding.about_card else None,
            staff_id=fact.staff_id,
            cashier=fact.cashier,
            ledger_id=fact.id,
            evidence_json=write_json({"rows": finding.rows, "numbers": finding.numbers}),
            recorded_at=recorded_at,
        )
        queries.add_rows(tx, [{"alert_id": alert_id, "ledger_id": each} for each in finding.rows])
