"""Every list of the console, as found in the code, and how its reader sees it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from tests.python_files import python_files

# Pages that lead to the lists that have something of their own in the address.
STARTS = ("/settlements/", "/reach/", "/reports/")


def endpoints_of_lists() -> set[str]:
    """The first argument of each ListPage in the code."""
    found = set()
    for path, tree in python_files().items():
        for node in ast.walk(tree):
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
        answer = self.client.get(address, follow_redirects=True)
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
            answer = self.client.get(address)
            text = answer.text if answer.mimetype == "text/html" else ""
            for link in re.findall(r'href="(/[^"#]*)"', text):
                endpoint = self.endpoint_of(unescape(link))
                if endpoint in wanted:
                    found.setdefault(endpoint, unescape(link))
                if endpoint and endpoint not in opened:
                    opened.add(endpoint)
                    todo.append(unescape(link))
        return found
