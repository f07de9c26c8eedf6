"""Texts that are packed for storage come out as they were, to the byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.core.packed_text import packed, unpacked
from tests.making.till import make_till

# Never changes: databases hold such texts.
PACKED_ONCE = [
    ('{"id":"01a2","explanation":["原价 ¥12.80。"]}', "=1QwpLJdyxZWikZ2EAjoVaAA=="),
    (
        '{"id":"01a22700-1a22-7663-a8cc-ae5599dd84ef","hash":"%s"}' % ("98c64d46" * 8),
        "=2QwpDhCgAAaInABoidmOozK5Vmd2E75jGTUaYxk1GmMZNRpjGTUaYxk1GmMZNRpjGTUaYxk1G",
    ),
]


@given(st.text())
def test_any_text_comes_out_as_it_was(text: str) -> None:
    assert unpacked(packed(text)) == text


@given(st.lists(st.uuids() | st.binary(min_size=32, max_size=32) | st.characters()))
def test_ids_and_hashes_come_out_as_they_were(values: list[Any]) -> None:
    each = [value.hex() if isinstance(value, bytes) else str(value) for value in values]
    text = "{" + ",".join(f'"id":"{value}"' for value in each) + "}"
    assert unpacked(packed(text)) == text


@pytest.mark.parametrize("text", ["", "{}", "=1", '=1"', "=1AAAA", "=2", "=2AAAA", "=3x"])
def test_what_looks_like_a_packed_text_is_none(text: str) -> None:
    assert unpacked(packed(text)) == text


@pytest.mark.parametrize(("text", "packed_once"), PACKED_ONCE)
def test_what_was_packed_once_is_unpacked_for_ever(text: str, packed_once: str) -> None:
    assert unpacked(packed_once) == text


def test_an_answer_to_a_till_takes_a_third(client, instance) -> None:  # type: ignore[no-untyped-def]
    till = make_till(client, instance, policy={})
    answer = till.redeem()
    (row,) = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT response_json FROM idempotency_key").fetchall()
    )
    assert unpacked(row["response_json"]) == answer.get_data(as_text=True).strip()
    assert len(row["response_json"].encode()) * 3 < len(answer.data)
