"""Filing a claim at a till, the same for the POS API, the till page and its form."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from huimin.access.till_guard import Caller
from huimin.checkout.attempts import attempt, open_caller
from huimin.checkout.once import answer_once
from huimin.claims.api_bodies import ClaimBody
from huimin.claims.requests import ClaimRequest
from huimin.claims.submit import submit_claim
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance


def claim_response(body: ClaimBody, key: str) -> Response:
    """File the claim, once; 201 with the claim."""
    filed = {"order_no": body.order_no, "amount_fen": body.amount_fen, "cashier": body.cashier}
    caller = open_caller()
    with attempt("claim", caller, **filed) as trying:
        claim = body.to_request(trying.read_card(body.card))
        file = filing(claim, caller)

        def work(tx: Transaction) -> Row:
            body.require_order()
            return file(tx)

        return answer_once("claim", claim, key, work, sent_order_no=body.sent_order_no)


def filing(claim: ClaimRequest, caller: Caller) -> Callable[[Transaction], Row]:
    """The work that files the claim for that caller, to run in a transaction."""
    now, days = instance().clock(), instance().settings.claim_days

    def work(tx: Transaction) -> Row:
        return submit_claim(
            tx,
            claim,
            terminal=caller.terminal,
            now=now,
            claim_days=days,
            actor=caller.actor,
            staff_id=caller.staff_id,
        )

    return work
