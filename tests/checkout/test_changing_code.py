"""A changing code at tills: fresh for a minute, one till's, one sale's; a printed code as ever."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.cards.changing_code import is_fresh
from huimin.core.catalogue import LANGUAGES
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.codes import make_code
from tests.making.merchants import make_outlet, make_terminal
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


@pytest.fixture
def other(till: ApiTill) -> ApiTill:
    """A second till of the same outlet, with the same card."""
    terminal, key = make_terminal(till.instance, till.outlet)
    return ApiTill(till.client, till.instance, till.outlet, terminal, key, till.card, till.serial)


def verify(till: ApiTill, code: str) -> Any:
    return till.post("/cards/verify", {"card": code})


def code_of(answer: Any) -> str:
    return "ok" if answer.status_code in (200, 201) else str(answer.json["code"])


def uses(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM code_use").fetchall()
    )


def test_the_phone_s_code_buys_once(till: ApiTill) -> None:
    code = make_code(till.instance, till.card)
    told = verify(till, code)
    assert (told.status_code, told.json["identity_needed"]) == (200, False)
    assert verify(till, code).status_code == 200
    quoted = till.post("/quotes", {"card": code, "amount_fen": 12_800})
    assert (quoted.status_code, quoted.json["discount_fen"]) == (200, 1_024)
    assert till.redeem(card=code).status_code == 201
    for answer in (till.redeem(card=code), verify(till, code)):
        assert code_of(answer) == "code_used"
    assert code_of(till.post("/quotes", {"card": code, "amount_fen": 100})) == "code_used"
    assert till.ledger_rows() == 1


def test_a_sale_without_verifying_first(till: ApiTill, other: ApiTill) -> None:
    code = make_code(till.instance, till.card)
    assert code_of(till.post("/quotes", {"card": code, "amount_fen": 100})) == "ok"
    assert uses(till.instance) == []
    assert till.redeem(card=code).status_code == 201
    assert code_of(other.redeem(card=code)) == "code_used"


def test_another_till_is_told_to_ask_for_a_fresh_one(
    till: ApiTill, other: ApiTill, clock: Any
) -> None:
    code = make_code(till.instance, till.card)
    assert code_of(verify(till, code)) == "ok"
    assert code_of(verify(other, code)) == "code_used"
    assert code_of(other.redeem(card=code)) == "code_used"
    assert code_of(other.post("/quotes", {"card": code, "amount_fen": 100})) == "code_used"
    clock.advance(seconds=1)
    assert code_of(verify(other, make_code(till.instance, till.card))) == "ok"
    assert code_of(till.redeem(card=code)) == "ok"


def test_what_was_read_and_bought_nothing_is_forgotten_after_a_day(
    till: ApiTill, other: ApiTill, clock: Any
) -> None:
    bought = make_code(till.instance, till.card)
    assert till.redeem(card=bought).status_code == 201
    clock.advance(seconds=1)
    idle = make_code(till.instance, till.card)
    assert code_of(verify(till, idle)) == "ok"
    clock.advance(hours=23)
    assert code_of(verify(till, make_code(till.instance, till.card))) == "ok"
    assert len(uses(till.instance)) == 3
    assert code_of(verify(other, idle)) == "code_used"
    clock.advance(hours=2)
    assert code_of(verify(till, make_code(till.instance, till.card))) == "ok"
    kept = [row["redemption_id"] is not None for row in uses(till.instance)]
    assert sorted(kept) == [False, False, True]
    assert code_of(verify(other, idle)) == "code_stale"
    assert code_of(verify(other, bought)) == "code_used"


def test_another_card_s_codes_are_left_alone(till: ApiTill, client: Any, clock: Any) -> None:
    stranger = make_till(client, till.instance)
    assert code_of(verify(stranger, make_code(till.instance, stranger.card))) == "ok"
    clock.advance(hours=25)
    assert code_of(verify(till, make_code(till.instance, till.card))) == "ok"
    assert len(uses(till.instance)) == 2


def test_the_same_key_again_gives_the_same_answer(till: ApiTill) -> None:
    body = till.body(card=make_code(till.instance, till.card))
    first = till.post("/redemptions", body, "key-1")
    again = till.post("/redemptions", body, "key-1")
    assert (first.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-61, "code_stale"), (-60, "ok"), (0, "ok"), (60, "ok"), (119, "ok"), (120, "code_stale")],
)
def test_a_step_before_and_after(till: ApiTill, clock: Any, seconds: int, told: str) -> None:
    code = make_code(till.instance, till.card)
    clock.advance(seconds=seconds)
    assert code_of(till.post("/quotes", {"card": code, "amount_fen": 100})) == told
    assert code_of(verify(till, code)) == told
    assert code_of(till.redeem(card=code)) == told


def test_the_till_that_has_it_may_take_ten_minutes(till: ApiTill, clock: Any) -> None:
    code = make_code(till.instance, till.card)
    assert code_of(verify(till, code)) == "ok"
    clock.advance(minutes=10)
    assert code_of(till.post("/quotes", {"card": code, "amount_fen": 100})) == "ok"
    assert code_of(verify(till, code)) == "ok"
    clock.advance(seconds=1)
    assert code_of(till.redeem(card=code)) == "code_stale"
    assert code_of(till.post("/quotes", {"card": code, "amount_fen": 100})) == "code_stale"


def test_a_refused_sale_leaves_the_code_unused(till: ApiTill) -> None:
    code = make_code(till.instance, till.card)
    assert code_of(till.redeem(card=code, presented_by="nobody")) == "presenter_unknown"
    assert uses(till.instance) == []
    assert code_of(till.redeem(card=code)) == "ok"


@pytest.mark.parametrize("checked", [True, False])
def test_how_identity_was_checked_is_recorded(till: ApiTill, checked: bool) -> None:
    code = make_code(till.instance, till.card)
    assert till.redeem(card=code, identity_checked=checked).status_code == 201
    row = till.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT identity_checked, detail_json FROM ledger")
    ).fetchone()
    detail = json.loads(row["detail_json"])
    assert (row["identity_checked"], detail["card_shown"]) == (int(checked), "changing_code")
    assert detail["identity_by"] == ("cashier" if checked else "changing_code")


@pytest.mark.parametrize("shown", ["token", "number"])
def test_what_can_be_copied_needs_the_cashier_s_eyes(till: ApiTill, shown: str) -> None:
    card = till.card[shown]
    assert verify(till, card).json["identity_needed"] is True
    assert code_of(till.redeem(card=card, identity_checked=False)) == "identity_unchecked"
    assert code_of(till.redeem(card=card)) == "ok"
    detail = till.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT detail_json FROM ledger")
    ).fetchone()["detail_json"]
    wanted = {"token": "printed_code", "number": "number"}[shown]
    assert json.loads(detail)["card_shown"] == wanted
    assert json.loads(detail)["identity_by"] == "cashier"
    assert uses(till.instance) == []


def test_a_code_with_a_false_time_is_no_code(till: ApiTill, clock: Any) -> None:
    code = make_code(till.instance, till.card)
    message = cbor2.loads(int(code).to_bytes(200).lstrip(b"\0")[1:])
    protected, unprotected, payload, signature = message.value
    claims = cbor2.loads(payload)
    for changed in ({**claims, 6: claims[6] + 600}, {7: claims[7], 4: claims[4]}):
        forged = cbor2.CBORTag(18, [protected, unprotected, cbor2.dumps(changed), signature])
        digits = str(int.from_bytes(b"\x01" + cbor2.dumps(forged)))
        assert code_of(verify(till, digits)) == "card_signature_invalid"


@pytest.mark.both_engines
def test_two_tills_read_one_phone_at_the_same_moment(till: ApiTill, app: Any) -> None:
    tills = [till] + [
        ApiTill(app.test_client(), till.instance, till.outlet, *made, till.card)
        for made in (make_terminal(till.instance, till.outlet) for _ in range(5))
    ]
    for turn in range(4):
        code = make_code(till.instance, make_card(till.instance))
        gate = Barrier(len(tills))

        def read(one: ApiTill, code: str = code, gate: Barrier = gate) -> str:
            gate.wait()
            return code_of(verify(one, code))

        with ThreadPoolExecutor(len(tills)) as pool:
            told = sorted(pool.map(read, tills))
        assert told == ["code_used"] * (len(tills) - 1) + ["ok"], turn


@pytest.mark.both_engines
def test_two_sales_with_one_code_at_the_same_moment(till: ApiTill, app: Any) -> None:
    code = make_code(till.instance, till.card)
    gate = Barrier(4)

    def buy(number: int) -> str:
        one = ApiTill(
            app.test_client(), till.instance, till.outlet, till.terminal, till.key, till.card
        )
        gate.wait()
        return code_of(one.redeem(card=code, order_no=f"race-{number}"))

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(buy, range(4)))
    assert told == ["code_used"] * 3 + ["ok"]
    assert till.ledger_rows() == 1


def test_the_till_page_takes_it_as_well(till: ApiTill, app: Any) -> None:
    page = app.test_client()
    cashier = make_staff(till.instance, "cashier", outlet_id=till.outlet["id"])
    sign_in(page, cashier["username"])
    code = make_code(till.instance, till.card)

    def post(path: str, body: dict[str, Any], **more: str) -> Any:
        headers = {"X-CSRFToken": csrf_of(page, "/till/"), **more}
        return page.post(f"/till{path}", json=body, headers=headers)

    told = post("/verify", {"card": code})
    assert (told.status_code, told.json["identity_needed"]) == (200, False)
    body = till.body(card=code, identity_checked=False)
    keyed = {"Idempotency-Key": "page-1"}
    assert post("/redeem", body, **keyed).status_code == 200
    assert code_of(post("/verify", {"card": code})) == "code_used"


def test_a_refusal_asks_kindly_for_a_fresh_code() -> None:
    for code in ("code_stale", "code_used"):
        for language in LANGUAGES:
            said = Refusal(code).cashier_message(language)
            assert any(word in said for word in ("刷新", "重新整理", "refresh"))
            assert not any(word in said for word in ("过期", "用过", "used", "old", code))


def test_a_code_of_another_outlet_s_till(till: ApiTill) -> None:
    code = make_code(till.instance, till.card)
    terminal, key = make_terminal(till.instance, make_outlet(till.instance))
    elsewhere = ApiTill(till.client, till.instance, till.outlet, terminal, key, till.card)
    assert code_of(verify(elsewhere, code)) == "ok"
    assert code_of(till.redeem(card=code)) == "code_used"


@given(issued=st.integers(0, 4_000_000_000), age=st.integers(-400, 400))
def test_fresh_is_a_step_each_way(issued: int, age: int) -> None:
    now = datetime.fromtimestamp(issued + age, UTC)
    assert is_fresh(issued, now) == (-60 <= age < 120)
    assert is_fresh(issued, now, allowed_seconds=100) == (-60 <= age < 220)


def test_a_printed_code_is_verified_while_the_database_is_being_written(
    sqlite_instance: Instance, sqlite_app: Any
) -> None:
    """No write is added to the way of a printed code: it waits for nobody's."""
    till = make_till(sqlite_app.test_client(), sqlite_instance, policy={})
    writer = sqlite3.connect(sqlite_instance.settings.database_path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert verify(till, till.card["token"]).status_code == 200
        assert till.post("/quotes", {"card": till.card["token"], "amount_fen": 100}).json
    finally:
        writer.execute("ROLLBACK")
        writer.close()
