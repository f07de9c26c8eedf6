"""Doors: what a stranger at the sign-in page, or at an open session, can't find out or do."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.access.staff_changes import switch_staff
from huimin.instance import Instance
from tests.making.merchants import make_outlet
from tests.making.staff import PASSWORD, csrf_of, make_staff, sign_in


def actions(instance: Instance) -> list[str]:
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT action FROM audit_event ORDER BY id").fetchall()
    )
    return [row["action"] for row in rows]


def try_to_sign_in(client: Any, username: str, password: str) -> Any:
    token = csrf_of(client, "/sign-in")
    data = {"csrf_token": token, "username": username, "password": password}
    return client.post("/sign-in", data=data)


@pytest.mark.both_engines
def test_a_locked_and_an_unknown_name_are_answered_alike(client: Any, instance: Instance) -> None:
    known = make_staff(instance, "auditor")["username"]
    for _ in range(5):
        assert try_to_sign_in(client, known, "wrong-password").status_code == 401
    assert actions(instance)[-2:] == ["staff.sign_in_failed", "staff.locked"]
    answers = {}
    for username, password in ((known, PASSWORD), (known, "wrong"), ("nobody.here", "wrong")):
        before = len(actions(instance))
        answer = try_to_sign_in(client, username, password)
        assert actions(instance)[before:] == ["staff.sign_in_failed"], "the same work for each"
        text = answer.text.replace(username, "NAME")
        answers[username, password] = (answer.status_code, text.partition("csrf")[0])
    assert len(set(answers.values())) == 1
    recorded = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM audit_event").fetchall()
    )
    assert "nobody.here" not in str(recorded)


@pytest.mark.parametrize("path", ["/account/password", "/account/second-factor"])
def test_wrong_passwords_in_a_session_count_as_at_the_door(
    client: Any, app: Any, instance: Instance, clock: Any, path: str
) -> None:
    user = make_staff(instance, "auditor")
    sign_in(client, user["username"])
    token = csrf_of(client, "/account")
    field = "old_password" if path.endswith("password") else "password"
    new = {"new_password": "a new pass phrase", "new_again": "a new pass phrase"}
    for _ in range(5):
        data = {"csrf_token": token, field: "wrong", **new}
        assert client.post(path, data=data).status_code == 422
    assert actions(instance).count("staff.sign_in_failed") == 5
    assert actions(instance)[-1] == "staff.locked"
    right = {"csrf_token": token, field: PASSWORD, **new}
    assert client.post(path, data=right).status_code == 422, "locked here as well"
    assert try_to_sign_in(app.test_client(), user["username"], PASSWORD).status_code == 401
    clock.advance(minutes=16)
    assert client.post(path, data=right).status_code == 302


def test_a_second_factor_is_added_with_the_password(client: Any, instance: Instance) -> None:
    sign_in(client, make_staff(instance, "auditor")["username"])
    token = csrf_of(client, "/account")
    refused = client.post("/account/second-factor", data={"csrf_token": token})
    assert refused.status_code == 422 and "data:image/svg+xml" not in refused.text
    data = {"csrf_token": token, "password": PASSWORD}
    assert client.post("/account/second-factor", data=data).status_code == 302
    assert "data:image/svg+xml" in client.get("/account").text


@pytest.mark.parametrize(
    "address",
    [
        "/holders/\r\nSet-Cookie: a=b",
        "/\n",
        "/\t/example.org",
        "/holders\x00",
        "/\\example.org",
        "/a\\b",
        "//example.org",
        "/.//example.org",
        "/holders\u2028",
        "/\x7f",
        "https://example.org/",
        "holders",
    ],
)
def test_only_a_plain_path_of_ours_is_gone_on_to(
    client: Any, instance: Instance, address: str
) -> None:
    user = make_staff(instance, "auditor")
    data = {
        "csrf_token": csrf_of(client, "/sign-in"),
        "username": user["username"],
        "password": PASSWORD,
    }
    answer = client.post("/sign-in", query_string={"next": address}, data=data)
    # An address with a NUL is nobody's; any other leads to the first page.
    assert answer.status_code == 404 or answer.headers["Location"] == "/"


@pytest.mark.both_engines
def test_whom_the_county_disabled_the_manager_does_not_bring_back(
    app: Any, instance: Instance
) -> None:
    outlet = make_outlet(instance)
    cashier = make_staff(instance, "cashier", outlet_id=outlet["id"])
    manager, county = app.test_client(), app.test_client()
    own = make_staff(instance, "merchant_manager", merchant_id=outlet["merchant_id"])
    sign_in(manager, own["username"])
    sign_in(county, make_staff(instance, "administrator")["username"])

    def switch(client: Any, act: str) -> int:
        base = "/my-merchant/cashiers" if client is manager else "/staff"
        data = {"csrf_token": csrf_of(client, "/account"), "reason": "核实"}
        return int(client.post(f"{base}/{cashier['id']}/switch/{act}", data=data).status_code)

    def state() -> str:
        row = instance.engine.read(
            lambda tx: tx.connection.execute(
                f"SELECT state FROM staff WHERE id = '{cashier['id']}'"
            ).fetchone()
        )
        return str(row["state"])

    assert (switch(manager, "disable"), switch(manager, "enable")) == (302, 302)
    assert switch(county, "disable") == 302
    # Switching it off once more does not make it the manager's.
    assert (switch(manager, "disable"), switch(manager, "enable")) == (422, 422)
    assert state() == "disabled"
    assert "只能由县里恢复" in manager.get("/my-merchant/").text
    assert (switch(county, "enable"), state()) == (302, "active")
    # What the manager switched off, the county can keep off.
    assert switch(manager, "disable") == 302
    by: Any = {"now": instance.clock(), "actor": "t", "reason": "核实", "side": "county"}
    instance.engine.write(lambda tx: switch_staff(tx, cashier["id"], state="disabled", **by))
    assert switch(manager, "enable") == 422
