"""The pinned requirements install on a machine whose registry has newer releases than these."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?==", re.MULTILINE)


def pins_of(path: Path) -> dict[str, set[str]]:
    return {
        canonicalize_name(name): set(filter(None, extras.split(",")))
        for name, extras in PIN.findall(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_a_package_wanted_with_an_extra_is_pinned_with_it(file: str) -> None:
    # pip takes coverage and coverage[toml] for two things: with --require-hashes it refuses a newer
    # coverage[toml] although coverage itself is pinned.
    pins, missing, asked = pins_of(TOP / file), [], 0
    for name in pins:
        try:
            wishes = distribution(name).requires or []
        except PackageNotFoundError:  # a package of another platform
            continue
        for wish in map(Requirement, wishes):
            applies = wish.marker is None or any(
                wish.marker.evaluate({"extra": extra}) for extra in {"", *pins[name]}
            )
            wished = canonicalize_name(wish.name)
            if applies and wished in pins:
                asked += 1
                missing += [(name, str(wish))] if wish.extras - pins[wished] else []
    assert asked > 20
    assert missing == []
