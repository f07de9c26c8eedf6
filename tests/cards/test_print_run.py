"""Which cards a print run takes, on both engines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from huimin.cards.change_state import suspend_card
from huimin.cards.print_run import (
    card_of_holder,
    card_to_print,
    cards_of_run,
    public_host,
    record_printed,
)
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder

TODAY = date(2026, 10, 31)


def numbers(instance: Instance, **choice: Any) -> set[str]:
    rows = instance.engine.read(lambda tx: cards_of_run(tx, **{"today": TODAY, **choice}))
    return {row["number"] for row in rows}


def test_a_run_takes_unprinted_cards_that_count(instance: Instance) -> None:
    fresh, printed, stopped = make_card(instance), make_card(instance), make_card(instance)
    ends = make_card(instance, expires_on="2026-10-31")
    instance.engine.write(
        lambda tx: record_printed(
            tx, [printed["id"]], now=instance.clock(), actor="test", reason="打印卡片"
        )
    )
    instance.engine.write(
        lambda tx: suspend_card(
            tx, card_id=stopped["id"], now=instance.clock(), actor="test", reason="核查"
        )
    )
    assert numbers(instance) == {fresh["number"], ends["number"]}
    assert numbers(instance, printed_too=True) == {
        fresh["number"],
        ends["number"],
        printed["number"],
    }
    assert numbers(instance, today=date(2026, 11, 1)) == {fresh["number"]}
    assert numbers(instance, town_code="512022999000") == set()


def test_a_run_shows_the_name_as_it_is_printed(instance: Instance) -> None:
    make_card(instance, make_holder(instance, name="黄筱平"))
    (row,) = instance.engine.read(lambda tx: cards_of_run(tx, today=TODAY))
    assert row["holder_name"] == "黄筱平"


def test_a_single_card_must_count(instance: Instance) -> None:
    card = make_card(instance, expires_on="2026-10-31")
    assert instance.engine.read(lambda tx: card_to_print(tx, card["id"], TODAY))["id"] == card["id"]
    for ask in (
        lambda tx: card_to_print(tx, card["id"], date(2026, 11, 1)),
        lambda tx: card_of_holder(tx, card["holder_id"], date(2026, 11, 1)),
        lambda tx: card_of_holder(tx, "nobody", TODAY),
    ):
        with pytest.raises(FieldProblems):
            instance.engine.read(ask)
    with pytest.raises(Refusal):
        instance.engine.read(lambda tx: card_to_print(tx, "no card", TODAY))


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://huimin.lezhi.gov.cn", "huimin.lezhi.gov.cn"),
        ("https://huimin.lezhi.gov.cn:8443/", "huimin.lezhi.gov.cn:8443"),
        ("http://127.0.0.1:8000", None),
        ("", None),
        (None, None),
    ],
)
def test_only_an_https_address_stands_on_a_card(base_url: str | None, host: str | None) -> None:
    assert public_host(base_url) == host
