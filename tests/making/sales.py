"""Sales to test with: redemptions and reversals through the real checkout, at its own clock."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from huimin.access.terminal_keys import terminal_of_key
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import PartReversalRequest, RedemptionRequest, ReversalRequest
from huimin.checkout.reverse import reverse
from huimin.core.card_token import check_card
from huimin.instance import Instance

_serial = itertools.count(1)


def make_redemption(
    instance: Instance, card: Mapping[str, Any], key: str, **over: Any
) -> dict[str, Any]:
    """The answer of redeeming `card` (of make_card) at the terminal with that key."""
    wanted: dict[str, Any] = {
        "card": check_card(card["token"], instance.key_ring.public_keys()),
        "amount_fen": 12_800,
        "order_no": f"test-{next(_serial)}",
        "presented_by": card["holder_id"],
        "identity_checked": True,
        **over,
    }
    request = RedemptionRequest(**wanted)
    return instance.engine.write(
        lambda tx: redeem(
            tx,
            request,
            terminal=terminal_of_key(tx, key),
            now=instance.clock(),
        )
    )


def make_reversal(
    instance: Instance,
    redemption_id: str,
    key: str,
    amount_fen: int | None = None,
    **parts: Any,
) -> dict[str, Any]:
    """The answer of taking back a redemption, or a part of it: `parts` are those of a
    PartReversalRequest.
    """
    request = ReversalRequest("测试退货", amount_fen)
    if parts:
        request = PartReversalRequest("测试退货", amount_fen, **parts)
    return instance.engine.write(
        lambda tx: reverse(
            tx, redemption_id, request, terminal=terminal_of_key(tx, key), now=instance.clock()
        )
    )
