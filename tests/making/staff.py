"""Staff accounts to test with, and how they sign in through the form as a browser does."""

from __future__ import annotations

import itertools
import re
from typing import Any

from huimin.access.passwords import hash_password
from huimin.access.staff import add_staff_with_hash
from huimin.instance import Instance
from tests.making.merchants import TIANCHI_STREET, make_merchant, make_outlet

PASSWORD = "right-password-1"
CSRF_FIELD = re.compile(r'name="csrf-token" content="([^"]+)"')
_serial = itertools.count(1)


def make_staff(instance: Instance, role: str = "administrator", **over: Any) -> dict[str, Any]:
    """An account's row. The place its role needs is made anew unless it is given."""
    places: dict[str, Any] = {}
    if role == "registrar" and "division_code" not in over:
        places["division_code"] = TIANCHI_STREET
    if role == "merchant_manager" and "merchant_id" not in over:
        places["merchant_id"] = make_merchant(instance)["id"]
    if role == "cashier" and "outlet_id" not in over:
        places["outlet_id"] = make_outlet(instance)["id"]
    wanted: dict[str, Any] = {
        "username": f"{role.replace('_', '-')[:20]}{next(_serial)}",
        "name": "王丽",
        "role": role,
        "password_hash": hash_password(PASSWORD),
        "now": instance.clock(),
        "actor": "test",
        **places,
        **over,
    }
    return instance.engine.write(lambda tx: add_staff_with_hash(tx, **wanted))


def csrf_of(client: Any, path: str = "/sign-in") -> str:
    """The token a page gives to its forms and scripts."""
    found = CSRF_FIELD.search(client.get(path, follow_redirects=True).text)
    assert found is not None
    return found.group(1)


def sign_in(client: Any, username: str, password: str = PASSWORD, query: str = "") -> Any:
    """The answer to the form."""
    form = {"csrf_token": csrf_of(client), "username": username, "password": password}
    return client.post(f"/sign-in{query}", data=form)
