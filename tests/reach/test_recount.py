"""The reach of invented people against a recount in plain Python, on both engines.

Anything may come together: no eligibility or three, one that begins tomorrow, a card that was
replaced, one that ran out yesterday, use on the old copy alone, somebody who was erased.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from huimin.core.days import county_day, county_start, instant_text
from huimin.divisions.find import all_divisions
from huimin.instance import Instance
from huimin.reach.counts import Reach, reach_of_county, reach_of_town
from huimin.reach.unreached import LATELY_DAYS, REASONS, UnreachedCriteria, unreached_after
from tests.making.merchants import make_terminal
from tests.making.policies import make_policy
from tests.storage.rows import ROWS, insert

PEOPLE = 150
# Fewer would prove little.
USED_MIN = 5
MONTHS = ("2026-09", "2026-10")
KINDS = ("dibao", "disability", "orphan")
SAMPLE = dict(ROWS)


@dataclass
class Card:
    id: str
    state: str
    expires_on: str
    # The business days of its redemptions.
    used_on: list[str] = field(default_factory=list)


@dataclass
class Person:
    id: str
    village: str
    erased: bool
    # (starts_on, ends_on)
    eligibilities: list[tuple[str, str | None]]
    cards: list[Card]

    def entitled(self, day: str) -> bool:
        return not self.erased and any(
            start <= day and (end is None or end >= day) for start, end in self.eligibilities
        )

    def carded(self, day: str) -> bool:
        return any(card.state == "active" and card.expires_on >= day for card in self.cards)

    def used_in(self, month: str) -> bool:
        return any(day.startswith(month) for card in self.cards for day in card.used_on)

    @property
    def last_used(self) -> str:
        return max((day for card in self.cards for day in card.used_on), default="")

    def reason(self, day: str, since: str) -> str | None:
        """Why the person is not reached, or None."""
        if not self.entitled(day):
            return None
        if not self.carded(day):
            return "no_card"
        if not self.last_used:
            return "never_used"
        return "not_lately" if self.last_used < since else None


def invented(chance: random.Random, villages: list[str], today: date) -> list[Person]:
    def near(*days: int) -> str:
        return (today + timedelta(days=chance.choice(days))).isoformat()

    people = []
    for number in range(PEOPLE):
        spans: list[tuple[str, str | None]] = []
        for _ in KINDS[: chance.choice((0, 1, 1, 1, 2, 3))]:
            start = near(-400, -30, 0, 1)
            spans.append((start, chance.choice((None, max(start, near(-1, 0, 1, 90))))))
        cards = []
        for nth in range(chance.choice((0, 1, 1, 2))):
            live = ("active", "active", "suspended", "lost") if nth == 0 else ("replaced",)
            card = Card(f"card-{number}-{nth}", chance.choice(live), near(-1, 0, 1, 700))
            days = (-45, -10, -5, -LATELY_DAYS, -LATELY_DAYS - 1)
            card.used_on = [near(*days) for _ in range(chance.choice((0, 0, 1, 2)))]
            cards.append(card)
        erased = chance.random() < 0.1
        people.append(Person(f"h{number:04}", chance.choice(villages), erased, spans, cards))
    return people


def written(instance: Instance, people: list[Person]) -> None:
    policy = make_policy(instance, starts_on="2026-01-01")
    terminal, _ = make_terminal(instance)
    outlet = {"terminal_id": terminal["id"], "outlet_id": terminal["outlet_id"]}

    def write(tx: Any) -> None:
        merchant = tx.connection.execute("SELECT id FROM merchant").fetchone()["id"]
        outlet.update(merchant_id=merchant, policy_id=policy.id)
        serial = 0
        for person in people:
            at = SAMPLE["holder"]["created_at"] if person.erased else None
            given = {"id": person.id, "division_code": person.village, "erased_at": at}
            insert(tx, "holder", {**SAMPLE["holder"], **given, "id_number_hash": person.id})
            for kind, (start, end) in zip(KINDS, person.eligibilities, strict=False):
                span = {"holder_id": person.id, "kind": kind, "starts_on": start, "ends_on": end}
                row = {"id": f"{person.id}-{kind}", **span, "source": "名册", "recorded_at": start}
                insert(tx, "eligibility", row)
            for card in person.cards:
                serial += 1
                row = {"id": card.id, "holder_id": person.id, "state": card.state}
                row |= {"copy_id": f"{serial:014x}", "number": f"{serial:016d}"}
                row |= {"expires_on": card.expires_on, "issued_on": "2026-01-01"}
                first = min(card.used_on, default=None)
                insert(tx, "card", {**SAMPLE["card"], **row, "first_used_on": first})
                for month, count in Counter(day[:7] for day in card.used_on).items():
                    row = {"month": month, "card_id": card.id, "redemptions": count}
                    insert(tx, "rollup_month_card", {**row, "counted_in": "total="})
                for nth, day in enumerate(card.used_on):
                    serial += 1
                    at = instant_text(county_start(date.fromisoformat(day)) + timedelta(hours=9))
                    row = {"id": f"{card.id}-{nth}", "receipt_no": f"r{serial}", **outlet}
                    row |= {"card_id": card.id, "holder_id": person.id, "sequence": serial}
                    row |= {"order_no": str(serial), "occurred_at": at, "month": day[:7]}
                    row |= {"business_day": day, "merchant_id": merchant}
                    insert(tx, "ledger", {**SAMPLE["ledger"], **row})

    instance.engine.write(write)


def figures(row: Reach) -> tuple[int, int, int]:
    return row.entitled, row.carded, row.used


def recounted(people: list[Person], day: str, month: str) -> tuple[int, int, int]:
    found = [person for person in people if person.entitled(day)]
    return (
        len(found),
        sum(person.carded(day) for person in found),
        sum(person.used_in(month) for person in found),
    )


@pytest.fixture(params=[20261031, 7, 2026])
def people(request: pytest.FixtureRequest, instance: Instance) -> list[Person]:
    made = invented(
        random.Random(request.param), list(places_of(instance)), county_day(instance.clock())
    )
    written(instance, made)
    return made


def towns_of(instance: Instance) -> dict[str, str]:
    rows = instance.engine.read(all_divisions)
    return {row["code"]: row["name"] for row in rows if row["level"] == "town"}


def places_of(instance: Instance) -> dict[str, str]:
    """Three towns, where somebody is written down for the town alone, and their villages."""
    towns = dict(list(towns_of(instance).items())[:3])
    rows = instance.engine.read(all_divisions)
    return towns | {row["code"]: row["name"] for row in rows if row["parent_code"] in towns}


@pytest.mark.parametrize("month", MONTHS)
def test_every_count_is_what_python_counts(
    instance: Instance, people: list[Person], month: str
) -> None:
    today, places = county_day(instance.clock()), places_of(instance)
    counted, _ = reach_of_county(
        instance.engine, towns_of(instance), now=instance.clock(), month=month
    )
    for row in counted:
        here = [one for one in people if one.village[:9] == row.code[:9]]
        assert figures(row) == recounted(here, today.isoformat(), month), row.name
    assert sum(row.used for row in counted) >= USED_MIN
    for town in {code[:9] for code in places}:
        villages = {code: name for code, name in places.items() if code[:9] == town}
        rows = instance.engine.read(
            lambda tx, town=town, villages=villages: reach_of_town(  # type: ignore[misc]
                tx, f"{town}000", villages, day=today, month=month
            )
        )
        for row in rows:
            here = [one for one in people if one.village == row.code]
            assert figures(row) == recounted(here, today.isoformat(), month), row.name


@pytest.mark.parametrize("reason", REASONS)
def test_every_work_list_is_what_python_lists(
    instance: Instance, people: list[Person], reason: str
) -> None:
    today = county_day(instance.clock())
    since = (today - timedelta(days=LATELY_DAYS)).isoformat()
    wanted = {one.id: one for one in people if one.reason(today.isoformat(), since) == reason}
    assert wanted
    for code in places_of(instance):
        whole = code.endswith("000")
        village = None if whole else code
        asked = UnreachedCriteria(reason, f"{code[:9]}000", today, village)
        here = {
            one.id
            for one in wanted.values()
            if one.village == code or (whole and one.village[:9] == code[:9])
        }
        rows, count, limited = instance.engine.read(
            lambda tx, asked=asked: (  # type: ignore[misc]
                unreached_after(tx, asked, count=1_000),
                unreached_after.count(tx, asked, 1_000),
                unreached_after.count(tx, asked, 2),
            )
        )
        assert ({row["id"] for row in rows}, count) == (here, len(here))
        assert limited == min(2, count)
        for row in rows:
            last = wanted[row["id"]].last_used if reason == "not_lately" else ""
            assert (row["last_used_at"] or "")[:10] == last
