"""What a person wants to be told, how, and in which language; kept per person.

Without a choice a person is told by phone where there is one, of everything but purchases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.catalogue import LANGUAGES
from huimin.core.days import instant_text
from huimin.core.refusals import field_problem
from huimin.messages import queries
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class Choice:
    """`purchases`: a message for each purchase; `by_phone`: messages on the phone at all;
    `language`: None for the county's."""

    purchases: bool = False
    by_phone: bool = True
    language: str | None = None


def choice_of(tx: Transaction, holder_id: str) -> Choice:
    """What the person chose last."""
    row = queries.choice_of(tx, holder_id=holder_id)
    if row is None:
        return Choice()
    return Choice(bool(row["purchases"]), bool(row["by_phone"]), row["language"])


def choose(tx: Transaction, holder_id: str, choice: Choice, **by: Unpack[By]) -> bool:
    """Keep a choice, and record it; False if it was so before. `by` is the holder's own name for
    an actor, or a member of staff. Raises FieldProblems on `language`.
    """
    if choice.language is not None and choice.language not in LANGUAGES:
        raise field_problem("language", "请从列出的语言里选。")
    before = choice_of(tx, holder_id)
    if before == choice:
        return False
    queries.keep_choice(
        tx,
        holder_id=holder_id,
        purchases=int(choice.purchases),
        by_phone=int(choice.by_phone),
        language=choice.language,
        chosen_at=instant_text(by["now"]),
        chosen_by=by["actor"],
    )
    record(
        tx,
        "message.chosen",
        holder_id,
        subject_kind="holder",
        old=_facts(before),
        new=_facts(choice),
        **by,
    )
    return True


def _facts(choice: Choice) -> dict[str, object]:
    return {
        "purchases": choice.purchases,
        "by_phone": choice.by_phone,
        "language": choice.language,
    }
