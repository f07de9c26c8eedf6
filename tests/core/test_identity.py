"""ID numbers, credit codes and masks: what is cleaned, converted, refused, and why."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.core.identity import (
    IdentityProblem,
    check_credit_code,
    mask_id_number,
    mask_name,
    mask_phone,
    parse_id_number,
)
from tests.making.holders import id_number

TODAY = date(2026, 10, 31)


def code_of(cell: object, **more: object) -> str:
    with pytest.raises(IdentityProblem) as caught:
        parse_id_number(cell, today=TODAY, **more)  # type: ignore[arg-type]
    assert caught.value.text.say()
    assert caught.value.text.say("en")
    return caught.value.code


@pytest.mark.parametrize(
    "cell",
    [
        "51202219630309468X",
        " 512022 19630309 468x ",
        "'51202219630309468X",
        "５１２０２２１９６３０３０９４６８Ｘ",
        "51202219630309468x\u200b",
    ],
)
def test_what_offices_type_is_cleaned(cell: str) -> None:
    found = parse_id_number(cell, today=TODAY)
    assert found.number == "51202219630309468X"
    assert found.birth_date == date(1963, 3, 9)
    assert found.gender == "female"


@pytest.mark.parametrize("cell", ["512022630309468", 512022630309468, 512022630309468.0])
def test_fifteen_digits_are_converted(cell: object) -> None:
    found = parse_id_number(cell, today=TODAY)
    assert (found.number, found.was_15) == ("51202219630309468X", True)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "id_missing"),
        ("  ", "id_missing"),
        ("123", "id_format"),
        ("5120221963030946XX", "id_format"),
        (True, "id_format"),
        ([], "id_format"),
        (512022196303094600, "id_float"),
        (5.12022196303095e17, "id_float"),
        ("5.12022196303095E+17", "id_float"),
        (0.5, "id_float"),
        ("512022196303094681", "id_check"),
        ("512022196302304689", "id_birth"),
        ("512022203012319464", "id_future"),
        ("512022180001019460", "id_birth"),
        ("012022196303094681", "id_region"),
    ],
)
def test_what_can_not_be_saved_is_refused_by_name(cell: object, code: str) -> None:
    assert code_of(cell) == code


def test_known_regions_are_the_callers_choice() -> None:
    assert code_of("51202219630309468X", known_regions={"110101"}) == "id_region"


@given(st.integers(0, 999_999), st.integers(0, 16), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_found(serial: int, place: int, by: int) -> None:
    number = id_number(serial)
    digit = str((int(number[place]) + by) % 10)
    changed = number[:place] + digit + number[place + 1 :]
    with pytest.raises(IdentityProblem):
        parse_id_number(changed, today=TODAY)


def test_credit_codes() -> None:
    assert check_credit_code(" 91110000600037341l") == "91110000600037341L"
    for wrong in ("91110000600037341M", "", "9" * 18):
        with pytest.raises(IdentityProblem) as caught:
            check_credit_code(wrong)
        assert caught.value.code == "credit_code"


def test_masks() -> None:
    assert [mask_name(name) for name in ("黄筱平", "张三", "张", "欧阳小小")] == [
        "黄*平",
        "张*",
        "*",
        "欧**小",
    ]
    assert mask_id_number("51202219630309468X") == "5120***********68X"
    assert mask_phone("13800001234") == "138******34"
    assert mask_phone("1234") == "****"
