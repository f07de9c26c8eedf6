"""Money, days, numbers, tokens, chains and permissions: the plain values everything is made of."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta, timezone

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from huimin.core import days
from huimin.core.card_number import group, is_valid, make_number
from huimin.core.card_token import address_form, read_text, sign_token, verify_token
from huimin.core.chain import GENESIS, canonical_bytes, fold_heads, row_hash
from huimin.core.money import (
    allocate,
    half_up,
    money_text,
    parse_yuan,
    percent_words,
    rate_words,
    yuan,
)
from huimin.core.permissions import PERMISSIONS, ROLES, allows
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal, field_problem
from huimin.core.words import CAPS

KEY = Ed25519PrivateKey.generate()
KEYS = {7: KEY.public_key()}


@pytest.mark.parametrize(
    ("rate_bp", "said"),
    [(800, "九二折"), (1_000, "九折"), (500, "九五折"), (2_000, "八折"), (850, "九一五折")],
)
def test_rates_are_said_as_people_say_them(rate_bp: int, said: str) -> None:
    assert rate_words(rate_bp) == said


def test_rates_in_other_words() -> None:
    assert rate_words(800, "en") == "8% off"
    assert [rate_words(10_000, tag) for tag in ("zh_Hans", "zh_Hant", "en")] == [
        "免费",
        "免費",
        "free",
    ]
    assert percent_words(850) == "8.5%"


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("128", 12_800),
        ("128.5", 12_850),
        ("¥1,280.00", 128_000),
        (" 0.01元 ", 1),
        ("１００", 10_000),
    ],
)
def test_amounts_as_typed(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "-1", "1.234", "1e3", "NaN", "一百", "1 2", "12,80", "1,2345"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_yuan(text)


def test_sums_that_make_no_sense() -> None:
    assert money_text(-1_024) == "−¥10.24"
    assert [money_text(fen) for fen in (99_999, 100_000, -123_456_789)] == [
        *("¥999.99", "¥1,000.00", "−¥1,234,567.89")
    ]
    assert yuan(123_456) == "1234.56"
    assert allocate(0, []) == []
    for total, weights in ((-1, [1]), (1, [-1, 3]), (1, [0])):
        with pytest.raises(ValueError, match="weight"):
            allocate(total, weights)
    with pytest.raises(ValueError, match="positive"):
        half_up(1, 0)


def test_the_county_day_begins_at_its_own_midnight() -> None:
    before = datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)
    assert days.county_day(before) == date(2026, 10, 31)
    assert days.county_day(before + timedelta(seconds=1)) == date(2026, 11, 1)
    assert days.county_start(date(2026, 11, 1)) == before + timedelta(seconds=1)


def test_instants() -> None:
    there = datetime(2026, 10, 31, 10, 0, tzinfo=timezone(timedelta(hours=8)))
    assert days.instant_text(there) == "2026-10-31T02:00:00.000Z"
    assert days.parse_instant("2026-10-31T10:00:00+08:00") == there
    for call in (
        lambda: days.instant_text(datetime(2026, 1, 1)),
        lambda: days.parse_instant("2026-01-01T00:00:00"),
    ):
        with pytest.raises(ValueError, match="time zone"):
            call()


def test_months() -> None:
    assert days.month_of(date(2026, 1, 31)) == "2026-01"
    assert days.month_days("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert days.previous_month("2026-01") == "2025-12"
    assert days.next_month("2025-12") == "2026-01"
    assert days.parse_month("2026-10") == "2026-10"
    assert days.parse_day("2026-10-31") == date(2026, 10, 31)
    for wrong in ("2026-13", "2026-1", "１２", "3026-01"):
        with pytest.raises(ValueError, match="month"):
            days.parse_month(wrong)
    for wrong in ("2026-02-30", "20260101", "2026-1-1", "0001-01-01", "9999-12-31"):
        with pytest.raises(ValueError):
            days.parse_day(wrong)


@given(st.integers(0, 10**9 - 1), st.integers(0, 15), st.integers(1, 9))
def test_a_wrong_digit_of_a_card_number_is_found(serial: int, place: int, by: int) -> None:
    number = make_number(serial, "512022")
    assert is_valid(number)
    assert not is_valid(number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :])


@given(st.integers(0, 10**9 - 1), st.integers(0, 14))
def test_neighbours_that_changed_places_are_found(serial: int, place: int) -> None:
    number = make_number(serial, "512022")
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (swapped == number) == is_valid(swapped)


def test_card_numbers() -> None:
    number = make_number(5, "512022")
    assert group(number) == " ".join((number[:4], number[4:8], number[8:12], number[12:]))
    for serial in (-1, 10**9):
        with pytest.raises(ValueError, match="nine digits"):
            make_number(serial, "512022")
    assert not is_valid("")
    assert not is_valid("５" * 16)


def refusal_of(digits: str) -> str:
    with pytest.raises(Refusal) as caught:
        verify_token(digits, KEYS)
    return caught.value.code


@given(st.binary(min_size=7, max_size=7), st.integers(1, 2**32))
def test_a_token_comes_back_as_it_went(copy_id: bytes, expires_at: int) -> None:
    claims = verify_token(sign_token(copy_id, expires_at, 7, KEY), KEYS)
    assert (claims.copy_id, claims.expires_at, claims.key_id) == (copy_id, expires_at, 7)


def test_a_token_fits_a_small_code() -> None:
    token = sign_token(b"1234567", 1_900_000_000, 7, KEY)
    assert len(token) <= 225
    assert read_text(token).kind == "token"
    assert read_text(address_form(token, "huimin.example")).text == token
    with pytest.raises(ValueError, match="seven bytes"):
        sign_token(b"123", 1, 7, KEY)


@given(st.integers(0, 224), st.integers(1, 9))
def test_a_changed_token_is_no_token(place: int, by: int) -> None:
    token = sign_token(b"1234567", 1_900_000_000, 7, KEY)
    place %= len(token)
    digit = str((int(token[place]) + by) % 10)
    assert refusal_of(token[:place] + digit + token[place + 1 :]) == "card_signature_invalid"


def signed(message: object) -> str:
    return str(int.from_bytes(b"\x01" + cbor2.dumps(message)))


@pytest.mark.parametrize(
    "message",
    [
        "text",
        cbor2.CBORTag(61, []),
        cbor2.CBORTag(18, [b"", {}, b"", b""]),
        cbor2.CBORTag(18, [cbor2.dumps({1: -7}), {4: b"\x07"}, b"", b""]),
        cbor2.CBORTag(18, [cbor2.dumps({1: -8}), {4: b"\x09"}, b"", b""]),
        cbor2.CBORTag(18, [cbor2.dumps({1: -8}), {4: b"\x07"}, b"", b"x" * 64]),
        cbor2.CBORTag(18, 5),
    ],
)
def test_other_messages_are_refused(message: object) -> None:
    assert refusal_of(signed(message)) == "card_signature_invalid"


@pytest.mark.parametrize("claims", [{7: b"short", 4: 1}, {7: b"1234567", 4: "x"}, {4: 1}, []])
def test_other_claims_are_refused_though_signed(claims: object) -> None:
    protected, payload = cbor2.dumps({1: -8}), cbor2.dumps(claims)
    signature = KEY.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    message = cbor2.CBORTag(18, [protected, {4: b"\x07"}, payload, signature])
    assert refusal_of(signed(message)) == "card_signature_invalid"


@given(st.integers(0, 10**600))
def test_no_number_crashes_the_reader(number: int) -> None:
    assert refusal_of(str(number)) == "card_signature_invalid"


def test_a_chain_covers_everything_but_its_own_hash() -> None:
    row = {"id": "1", "name": "黄", "fen": 5, "none": None, "previous_hash": GENESIS}
    assert canonical_bytes({**row, "hash": "x"}) == canonical_bytes(row)
    assert row_hash(row) != row_hash({**row, "fen": 6})
    assert "黄".encode() in canonical_bytes(row)
    one, two = secrets.token_hex(), secrets.token_hex()
    assert fold_heads({"a": one, "b": two}) == fold_heads({"b": two, "a": one})
    assert fold_heads({"a": one, "b": two}) != fold_heads({"a": two, "b": one})


def test_permissions_deny_what_they_do_not_allow() -> None:
    assert allows("cashier", "till.use")
    assert not allows("cashier", "report.read")
    assert not allows("nobody", "report.read")
    with pytest.raises(KeyError):
        allows("administrator", "no.such.action")
    assert all(roles <= set(ROLES) for roles in PERMISSIONS.values())


def test_field_problems_speak_two_languages() -> None:
    edition = FieldProblem("b", "第 {version} 版", version=2)
    problems = FieldProblems([FieldProblem("a", "状态"), edition])
    assert str(problems) == "a：状态；b：第 2 版"
    assert [problem.message("en") for problem in problems.problems] == ["State", "version 2"]
    assert field_problem("a", "状态").problems[0].message() == "状态"


def test_a_refusal_fills_its_sentence() -> None:
    assert "A1" in Refusal("order_exists", order_no="A1").detail()
    assert "—" in Refusal("order_exists").detail()
    assert "daily limit" in Refusal("cap_reached", cap=CAPS.text("card_day")).detail("en")
