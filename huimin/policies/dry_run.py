"""Apply a draft to a past month and report, per outlet, what would have changed; writes nothing.

The month's redemptions and reversals are replayed in order as if the draft had been in force every
day, so that caps fill up and reversals free them as they would have. A redemption that the draft
does not affect keeps its recorded sums to the fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from huimin.core.catalogue import sentence
from huimin.core.days import month_days, parse_month
from huimin.core.discount import PolicyTerms
from huimin.core.refusals import field_problem
from huimin.ledger.budget import budget_used
from huimin.policies import queries
from huimin.policies.in_force import terms_of
from huimin.policies.replay import Entitlement, Outcome, Replay
from huimin.storage.engine import Transaction

Row = Mapping[str, Any]
# The name of the row that is no outlet.
TOTAL = sentence("合计")


@dataclass(slots=True)
class OutletChange:
    """One outlet's month as recorded (`before`) and under the draft (`after`), net, in fen.

    `changed` redemptions would have had a different discount, `refused` of them none at all.
    """

    outlet_id: str = ""
    outlet_name: str = TOTAL
    outlet_kind: str = ""
    redemptions: int = 0
    changed: int = 0
    refused: int = 0
    amount_fen: int = 0
    discount_before_fen: int = 0
    discount_after_fen: int = 0
    merchant_share_before_fen: int = 0
    merchant_share_after_fen: int = 0

    @property
    def discount_change_fen(self) -> int:
        """How much more holders would have saved; negative for less."""
        return self.discount_after_fen - self.discount_before_fen

    @property
    def merchant_share_change_fen(self) -> int:
        """How much more the merchant would have paid."""
        return self.merchant_share_after_fen - self.merchant_share_before_fen

    @property
    def government_share_change_fen(self) -> int:
        """How much more the government would have paid."""
        return self.discount_change_fen - self.merchant_share_change_fen

    def add(self, outcome: Outcome) -> None:
        """Add one redemption to the sums."""
        self.redemptions += 1
        self.changed += outcome.changed
        self.refused += outcome.refused
        self.amount_fen += outcome.amount_fen
        self.discount_before_fen += outcome.discount_before_fen
        self.discount_after_fen += outcome.discount_after_fen
        self.merchant_share_before_fen += outcome.merchant_share_before_fen
        self.merchant_share_after_fen += outcome.merchant_share_after_fen

    def as_dict(self) -> dict[str, Any]:
        """Every figure by name, for JSON."""
        counted = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **counted,
            "discount_change_fen": self.discount_change_fen,
            "merchant_share_change_fen": self.merchant_share_change_fen,
            "government_share_change_fen": self.government_share_change_fen,
        }


@dataclass(slots=True)
class DryRun:
    """What the draft would have changed in the month; `total` is the sum of `outlets`."""

    month: str
    draft: PolicyTerms
    outlets: list[OutletChange] = field(default_factory=list)
    total: OutletChange = field(default_factory=OutletChange)


def dry_run(tx: Transaction, draft: PolicyTerms, month: str) -> DryRun:
    """Apply `draft`, instead of its code's other versions, to a month such as "2026-10".

    Purchases that were refused at the time are not in the ledger and so not in the result. Raises
    FieldProblems on `month`.
    """
    try:
        first_day, last_day = month_days(parse_month(month))
    except ValueError:
        raise field_problem("month", "月份写作 2026-10。") from None
    entitlements = queries.eligibilities_of_month(
        tx, month=month, first_day=first_day.isoformat(), last_day=last_day.isoformat()
    )
    replay = Replay(
        draft=draft,
        published=[terms_of(row) for row in queries.published(tx)],
        entitlements=_by_holder(entitlements),
        budget_left_fen=_budget_left(tx, draft),
    )
    outcomes = replay.run(
        queries.redemptions_of_month(tx, month=month), queries.reversals_of_month(tx, month=month)
    )
    return _summed(month, draft, outcomes)


def _budget_left(tx: Transaction, draft: PolicyTerms) -> int | None:
    """What the draft's budget would have had at the month's beginning; None without one."""
    if draft.budget_fen is None or draft.budget_version is None:
        return None
    return max(draft.budget_fen - budget_used(tx, draft.code, draft.budget_version), 0)


def _summed(month: str, draft: PolicyTerms, outcomes: Iterable[Outcome]) -> DryRun:
    result = DryRun(month, draft)
    by_outlet: dict[str, OutletChange] = {}
    for outcome in outcomes:
        row = outcome.redemption
        outlet = by_outlet.setdefault(
            row["outlet_id"], OutletChange(row["outlet_id"], row["outlet_name"], row["outlet_kind"])
        )
        outlet.add(outcome)
        result.total.add(outcome)
    # Largest change first; the id breaks ties.
    result.outlets = sorted(
        by_outlet.values(), key=lambda each: (-abs(each.discount_change_fen), each.outlet_id)
    )
    return result


def _by_holder(rows: Iterable[Row]) -> dict[str, list[Entitlement]]:
    entitlements: dict[str, list[Entitlement]] = defaultdict(list)
    for row in rows:
        entitlements[row["holder_id"]].append(
            Entitlement(row["kind"], row["starts_on"], row["ends_on"])
        )
    return entitlements
