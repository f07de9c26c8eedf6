"""Replay a month's redemptions and reversals under a draft, in chronological order.

Pure: rows in, outcomes out. Usage is counted per holder and policy code as the real counters do, so
caps apply exactly where they would have at the till.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from huimin.core.discount import NO_SUMS, SUMS, Basket, Item, PolicyTerms, Quote, Sums, Usage, quote
from huimin.core.offline_terms import OfflineRoom
from huimin.core.refusals import FieldProblems, Refusal
from huimin.core.returns import Returned, left_after, sold_of, take_back
from huimin.ledger.returns import returned_in, sold_in, sums_of
from huimin.policies.choice import counting_on, most_specific

Row = Mapping[str, Any]
# The ledger also has "other" for holders without any eligibility.
NO_ELIGIBILITY = "other"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A holder's eligibility and the days on which it is valid."""

    kind: str
    starts_on: str
    ends_on: str | None

    def holds_on(self, day: str) -> bool:
        """Whether it is valid on that day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(slots=True)
class Outcome:
    """One redemption as recorded and as replayed, each with what was returned of it."""

    redemption: Row
    policy_code: str
    before: Sums
    after: Sums
    refused: bool
    # The quote under other terms; None if the recorded one stands, or there was no discount.
    quoted: tuple[Quote, PolicyTerms] | None = None
    returns: list[Returned] = field(default_factory=list)
    returned_before: Sums = NO_SUMS
    returned_after: Sums = NO_SUMS

    @property
    def changed(self) -> bool:
        """Whether the discount would have been different."""
        return self.before.discount_fen != self.after.discount_fen

    @property
    def amount_fen(self) -> int:
        """The amount net of returns."""
        return self.before.amount_fen - self.returned_before.amount_fen

    @property
    def discount_before_fen(self) -> int:
        """The recorded discount, net."""
        return self.before.discount_fen - self.returned_before.discount_fen

    @property
    def discount_after_fen(self) -> int:
        """The replayed discount, net."""
        return self.after.discount_fen - self.returned_after.discount_fen

    @property
    def merchant_share_before_fen(self) -> int:
        """The merchant's recorded share of the discount, net."""
        return self.before.merchant_share_fen - self.returned_before.merchant_share_fen

    @property
    def merchant_share_after_fen(self) -> int:
        """The merchant's replayed share of the discount, net."""
        return self.after.merchant_share_fen - self.returned_after.merchant_share_fen


@dataclass(slots=True)
class Replay:
    """A replay of one month. `published` has all published terms of every code."""

    draft: PolicyTerms
    published: Sequence[PolicyTerms]
    entitlements: Mapping[str, Sequence[Entitlement]]
    # What the government may pay under the draft; None for no limit.
    budget_left_fen: int | None = None
    _counting: dict[str, list[PolicyTerms]] = field(default_factory=dict)
    _used_day: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    _used_month: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    # (holder, policy code) whose usage differs from the recorded one, so caps must be recomputed.
    _altered: set[tuple[str, str]] = field(default_factory=set)

    def run(self, redemptions: Iterable[Row], reversals: Iterable[Row]) -> list[Outcome]:
        """One outcome per redemption, in chronological order."""
        events = [(row["occurred_at"], 0, row["id"], row) for row in redemptions]
        bought_at = {redemption_id: at for at, _, redemption_id, _ in events}
        events += [
            # A till's clock may be wrong, but a return never precedes its purchase.
            (max(row["occurred_at"], bought_at[row["reverses_id"]]), 1, row["id"], row)
            for row in reversals
        ]
        outcomes: dict[str, Outcome] = {}
        for _, is_reversal, _, row in sorted(events, key=lambda each: each[:3]):
            if is_reversal:
                self._reverse(outcomes[row["reverses_id"]], returned_in(row))
            else:
                outcomes[row["id"]] = self._redeem(row)
        return list(outcomes.values())

    def _redeem(self, row: Row) -> Outcome:
        before = sums_of(row)
        terms = self._applying(row)
        if self._keeps(row, terms):
            outcome = Outcome(row, row["policy_code"], before, before, refused=False)
        else:
            quoted = self._quoted(row, terms)
            code = terms.code if terms else row["policy_code"]
            after = Sums(row["amount_fen"], 0, 0, 0, 0, 0)
            if quoted is not None:
                after = Sums(*(getattr(quoted[0], name) for name in SUMS))
            outcome = Outcome(row, code, before, after, refused=quoted is None, quoted=quoted)
            if outcome.changed or code != row["policy_code"]:
                self._altered |= {(row["holder_id"], code), (row["holder_id"], row["policy_code"])}
        self._use(outcome, outcome.after)
        return outcome

    def _keeps(self, row: Row, terms: PolicyTerms | None) -> bool:
        """Whether the same version applies as recorded, with the same usage of its caps."""
        return (
            terms is not None
            and terms.id == row["policy_id"]
            and (row["holder_id"], row["policy_code"]) not in self._altered
        )

    def _applying(self, row: Row) -> PolicyTerms | None:
        day = row["business_day"]
        if day not in self._counting:
            others = [terms for terms in self.published if terms.code != self.draft.code]
            self._counting[day] = [*counting_on(others, day), self.draft]
        recorded = self.entitlements.get(row["holder_id"], ())
        eligibilities = {each.kind for each in recorded if each.holds_on(day)}
        if row["channel"] == "offline":
            # A till without network applies the policy for holders in general.
            eligibilities = set()
        elif row["eligibility"] != NO_ELIGIBILITY:
            # The recorded eligibility stays valid even if the person has since been erased.
            eligibilities.add(row["eligibility"])
        return most_specific(
            self._counting[day],
            outlet_id=row["outlet_id"],
            outlet_kind=row["outlet_kind"],
            eligibilities=eligibilities,
        )

    def _quoted(self, row: Row, terms: PolicyTerms | None) -> tuple[Quote, PolicyTerms] | None:
        """The quote under `terms`, or None if there would have been no discount."""
        if terms is None:
            return None
        usage = Usage(
            self._used_day[row["holder_id"], terms.code, row["business_day"]],
            self._used_month[row["holder_id"], terms.code],
            self.budget_left_fen if terms.id == self.draft.id else None,
        )
        try:
            basket, room = basket_of(row, terms), _room_of(row)
            return quote(basket, terms, usage, room, any_category=True), terms
        except (Refusal, FieldProblems):
            return None

    def _reverse(self, outcome: Outcome, recorded: Returned) -> None:
        outcome.returns.append(recorded)
        returned = recorded.sums
        if outcome.quoted is not None:
            returned = self._taken_back(outcome, *outcome.quoted)
        elif outcome.refused:
            returned = Sums(recorded.sums.amount_fen, 0, 0, 0, 0, 0)
        outcome.returned_before += recorded.sums
        outcome.returned_after += returned
        self._use(outcome, NO_SUMS - returned)

    def _taken_back(self, outcome: Outcome, quoted: Quote, terms: PolicyTerms) -> Sums:
        """What the latest return takes back of the quote: the goods are those recorded."""
        policy_id = outcome.redemption["policy_id"]
        own_terms = next((each for each in self.published if each.id == policy_id), terms)
        left = left_after(sold_in(outcome.redemption, own_terms), outcome.returns)
        sold = sold_of(outcome.after, [asdict(line) for line in quoted.lines], terms)
        if not sold.has_lines and not outcome.after.insurance_fen:
            # Terms that don't know insurance count what it paid like the rest.
            eligible_fen, insured_fen, excluded_fen = left
            left = [eligible_fen + insured_fen, 0, excluded_fen]
        return take_back(sold, outcome.after - outcome.returned_after, left, terms)

    def _use(self, outcome: Outcome, sums: Sums) -> None:
        row, discount_fen = outcome.redemption, sums.discount_fen
        if (
            self.budget_left_fen is not None
            and outcome.quoted is not None
            and outcome.quoted[1].id == self.draft.id
        ):
            self.budget_left_fen -= sums.government_share_fen
        self._used_day[row["holder_id"], outcome.policy_code, row["business_day"]] += discount_fen
        self._used_month[row["holder_id"], outcome.policy_code] += discount_fen


def basket_of(row: Row, terms: PolicyTerms) -> Basket:
    """The recorded basket, without insurance unless the terms' base is after insurance."""
    detail = json.loads(row["detail_json"])
    items = tuple(
        Item(
            sku=item.get("sku"),
            name=item["name"],
            category=item.get("category"),
            quantity=str(item.get("quantity", "1")),
            amount_fen=item["amount_fen"],
        )
        for item in detail.get("items") or ()
    )
    return Basket(
        amount_fen=row["amount_fen"],
        excluded_fen=0 if items else detail.get("excluded_by_hand_fen") or 0,
        insurance_fen=row["insurance_fen"] if terms.base == "after_insurance" else 0,
        items=items,
    )


def _room_of(row: Row) -> OfflineRoom | None:
    """For an offline sale, what the caps of its pack had left."""
    if row["channel"] != "offline":
        return None
    return OfflineRoom(**json.loads(row["detail_json"])["offline"]["room"])
