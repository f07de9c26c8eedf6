"""A key taken by an earlier version is known by a later one: fingerprints stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from huimin.checkout.offline.api_bodies import OfflineItemBody
from huimin.checkout.once import fingerprint
from huimin.checkout.requests import RedemptionRequest, ReversalRequest
from huimin.claims.requests import ClaimRequest
from huimin.core.card_token import CheckedCard
from huimin.core.discount import Item

WITH_LINES = RedemptionRequest(
    CheckedCard("number", "5120220000000000"),
    amount_fen=12_800,
    items=(Item("6901", "大米", "food", "2", 12_800),),
    order_no="N-1",
    presented_by="p-1",
    identity_checked=True,
    cashier="李",
)
WITH_SUMS = RedemptionRequest(
    CheckedCard("copy_id", "00ff", 1_700_000_000),
    amount_fen=5_000,
    excluded_fen=100,
    insurance_fen=200,
    order_no="N-2",
    presented_by="p-2",
    identity_checked=False,
)


# As commit 0e981a6 (version 1) writes them: a till may try a sale again after the upgrade.
@pytest.mark.parametrize(
    ("act", "request_", "expected"),
    [
        (
            "redeem",
            WITH_LINES,
            "3fe3f4a2ce64ead46de890370d654635bf1ad83b42e0a3c5a8a679bbe7d9c149",
        ),
        (
            "redeem",
            WITH_SUMS,
            "96c28570aadf82c0c99a7941cbe40cc00329ed49a0de6f9f3137c13c2d1cbfb5",
        ),
        (
            "reverse r-1",
            ReversalRequest("买错了", 500, None),
            "6b62f5d08d247dc69c849da9ae063bb177eaf289d072569e5366c5134e7ae276",
        ),
    ],
)
def test_a_fingerprint_is_that_of_version_1(act: str, request_: Any, expected: str) -> None:
    assert fingerprint(act, request_) == expected


def test_an_offline_item_of_version_1_is_known_again() -> None:
    """What version 1 hashed was the body's fields, a whole quantity as a number."""
    sent = {
        "card": "9" * 225,
        "amount_fen": 12_800,
        "items": [
            {"name": "大米", "amount_fen": 12_800, "quantity": 2},
            {"name": "盐", "amount_fen": 0},
        ],
        "client_id": "019A38F0-0016-7000-8000-000000000000",
        "order_no": "N-1",
        "presented_by": "holder",
        "identity_checked": True,
        "policy_id": "p-1",
        "discount_fen": 1_024,
        "payable_fen": 11_776,
        "occurred_at": "2026-10-31T02:00:00Z",
        "pack_issued_at": "2026-10-31T02:00:00Z",
    }
    item = OfflineItemBody.model_validate(sent).to_item({})
    assert item.fingerprint == "a346e75dc94baf04de01dffad3972396fc337d9f3882b69791b31ad0049e247b"


def test_which_key_signed_is_no_part_of_a_request() -> None:
    card = CheckedCard("copy_id", "00ff", 1_700_000_000, key_id=7)
    assert fingerprint("redeem", replace(WITH_SUMS, card=card)) == fingerprint("redeem", WITH_SUMS)
    scanned = replace(WITH_SUMS, shop_order_no="S-1")
    assert fingerprint("redeem", scanned) != fingerprint("redeem", WITH_SUMS)


def test_a_claim_of_version_1_is_known_again() -> None:
    claim = ClaimRequest(
        CheckedCard("number", "5120220000000000"), "N-1", 5_000, occurred_on=date(2026, 10, 30)
    )
    assert (
        fingerprint("claim", claim)
        == "86568b5bbcc476f42c122dd912eb359f4991fc9ff2dc89d0aac98a9a22140c8b"
    )
