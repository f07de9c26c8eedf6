"""A ledger row as the rules of returns take it: what was sold, and what a reversal took back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from huimin.core.discount import SUMS, PolicyTerms, Sums
from huimin.core.returns import Returned, Sold, sold_of


def sums_of(row: Mapping[str, Any]) -> Sums:
    """The sums of a redemption's row."""
    return Sums(*(row[name] for name in SUMS))


def sold_in(redemption: Mapping[str, Any], terms: PolicyTerms) -> Sold:
    """What a redemption's row sold; `terms` are those of its policy version."""
    lines = json.loads(redemption["detail_json"]).get("lines") or ()
    return sold_of(sums_of(redemption), lines, terms)


def returned_in(reversal: Mapping[str, Any]) -> Returned:
    """What a reversal's row took back, in positive sums."""
    sums = Sums(*(-reversal[name] for name in SUMS))
    lines = {line["index"]: line["amount_fen"] for line in returned_lines(reversal)}
    return Returned(sums, lines or None)


def returned_lines(reversal: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """The lines that a reversal's row took back, with `index`, `name` and the sums of each; none if
    its sale had none, or if it was recorded in proportion, as all were before returns named parts.
    """
    lines: Sequence[dict[str, Any]] = json.loads(reversal["detail_json"]).get("returned") or ()
    return lines
