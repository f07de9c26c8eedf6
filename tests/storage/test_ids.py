"""Ids sort by time, within a millisecond too, and a wrong clock spoils no later one."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from huimin.storage.ids import id_of, least_id, new_id

NOW = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


def test_each_is_a_uuid_of_version_7_greater_than_the_one_before() -> None:
    began = datetime.now(UTC)
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(set(ids))
    first = uuid.UUID(ids[0])
    assert (first.version, first.variant, str(first)) == (7, uuid.RFC_4122, ids[0])
    # However many there are at once, they do not run ahead of the clock.
    after = timedelta(milliseconds=1)
    assert least_id(began - after) <= ids[0] and ids[-1] < least_id(datetime.now(UTC) + after)


def test_a_clock_that_was_far_ahead_for_a_moment_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = [NOW]
    monkeypatch.setattr(time, "time_ns", lambda: int(at[0].timestamp() * 1_000_000_000))
    first = new_id()
    at[0] = NOW + timedelta(days=1_900)
    assert new_id() > least_id(at[0])
    at[0] = NOW + timedelta(seconds=1)
    second = new_id()
    assert first < second < least_id(NOW + timedelta(seconds=2))
    at[0] = NOW - timedelta(minutes=4)  # a little back: in order
    third = new_id()
    assert second < third < least_id(NOW + timedelta(seconds=2))
    at[0] = NOW - timedelta(hours=1)
    assert new_id() < least_id(NOW - timedelta(minutes=59))


def test_an_id_of_an_instant_begins_with_it() -> None:
    earlier = NOW - timedelta(days=800)
    assert least_id(earlier) <= id_of(earlier) < least_id(earlier + timedelta(milliseconds=1))
