"""Save a policy as a draft: check every field, and refuse a tie with a published policy.

A code has at most one draft, its next version; saving again changes that draft. Published
policies are never touched here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.money import money_text
from huimin.core.offline_terms import CLOCK_MINUTES, SEND_DAYS, TWO_PEOPLE_FEN
from huimin.core.refusals import FieldProblems, field_problem
from huimin.ledger.budget import budget_used
from huimin.policies import queries
from huimin.policies.draft_checks import DEFAULT_EXCLUDED, checked_fields
from huimin.policies.ties import find_tie
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A policy's terms as entered. Rates and shares in basis points, money in fen, None for no cap.

    `scope_value` is an outlet kind, an eligibility or an outlet's id; empty for scope "all". `base`
    None means after_insurance for hospitals and market_price elsewhere. `offline_hours` is how long
    a till may give discounts without network, 0 for not at all. `budget_fen` is what the government
    pays in all, None for no limit; with `budget_goes_on` it counts on from the version before,
    where that has a budget, otherwise from nothing.
    """

    code: str
    name: str
    rate_bp: int
    starts_on: date | str
    ends_on: date | str | None = None
    scope: str = "all"
    scope_value: str = ""
    rounding_unit_fen: int = 1
    minimum_spend_fen: int = 0
    cap_redemption_fen: int | None = None
    cap_card_day_fen: int | None = None
    cap_card_month_fen: int | None = None
    excluded_categories: tuple[str, ...] = DEFAULT_EXCLUDED
    base: str | None = None
    merchant_share_bp: int = 10_000
    offline_hours: int = 0
    offline_cap_redemption_fen: int | None = None
    offline_cap_card_fen: int | None = None
    offline_cap_terminal_fen: int | None = None
    offline_bearer: str = "merchant"
    offline_changing_code: bool = False
    offline_clock_minutes: int = CLOCK_MINUTES
    offline_send_days: int = SEND_DAYS
    offline_two_people_fen: int = TWO_PEOPLE_FEN
    budget_fen: int | None = None
    budget_goes_on: bool = True


def save_draft(tx: Transaction, draft: PolicyDraft, **by: Unpack[By]) -> Row:
    """Save the draft as the next version of its code and return its row.

    Raises FieldProblems for every wrong field, or naming the published policy that it would tie
    with and the days.
    """
    fields = checked_fields(tx, asdict(draft))
    old: Row | None = queries.draft_of_code(tx, code=fields["code"])
    version = old["version"] if old else queries.last_version(tx, code=fields["code"]) + 1
    refuse_tie(queries.published(tx), {**fields, "version": version})
    fields["budget_version"] = _budget_version(tx, fields, version)
    stored = {
        **fields,
        "excluded_categories": json.dumps(fields["excluded_categories"], ensure_ascii=False),
        "created_at": instant_text(by["now"]),
        "created_by": by["actor"],
    }
    if old:
        row = queries.change_draft(tx, id=old["id"], **stored)
    else:
        row = queries.insert_policy(tx, id=new_id(), version=version, **stored)
    if row is None:
        raise field_problem("code", "刚才有人保存或发布了这项政策，请重新查看后再保存。")
    record(tx, "policy.saved", row["id"], old=old, new=row, **by)
    return dict(row)


def _budget_version(tx: Transaction, fields: Row, version: int) -> int | None:
    """The version with which the draft's budget begins. Raises FieldProblems on `budget_fen` where
    more than that has been used of it.
    """
    goes_on = fields.pop("budget_goes_on")
    if fields["budget_fen"] is None:
        return None
    before = queries.published_before(tx, code=fields["code"], version=version)
    if not goes_on or before is None or before["budget_version"] is None:
        return version
    used_fen = budget_used(tx, fields["code"], before["budget_version"])
    if fields["budget_fen"] < used_fen:
        raise field_problem(
            "budget_fen",
            "这份预算已经用了 {used}，总数不能比它少；要重新起算，请改选“从这一版重新计”。",
            used=money_text(used_fen),
        )
    return int(before["budget_version"])


def refuse_tie(published: list[Row], candidate: Row) -> None:
    """Raise FieldProblems if publishing `candidate` would make it tie with another policy."""
    tie = find_tie([*published, candidate], candidate["code"])
    if tie is not None:
        raise FieldProblems([tie.as_problem()])
