"""Make the settlements of a month that is being locked; void those of one that is reopened.

Each merchant gets one 结算单: a line for every outlet and policy version, from the month's
roll-ups, so that all of them together are the month's report to the fen. Figures never change
afterwards; a month that is closed again gets a next version, which counts what was paid already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.json_text import canonical_json
from huimin.core.refusals import Refusal
from huimin.ledger.epochs import current_epoch
from huimin.settlement import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

# Days that a merchant has to confirm or dispute, unless HUIMIN_SETTLEMENT_DAYS says otherwise.
DAYS = 7
FIGURES = (
    *("redemptions", "reversals", "amount_fen", "discount_fen"),
    *("merchant_share_fen", "government_share_fen"),
)
POLICY_TERMS = (
    *("policy_id", "policy_name", "policy_code", "policy_version", "rate_bp"),
    *("merchant_share_bp", "government_share_bp"),
)
# What the fingerprint covers: everything that stands on the paper, and no id.
PRINTED = (
    *("number", "month", "version", "merchant_name", "credit_code", *FIGURES),
    *("carried_in_fen", "due_fen", "carried_fen", "paid_before_fen"),
)
PRINTED_OF_LINE = (
    *("line_no", "kind", "outlet_name", *POLICY_TERMS[1:], "adjusts_month", *FIGURES),
)


def make_settlements(
    tx: Transaction, month: str, *, close_id: str, days: int = DAYS, **by: Unpack[By]
) -> list[Row]:
    """The settlements of a locked month ("2026-10"), in the transaction that locks it.

    Every merchant with a row in the month gets one, and whoever was paid before or is still owed
    from an earlier one. `days` are county days to confirm in. Raises Refusal `settlement_exists`.
    """
    lines = _lines_by_merchant(tx, month)
    earlier = {row["merchant_id"]: row for row in queries.earlier_versions(tx, month=month)}
    balances = {row["merchant_id"]: row["balance_fen"] for row in queries.carried_balances(tx)}
    serial = max((row["serial"] for row in earlier.values()), default=0)
    settlements, epoch = [], current_epoch(tx)
    for merchant in queries.all_merchants(tx):
        before = earlier.get(merchant["id"])
        balance_fen = balances.get(merchant["id"], 0)
        own = lines.get(merchant["id"], [])
        if not own and balance_fen <= 0 and not (before and before["paid_fen"]):
            continue
        if before is None:
            serial += 1
            before = {"serial": serial, "version": 0, "paid_fen": 0}
        row = _settlement(
            merchant, own, before, month=month, carried_in_fen=balance_fen, epoch=epoch
        )
        settlements.append(_keep(tx, row, own, close_id=close_id, days=days, **by))
    return settlements


def void_settlements(tx: Transaction, *, close_id: str, reason: str, **by: Unpack[By]) -> list[Row]:
    """Void the settlements of a closing that is reopened: they stay, but no longer count.

    What was paid on them counts for the next version. Their disputes end with them.
    """
    voided = []
    for row in queries.live_of_close(tx, close_id=close_id):
        void = queries.void_settlement(
            tx,
            id=row["id"],
            voided_at=instant_text(by["now"]),
            voided_by=by["actor"],
            void_reason=reason,
        )
        if void is not None:
            record_settlement(tx, "voided", void, old=row, reason=reason, **by)
            voided.append(void)
    return voided


def record_settlement(
    tx: Transaction,
    action: str,
    new: Mapping[str, Any],
    *,
    old: Mapping[str, Any] | None = None,
    now: datetime,
    actor: str,
    reason: str | None = None,
    **more: Any,
) -> None:
    """One line of the audit record: where it stood and stands, and what is paid of it."""
    recorded = ("number", "state", "due_fen", "paid_fen", "confirm_by")
    record(
        tx,
        f"settlement.{action}",
        new["id"],
        now=now,
        actor=actor,
        reason=reason,
        old=None if old is None else {name: old[name] for name in recorded},
        new={**{name: new[name] for name in recorded}, **more},
    )


def content_sha256(settlement: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of all that stands on the paper, in hex: the same for the same figures."""
    content = {
        **{name: settlement[name] for name in PRINTED},
        "lines": [{name: line[name] for name in PRINTED_OF_LINE} for line in lines],
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()


def confirm_by_of(now: datetime, days: int) -> str:
    """The last county day on which a merchant may confirm or dispute what is made now."""
    return (county_day(now) + timedelta(days=days)).isoformat()


def _lines_by_merchant(tx: Transaction, month: str) -> dict[str, list[Row]]:
    by_merchant: dict[str, list[Row]] = {}
    for line in queries.policy_lines(tx, month=month):
        own_line = {**line, "kind": "policy", "adjusts_month": None}
        by_merchant.setdefault(line["merchant_id"], []).append(own_line)
    for line in queries.adjustment_lines(tx, month=month):
        own_line = {**dict.fromkeys(POLICY_TERMS), **line, "kind": "adjustment"}
        by_merchant.setdefault(line["merchant_id"], []).append(own_line)
    for own in by_merchant.values():
        for line_no, line in enumerate(own, start=1):
            line["line_no"] = line_no
    return by_merchant


def _settlement(
    merchant: Row,
    lines: Sequence[Row],
    before: Row,
    *,
    month: str,
    carried_in_fen: int,
    epoch: int,
) -> Row:
    """The row as it is kept, but for what says when and by whom."""
    counted = [line for line in lines if line["kind"] == "policy"]
    sums = {name: sum(line[name] for line in counted) for name in FIGURES}
    due_fen = sums["government_share_fen"] + carried_in_fen
    serial, version = before["serial"], before["version"] + 1
    return {
        "number": _number(month, serial, version, epoch),
        "month": month,
        "serial": serial,
        "version": version,
        "merchant_id": merchant["id"],
        "merchant_name": merchant["name"],
        "credit_code": merchant["credit_code"],
        **sums,
        "carried_in_fen": carried_in_fen,
        "due_fen": due_fen,
        "carried_fen": min(0, due_fen - before["paid_fen"]),
        "paid_before_fen": before["paid_fen"],
    }


def _number(month: str, serial: int, version: int, epoch: int) -> str:
    """JS202610-001, its second version JS202610-001-2. What a county that was restored makes ends
    with its epoch (-R2): papers of the same number may have been signed after the backup.
    """
    later = f"-{version}" if version > 1 else ""
    restored = f"-R{epoch}" if epoch > 1 else ""
    return f"JS{month.replace('-', '')}-{serial:03d}{later}{restored}"


def _keep(
    tx: Transaction, row: Row, lines: Sequence[Row], *, close_id: str, days: int, **by: Unpack[By]
) -> Row:
    settlement: Row | None = queries.insert_settlement(
        tx,
        **row,
        id=new_id(),
        close_id=close_id,
        content_sha256=content_sha256(row, lines),
        made_at=instant_text(by["now"]),
        made_by=by["actor"],
        confirm_by=confirm_by_of(by["now"], days),
    )
    if settlement is None:
        raise Refusal("settlement_exists", month=row["month"])
    if lines:
        queries.insert_lines(
            tx, [{**line, "id": new_id(), "settlement_id": settlement["id"]} for line in lines]
        )
    record_settlement(tx, "made", settlement, content_sha256=settlement["content_sha256"], **by)
    return settlement
