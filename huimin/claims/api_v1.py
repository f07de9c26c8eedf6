"""Claims in the POS API: file one, and see what became of it."""

from __future__ import annotations

from flask import Response

from huimin.access.till_guard import current_terminal
from huimin.checkout.till_edge import till_api
from huimin.claims.api_bodies import ClaimAnswer, ClaimBody, ClaimPath
from huimin.claims.at_till import claim_response
from huimin.claims.find_claims import claim_answer, find_claim
from huimin.web.api_documents import BODY, REPLAYED, problems, with_headers
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.key_header import KeyHeader

api = till_api("claims_api_v1", __name__)


@api.post(
    "/claims",
    summary="登记补录 / claim a missed discount",
    responses={201: with_headers(ClaimAnswer, REPLAYED), **BODY, **problems(404, 409)},
)
def claims(header: KeyHeader, body: ClaimBody) -> Response:
    return claim_response(body, header.key)


@api.get(
    "/claims/<string:claim_id>",
    summary="查询补录 / find a claim",
    responses={200: ClaimAnswer, **problems(404, 422)},
)
def claim(path: ClaimPath) -> Response:
    outlet_id = current_terminal()["outlet_id"]
    return json_response(
        instance().engine.read(
            lambda tx: claim_answer(tx, find_claim(tx, outlet_id, path.claim_id))
        )
    )
