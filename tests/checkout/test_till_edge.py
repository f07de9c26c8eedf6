"""One edge for tills: what the page asks is throttled, recorded and answered once as at the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huimin.access.terminal_keys import Terminal, terminal_by_id, terminal_of_key, terminals_of
from huimin.access.till_device import device_of_cookie
from huimin.audit.lookups import LookupLog
from huimin.checkout.once import KeysInProgress
from huimin.core.card_number import make_number
from huimin.instance import Instance
from tests.alerts.test_found_at_the_till import told as alerts_told
from tests.checkout.test_pages import PageTill
from tests.checkout.test_till_device import Device
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.offline import make_offline_till
from tests.making.policies import make_policy
from tests.making.till import ApiTill

UNKNOWN_NUMBER = make_number(123_456_789, "512022")


@pytest.fixture
def page(client: Any, instance: Instance) -> PageTill:
    return PageTill(client, instance)


def looks(instance: Instance) -> list[tuple[Any, ...]]:
    """Every recorded look, the earliest first: terminal, staff, card, outcome."""
    instance.part(LookupLog).flush()
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM card_lookup ORDER BY id").fetchall()
    )
    names = ("terminal_id", "staff_id", "card_id", "outcome")
    return [tuple(row[name] for name in names) for row in rows]


def cashier_id(page: PageTill) -> str:
    row = page.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT id FROM staff WHERE role = 'cashier'").fetchone()
    )
    return str(row["id"])


def test_typed_numbers_are_throttled_at_the_page(page: PageTill) -> None:
    answers = [page.post("verify", {"card": page.card["number"]}) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[-1].json["code"] == "too_many_requests"
    assert answers[-1].headers["Retry-After"] == "60"
    assert page.post("verify", {"card": page.card["token"]}).status_code == 200


def claim_of(page: PageTill) -> dict[str, Any]:
    return {"card": page.card["number"], "amount_fen": 12_800, "order_no": "C-1"}


@pytest.mark.parametrize(
    ("path", "body_of"),
    [
        ("quote", lambda page: {"card": page.card["number"], "amount_fen": 12_800}),
        ("redeem", lambda page: page.sale(card=page.card["number"])),
        ("claims", claim_of),
    ],
)
def test_the_throttle_counts_whatever_the_number_is_typed_for(
    page: PageTill, path: str, body_of: Callable[[PageTill], dict[str, Any]]
) -> None:
    for _ in range(60):
        page.post("verify", {"card": page.card["number"]})
    refused = page.post(path, body_of(page), "key-1")
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")


def test_the_form_of_a_missed_purchase_is_throttled_as_well(page: PageTill) -> None:
    for _ in range(60):
        page.post("verify", {"card": page.card["number"]})
    form = {"csrf_token": page.token, "card": page.card["number"], "amount_fen": "12"}
    refused = page.client.post("/till/claims/missed", data=form)
    assert refused.status_code == 429
    assert "操作太频繁" in refused.text


def test_offline_items_tell_nobody_which_numbers_exist(client: Any, instance: Instance) -> None:
    till = make_offline_till(client, instance)
    sold = till.redeem().json["order_no"]
    numbers = (make_card(instance)["number"], UNKNOWN_NUMBER)
    for order_no, code in ((sold, "order_exists"), ("another", "offline_code_needed")):
        answers = till.send(*(till.item(card=number, order_no=order_no) for number in numbers))
        assert [answer["code"] for answer in answers] == [code, code]


def test_page_and_api_of_one_terminal_share_the_throttle(client: Any, instance: Instance) -> None:
    device = Device(client, instance)
    make_policy(instance)
    card = make_card(instance)
    device.set_up()
    till = ApiTill(client, instance, device.outlet, device.terminal, device.key, card)
    for _ in range(30):
        assert device.post("verify", {"card": card["number"]}).status_code == 200
        assert till.post("/cards/verify", {"card": card["number"]}).status_code == 200
    assert device.post("verify", {"card": card["number"]}).status_code == 429
    assert till.post("/cards/verify", {"card": card["number"]}).status_code == 429
    _, other_key = make_terminal(instance, make_outlet(instance))
    other = ApiTill(client, instance, device.outlet, device.terminal, other_key, card)
    assert other.post("/cards/verify", {"card": card["number"]}).status_code == 200


def test_what_the_page_looked_for_is_recorded_found_or_missed(page: PageTill) -> None:
    for text in (page.card["token"], UNKNOWN_NUMBER, "hello", "9" * 40):
        page.post("verify", {"card": text})
    who = (page.terminals[0]["id"], cashier_id(page))
    assert looks(page.instance) == [
        (*who, page.card["id"], "found"),
        (*who, None, "card_unknown"),
        (*who, None, "card_unreadable"),
        (*who, None, "card_signature_invalid"),
    ]


def test_a_device_s_misses_name_the_terminal_alone(client: Any, instance: Instance) -> None:
    device = Device(client, instance)
    device.set_up()
    for _ in range(61):
        device.post("verify", {"card": UNKNOWN_NUMBER})
    where = (device.terminal["id"], None, None)
    assert looks(instance) == [(*where, "card_unknown")] * 60 + [(*where, "too_many_requests")]


def test_a_repeat_at_the_page_is_marked_as_one(page: PageTill) -> None:
    first = page.post("redeem", page.sale(), "key-1")
    again = page.post("redeem", page.sale(), "key-1")
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    claim = {"card": page.card["token"], "amount_fen": 12_800, "order_no": "C-1"}
    filed = page.post("claims", claim, "key-2")
    assert page.post("claims", claim, "key-2").headers["Idempotent-Replayed"] == "true"
    assert filed.status_code == 201
    other = page.post("redeem", page.sale(amount_fen=100), "key-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")


def test_a_key_that_is_being_worked_on_at_the_page(page: PageTill) -> None:
    with page.instance.part(KeysInProgress).holding(page.terminals[0]["id"], "key-1"):
        for path, body in (("redeem", page.sale()), ("claims", claim_of(page))):
            refused = page.post(path, body, "key-1")
            assert (refused.status_code, refused.json["code"]) == (409, "request_in_progress")
            assert refused.headers["Retry-After"] == "1"
    assert page.post("redeem", page.sale(), "key-1").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"data": "{", "content_type": "application/json"}, 400, "malformed_json"),
        ({"data": "[1]", "content_type": "application/json"}, 400, "malformed_json"),
        ({"data": "card=1"}, 415, "unsupported_media_type"),
    ],
)
def test_what_is_no_json_object_is_refused_as_at_the_api(
    page: PageTill, sent: dict[str, Any], status: int, code: str
) -> None:
    headers = {"X-CSRFToken": page.token, "Accept": "application/json", "Idempotency-Key": "k"}
    for path in ("verify", "redeem", "claims", "offline-redemptions"):
        refused = page.client.post(f"/till/{path}", headers=headers, **sent)
        assert (refused.status_code, refused.json["code"]) == (status, code), path


def test_a_terminal_is_described_alike_whichever_way_it_is_found(
    client: Any, instance: Instance
) -> None:
    device = Device(client, instance)
    device.set_up()
    cookie, secret = device.cookie().value, client.application.secret_key
    outlet_id, terminal_id = device.outlet["id"], device.terminal["id"]

    def found(tx: Any) -> list[Any]:
        return [
            terminal_of_key(tx, device.key),
            terminal_by_id(tx, terminal_id),
            device_of_cookie(tx, secret, cookie, instance.clock()).terminal,  # type: ignore[union-attr]
            *terminals_of(tx, outlet_id=outlet_id, merchant_id=None),
            *terminals_of(tx, outlet_id=None, merchant_id=device.outlet["merchant_id"]),
        ]

    first, *others = instance.engine.read(found)
    assert first.keys() == Terminal.__required_keys__
    assert others == [first] * 4


def test_a_device_s_sale_is_looked_at_by_the_rules(
    client: Any, instance: Instance, clock: Any
) -> None:
    make_policy(instance)
    card = make_card(instance)
    outlet = make_outlet(instance, opening_hours="8:30-21:30")
    device = Device(client, instance)
    device.terminal, device.key = make_terminal(instance, outlet)
    device.set_up()
    clock.advance(hours=14)
    sale = {
        "card": card["token"],
        "amount_fen": 12_345,
        "order_no": "W-1",
        "presented_by": card["holder_id"],
        "identity_checked": True,
    }
    assert device.post("redeem", sale, "k").json["discount_fen"] == 988
    assert alerts_told(instance) == [("off_hours", 1)]


def test_a_signed_in_cashier_s_sale_is_looked_at_by_the_rules(
    client: Any, instance: Instance, clock: Any
) -> None:
    clock.advance(hours=14)
    page = PageTill(client, instance)
    assert page.post("redeem", page.sale(), "k").status_code == 200
    assert alerts_told(instance) == [("off_hours", 1)]
