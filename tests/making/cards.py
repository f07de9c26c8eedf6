"""A card to test with: issued through the real use case, with its token beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.cards.issue import issue_card
from huimin.cards.token import token_of
from huimin.instance import Instance
from tests.making.holders import make_holder


def make_card(
    instance: Instance, holder: Mapping[str, Any] | str | None = None, **over: Any
) -> dict[str, Any]:
    """An active card's row plus `token` (digits). `holder` is a holder, its id, or made anew."""
    if holder is None:
        holder = make_holder(instance)
    holder_id = holder if isinstance(holder, str) else holder["id"]
    wanted: dict[str, Any] = {
        "holder_id": holder_id,
        "key_id": instance.key_ring.active_key_id,
        "now": instance.clock(),
        "actor": "test",
        "reason": "测试发卡",
        **over,
    }
    card = instance.engine.write(lambda tx: issue_card(tx, **wanted))
    return {**card, "token": token_of(card, instance.key_ring)}
