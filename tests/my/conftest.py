"""A holder with a card and a daughter whose ID number is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from huimin.holders.people import FamilyDraft, family_of
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder, unmistakable_number


@dataclass
class Household:
    """The holder's row, the card's row with its token, and the daughter's row and number."""

    holder: dict[str, Any]
    card: dict[str, Any]
    member: dict[str, Any]
    member_number: str


@pytest.fixture
def home(instance: Instance) -> Household:
    number = unmistakable_number()
    family = (FamilyDraft("张小梅", "女儿", number),)
    holder = make_holder(instance, family=family)
    member = instance.engine.read(lambda tx: family_of(tx, holder["id"]))[0]
    return Household(holder, make_card(instance, holder), member, number)
