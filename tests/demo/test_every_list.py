"""Every list of the console, as found in the code: its count, its heads and its filters.

All are opened in a demo county, by the addresses that its own pages link to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from huimin.app import create_app
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.making.every_list import Page, Reader, endpoints_of_lists
from tests.making.staff import make_staff, sign_in

# Longer lists are not walked over to their end: tests/storage/test_list_query.py does that.
WALKED_MAX = 120


@pytest.fixture
def reader(demo_copy: Path) -> Iterator[Reader]:
    instance = open_instance(
        Settings.from_environment(demo_copy, {}), clock=lambda: datetime.now(UTC)
    )
    app = create_app(instance=instance, testing=True)
    client = app.test_client()
    sign_in(client, make_staff(instance, "administrator")["username"])
    yield Reader(app, client)
    instance.close()


def test_every_list_counts_sorts_and_shows_its_filters(reader: Reader) -> None:
    unsorted, lists = [], reader.lists()
    assert set(lists) == endpoints_of_lists()
    for endpoint, address in lists.items():
        page = reader.page(address)
        check_count(reader, address, page)
        check_heads(reader, address, page)
        check_chips(reader, address, page)
        if page.rows and not page.heads:
            unsorted.append(endpoint)
    assert unsorted == []


def with_arguments(address: str, **more: str) -> str:
    parts = urlsplit(address)
    arguments = {**dict(parse_qsl(parts.query)), **more}
    return parts.path + "?" + "&".join(f"{name}={value}" for name, value in arguments.items())


def arguments_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def check_count(reader: Reader, address: str, page: Page) -> None:
    rows = page.rows if page.count > WALKED_MAX else reader.all_rows(page)
    assert len(rows) == (50 if page.count > WALKED_MAX else page.count), address


def check_heads(reader: Reader, address: str, page: Page) -> None:
    """Each head sorts both ways, over all pages, and says so; an unknown name does nothing."""
    assert reader.page(with_arguments(address, sort="-nothing")).rows == page.rows, address
    for heading, (_aria, link) in page.heads.items():
        once = reader.page(link)
        again = reader.page(once.heads[heading][1])
        directions = [one.heads[heading][0] for one in (once, again)]
        assert sorted(directions) == ["ascending", "descending"], (link, directions)
        others = [aria for other, (aria, _link) in once.heads.items() if other != heading]
        assert set(others) <= {""}, link
        if page.count <= WALKED_MAX:
            rows = reader.all_rows(once)
            assert rows == reader.all_rows(again)[::-1], link
            assert sorted(rows) == sorted(reader.all_rows(page)), link


def check_chips(reader: Reader, address: str, page: Page) -> None:
    """Each filter that is on has one chip, which removes it alone; heads and export keep all."""
    chosen: dict[str, str] = {}
    for name, value, is_chosen in page.choices:
        if value not in ("", "all") and not is_chosen:
            chosen.setdefault(name, value)
    if not chosen:
        return
    filtered = reader.page(with_arguments(address, **chosen))
    before = arguments_of(with_arguments(address, **chosen))
    check_count(reader, address, filtered)
    assert len(filtered.chips) == len(chosen), (address, chosen, filtered.chips)
    for name, link in zip(chosen, filtered.chips, strict=True):
        left = arguments_of(link)
        assert {one: left.get(one) for one in before if one != name} == {
            one: before[one] for one in before if one != name
        }, link
        assert left.get(name) != chosen[name], link
        assert len(reader.page(link).chips) in (len(chosen) - 1, len(chosen)), link
    for _aria, link in filtered.heads.values():
        assert before.items() <= arguments_of(link).items(), link
    export = re.search(r'href="([^"]*format=xlsx[^"]*)"', filtered.text)
    if filtered.rows:
        assert export and before.items() <= arguments_of(unescape(export[1])).items(), address
