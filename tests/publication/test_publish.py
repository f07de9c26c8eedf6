"""Publishing a month: the figures are the report's, small ones are gone, and they never change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from huimin.cards.change_state import replace_card
from huimin.cards.token import token_of
from huimin.instance import Instance
from huimin.ledger.lock_month import unlock_month
from huimin.publication.counts import MonthCounts
from huimin.publication.month_figures import count_month, month_figures
from huimin.publication.publish import (
    count_to_publish,
    publish_month,
    published_month,
    published_months,
    withdraw_month,
)
from huimin.reports.monthly import monthly_report
from tests.conftest import FixedClock
from tests.making.sales import make_reversal
from tests.publication.county import KINDS, LONGMEN, NANTA, SHIFO, TIANCHI, PublicCounty

OCTOBER = "2026-10"


@pytest.fixture
def county(instance: Instance) -> PublicCounty:
    return PublicCounty(instance)


def figures(instance: Instance) -> dict[str, Any]:
    row = instance.engine.read(lambda tx: published_month(tx, OCTOBER))
    assert row is not None
    return dict(row["figures"])


def test_the_county_s_figures_are_those_of_the_report(
    county: PublicCounty, instance: Instance
) -> None:
    county.close()
    total = instance.engine.read(lambda tx: monthly_report(tx, OCTOBER)).total
    assert figures(instance)["county"] == {
        "cards": total.cards_used,
        "sales": total.redemptions,
        "saved_fen": total.discount_fen,
        "entitled": None,
        "reached": None,
    }
    kinds = {tuple(row["kinds"]): row["cards"] for row in figures(instance)["by_kind"]}
    assert kinds == {("supermarket",): 27, ("pharmacy",): 25, ("hospital",): 16}


def test_few_people_are_joined_or_withheld(county: PublicCounty, instance: Instance) -> None:
    county.close()
    found = figures(instance)
    # Two people of Shifo: joined with the smallest other town, as the towns without anybody are.
    joined = next(row["towns"] for row in found["by_town"] if SHIFO in row["towns"])
    assert len(joined) > 1
    assert sorted(code for row in found["by_town"] for code in row["towns"]) == sorted(
        town["code"] for town in found["towns"]
    )
    for level in ("by_town", "by_kind", "by_town_and_kind"):
        for row in found[level]:
            assert row["cards"] is None or row["cards"] >= 5, row
            assert (row["cards"] is None) == (row["sales"] is None) == (row["saved_fen"] is None)
    # Two people of Tianchi and four of Nanta at the hospital.
    hospital = {
        tuple(row["towns"]): row["cards"]
        for row in found["by_town_and_kind"]
        if row["kinds"] == ["hospital"]
    }
    assert (hospital[TIANCHI,], hospital[NANTA,]) == (None, None)


def test_a_replaced_card_does_not_make_two_people(county: PublicCounty, instance: Instance) -> None:
    card = next(each for each in county.cards if each["town"] == SHIFO)
    now = {"now": instance.clock(), "actor": "test"}

    def work(tx: Any) -> Any:
        key_id = instance.key_ring.active_key_id
        return replace_card(tx, card_id=card["id"], key_id=key_id, reason="补办", **now)

    fresh = instance.engine.write(work)
    county.sell({**fresh, "token": token_of(fresh, instance.key_ring)}, 0, 9_000)
    counts = instance.engine.read(lambda tx: count_month(tx, OCTOBER))
    found = counts.of([SHIFO], ["supermarket"])
    assert (found.cards, found.people, found.sales) == (3, 2, 3)


def counted(instance: Instance) -> MonthCounts | None:
    return instance.engine.read(lambda tx: count_to_publish(tx, OCTOBER))


def fresh(instance: Instance) -> dict[str, Any]:
    return instance.engine.read(lambda tx: month_figures(tx, OCTOBER))


def test_what_was_counted_before_is_published_and_not_counted_again(
    county: PublicCounty, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A return changes the savings alone, and they are those of the moment all the same.
    sold = county.sell(county.cards[0], 0, 50_000)
    before = counted(instance)
    make_reversal(instance, sold["id"], county.keys[0][0])
    expected = fresh(instance)
    monkeypatch.setattr("huimin.publication.month_figures.count_month", None)
    assert county.close(counted=before)["figures"] == expected
    assert counted(instance) is None


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_a_sale_after_the_count_is_published_as_well(
    county: PublicCounty, instance: Instance, kind: int
) -> None:
    before = counted(instance)
    # Somebody who had not bought there before: another card of that kind.
    card = next(each for each in county.cards if each["town"] == (LONGMEN, SHIFO, TIANCHI)[kind])
    county.sell(card, kind, 10_000)
    expected = fresh(instance)
    assert county.close(counted=before)["figures"] == expected
    county_sales = expected["county"]["sales"]
    sold = [n for parts in before.sums.values() for n, _ in parts.values()] if before else []
    assert county_sales == sum(sold) + 1


def test_what_was_published_never_changes(
    county: PublicCounty, instance: Instance, clock: FixedClock
) -> None:
    first = county.close()
    before = figures(instance)
    now = instance.clock()

    def reopen(tx: Any) -> None:
        unlock_month(tx, OCTOBER)
        withdraw_month(tx, OCTOBER, close_id="close-1", now=now)
        withdraw_month(tx, OCTOBER, close_id="close-1", now=now)

    instance.engine.write(reopen)
    row = instance.engine.read(lambda tx: published_month(tx, OCTOBER))
    assert (row["state"], row["figures"], row["version"]) == ("withdrawn", None, 2)
    county.sell(county.cards[0], 0, 77_700)
    again = county.close(close_id="close-2")
    assert (again["version"], again["sha256"]) == (3, first["sha256"])
    assert figures(instance) == before
    months = instance.engine.read(published_months)
    assert [(each["month"], each["version"]) for each in months] == [(OCTOBER, 3)]


def test_too_few_people_in_all_are_told_nothing_about(instance: Instance) -> None:
    row = instance.engine.write(
        lambda tx: publish_month(tx, OCTOBER, close_id="close-1", now=instance.clock())
    )
    assert row["figures"]["withheld"] is True
    assert row["figures"]["county"] is None
    assert row["figures"]["by_town"] == row["figures"]["by_town_and_kind"] == []


def test_nothing_withheld_is_kept_in_the_stored_text(
    county: PublicCounty, instance: Instance
) -> None:
    row = county.close()
    stored = json.loads(
        instance.engine.read(
            lambda tx: tx.connection.execute(
                "SELECT figures_json FROM publication_month"
            ).fetchone()["figures_json"]
        )
    )
    assert stored == row["figures"]
    assert "people" not in json.dumps(stored).replace("people_min", "")
