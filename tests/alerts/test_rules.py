"""Each rule by a table of cases, and what holds for all of them whatever the facts are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.alerts.facts import Fact, Scene
from huimin.alerts.opening_hours import is_open, open_spans, spans_text
from huimin.alerts.rules import (
    LIMITS,
    SALE_RULES,
    far_apart,
    off_hours,
    repeated_card,
    round_amounts,
    split_sale,
)
from huimin.alerts.wording import RULES, found_words, rule_innocent, rule_meaning, rule_name
from huimin.core.catalogue import LANGUAGES
from huimin.core.days import county_day

TEN = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)
SHIFO, HUILAN = "512022101001", "512022102001"
TIANCHI, NANTA = "512022001003", "512022002004"


def fact(number: int = 0, minutes: float = 0, **over: Any) -> Fact:
    at = TEN + timedelta(minutes=minutes)
    wanted: dict[str, Any] = {
        "id": f"row{number}",
        "kind": "redemption",
        "channel": "online",
        "card_id": "card",
        "outlet_id": "outlet",
        "outlet_kind": "supermarket",
        "division_code": SHIFO,
        "terminal_id": "till",
        "staff_id": None,
        "cashier": None,
        "policy_id": "policy",
        "amount_fen": 12_345,
        "discount_fen": 988,
        "at": at,
        "day": county_day(at).isoformat(),
    }
    return Fact(**{**wanted, **over})


@pytest.mark.parametrize(
    ("minutes", "here", "there", "found"),
    [
        (-7, SHIFO, HUILAN, True),
        (7, SHIFO, HUILAN, True),
        (-20, SHIFO, HUILAN, True),
        (-20.1, SHIFO, HUILAN, False),
        (-7, SHIFO, SHIFO, False),
        (-7, SHIFO, "512022101002", False),
        (-7, TIANCHI, NANTA, False),
        (-7, TIANCHI, SHIFO, True),
    ],
)
def test_far_apart(minutes: float, here: str, there: str, found: bool) -> None:
    other = fact(1, minutes, division_code=there, outlet_id="other")
    told = far_apart(Scene(fact(2, division_code=here), of_card=(other,)))
    assert (told is not None) == found
    if told is not None:
        assert told.numbers["minutes"] == abs(int(minutes))
        assert told.rows == (("row1", "row2") if minutes < 0 else ("row2", "row1"))


@pytest.mark.parametrize("claimed", [1, 2])
def test_a_claim_s_time_is_no_evidence(claimed: int) -> None:
    channels = {claimed: {"channel": "claim"}}
    other = fact(1, -5, division_code=HUILAN, **channels.get(1, {}))
    row = fact(2, **channels.get(2, {}))
    assert far_apart(Scene(row, of_card=(other,))) is None
    night = fact(3, 14 * 60, channel="claim")
    assert off_hours(Scene(night)) is None


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ([{}, {}, {}], 4),
        ([{}, {}], None),
        ([{}, {}, {"terminal_id": "another"}], None),
        ([{"staff_id": "s", "terminal_id": "another"}] * 3, None),
    ],
)
def test_repeated_card_at_a_till(before: list[dict[str, Any]], found: int | None) -> None:
    others = tuple(fact(number, -90 * number, **over) for number, over in enumerate(before, 1))
    told = repeated_card(Scene(fact(9), of_card=others))
    assert (told.numbers["times"] if told else None) == found


@pytest.mark.parametrize(
    ("hands", "found"),
    [
        ({"staff_id": "s"}, True),
        ({"cashier": "王敏"}, True),
        ({"staff_id": "s", "cashier": "王敏"}, True),
        ({}, False),
    ],
)
def test_repeated_card_in_the_same_hands_at_other_tills(hands: dict[str, Any], found: bool) -> None:
    others = tuple(fact(n, -n, terminal_id=f"till{n}", **hands) for n in range(1, 4))
    assert (repeated_card(Scene(fact(9, **hands), of_card=others)) is not None) == found
    elsewhere = tuple(each._replace(outlet_id="other") for each in others)
    same_account = "staff_id" in hands
    told = repeated_card(Scene(fact(9, **hands), of_card=elsewhere))
    assert (told is not None) == same_account


def test_another_day_begins_anew() -> None:
    others = tuple(fact(n, -24 * 60 + n) for n in range(1, 4))
    assert repeated_card(Scene(fact(9), of_card=others)) is None


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ([10_000, 20_000, 5_000, 10_000], 4),
        ([10_000, 20_000, 5_000], None),
        ([10_000, 20_000, 5_050, 10_000, 10_000, 10_000], None),
        ([12_345, 10_000, 20_000, 5_000, 10_000], 4),
        ([1_000, 2_000, 3_000, 4_000], None),
        ([10_000, 20_000, 30_000, 12_345], None),
        ([10_000] * 9, 9),
    ],
)
def test_round_amounts(amounts: list[int], found: int | None) -> None:
    sales = [fact(n, n, amount_fen=amount) for n, amount in enumerate(amounts)]
    told = round_amounts(Scene(sales[-1], till_before=tuple(sales[-2::-1])))
    assert (told.numbers["times"] if told else None) == found
    if told is not None:
        assert not told.about_card
        assert told.rows == tuple(each.id for each in sales[-len(told.rows) :])


@pytest.mark.parametrize(
    ("before", "cap", "found"),
    [
        ([(-30, {"discount_fen": 6_000})], 10_000, 11_000),
        ([(-30, {"discount_fen": 5_000})], 10_000, None),
        ([(-30, {"discount_fen": 6_000})], None, None),
        ([(-61, {"discount_fen": 6_000})], 10_000, None),
        ([(30, {"discount_fen": 6_000})], 10_000, 11_000),
        ([(-30, {"discount_fen": 6_000, "outlet_id": "other"})], 10_000, None),
        ([(-30, {"discount_fen": 6_000, "policy_id": "other"})], 10_000, None),
        ([(-30, {"discount_fen": 0}), (-20, {"discount_fen": 5_001})], 10_000, 10_001),
        ([(-50, {"discount_fen": 3_000}), (-20, {"discount_fen": 3_000})], 10_000, 11_000),
    ],
)
def test_split_sale(
    before: list[tuple[int, dict[str, Any]]], cap: int | None, found: int | None
) -> None:
    others = tuple(fact(n, minutes, **over) for n, (minutes, over) in enumerate(before, 1))
    told = split_sale(Scene(fact(9, discount_fen=5_000), of_card=others, cap_redemption_fen=cap))
    assert (told.numbers["total_fen"] if told else None) == found
    if told is not None:
        assert "row1" in told.rows or before[0][1]["discount_fen"] == 0


@pytest.mark.parametrize(
    ("county_time", "hours", "kind", "found"),
    [
        ("10:00", None, "supermarket", False),
        ("05:29", None, "supermarket", True),
        ("05:30", None, "supermarket", False),
        ("23:30", None, "supermarket", False),
        ("23:31", None, "supermarket", True),
        ("03:00", None, "hospital", False),
        ("03:00", "08:00-18:00", "hospital", True),
        ("21:15", "08:00-21:00", "pharmacy", False),
        ("21:31", "08:00-21:00", "pharmacy", True),
        ("03:00", "24小时营业", "pharmacy", False),
        ("01:00", "18:00-02:00", "other", False),
        ("12:00", "18:00-02:00", "other", True),
        ("13:00", "08:00-12:00，14:00-18:00", "other", True),
        ("03:00", "看心情", "other", True),
    ],
)
def test_off_hours(county_time: str, hours: str | None, kind: str, found: bool) -> None:
    at = datetime.fromisoformat(f"2026-10-31T{county_time}:00+08:00").astimezone(UTC)
    told = off_hours(Scene(fact(at=at, outlet_kind=kind), hours=hours))
    assert (told is not None) == found
    if told is not None:
        assert told.numbers["time"] == county_time


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-22:00", "08:00–22:00"),
        ("8:30—21:00", "08:30–21:00"),
        ("０８：００～２２：００", "08:00–22:00"),
        ("周一至周五 08:00-12:00、14:00-18:00", "08:00–12:00, 14:00–18:00"),
        ("上午8点至晚上9点半", "08:00–21:30"),
        ("早上 7点 - 下午 6时30分", "07:00–18:30"),
        ("18:00-02:00", "18:00–02:00"),
        ("全天", "00:00–24:00"),
        ("24 小时", "00:00–24:00"),
        ("08:00-24:00", "08:00–24:00"),
        ("99:00-12:00", "06:00–23:00"),
        ("08:00-08:00", "06:00–23:00"),
        ("电话 028-1234567", "06:00–23:00"),
        ("", "06:00–23:00"),
        (None, "06:00–23:00"),
    ],
)
def test_opening_hours_are_read_as_people_write_them(text: str | None, spans: str) -> None:
    assert spans_text(open_spans(text, "supermarket")) == spans


@given(text=st.text(max_size=60), minute=st.integers(0, 1_439))
def test_any_text_is_some_hours(text: str, minute: int) -> None:
    spans = open_spans(text, "other")
    assert spans
    assert is_open(spans, minute, 30) or not is_open(spans, minute, 0)


facts = st.builds(
    fact,
    number=st.integers(0, 10**9),
    minutes=st.integers(-1_500, 1_500),
    division_code=st.sampled_from([SHIFO, HUILAN, TIANCHI, NANTA]),
    outlet_id=st.sampled_from(["a", "b"]),
    terminal_id=st.sampled_from(["t", "u"]),
    staff_id=st.sampled_from([None, "s"]),
    cashier=st.sampled_from([None, "王敏"]),
    channel=st.sampled_from(["online", "offline", "claim"]),
    amount_fen=st.sampled_from([5_000, 10_000, 12_345]),
    discount_fen=st.integers(0, 9_000),
)


@given(
    row=facts,
    of_card=st.lists(facts, max_size=8),
    before=st.lists(facts, max_size=8),
    cap=st.none() | st.integers(1, 20_000),
)
def test_whatever_the_facts_are(
    row: Fact, of_card: list[Fact], before: list[Fact], cap: int | None
) -> None:
    """A finding names the row itself and only rows it was shown, and can be said in words."""
    scene = Scene(row, tuple(of_card), tuple(before), cap)
    shown = {row.id, *(each.id for each in of_card), *(each.id for each in before)}
    for rule in SALE_RULES:
        found = rule(scene, LIMITS)
        assert rule(scene, LIMITS) == found
        if found is None:
            continue
        assert row.id in found.rows and set(found.rows) <= shown
        assert row.day in found.window_key
        for language in LANGUAGES:
            said = found_words(found.rule, found.numbers, language)
            assert "{" not in said


def test_every_rule_is_explained_in_three_languages() -> None:
    assert set(RULES) == {
        *(rule.__name__ for rule in SALE_RULES),
        "typed_misses",
        "shelf_price",
    }
    for rule in RULES:
        for say in (rule_name, rule_meaning, rule_innocent):
            said = [say(rule, language) for language in LANGUAGES]
            assert len(set(said)) == 3 and all(said), rule
            assert not any("{" in words for words in said)
    assert str(LIMITS.far_apart_minutes) in rule_meaning("far_apart")
