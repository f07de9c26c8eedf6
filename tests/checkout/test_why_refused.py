"""Why would this card be refused here? The office learns what the till would say, traceless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from huimin.audit.lookups import LookupLog
from huimin.audit.refused_attempts import RefusedAttempts
from huimin.cards.change_state import report_lost, suspend_card
from huimin.cards.revoke_key import revoke_key
from huimin.checkout.why_refused import Answer, why_refused
from huimin.core.days import county_day
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.merchants.outlets import suspend_outlet
from huimin.merchants.terminals import disable_terminal
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.office import OTHER_TOWN, Office
from tests.making.policies import make_policy
from tests.making.till import ApiTill, make_till

TODAY = date(2026, 10, 31)
TERMS = {"minimum_spend_fen": 1_000, "cap_card_day_fen": 2_000}


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance)


def asked(till: ApiTill, *, day: date | None = None, amount_fen: int = 12_800) -> Answer:
    def read(tx: Any) -> Answer:
        now = till.instance.clock()
        return why_refused(
            tx,
            till.card["number"],
            till.outlet["id"],
            day=day or county_day(now),
            amount_fen=amount_fen,
            now=now,
        )

    return till.instance.engine.read(read)


def code_of(answer: Answer) -> str | None:
    return answer.refusal.code if isinstance(answer.refusal, Refusal) else None


def by(till: ApiTill) -> dict[str, Any]:
    return {"now": till.instance.clock(), "actor": "test", "reason": "测试"}


def lost(till: ApiTill) -> None:
    till.instance.engine.write(lambda tx: report_lost(tx, card_id=till.card["id"], **by(till)))


def suspended(till: ApiTill) -> None:
    till.instance.engine.write(lambda tx: suspend_card(tx, card_id=till.card["id"], **by(till)))


def expired(till: ApiTill) -> None:
    till.card = make_card(till.instance, expires_on="2026-10-31")
    till.instance.clock.advance(days=1)  # type: ignore[attr-defined]


def not_entitled(till: ApiTill) -> None:
    till.card = make_card(till.instance, make_holder(till.instance, eligibility=None))


def used_up(till: ApiTill) -> None:
    assert till.redeem(amount_fen=25_000).status_code == 201


def leaked(till: ApiTill) -> None:
    engine, key_ring, key_id = till.instance.engine, till.instance.key_ring, till.card["key_id"]
    revoke_key(engine, key_ring, key_id, progress=lambda count: None, **by(till))


def shut(till: ApiTill) -> None:
    till.instance.engine.write(
        lambda tx: suspend_outlet(tx, outlet_id=till.outlet["id"], **by(till))
    )


def switched_off(till: ApiTill) -> None:
    till.instance.engine.write(
        lambda tx: disable_terminal(tx, terminal_id=till.terminal["id"], **by(till))
    )


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("happens", "amount_fen", "code"),
    [
        (None, 12_800, None),
        (lost, 12_800, "card_lost"),
        (suspended, 12_800, "card_suspended"),
        (expired, 12_800, "card_expired"),
        (not_entitled, 12_800, "not_entitled"),
        (None, 999, "below_minimum"),
        (used_up, 12_800, "cap_reached"),
        (leaked, 12_800, "card_key_revoked"),
        (shut, 12_800, "outlet_suspended"),
        (switched_off, 12_800, "terminal_disabled"),
    ],
)
def test_it_is_what_the_till_says(
    till: ApiTill, happens: Callable[[ApiTill], None] | None, amount_fen: int, code: str | None
) -> None:
    make_policy(till.instance, **TERMS)
    if happens is not None:
        happens(till)
    answer = asked(till, amount_fen=amount_fen)
    sale = till.redeem(amount_fen=amount_fen).json
    assert code_of(answer) == code == sale.get("code")
    if code is None:
        assert answer.quote is not None
        assert answer.quote.discount_fen == sale["discount_fen"]


def test_without_a_policy(till: ApiTill) -> None:
    answer = asked(till)
    assert code_of(answer) == "no_policy" == till.redeem().json["code"]
    assert [step.reached for step in answer.steps] == [True] * 4 + [False]


def test_everything_that_stands_in_the_way_is_said(till: ApiTill) -> None:
    make_policy(till.instance, **TERMS)
    not_entitled(till)
    lost(till)
    answer = asked(till, amount_fen=100)
    failing = {step.name for step in answer.steps if step.refusal is not None}
    assert failing == {"card", "entitlement", "quote"}
    assert code_of(answer) == "card_lost"


@pytest.mark.both_engines
def test_another_day_is_judged_as_it_was_and_will_be(till: ApiTill, clock: FixedClock) -> None:
    make_policy(till.instance, **TERMS)
    entitled = (date(2026, 10, 1), date(2026, 11, 1))
    till.card = make_card(till.instance, make_holder(till.instance, entitled=entitled))
    used_up(till)
    clock.advance(days=1)
    lost(till)
    assert code_of(asked(till, day=date(2026, 10, 30))) == "card_unknown"  # not issued yet
    assert code_of(asked(till, day=TODAY)) == "cap_reached"
    assert code_of(asked(till, day=date(2026, 11, 1))) == "card_lost"
    steps = {step.name: step.refusal for step in asked(till, day=date(2026, 11, 2)).steps}
    assert isinstance(steps["entitlement"], Refusal)


@pytest.mark.both_engines
def test_the_office_asks_without_a_trace_at_the_till(
    app: Any, till: ApiTill, instance: Instance
) -> None:
    make_policy(instance, **TERMS)
    till.card = make_card(instance, make_holder(instance, eligibility=None))
    path = f"/cards/{till.card['id']}/why"
    wanted = {"outlet": till.outlet["id"], "day": "2026-10-31", "amount": "128"}
    office = Office(app, instance)
    for role in ("administrator", "auditor", "registrar"):
        client = office.client(role)
        assert path in client.get(f"/cards/{till.card['id']}").text
        page = office.post(client, path, **wanted)
        assert page.status_code == 200
        for words in ("会被拒", "not_entitled", "保障资格", "请先按原价结算", "可以"):
            assert words in page.text
        assert "黄筱平" not in page.text
    refused = office.post(office.client(), path, outlet="x", day="soon", amount="-1")
    assert refused.status_code == 422
    for words in ("请选择示范点", "日期请写成", "请写金额"):
        assert words in refused.text
    others = office.client("registrar", division_code=OTHER_TOWN)
    assert others.get(path).status_code == 404
    assert office.client("cashier").get(path).status_code == 403
    instance.part(LookupLog).flush()
    instance.part(RefusedAttempts).flush()

    def count(table: str) -> int:
        query = f"SELECT COUNT(*) AS n FROM {table}"
        return int(instance.engine.read(lambda tx: tx.connection.execute(query).fetchone()["n"]))

    assert [count(name) for name in ("ledger", "card_lookup", "refused_attempt")] == [0, 0, 0]
    record = office.client().get("/audit/?action=card.refusal_explained").text
    assert "共 3 条" in record and f"/cards/{till.card['id']}" in record
