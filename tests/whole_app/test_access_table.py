"""Every route of the application names an action, and every role asks for every action: nothing is
open by chance.

Who is to be let in is read from the permission table, never from the answer; a page that has
neither a guard nor a line in PUBLIC fails here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.routing import Rule

from huimin.access.pages.sign_in import SIGN_OUT
from huimin.core.permissions import PERMISSIONS, ROLES, allows
from huimin.instance import Instance
from tests.making.merchants import make_outlet, make_terminal
from tests.making.staff import csrf_of, make_staff, sign_in

# Each route that answers without anybody's name, and why.
PUBLIC = {
    "access.sign_in_form": "the door",
    "access.sign_in_now": "the door",
    "access.code_form": "the door's second lock; only behind a right password",
    "access.check_code": "the door's second lock; only behind a right password",
    "access.choose_language": "before signing in as well",
    "ratings.receipt": "behind the QR code of a receipt: number and hash together open it",
    "ratings.answer": "whoever holds the receipt judges the sale, once",
    "ratings.proof_download": "the same receipt, as a file that proves it",
    "merchants.join": "a merchant asks to take part",
    "merchants.send_joining": "a merchant asks to take part",
    "merchants.joined": "a merchant asked to take part",
    "handbook.contents": "the handbook; nothing of this county in it",
    "handbook.page": "the handbook; nothing of this county in it",
    "handbook.picture": "the handbook; nothing of this county in it",
    "checkout.set_up": "a device becomes a till by its terminal's key",
    "checkout.set_up_now": "a device becomes a till by its terminal's key",
    "checkout.shell": "the till's page without anybody's name, for the device to keep",
    "checkout.service_worker": "what keeps that page",
    "checkout.manifest": "how the till's page is called when it is installed",
    "publication.home": "the public pages: what everybody may know",
    "publication.outlets": "where cards are accepted",
    "publication.months": "figures of closed months, small ones suppressed",
    "publication.month": "figures of closed months, small ones suppressed",
    "publication.results": "what came of complaints, small groups joined",
    "publication.digests": "the digest of a day that is over",
    "publication.data": "which open data there is",
    "publication.open_months": "open data",
    "publication.open_month": "open data",
    "publication.open_outlets": "open data",
    "publication.open_data_file": "open data",
    "publication.open_digest": "open data",
    "publication.open_dictionary": "open data",
    "publication.open_newest_checkpoint": "the signed root of all rows of a day",
    "publication.open_checkpoint": "the signed root of all rows of a day",
    "publication.verifier_keys": "the public keys are public",
    "report_mail.stop": "whoever has the mail stops it, by the code that only the mail has",
    "report_mail.stop_now": "whoever has the mail stops it, by the code that only the mail has",
    "tour.panel": "the tour of a demo county; nothing in a real one",
    "static": "style sheets, scripts, pictures",
    "till_files.static": "the till's own scripts, style sheets, pictures",
    "probes.healthz": "for whoever watches the server",
    "probes.livez": "the same",
    "probes.readyz": "the same; why not is said to this machine alone",
    "cards.public_keys": "the public keys are public",
    "cards.card_page": "what a card's code opens on a phone; says nothing personal",
    "cards.card_page_upper_case": "the same, as the code spells it",
    "my.start": "the door of my card, and for who is signed in there the card",
    "my.form_address": "the way from a form's address to the door",
    "my.scanned_card": "whether a scanned card is genuine",
    "my.sign_in_now": "the door of my card",
    "my.sign_out": "whoever presses it has left; a session is ended by a page of ours alone",
    "my.send_code_now": "the door of my card: a code to the phone on file, and the same answer",
    "my.choose_look": "large type, before signing in as well",
    "my.code": "the page of the changing code, which holds nothing: the phone's key gets the codes",
    "my.challenge": "what a phone is to sign",
    "my.codes": "signed by the phone's own key",
    "my.service_worker": "what keeps the page of the changing code",
    "my.manifest": "how that page is called when it is installed",
    "my_files.static": "the scripts, style sheets, pictures of my card",
    "api_documents.description": "the described API",
    "api_documents.page": "the described API, to read",
    "api_documents.asset": "its style sheet and script",
    "api_documents.start": "its script",
}

# No route has them as its guard: a page asks for them where it must.
ASKED_WITHIN_A_PAGE = {"holder.export", "day.close_differing", "holder_request.take_back"}


def rules_of(app: Any) -> list[tuple[Rule, str]]:
    """Every rule with each of its methods."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def address_of(rule: Rule) -> str:
    """An address that the rule answers."""
    given = dict.fromkeys(rule.arguments, "0")
    given |= {"month": "2026-10", "form": "csv", "day": "2026-10-31", "filename": "huimin.css"}
    _, _, path = rule.rule.partition("/")
    built = "/" + path
    for name in rule.arguments:
        for converter in ("", "string:", "path:"):
            built = built.replace(f"<{converter}{name}>", given[name])
    assert "<" not in built, rule.rule
    return built


def action_of(app: Any, rule: Rule) -> str | None:
    return getattr(app.view_functions[rule.endpoint], "required_action", None)


def for_holders(app: Any, rule: Rule) -> bool:
    """Whether it is a page behind the door of "my card", which has a sign-in of its own."""
    return hasattr(app.view_functions[rule.endpoint], "required_holder")


def is_api(rule: Rule) -> bool:
    return rule.rule.startswith("/api/") and rule.endpoint not in PUBLIC


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


def test_every_page_has_a_guard_or_is_on_the_public_list(app: Any) -> None:
    bare = {
        rule.endpoint
        for rule, _ in rules_of(app)
        if not is_api(rule)
        and action_of(app, rule) is None
        and not for_holders(app, rule)
        and rule.endpoint not in PUBLIC
    }
    assert bare == set()


def test_the_public_list_names_only_what_exists_and_is_unguarded(app: Any) -> None:
    endpoints = {rule.endpoint for rule, _ in rules_of(app)}
    assert set(PUBLIC) - endpoints == set()
    assert [
        rule for rule, _ in rules_of(app) if rule.endpoint in PUBLIC and action_of(app, rule)
    ] == []


def test_nobody_gets_past_the_door(app: Any) -> None:
    client = app.test_client()
    token = csrf_of(client)
    for rule, method in rules_of(app):
        if rule.endpoint in PUBLIC:
            continue
        answer = client.open(address_of(rule), method=method, headers={"X-CSRFToken": token})
        where = f"{method} {rule.rule}: {answer.status}"
        door = "/my/" if for_holders(app, rule) else "/sign-in"
        # Whoever is nobody has left already.
        if (method == "GET" and not is_api(rule)) or rule.endpoint == SIGN_OUT:
            assert answer.status_code == 302, where
            assert answer.headers["Location"].startswith(door), where
        else:
            assert answer.status_code == 401, where


def test_the_api_takes_no_cookie_for_a_key(app: Any, sqlite_instance: Instance) -> None:
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    asked = [(rule, method) for rule, method in rules_of(app) if is_api(rule)]
    assert len(asked) >= 7
    for rule, method in asked:
        for headers in ({}, {"Authorization": "Bearer hmt_" + "x" * 43}, {"Authorization": "hmt_"}):
            answer = client.open(address_of(rule), method=method, headers=headers)
            assert (answer.status_code, answer.json["code"]) == (401, "unauthorized"), rule.rule
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_sign_in_of_staff_opens_my_card(app: Any, sqlite_instance: Instance) -> None:
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    headers = {"X-CSRFToken": csrf_of(client, "/account")}
    asked = 0
    for rule, method in rules_of(app):
        if for_holders(app, rule):
            answer = client.open(address_of(rule), method=method, headers=headers)
            assert answer.status_code == (302 if method == "GET" else 401), rule.rule
            asked += 1
    assert asked >= 5


@dataclass
class Caller:
    """Somebody of a role, signed in, who asks any route."""

    role: str
    username: str
    client: Any
    token: str = ""

    def ask(self, rule: Rule, method: str) -> int:
        """The status of the answer."""
        if not self.token:
            sign_in(self.client, self.username)
            self.token = csrf_of(self.client, "/sign-in")
        headers = {"X-CSRFToken": self.token}
        status = self.client.open(address_of(rule), method=method, headers=headers).status_code
        if rule.endpoint == "access.sign_out":
            self.token = ""
        return int(status)


@pytest.fixture
def callers(app: Any, sqlite_instance: Instance) -> dict[str, Caller]:
    """One of each role; the cashier and the manager belong to a shop with a till."""
    outlet = make_outlet(sqlite_instance)
    make_terminal(sqlite_instance, outlet)
    places = {
        "cashier": {"outlet_id": outlet["id"]},
        "merchant_manager": {"merchant_id": outlet["merchant_id"]},
    }
    staff = {role: make_staff(sqlite_instance, role, **places.get(role, {})) for role in ROLES}
    return {role: Caller(role, one["username"], app.test_client()) for role, one in staff.items()}


def test_every_action_lets_in_whom_the_table_allows_and_nobody_else(
    app: Any, callers: dict[str, Caller]
) -> None:
    """Each role asks for each action once: all of its routes have the same guard."""
    routes: dict[str, tuple[Rule, str]] = {}
    for rule, method in rules_of(app):
        action = action_of(app, rule)
        if action is not None:
            routes.setdefault(action, (rule, method))
    assert routes.keys() == PERMISSIONS.keys() - ASKED_WITHIN_A_PAGE
    for action, (rule, method) in routes.items():
        for role, caller in callers.items():
            status = caller.ask(rule, method)
            where = f"{role} {action} {method} {rule.rule}: {status}"
            if allows(role, action):
                assert status not in (401, 403, 500), where
            else:
                assert status == 403, where


def test_every_guarded_route_answers_somebody_who_may(app: Any, callers: dict[str, Caller]) -> None:
    for rule, method in rules_of(app):
        action = action_of(app, rule)
        if action is not None:
            caller = next(one for role, one in callers.items() if allows(role, action))
            status = caller.ask(rule, method)
            assert status not in (401, 403, 500), f"{caller.role} {method} {rule.rule}: {status}"
