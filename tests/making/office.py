"""Clients of the office's pages, signed in; and how they send a form."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from huimin.instance import Instance
from tests.making.staff import csrf_of, make_staff, sign_in

TOWN, OTHER_TOWN = "512022002000", "512022001000"
UUID = "[0-9a-f]{8}-[0-9a-f-]{27}"


class Office:
    """Makes signed-in clients; `names` tells who is behind one."""

    def __init__(self, app: Any, instance: Instance) -> None:
        self.app, self.instance = app, instance
        self.names: dict[Any, str] = {}

    def client(self, role: str = "administrator", **over: Any) -> Any:
        """A client of a fresh account; a registrar belongs to TOWN unless told otherwise."""
        if role == "registrar":
            over.setdefault("division_code", TOWN)
        made = self.app.test_client()
        self.names[made] = make_staff(self.instance, role, **over)["username"]
        assert sign_in(made, self.names[made]).status_code == 302
        return made

    def post(self, client: Any, path: str, **form: Any) -> Any:
        """Send a form with its token."""
        return client.post(path, data={"csrf_token": csrf_of(client, "/account"), **form})


def first_id(page: str, path: str) -> str:
    """The first id that stands behind a path in a page's links."""
    found = re.search(f"{path}({UUID})", page)
    assert found is not None, path
    return found.group(1)


def pages_through(client: Any, address: str) -> list[str]:
    """Every page of a list from its beginning; the way back must lead over the same ones."""
    found = [client.get(address).text]
    while following := _linked(found[-1], "next"):
        found.append(client.get(following).text)
    page = found[-1]
    for before in reversed(found[:-1]):
        back = _linked(page, "prev")
        assert back is not None, "no way to the page before"
        page = client.get(back).text
        assert _main(page) == _main(before)
    assert _linked(found[0], "prev") is None
    return found


def _linked(page: str, relation: str) -> str | None:
    link = re.search(f'rel="{relation}" href="([^"]+)"', page)
    return unescape(link[1]) if link else None


def _main(page: str) -> str:
    """The rows; a first page that was reached from behind has another link to itself."""
    return page.partition("<tbody>")[2].partition("</tbody>")[0]
