"""What a draft changes: its terms beside those of the version that it replaces, and a dry run's
total in one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huimin.core.catalogue import Text, text
from huimin.core.money import money_text
from huimin.core.period_words import month_words
from huimin.policies import queries
from huimin.policies.dry_run import DryRun, OutletChange
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True, slots=True)
class ChangedTerm:
    """A term that differs, in words; "" on the side that does not have it."""

    label: str
    old: str
    new: str


def replaced_version(tx: Transaction, draft: Row) -> Row | None:
    """The published version of the same code that the draft would follow, with `outlet_name`."""
    row = queries.published_before(tx, code=draft["code"], version=draft["version"])
    return None if row is None else queries.policy_with_outlet(tx, id=row["id"])


def changed_terms(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> list[ChangedTerm]:
    """The terms that differ between two versions, each as (label, words), in the order of both."""
    before, after = dict(old), dict(new)
    labels = [*after, *(label for label in before if label not in after)]
    return [
        ChangedTerm(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label) != after.get(label)
    ]


def signed_money(fen: int) -> str:
    """A change of an amount: +¥1.00, −¥1.00, ¥0.00."""
    return f"+{money_text(fen)}" if fen > 0 else money_text(fen)


def effect_sentence(result: DryRun, language: str) -> str:
    """The dry run's total in one sentence."""
    return _sentence(result, month_words(result.month, language)).say(language)


def _sentence(result: DryRun, month: str) -> Text:
    total = result.total
    if not total.redemptions:
        return text("{month}没有优惠交易，看不出变化。", month=month)
    if not total.changed and not total.merchant_share_change_fen:
        return text(
            "{month}的 {count} 笔交易按这份草稿重算，一分也没有变。",
            month=month,
            count=f"{total.redemptions:,}",
        )
    values = {
        "month": month,
        "government": signed_money(total.government_share_change_fen),
        "merchant": signed_money(total.merchant_share_change_fen),
        "outlets": sum(_is_touched(one) for one in result.outlets),
        "changed": f"{total.changed:,}",
    }
    if total.refused:
        return text(
            "{month}如果按这份草稿：政府 {government}，商户 {merchant}，涉及 {outlets} 家示范点、"
            "{changed} 笔，其中 {refused} 笔不再优惠。",
            refused=f"{total.refused:,}",
            **values,
        )
    return text(
        "{month}如果按这份草稿：政府 {government}，商户 {merchant}，涉及 {outlets} 家示范点、"
        "{changed} 笔。",
        **values,
    )


def _is_touched(outlet: OutletChange) -> bool:
    """Whether anything there would have been different, if only who pays."""
    return bool(outlet.changed or outlet.merchant_share_change_fen)
