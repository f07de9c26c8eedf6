"""Coordinates as they are typed, and distances against known ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.core.coordinates import (
    LATITUDE_RANGE,
    LONGITUDE_RANGE,
    degrees_text,
    distance_m,
    parse_degrees,
)

POINTS = st.tuples(st.integers(*LATITUDE_RANGE), st.integers(*LONGITUDE_RANGE))


@given(st.integers(*LATITUDE_RANGE))
def test_what_is_written_is_read_back(microdegrees: int) -> None:
    assert parse_degrees(degrees_text(microdegrees), LATITUDE_RANGE) == microdegrees


@pytest.mark.parametrize("text", ["", "30,27", "-30.1", "٣٠.١", "30.", "60.5", "2.9", "1e1", "NaN"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_degrees(text, LATITUDE_RANGE)


def test_places_beyond_the_sixth_are_rounded() -> None:
    assert parse_degrees("30.1234565", LATITUDE_RANGE) == 30_123_457
    assert parse_degrees("30", LATITUDE_RANGE) == 30_000_000


def test_a_degree_and_two_cities() -> None:
    # A degree of latitude is a 360th of the circumference; Beijing to Shanghai is about 1,067 km.
    assert distance_m((30_000_000, 105_000_000), (31_000_000, 105_000_000)) == 111_195
    beijing, shanghai = (39_904_200, 116_407_400), (31_230_400, 121_473_700)
    assert abs(distance_m(beijing, shanghai) - 1_067_000) < 3_000


@given(POINTS, POINTS, POINTS)
def test_it_is_a_distance(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> None:
    assert distance_m(a, a) == 0
    assert distance_m(a, b) == distance_m(b, a) >= 0
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 2
