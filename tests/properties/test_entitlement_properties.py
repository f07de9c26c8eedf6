"""Whoever is not entitled is found by an index exactly as by a look at every eligibility.

Whatever spans a person's eligibilities have: the till's answer, the deny list of the offline pack,
the list of cards, the list of people and the tile agree with the spans themselves, day by day.
"""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.cards.card_list import CardCriteria, card_ids
from huimin.cards.deny_list import make_deny_list
from huimin.core.days import county_day
from huimin.desk import queries as desk_queries
from huimin.holders.change_person import end_eligibility
from huimin.holders.people import EligibilityDraft, eligibilities_of, eligibilities_on
from huimin.holders.search import NO_KIND, PersonCriteria, search
from huimin.instance import Instance
from huimin.storage.named_queries import rooms, statements
from tests.making.cards import make_card
from tests.making.holders import make_holder

TODAY = date(2026, 10, 31)
EVERYWHERE = {"division_first": "0" * 12, "division_last": "9" * 12, "count_max": 10_000}
# Each is called by a function of holders/people.py that notes the person's days afterwards.
WRITERS = {"insert_eligibility", "end_eligibility"}
# They take words out of rows, and leave the days as they are.
OF_PRIVACY = {"write_text_of_eligibility", "erase_eligibilities"}
OFFSETS = st.integers(-6, 10)
SPANS = st.lists(st.tuples(OFFSETS, st.one_of(st.none(), st.integers(0, 8))), max_size=4)


def day_of(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def covered(spans: list[tuple[int, int | None]], offset: int) -> bool:
    return any(
        first <= offset and (length is None or offset <= first + length) for first, length in spans
    )


def person_with(instance: Instance, spans: list[tuple[int, int | None]]) -> dict[str, Any]:
    """The card of a person with these eligibilities: each its first day and its length."""
    kinds = ("dibao", "tekun", "orphan", "disability")
    drafts = tuple(
        EligibilityDraft(kind, day_of(first), "名册")
        if length is None
        else EligibilityDraft(kind, day_of(first), "名册", day_of(first + length))
        for kind, (first, length) in zip(kinds, spans, strict=False)
    )
    return make_card(instance, make_holder(instance, eligibilities=drafts))


def test_whatever_writes_an_eligibility_notes_the_days() -> None:
    writing = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM)\s+eligibility\b")
    named = {
        name for room in rooms() for name, sql in statements(room).items() if writing.search(sql)
    }
    assert named == WRITERS | OF_PRIVACY, "a new one belongs to holders/people.py"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(spans=SPANS, ended=st.integers(0, 12))
def test_every_way_to_look_agrees(
    instance: Instance, spans: list[tuple[int, int | None]], ended: int
) -> None:
    card = person_with(instance, spans)
    holder_id, read, now = card["holder_id"], instance.engine.read, instance.clock()
    assert county_day(now) == TODAY
    # One of them is ended by hand afterwards, perhaps on another day than it had.
    if spans:
        rows = read(lambda tx: eligibilities_of(tx, holder_id))
        one = rows[ended % len(rows)]
        last = date.fromisoformat(one["starts_on"]) + timedelta(days=ended % 5)
        by: dict[str, Any] = {"now": now, "actor": "test", "reason": "复核"}
        instance.engine.write(
            lambda tx: end_eligibility(tx, holder_id, one["id"], ends_on=last, **by)
        )
        spans = [
            (
                (date.fromisoformat(row["starts_on"]) - TODAY).days,
                None
                if row["ends_on"] is None
                else (
                    date.fromisoformat(row["ends_on"]) - date.fromisoformat(row["starts_on"])
                ).days,
            )
            for row in read(lambda tx: eligibilities_of(tx, holder_id))
        ]
    for offset in range(-7, 12):
        held = read(partial(eligibilities_on, holder_id=holder_id, day=day_of(offset)))
        assert bool(held) == covered(spans, offset)
    deny_list = read(lambda tx: make_deny_list(tx, now, ""))
    text = deny_list.copies + "=" * (-len(deny_list.copies) % 4)
    is_denied = bytes.fromhex(card["copy_id"]) in {
        base64.urlsafe_b64decode(text)[place : place + 7]
        for place in range(0, 7 * deny_list.count, 7)
    }
    assert is_denied == (not covered(spans, 0))
    criteria = CardCriteria(not_entitled_on=TODAY)
    listed = read(lambda tx: card_ids(tx, criteria, "", 10_000))
    assert (card["id"] in listed) == (not covered(spans, 0))
    find = PersonCriteria(kind=NO_KIND)
    people = read(lambda tx: search(tx, instance.personal_data, find, today=TODAY)("", 10_000))
    assert (holder_id in {person.id for person in people}) == (not covered(spans, 0))
    tile = read(
        lambda tx: desk_queries.cards_not_entitled(tx, today=TODAY.isoformat(), **EVERYWHERE)
    )
    assert tile["waiting"] == len(listed)
