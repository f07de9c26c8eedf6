"""What the audit record holds, read from the table itself."""

from __future__ import annotations

import json
from typing import Any

from huimin.instance import Instance


def events(instance: Instance, subject_id: str) -> list[dict[str, Any]]:
    """The subject's events in order, with `old` and `new` as objects."""
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM audit_event ORDER BY at, id").fetchall()
    )
    found = [dict(row) for row in rows if row["subject_id"] == subject_id]
    for row in found:
        row["old"] = json.loads(row["old_json"]) if row["old_json"] else None
        row["new"] = json.loads(row["new_json"]) if row["new_json"] else None
    return found
