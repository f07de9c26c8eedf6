"""Two people change the same person's aid at the same moment; neither change is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from huimin.holders.endings import decide_ending
from huimin.holders.endings.draft_ending import draft_from_list, match_list
from huimin.holders.endings.end_list import EndList, EndRow
from huimin.holders.people import EligibilityDraft, add_eligibility, eligibilities_of
from huimin.instance import Instance
from tests.making.holders import id_number, make_holder

# How long the first change stays uncommitted where the second must wait for it.
HELD_SECONDS = 1


def during(
    instance: Instance, first: Callable[[Any], Any], second: Callable[[Any], Any]
) -> tuple[Any, Any]:
    """Begin the second change while the first is done but not committed; what both return."""
    begun, ended = threading.Event(), threading.Event()
    results: list[Any] = []

    def hold(tx: Any) -> Any:
        result = first(tx)
        begun.set()
        ended.wait(HELD_SECONDS)
        return result

    def follow() -> None:
        begun.wait(30)
        results.append(instance.engine.write(second))
        ended.set()

    thread = threading.Thread(target=follow)
    thread.start()
    result = instance.engine.write(hold)
    thread.join(30)
    return result, results[0]


@pytest.mark.both_engines
def test_of_two_eligibilities_added_at_once_both_count(instance: Instance) -> None:
    holder = make_holder(instance, eligibilities=())
    day, now = date(2026, 1, 1), instance.clock()

    def adding(kind: str, last: date | None) -> Callable[[Any], bool]:
        draft = EligibilityDraft(kind, day, "名册", last)
        return lambda tx: add_eligibility(tx, holder["id"], draft, now=now)

    during(instance, adding("dibao", None), adding("tekun", date(2026, 6, 30)))
    (row,) = instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT entitled_from, entitled_until FROM holder"
        ).fetchall()
    )
    assert (row["entitled_from"], row["entitled_until"]) == ("2026-01-01", "9999-12-31")


@pytest.mark.both_engines
@pytest.mark.parametrize("first", ["undo", "continue"])
def test_an_undo_or_another_part_waits_for_the_part_that_runs(
    instance: Instance, first: str
) -> None:
    number = id_number()
    holder = make_holder(instance, name="钱去了", id_number=number)
    by: dict[str, Any] = {"now": instance.clock(), "actor": "li"}
    row = EndRow("一", 1, "钱去了", number, "died", None, date(2026, 10, 30))
    read, write = instance.engine.read, instance.engine.write
    matched = read(lambda tx: match_list(tx, instance.personal_data, EndList([row]), now=by["now"]))
    ending_id = write(lambda tx: draft_from_list(tx, matched, file_name="名单.csv", **by))
    write(
        lambda tx: decide_ending.propose_ending(tx, ending_id, last_day=None, reason="名单", **by)
    )
    write(lambda tx: decide_ending.approve_ending(tx, ending_id, four_eyes=False, **by))

    def end(tx: Any) -> int:
        return decide_ending.end_some(tx, ending_id, **by)

    def undo(tx: Any) -> None:
        decide_ending.undo_ending(tx, ending_id, reason="弄错了", **by)

    _, rows_ended = during(instance, undo if first == "undo" else end, end)
    assert rows_ended == 0
    (eligibility,) = read(lambda tx: eligibilities_of(tx, holder["id"]))
    assert eligibility["ends_on"] == (None if first == "undo" else "2026-10-30")
