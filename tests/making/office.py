"""Clients of the office's pages, signed in; and how they send a form."""

from __future__ import annotations

import re
from typing import Any

from huimin.house import House
from tests.making.staff import csrf_of, make_staff, sign_in

TOWN, OTHER_TOWN = "512022002000", "512022001000"
UUID = "[0-9a-f]{8}-[0-9a-f-]{27}"


class Office:
    """Makes signed-in clients; `names` tells who is behind one."""

    def __init__(self, app: Any, house: House) -> None:
        self.app, self.house = app, house
        self.names: dict[Any, str] = {}

    def client(self, role: str = "administrator", **over: Any) -> Any:
        """A client of a fresh account; a registrar belongs to TOWN unless told otherwise."""
        if role == "registrar":
            over.setdefault("division_code", TOWN)
        made = self.app.test_client()
        self.names[made] = make_staff(self.house, role, **over)["username"]
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
