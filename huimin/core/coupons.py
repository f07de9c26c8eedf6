"""Lines below zero: a coupon or a returned deposit lowers the goods that it belongs to.

It belongs to the goods that take part in the discount, or, if its category is left out by the
policy, to those that do not. Each of the two can be lowered to nothing and no further.
"""

from __future__ import annotations

from collections.abc import Mapping

from huimin.core.money import allocate


def after_coupons(amounts: Mapping[int, int]) -> dict[int, int]:
    """What each line counts once the lines below zero are taken off the others; in fen.

    The coupons are split over the lines above zero by their amounts, by largest remainder, so that
    the results are 0 or more and add up to the same. The sum of `amounts` must not be negative.
    """
    coupons_fen = -sum(fen for fen in amounts.values() if fen < 0)
    above = {index: max(fen, 0) for index, fen in amounts.items()}
    if not coupons_fen:
        return above
    parts = allocate(coupons_fen, list(above.values()))
    return {index: fen - part for (index, fen), part in zip(above.items(), parts, strict=True)}
