"""What changed between the key's check and the transaction still counts: nothing is sold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.checkout.once import KeysInProgress
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import RedemptionRequest
from huimin.core.card_token import check_card
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.merchants.outlets import suspend_outlet
from huimin.merchants.terminals import disable_terminal
from huimin.storage.places import Places
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def switch_off_terminal(till: ApiTill) -> None:
    till.instance.engine.write(
        lambda tx: disable_terminal(
            tx, terminal_id=till.terminal["id"], now=till.instance.clock(), actor="t", reason="丢失"
        )
    )


def suspend(till: ApiTill) -> None:
    till.instance.engine.write(
        lambda tx: suspend_outlet(
            tx, outlet_id=till.outlet["id"], now=till.instance.clock(), actor="t", reason="整改"
        )
    )


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("act", "code"),
    [(switch_off_terminal, "terminal_disabled"), (suspend, "outlet_suspended")],
)
def test_a_till_that_was_open_a_moment_ago(
    till: ApiTill, act: Callable[[ApiTill], None], code: str
) -> None:
    terminal = till.instance.engine.read(lambda tx: terminal_of_key(tx, till.key))
    body = till.body()
    card = check_card(body.pop("card"), till.instance.key_ring.public_keys())
    request = RedemptionRequest(card, **body)
    act(till)
    with pytest.raises(Refusal) as caught:
        till.instance.engine.write(
            lambda tx: redeem(tx, request, terminal=terminal, now=till.instance.clock())
        )
    assert caught.value.code == code
    assert till.ledger_rows() == 0


@pytest.mark.both_engines
def test_a_key_that_is_being_worked_on(till: ApiTill) -> None:
    keys = KeysInProgress(till.instance.part(Places))
    with keys.holding("terminal", "key"):
        with pytest.raises(Refusal) as caught, keys.holding("terminal", "key"):
            pass
        with keys.holding("other terminal", "key"):
            pass
    assert caught.value.code == "request_in_progress"
    with keys.holding("terminal", "key"):
        pass


def test_an_eligibility_policy_is_what_the_ledger_counts(client: Any, instance: Instance) -> None:
    till = make_till(
        client, instance, policy={"scope": "eligibility", "scope_value": "dibao", "code": "dibao"}
    )
    assert till.redeem().status_code == 201
    row = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT eligibility FROM ledger").fetchone()
    )
    assert row["eligibility"] == "dibao"
