"""Two purchases that missed their discount, so that the office has claims to decide.

One was refused because the card was reported lost; for the other the card was forgotten.
"""

from __future__ import annotations

from datetime import timedelta

from huimin.claims.requests import ClaimRequest
from huimin.claims.submit import submit_claim
from huimin.core.days import county_day
from huimin.demo.county import County
from huimin.demo.stories import LOST
from huimin.storage.engine import Transaction

FORGETFUL = 33
FORGOTTEN_DAYS_AGO = 2


def file_claims(county: County) -> None:
    """File them at the first two tills, at the instance's current time."""
    instance = county.instance
    now, days = instance.clock(), instance.settings.claim_days
    count = len(county.customers)
    claims = (
        ClaimRequest(
            county.customers[LOST[0] % count].checked,
            order_no="YB-20481",
            amount_fen=8_650,
            refusal_code="card_lost",
            identity_checked=True,
            note="卡前几天丢了，今天在家里找到",
            cashier="王敏",
        ),
        ClaimRequest(
            county.customers[FORGETFUL % count].checked,
            order_no="HH-77310",
            amount_fen=12_640,
            excluded_fen=2_500,
            occurred_on=county_day(now) - timedelta(days=FORGOTTEN_DAYS_AGO),
            presented_by="family_member",
            identity_checked=True,
            cashier="李萍",
        ),
    )

    def work(tx: Transaction) -> None:
        for till, claim in zip(county.tills, claims, strict=False):
            actor = f"terminal:{till.terminal['terminal_code']}"
            submit_claim(tx, claim, terminal=till.terminal, now=now, claim_days=days, actor=actor)

    instance.engine.write(work)
