"""Of the people entitled, how many the card reaches: the county's figures and each town's.

Entitled and reached are counted as the room of reach counts them, at the month's end: people whose
eligibility is in force, and those of them with a valid card. How many used one is told by the cards
that are published already: a second number almost the same would tell, by subtraction, of the few
whose card was replaced or whose aid ended.

People reached and people missed are groups like any other: with fewer than five of either, both
figures are withheld, and with them those of another town that has five of both. So of each there is
another number that agrees with all totals, also for somebody who knows every other small town. If
there is no such town, no town's are published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from huimin.publication.counts import Counts, TakeUp
from huimin.publication.suppress import PEOPLE_MIN, Group

# A town or the whole county as it may be published; None: withheld.
Shown = TakeUp | None


def protect_take_up(
    by_town: Mapping[str, TakeUp], groups: Sequence[Group], counts: Sequence[Counts], county: Counts
) -> tuple[Shown, list[Shown]]:
    """(the county's, each group's), as far as it may be published.

    `by_town` is by the town's code; `groups` are the published towns and `counts` what is counted
    of each, in the same order.
    """
    whole = _together(by_town.values())
    parts = [_together(by_town[town] for town in group if town in by_town) for group in groups]
    nothing: list[Shown] = [None] * len(groups)
    if _is_small(whole, county):
        return None, nothing
    if sum(part.entitled for part in parts) != whole.entitled:
        # Some live in a town of which no row is published; only the county's figure has them.
        return whole, nothing
    small = {n for n, part in enumerate(parts) if _is_small(part, counts[n])}
    if not small:
        return whole, [*parts]
    others = [n for n in range(len(parts)) if n not in small]
    if not others:
        # With nothing by town, there is nothing to subtract from the county's.
        return whole, nothing
    withheld = {*small, min(others, key=lambda n: (parts[n].entitled, n))}
    return whole, [None if n in withheld else part for n, part in enumerate(parts)]


def _together(parts: Iterable[TakeUp]) -> TakeUp:
    entitled, reached = 0, 0
    for part in parts:
        entitled, reached = entitled + part.entitled, reached + part.reached
    return TakeUp(entitled, reached)


def _is_small(part: TakeUp, counts: Counts) -> bool:
    """Whether fewer than five people are reached or missed, or about as many cards as people were
    used."""
    missed, unused = part.entitled - part.reached, abs(part.entitled - counts.cards)
    return min(part.reached, missed, unused) < PEOPLE_MIN
