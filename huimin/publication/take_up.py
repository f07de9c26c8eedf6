"""Of the people entitled, how many the card reaches: the county's figures and each town's.

Entitled and reached are counted as the room of reach counts them, at the month's end: people whose
eligibility is in force, and those of them with a valid card. How many used one is told by the cards
that are published already: a second number almost the same would tell, by subtraction, of the few
whose card was replaced or whose aid ended.

People reached and people missed are groups like any other: with fewer than five of either, both
figures are withheld, and with them those of another town that has five of both. So of each there is
another number that agrees with all totals, also for somebody who knows every other small town. If
there is no such town, no town's are published.

The same people are counted month after month, so that figures of two months can be subtracted: a
difference of one to four people in what is entitled, reached or missed is a small group as well
(differencing: Hundepool et al., Handbook on Statistical Disclosure Control, chapter on tables that
are linked). Where a figure has moved by so few since the nearest month that told it, before or
after, it is withheld until it has moved by none or by five; the sum of what is withheld, which the
county's figure gives away, too. Towns that were published together then or now are compared by the
sum of all that overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from huimin.publication.counts import Counts, TakeUp
from huimin.publication.suppress import PEOPLE_MIN, Group
from huimin.storage.engine import Row

# A town or the whole county as it may be published; None: withheld.
Shown = TakeUp | None


@dataclass(frozen=True, slots=True)
class Told:
    """What earlier or later months have published: the county's, and that of each group of towns,
    each by the nearest month that tells it."""

    county: Shown = None
    towns: Mapping[Group, TakeUp] = field(default_factory=dict)

    def has_moved_little(self, groups: Sequence[Group], parts: Sequence[TakeUp]) -> set[int]:
        """Places of the groups that could be compared with it by a difference of few people."""
        moved: set[int] = set()
        for places, told in self._overlapping(groups):
            now = _together(parts[place] for place in places)
            if _moved_little(now, _together(self.towns[group] for group in told)):
                moved |= places
        return moved

    def _overlapping(self, groups: Sequence[Group]) -> Iterator[tuple[set[int], set[Group]]]:
        """Groups of now and of then that cover the same towns, as few as may be compared."""
        left = set(range(len(groups)))
        while left:
            places, told = {left.pop()}, set[Group]()
            while True:
                towns = {town for place in places for town in groups[place]}
                towns |= {town for group in told for town in group}
                more = {n for n in left if not towns.isdisjoint(groups[n])}
                then = {group for group in self.towns if not towns.isdisjoint(group)} - told
                if not more and not then:
                    break
                places, told, left = places | more, told | then, left - more
            covered = {town for place in places for town in groups[place]}
            if told and {town for group in told for town in group} == covered:
                yield places, told


def told_by(months: Sequence[Row]) -> tuple[Told, Told]:
    """What months' published figures tell, the nearest month first: what they say, and what is left
    of the county's figure when the towns that are shown are taken away."""
    county: Shown = None
    said: dict[Group, TakeUp] = {}
    left: dict[Group, TakeUp] = {}
    for month in months:
        whole = _said_in(month["county"] or {})
        county = county or whole
        shown = {tuple(row["towns"]): _said_in(row) for row in month["by_town"]}
        known = {group: part for group, part in shown.items() if part is not None}
        hidden = tuple(sorted(town for group in shown if group not in known for town in group))
        if whole is not None and known and hidden:
            rest = _together(known.values())
            _add_new(
                left, hidden, TakeUp(whole.entitled - rest.entitled, whole.reached - rest.reached)
            )
        for group, part in known.items():
            _add_new(said, group, part)
    return Told(county, said), Told(None, left)


def _add_new(told: dict[Group, TakeUp], towns: Group, part: TakeUp) -> None:
    if not any(set(group) & set(towns) for group in told):
        told[towns] = part


def _said_in(row: Row) -> Shown:
    if row.get("entitled") is None or row.get("reached") is None:
        return None
    return TakeUp(int(row["entitled"]), int(row["reached"]))


def protect_take_up(
    by_town: Mapping[str, TakeUp],
    groups: Sequence[Group],
    counts: Sequence[Counts],
    county: Counts,
    told: Sequence[Told] = (),
) -> tuple[Shown, list[Shown]]:
    """(the county's, each group's), as far as it may be published.

    `by_town` is by the town's code; `groups` are the published towns and `counts` what is counted
    of each, in the same order; `told` is what the months before and after have told.
    """
    whole = _together(by_town.values())
    parts = [_together(by_town[town] for town in group if town in by_town) for group in groups]
    nothing: list[Shown] = [None] * len(groups)
    if _is_small(whole, county) or any(_moved_little(whole, each.county) for each in told):
        return None, nothing
    if sum(part.entitled for part in parts) != whole.entitled:
        # Some live in a town of which no row is published; only the county's figure has them.
        return whole, nothing
    small = {n for n, part in enumerate(parts) if _is_small(part, counts[n])}
    small |= {n for each in told for n in each.has_moved_little(groups, parts)}
    if not small:
        return whole, [*parts]
    others = sorted(set(range(len(parts))) - small, key=lambda n: (parts[n].entitled, n))
    withheld = set(small)
    for other in others:
        withheld.add(other)
        if not _sum_moved_little(groups, parts, withheld, told):
            return whole, [None if n in withheld else part for n, part in enumerate(parts)]
    # With nothing by town, there is nothing to subtract from the county's.
    return whole, nothing


def _sum_moved_little(
    groups: Sequence[Group], parts: Sequence[TakeUp], withheld: set[int], told: Sequence[Told]
) -> bool:
    """Whether what is left of the county's figure when the towns that are shown are taken away
    could be compared with the same of another month."""
    sum_of = tuple(sorted(town for n in withheld for town in groups[n]))
    now = _together(parts[n] for n in withheld)
    return any(each.has_moved_little([sum_of], [now]) for each in told)


def _moved_little(now: TakeUp, then: Shown) -> bool:
    if then is None:
        return False
    by = (now.entitled - then.entitled, now.reached - then.reached)
    return any(0 < abs(each) < PEOPLE_MIN for each in (*by, by[0] - by[1]))


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
