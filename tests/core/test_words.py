"""The codes of kinds have names in every language, and are those that the schema takes."""

from __future__ import annotations

import re

from huimin.checkout.entitlement import ELIGIBILITY_ORDER
from huimin.core.catalogue import LANGUAGES
from huimin.core.words import ELIGIBILITIES, OUTLET_KINDS
from huimin.storage.migrate import schema_text


def codes_of(table: str) -> set[str]:
    """What the table's `kind` may be."""
    body = schema_text().partition(f"CREATE TABLE {table} (")[2].partition(";\n")[0]
    listed = re.search(r"CHECK \(kind IN \(([^)]*)\)\)", body)
    assert listed, table
    return set(re.findall(r"'(\w+)'", listed[1]))


def test_the_schema_takes_just_these() -> None:
    assert codes_of("outlet") == set(OUTLET_KINDS)
    assert codes_of("eligibility") == set(ELIGIBILITIES)


def test_the_order_is_that_in_which_one_is_counted() -> None:
    assert tuple(ELIGIBILITIES) == ELIGIBILITY_ORDER


def test_each_has_a_name_in_every_language() -> None:
    for names in (OUTLET_KINDS, ELIGIBILITIES):
        for code in names:
            assert all(names.say(code, language) not in ("", code) for language in LANGUAGES)


def test_a_code_in_words() -> None:
    assert OUTLET_KINDS.say("pharmacy") == "药店"
    assert OUTLET_KINDS.say("pharmacy", "zh_Hant") == "藥店"
    assert ELIGIBILITIES.say("orphan", "en") == "Orphan"
    assert OUTLET_KINDS.say("bakery") == "bakery"
