"""Whether a figure lets one merchant's own be told: the rules of dominance of official statistics.

A figure is published only if at least three merchants stand behind it, none has more than 85 % of
it, and the second largest, who knows its own part, can't estimate the largest within p %. These
are the minimum frequency rule, the (n, k) rule with n = 1 and k = 85, and the p% rule with p = 10
of the statistics handbooks: Hundepool et al., Handbook on Statistical Disclosure Control
(ESSnet/Eurostat, version 1.2, 2010), section 4.2.1 (which figures are sensitive) and 4.2.2 (how
uncertain a withheld one must be); Hundepool et al., Statistical Disclosure Control (Wiley, 2012),
chapter 4.

A merchant is a legal entity: a chain is one, however many outlets it has. Invariant: figures of
groups that have no cell in common and hold the rules hold them together.
"""

from __future__ import annotations

from collections.abc import Iterable

from huimin.core.money import BASIS_POINTS

MERCHANTS_MIN = 3
SHARE_BP_MAX = 8_500
# p: by what part of its own figure the estimate of a merchant's must be able to be off.
ESTIMATE_BP_MIN = 1_000


def shortfall(parts: Iterable[int]) -> int:
    """By how much a figure is short of the rules, in its own unit; 0 or less if it holds them.

    `parts` are the merchants' own figures. What is short is what a withheld figure must be able to
    be larger by. Below zero it is what can be taken from the third largest and those below it, with
    the rules still held. Fewer than three parts never hold them, unless all are 0. A figure may be
    negative, where more was returned than bought: it counts by its size, and hides no other.
    """
    largest, second, *others = [*sorted(parts, key=abs, reverse=True), 0, 0]
    size, rest = abs(largest), sum(other for other in others if other > 0)
    of_estimate = _up(size * ESTIMATE_BP_MIN, BASIS_POINTS) - rest
    of_share = _up(size * BASIS_POINTS, SHARE_BP_MAX) - size - max(second, 0) - rest
    return max(of_estimate, of_share)


def _up(number: int, by: int) -> int:
    return -(-number // by)
