"""Claims in the POS API: file one, and see what became of it."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from huimin.checkout.api_answers import PROBLEMS
from huimin.checkout.api_bodies import KeyHeader
from huimin.checkout.once import fingerprint
from huimin.checkout.till_edge import answer_once, authorise, checked
from huimin.claims.api_bodies import ClaimAnswer, ClaimBody, ClaimPath
from huimin.claims.find_claims import claim_answer, find_claim
from huimin.claims.submit import submit_claim
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_response

api = APIBlueprint(
    "claims_api_v1",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="POS", description="收银终端 / tills")],
    abp_security=[{"terminal_key": []}],
    abp_responses=PROBLEMS,
)
api.before_request(authorise)


@api.post("/claims", summary="登记补办 / claim a missed discount", responses={201: ClaimAnswer})
def claims(header: KeyHeader, body: ClaimBody) -> Response:
    asked = body.to_request(checked(body.card))
    now, who, days = instance().clock(), g.terminal, instance().settings.claim_days
    actor = f"terminal:{who['terminal_code']}"

    def work(tx: Transaction) -> dict[str, Any]:
        return submit_claim(tx, asked, terminal=who, now=now, claim_days=days, actor=actor)

    return answer_once(header.key, fingerprint("claim", asked), work)


@api.get(
    "/claims/<string:claim_id>", summary="查询补办 / find a claim", responses={200: ClaimAnswer}
)
def claim(path: ClaimPath) -> Response:
    outlet_id = g.terminal["outlet_id"]
    return json_response(
        instance().engine.read(
            lambda tx: claim_answer(tx, find_claim(tx, outlet_id, path.claim_id))
        )
    )
