"""The log of print runs: which cards, by whom. No card is printed twice by mistake.

The PDF is made first; then one transaction locks its cards, checks that none was printed in the
meantime, and records the run. Of two people who print at once, one gets the cards and the other an
explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Unpack

from huimin.audit.record import checked_reason
from huimin.cards import queries
from huimin.cards.print_run import record_printed
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.divisions.within import division_parameters, lies_within
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

Layout = Literal["sheet", "single"]
# As many as can be typeset in a few seconds; the rest needs another run.
CARDS_MAX = 400


def record_run(
    tx: Transaction,
    card_ids: Sequence[str],
    *,
    layout: Layout,
    pdf_sha256: str,
    reason: str,
    again: bool,
    **by: Unpack[By],
) -> str:
    """Record the print run of a PDF and return its id.

    Unless `again` is set, none of the cards may have been printed before. Raises FieldProblems on
    `cards` or `reason`.
    """
    reason = checked_reason(reason)
    for card_id in sorted(card_ids):
        queries.lock_card(tx, id=card_id)
        if not again and queries.printed_before(tx, card_id=card_id) is not None:
            raise field_problem("cards", "其中有卡刚刚已由别人打印，请重新选择。")
    run_id = new_id()
    queries.insert_print_run(
        tx,
        id=run_id,
        layout=layout,
        card_count=len(card_ids),
        reason=reason,
        pdf_sha256=pdf_sha256,
        printed_at=instant_text(by["now"]),
        printed_by=by["actor"],
    )
    queries.insert_print_run_cards(
        tx, [{"print_run_id": run_id, "card_id": card_id} for card_id in card_ids]
    )
    record_printed(tx, card_ids, reason=reason, **by)
    return run_id


# Runs with a card within a division (None: the county), the latest first.
print_runs = ListQuery[str | None](queries, "print_runs_before", division_parameters)


def cards_in_run(
    tx: Transaction, run_id: str, *, within: str | None = None
) -> tuple[Row, list[Row]]:
    """A run and those of its cards within a division. Raises Refusal `not_found` if none are."""
    run = queries.print_run_by_id(tx, id=run_id)
    rows = queries.cards_of_print_run(tx, print_run_id=run_id) if run else []
    visible = [row for row in rows if lies_within(row["division_code"], within)]
    if not visible:
        raise Refusal("not_found")
    return run, visible
