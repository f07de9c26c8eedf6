"""What stands in a browser's tab, its history and its bookmarks says what a page is, never whose.

Every page that a role may open, and what is searched for on them.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from huimin.core.identity import mask_name
from huimin.core.permissions import ROLES
from huimin.instance import Instance
from tests.making.staff import make_staff, sign_in
from tests.whole_app.test_every_page import app, ids, opened, place  # noqa: F401
from tests.whole_app.test_other_places import Place

PHONE = re.compile(r"1[3-9]\d{9}|\*{4}\d{4}")
# Days and months are no numbers of anybody's.
DAYS = re.compile(r"\d{4}\s*(年|-\d\d)")


def people_of(instance: Instance) -> set[str]:
    """Every name of a person, whole and masked, every ID number's ends and every card's number."""
    found: set[str] = set()

    def query(tx: Any) -> None:
        def rows(query: str) -> list[str]:
            return [str(next(iter(row.values()))) for row in tx.connection.execute(query)]

        for table in ("holder", "family_member", "staff"):
            for name in rows(f"SELECT name FROM {table}"):
                found.update((name, mask_name(name)))
        found.update(rows("SELECT username FROM staff"))
        for number in rows("SELECT number FROM card"):
            found.update((number, " ".join(re.findall("....", number)), number[-4:]))

    instance.engine.read(query)
    return found


@pytest.mark.parametrize("role", [*ROLES, None])
def test_no_title_holds_what_is_somebody_s_own(
    app: Any,  # noqa: F811
    sqlite_instance: Instance,
    place: Place,  # noqa: F811
    ids: dict[str, str],  # noqa: F811
    role: str | None,
) -> None:
    client = app.test_client()
    if role is not None:
        staff = place.staff.get(role) or make_staff(sqlite_instance, role)
        sign_in(client, staff["username"])
    personal = people_of(sqlite_instance)
    assert len(personal) > 8
    pages = opened(app, client, ids, role)
    pages += [
        (where, client.get(where).text) for where in ("/help/?q=黄筱平", "/help/?q=13987654321")
    ]
    for where, text in pages:
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        assert title and title[1].strip(), where
        words = DAYS.sub("", unescape(title[1]))
        assert not {
            one for one in personal if re.search(rf"(?<!\d){re.escape(one)}(?!\d)", words)
        }, f"{role} {where}: {words}"
        assert PHONE.search(words) is None and "*" not in words, f"{role} {where}: {words}"
