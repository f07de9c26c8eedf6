"""Decide a claim: approve it, which writes a redemption of its own day, or reject it with a reason.

The approval recomputes everything in its transaction with the counters locked, so it gives just
what the caps of that day and month still leave; whoever filed the claim can't approve it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from huimin.access.terminal_keys import Terminal, terminal_by_id
from huimin.alerts.note_alerts import note_alerts
from huimin.audit.record import checked_reason
from huimin.checkout.entitlement import Entitlement
from huimin.claims import queries
from huimin.claims.assess import Assessment, assess_claim
from huimin.claims.find_claims import Row
from huimin.claims.submit import record_claim
from huimin.core.days import instant_text, parse_instant
from huimin.core.discount import Quote
from huimin.core.refusals import Refusal
from huimin.divisions.find import town_of
from huimin.holders.people import family_at, presenters_of
from huimin.ledger.append import Sale, append_redemption
from huimin.storage.engine import Transaction


def approve_claim(tx: Transaction, claim_id: str, *, reason: str, now: datetime, actor: str) -> Row:
    """Give the discount of the claim's own day; the ledger row.

    Where the card did not count on that day, `reason` says why it is given all the same. Raises
    FieldProblems on `reason`, Refusal `claim_decided`, `claim_own`, or what stands against it.
    """
    claim = _open(tx, claim_id)
    if claim["submitted_by"] == actor:
        raise Refusal("claim_own")
    found = assess_claim(tx, claim)
    given, terms = found.required
    kept = checked_reason(reason, "理由") if reason.strip() or found.needs_judgement else None
    till = terminal_by_id(tx, claim["terminal_id"])
    row = append_redemption(tx, _sale(tx, claim, found, till), given, now=now)
    note_alerts(tx, row, terminal=till, cap_redemption_fen=terms.cap_redemption_fen)
    _decide(tx, claim, "approved", now=now, actor=actor, reason=kept, redemption_id=row["id"])
    return row


def reject_claim(tx: Transaction, claim_id: str, *, reason: str, now: datetime, actor: str) -> Row:
    """Say no, with the reason that the outlet is told; the claim's row."""
    claim = _open(tx, claim_id)
    kept = checked_reason(reason, "理由")
    return _decide(tx, claim, "rejected", now=now, actor=actor, reason=kept)


def _open(tx: Transaction, claim_id: str) -> Row:
    """The claim, locked until the commit."""
    locked = queries.lock_claim(tx, id=claim_id)
    if locked is None:
        raise Refusal("not_found")
    if locked["state"] != "submitted":
        raise Refusal("claim_decided")
    claim: Row = queries.claim_with_names(tx, id=claim_id)
    return claim


def _decide(
    tx: Transaction,
    claim: Mapping[str, object],
    state: str,
    *,
    now: datetime,
    actor: str,
    reason: str | None,
    redemption_id: str | None = None,
) -> Row:
    decided: Row | None = queries.decide_claim(
        tx,
        id=claim["id"],
        state=state,
        decided_at=instant_text(now),
        decided_by=actor,
        reason=reason,
        redemption_id=redemption_id,
    )
    if decided is None:
        raise Refusal("claim_decided")
    record_claim(tx, f"claim.{state}", decided, now=now, actor=actor, reason=reason)
    return decided


def _sale(tx: Transaction, claim: Row, found: Assessment, till: Terminal) -> Sale:
    given, terms = found.required
    card = {"id": claim["card_id"], "holder_id": claim["holder_id"]}
    division_code = presenters_of(tx, claim["holder_id"])[0]["division_code"]
    return Sale(
        terminal=till,
        order_no=claim["order_no"],
        card_id=claim["card_id"],
        holder_id=claim["holder_id"],
        presenter_kind=claim["presenter_kind"],
        presenter_id=_presenter_id(tx, claim),
        identity_checked=bool(claim["identity_checked"]),
        eligibility=Entitlement(card, found.eligibilities, terms).counted_eligibility,
        division_code=division_code,
        town_code=town_of(division_code),
        terms=terms,
        detail=_detail(claim, given),
        cashier=claim["cashier"],
        staff_id=claim["staff_id"],
        channel="claim",
        occurred_at=parse_instant(claim["occurred_at"]),
    )


def _presenter_id(tx: Transaction, claim: Row) -> str:
    """The holder's id, or the family member's where there was only one; else "", as offline."""
    if claim["presenter_kind"] == "holder":
        return str(claim["holder_id"])
    family = family_at(tx, claim["holder_id"], parse_instant(claim["occurred_at"]))
    return family[0] if len(family) == 1 else ""


def _detail(claim: Row, given: Quote) -> dict[str, object]:
    """What the columns do not hold, enough to make the same quote again under another policy."""
    return {
        "items": (),
        "excluded_by_hand_fen": claim["excluded_fen"],
        "lines": given.lines,
        "caps": given.caps,
        "explanation": given.explanation,
        "identity_by": "cashier" if claim["identity_checked"] else "administrator",
        "claim": {"id": claim["id"], "claim_no": claim["claim_no"]},
    }
