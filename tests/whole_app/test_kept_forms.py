"""A form whose sender had to sign in again does nothing by itself, whichever page it is of.

Every route that takes a form is asked by somebody who may, with something real for each id: nothing
in the database changes, and the page says that what was sent waits for a second press.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from huimin.access.pages.sign_in import SIGN_OUT
from huimin.core.permissions import ROLES, allows
from huimin.instance import Instance
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.web.forms import AGAIN
from tests.making.policies import make_policy
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.whole_app.test_access_table import action_of, rules_of
from tests.whole_app.test_other_places import FORM, HERE, NO_IDS, Place, address

# What changes nothing in the database, and so is done at once.
HARMLESS = {
    "desk.search": "a search",
    "holders.find_people": "a search",
    "checkout.choose_terminal": "which of the own tills this session shows",
    "practice_cards.again": "an invented county, in which nothing is kept",
    "access.confirm_second_factor": "leads back to the account: the code is typed again",
}
# Who looked, and what was refused: not what a form does.
NOTED_LATER = ("card_lookup", "refused_attempt")
WAITS = "请核对后再"
FILLED = {
    **FORM,
    "act": "approve",
    "all": "1",
    "bearer": "government",
    "day": "2026-10-31",
    "days": "30",
    "until": "2030-01-01",
    "count": "9",
    "layout": "sheet",
    "outcome": "upheld",
    "answer": "看过",
    "text": "看过",
    "line": "1",
    "address": "https://pos.example.cn/",
    "paid_on": "2026-10-31",
    "bank_reference": "1",
    "source": "文件",
}


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


def content(instance: Instance) -> dict[str, list[Any]]:
    """Every row of the database, but of what is noted later, in a thread of its own."""
    with sqlite3.connect(instance.settings.database_path) as database:
        names = [
            row[0]
            for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if row[0] not in NOTED_LATER
        ]
        return {
            name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in names
        }


def test_nothing_is_done_by_a_form_that_comes_back_after_signing_in(
    app: Any, sqlite_instance: Instance
) -> None:
    make_policy(sqlite_instance)
    place = Place(sqlite_instance, HERE)
    by = {"now": sqlite_instance.clock(), "actor": "test"}
    draft = PolicyDraft("ninety", "九折", 1_000, "2026-12-01", scope="kind", scope_value="pharmacy")
    policy = sqlite_instance.engine.write(lambda tx: save_draft(tx, draft, **by))
    ids = {**NO_IDS, **place.ids, "policy_id": policy["id"]}
    staff = {role: place.staff.get(role) or make_staff(sqlite_instance, role) for role in ROLES}
    clients = {}
    for role, one in staff.items():
        clients[role] = app.test_client()
        sign_in(clients[role], one["username"])
    asked, silent = 0, set()
    for rule, method in rules_of(app):
        action = action_of(app, rule)
        if method != "POST" or action is None or rule.endpoint == SIGN_OUT:
            continue
        role = next(role for role in ROLES if allows(role, action))
        client = clients[role]
        path = address(rule, {name: ids.get(name, "0") for name in rule.arguments})
        token = csrf_of(client, "/account")
        before = content(sqlite_instance)
        answer = client.post(path, data={**FILLED, "csrf_token": token, AGAIN: "/account"})
        where = f"{role} {rule.rule} {rule.endpoint}: {answer.status}"
        assert content(sqlite_instance) == before, where
        assert answer.status_code < 500, where
        asked += 1
        if answer.status_code == 302:
            answer = client.get(answer.headers["Location"], follow_redirects=True)
        # What is refused has its own sentence.
        if WAITS not in answer.text and answer.status_code not in (404, 415, 422):
            silent.add(rule.endpoint)
    assert asked > 90
    assert silent == set(HARMLESS)
