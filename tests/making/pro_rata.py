"""Returns as version 1 recorded them: each sum in proportion to the amount. Such rows stay."""

from __future__ import annotations

from huimin.core.discount import SUMS, Sums
from huimin.core.money import half_up


def pro_rata(original: Sums, returned: Sums, amount_fen: int) -> Sums:
    """What version 1 took back for `amount_fen` after `returned`."""
    total = returned.amount_fen + amount_fen
    in_all = {name: half_up(getattr(original, name) * total, original.amount_fen) for name in SUMS}
    if original.discount_fen:
        in_all["merchant_share_fen"] = half_up(
            original.merchant_share_fen * in_all["discount_fen"], original.discount_fen
        )
    return Sums(**in_all) - returned
