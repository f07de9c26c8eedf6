"""Alerts for those who supervise: the list, one alert with its rows, and looking at it.

A name is masked in `name_masked`: an alert can be judged without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

from huimin.alerts import queries
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import mask_name
from huimin.core.json_text import read_json
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery

NOTE_MAX = 200


@dataclass(frozen=True, slots=True)
class AlertCriteria:
    """What to list; None does not filter. Days are county days, the last one included."""

    rule: str | None = None
    outlet_id: str | None = None
    town_code: str | None = None
    state: str | None = None
    first: date | None = None
    last: date | None = None


def alert_by_id(tx: Transaction, alert_id: str) -> Row:
    """One alert. Raises Refusal `not_found`."""
    row = queries.alert_by_id(tx, id=alert_id)
    if row is None:
        raise Refusal("not_found")
    return _for_reader(row)


def rows_of_alert(tx: Transaction, alert_id: str) -> list[Row]:
    """The ledger rows that made it, in the order in which they happened."""
    return [_masked(row) for row in queries.rows_of_alert(tx, alert_id=alert_id)]


def outlets_with_alerts(tx: Transaction) -> list[Row]:
    """Id and name of every outlet with an alert."""
    return list(queries.outlets_with_alerts(tx))


def look_at(tx: Transaction, alert_id: str, *, note: str, **by: Unpack[By]) -> None:
    """Close an alert with a note of what was found. More rows of the same run open it again.

    Raises Refusal `not_found`, or FieldProblems for a missing note or an alert that is closed.
    """
    alert_by_id(tx, alert_id)
    if not 1 <= len(note) <= NOTE_MAX:
        raise field_problem("note", "请写下核实的情况，不超过 {note_max} 字。", note_max=NOTE_MAX)
    values = {"looked_at": instant_text(by["now"]), "looked_by": by["actor"], "note": note}
    if queries.look_at(tx, id=alert_id, **values) is None:
        raise field_problem("note", "这条提醒已经查看过了。")
    record(
        tx,
        "alert.looked_at",
        alert_id,
        reason=note,
        old={"state": "open"},
        new={"state": "looked_at"},
        **by,
    )


def _for_reader(row: Mapping[str, Any]) -> Row:
    alert = _masked(row)
    numbers = alert["numbers"] = read_json(alert.pop("evidence_json"))["numbers"]
    # What was tried in vain made no row: it is counted in the finding.
    alert["row_count"] = alert["row_count"] or numbers.get("times", 0)
    return alert


def _masked(row: Mapping[str, Any]) -> Row:
    name = row["holder_name"]
    return {**row, "name_masked": mask_name(name) if name else None}


# Latest first.
alerts_before = ListQuery[AlertCriteria](queries, "alerts_before", for_reader=_for_reader)
