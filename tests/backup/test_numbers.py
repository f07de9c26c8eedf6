"""In a county that was restored no paper gets a number that another may have had."""

from __future__ import annotations

from datetime import timedelta

from huimin.instance import Instance
from huimin.ledger.epochs import begin_epoch
from tests.making.cards import make_card
from tests.making.claims import make_claim
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.settlements import make_settlement


def test_claims_and_settlements_name_the_epoch(instance: Instance) -> None:
    make_policy(instance)
    card, outlet = make_card(instance), make_outlet(instance)
    _, key = make_terminal(instance, outlet)
    make_redemption(instance, card, key)
    assert make_settlement(instance, outlet["merchant_id"])["number"] == "JS202610-001"
    assert len(make_claim(instance, card, key)["claim_no"]) == 12
    now = instance.clock()
    instance.engine.write(
        lambda tx: begin_epoch(
            tx, backup_id="b", backup_at=now - timedelta(1), now=now, actor="cli:test"
        )
    )
    assert make_settlement(instance, outlet["merchant_id"])["number"] == "JS202610-001-2-R2"
    number = make_claim(instance, card, key)["claim_no"]
    assert (len(number), number[:7]) == (13, "2610312")
