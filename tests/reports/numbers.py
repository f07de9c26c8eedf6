"""Every number of a report's page with its link, and what the list behind it says it counts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from huimin.core.money import BASIS_POINTS, half_up
from huimin.core.words import FACT_NAMES, FIGURE_NAMES

CODES = {word: code for code, word in {**FACT_NAMES, **FIGURE_NAMES}.items()}
MONEY = [code for code in FIGURE_NAMES if code.endswith("_fen")]
# What a share is a part of.
WHOLES = {"offline_share_bp": "redemptions", "used_share_bp": "cards_valid"}
WHEN = {1: "now", 2: "previous", 4: "last_year"}


@dataclass(frozen=True)
class Number:
    """A number as it is shown: whose it is, what it counts, its text, and where it leads."""

    row: str
    code: str
    text: str
    link: str | None

    @property
    def value(self) -> int:
        """Fen, basis points or a count; 0 where nothing is known."""
        digits = re.sub(r"[^\d-]", "", self.text.replace("−", "-"))
        # A share is written to a tenth of a per cent.
        return int(digits) * (10 if "%" in self.text else 1) if digits not in ("", "-") else 0


def plain(text: str) -> str:
    """A piece of a page without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def link_in(text: str) -> str | None:
    """Where the first link of a piece leads."""
    found = re.search(r'<a href="([^"]*)"', text)
    return html.unescape(found[1]) if found else None


def numbers_of(page: str) -> Iterator[Number]:
    """All of a report's page: its totals, its cover, the ranking and every table."""
    for word, cell in re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)<small>", page, re.S):
        yield Number("totals", CODES[plain(word)], plain(cell), link_in(cell))
    for name, cell in re.findall(r"<li><span>(.*?)</span> <b>(.*?)</b>", page, re.S):
        yield Number(f"top {plain(name)}", "discount_fen", plain(cell), link_in(cell))
    for number, table in enumerate(re.findall(r"<table class=[^>]*drill.*?</table>", page, re.S)):
        rows = [_cells(row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)]
        heads = [plain(cell) for cell in rows[0]]
        for row in rows[1:]:
            name = f"{number} {plain(row[0])}"
            if heads[0] == "项目":
                for place, when in WHEN.items():
                    code = CODES[plain(row[0])]
                    yield Number(f"{name} {when}", code, plain(row[place]), link_in(row[place]))
                continue
            for head, cell in zip(heads[1:], row[1:], strict=True):
                if head in CODES:
                    yield Number(name, CODES[head], plain(cell), link_in(cell))


def _cells(row: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)


class Lists:
    """Follows links, each once, and knows what a list says of itself."""

    def __init__(self, client: Any, page: str) -> None:
        self.client, self.page = client, page
        self.seen: dict[str, str] = {}

    def behind(self, number: Number) -> int:
        """What the list behind a number says of it."""
        link = str(number.link)
        if link == "#silent":
            section = self.page.split('id="silent"')[1].split("</section>")[0]
            return section.count("<li>")
        if link not in self.seen:
            answer = self.client.get(link)
            assert answer.status_code == 200, link
            self.seen[link] = answer.text
        page = self.seen[link]
        if number.code in MONEY:
            foot = re.search(r"<tfoot>(.*?)</tfoot>", page, re.S)
            assert foot, link
            sums = _cells(foot[1])[1:]
            cell = plain(sums[MONEY.index(number.code)])
            return Number("", "", cell, None).value
        counted = re.search(r'class="list-count"[^>]*>\D*([\d,]+)', page)
        count = int(counted[1].replace(",", "")) if counted else 0
        body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
        assert (body[1].count("<tr") if body else 0) == min(count, 50), link
        return count


def check_page(client: Any, address: str, every: int = 1) -> set[str]:
    """Follow the numbers of a report, or one of so many; the codes of those that led somewhere."""
    page = client.get(address).text
    lists, numbers = Lists(client, page), list(numbers_of(page))
    assert len(numbers) > 50
    wholes = {(one.code, one.row.split()[-1]): one.value for one in numbers if one.row[0] == "0"}
    for number in numbers[::every]:
        if number.link is None:
            assert number.value == 0 or number.code == "silent", number
            continue
        found = lists.behind(number)
        if number.code in WHOLES:
            when = number.row.split()[-1]
            whole = wholes[WHOLES[number.code], when if when in WHEN.values() else "now"]
            found = half_up(half_up(found * BASIS_POINTS, whole), 10) * 10
        assert found == number.value, (number, found)
    return {number.code for number in numbers if number.link}
