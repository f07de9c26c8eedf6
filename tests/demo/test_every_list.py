"""Every list of the console, as found in the code: its count, its heads and its filters.

All are opened in a demo county, by the addresses that its own pages link to.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from huimin.app import create_app
from huimin.instance import open_instance
from huimin.settings import Settings
from tests.conftest import REPOSITORY
from tests.making.staff import make_staff, sign_in

CODE = REPOSITORY / "huimin"
# Pages that lead to the lists that have something of their own in the address.
STARTS = ("/settlements/", "/reach/", "/reports/")


def endpoints_of_lists() -> set[str]:
    """The first argument of each ListPage in the code."""
    found = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ListPage":
                assert isinstance(node.args[0], ast.Constant), path
                found.add(str(node.args[0].value))
    return found


@dataclass
class Page:
    """A list as its reader sees it."""

    text: str

    @property
    def count(self) -> int:
        """What the page says; 0 without a list."""
        said = re.search(r'class="list-count"[^>]*>\D*([\d,]+)', self.text)
        return int(said[1].replace(",", "")) if said else 0

    @property
    def rows(self) -> list[str]:
        """The words of each row."""
        body = re.search(r"<tbody>(.*?)</tbody>", self.text, re.S)
        rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
        # A box to tick and a button carry a token of their own.
        return [re.sub(r'value="[^"]*"|\s+', " ", row) for row in rows]

    @property
    def heads(self) -> dict[str, tuple[str, str]]:
        """By heading: aria-sort and the address."""
        heads = re.findall(
            r'<th scope="col"([^>]*)><a class="sorts" href="([^"]+)">(.*?)<span', self.text
        )
        return {
            heading: ((re.findall(r'aria-sort="(\w+)"', given) or [""])[0], unescape(address))
            for given, address, heading in heads
        }

    @property
    def chips(self) -> list[str]:
        """The addresses that remove a filter each."""
        return [unescape(one) for one in re.findall(r'class="chip" href="([^"]+)"', self.text)]

    @property
    def following(self) -> str | None:
        """The address of the next page."""
        link = re.search(r'rel="next" href="([^"]+)"', self.text)
        return unescape(link[1]) if link else None

    @property
    def choices(self) -> Iterator[tuple[str, str, bool]]:
        """Name, value and whether it is chosen, of each choice of each filter."""
        form = re.search(r'<form[^>]*class="filters.*?</form>', self.text, re.S)
        for name, options in re.findall(
            r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form[0] if form else "", re.S
        ):
            for value, chosen in re.findall(r'<option value="([^"]*)"( selected)?', options):
                yield name, unescape(value), bool(chosen)


class Reader:
    """An administrator who opens addresses of the demo county."""

    def __init__(self, app: Any, client: Any) -> None:
        self.app, self.client = app, client

    def page(self, address: str) -> Page:
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return Page(answer.text)

    def all_rows(self, page: Page) -> list[str]:
        """The rows of a page and of all that follow it."""
        rows = list(page.rows)
        while page.following:
            page = self.page(page.following)
            rows += page.rows
        return rows

    def endpoint_of(self, address: str) -> str:
        """Which page an address is; "" for none of ours."""
        adapter = self.app.url_map.bind("localhost")
        try:
            return str(adapter.match(urlsplit(address).path, method="GET")[0])
        except Exception:
            return ""

    def lists(self) -> dict[str, str]:
        """An address of every list: those without arguments, then what pages link to."""
        wanted = endpoints_of_lists()
        found = {
            rule.endpoint: rule.rule
            for rule in self.app.url_map.iter_rules()
            if rule.endpoint in wanted
            and not rule.arguments
            and self.client.get(rule.rule).status_code == 200
        }
        todo, opened = [*STARTS, *found.values()], set()
        while todo and set(found) < wanted:
            address = todo.pop(0)
            opened.add(self.endpoint_of(address))
            for link in re.findall(r'href="(/[^"#]*)"', self.client.get(address).text):
                endpoint = self.endpoint_of(unescape(link))
                if endpoint in wanted:
                    found.setdefault(endpoint, unescape(link))
                if endpoint and endpoint not in opened:
                    opened.add(endpoint)
                    todo.append(unescape(link))
        assert set(found) == wanted, f"no page links to {wanted - set(found)}"
        return found


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
    unsorted = []
    for endpoint, address in reader.lists().items():
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
    assert len(reader.all_rows(page)) == page.count, address


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
