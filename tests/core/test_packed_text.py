"""Texts that are packed for storage come out as they were, to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.core.packed_text import packed, unpacked
from tests.making.till import make_till


@given(st.text())
def test_any_text_comes_out_as_it_was(text: str) -> None:
    assert unpacked(packed(text)) == text


@pytest.mark.parametrize("text", ["", "{}", "=1", '=1"', "=1AAAA", "=2x"])
def test_what_looks_like_a_packed_text_is_none(text: str) -> None:
    assert unpacked(packed(text)) == text


def test_what_was_packed_once_is_unpacked_for_ever() -> None:
    text = '{"id":"01a2","explanation":["原价 ¥12.80。"]}'
    assert unpacked(PACKED_ONCE) == text


# Never changes: databases hold such texts.
PACKED_ONCE = "=1QwpLJdyxZWikZ2EAjoVaAA=="


def test_an_answer_to_a_till_takes_a_third(client, instance) -> None:  # type: ignore[no-untyped-def]
    till = make_till(client, instance, policy={})
    answer = till.redeem()
    (row,) = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT response_json FROM idempotency_key").fetchall()
    )
    assert unpacked(row["response_json"]) == answer.get_data(as_text=True).strip()
    assert len(row["response_json"].encode()) * 3 < len(answer.data)
