"""The types of the till's scripts hold, and a mistake in them would be found."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests import javascript_types
from tests.javascript_types import CHECKOUT, MY, PROJECTS, mistakes

STATIC = CHECKOUT / "static"


@pytest.fixture
def _compiler() -> None:
    """The compiler; where CI runs it must be there, elsewhere the tests are skipped."""
    if os.environ.get("CI") == "true":
        javascript_types.fetch()
    if why := javascript_types.why_not():
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)


def test_every_script_asks_to_be_checked() -> None:
    paths = [*STATIC.glob("*.js"), *(MY / "static").glob("*.js")]
    scripts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    assert len(scripts) > 50
    assert [name for name, text in scripts.items() if not text.startswith("// @ts-check\n")] == []


# A file, what stands in it, and a slip.
SLIPS = [
    ("money.js", "Math.abs(fen)", "fen.abs()"),
    ("strict_cbor.js", "this.position += 1", "this.positon += 1"),
    ("card_token.js", "claims.expiresAt * 1_000", "claims.expires * 1_000"),
    ("queue.js", 'status === "waiting"', 'status === "waits"'),
    ("sync.js", "row.pack_issued_at", "row.pack_issued"),
    ("pack.js", "current?.body", "current?.boddy"),
    ("sale.js", 'byId("confirm")', 'byId("confrm")'),
    ("offline_desk.js", "append(stores, {", "append(stores, { client: key,"),
    ("service_worker.js", "KEPT.shell", "KEPT.shel"),
]


@pytest.mark.usefixtures("_compiler")
def test_the_types_hold_and_a_slip_is_found(tmp_path: Path) -> None:
    """The compiler names the place of each slip and no other: all else is right as it stands."""
    web = tmp_path / "web" / "static" / "vendor"
    shutil.copytree(CHECKOUT.parent / "web" / "static" / "vendor", web)
    checkout = tmp_path / "checkout"
    shutil.copytree(STATIC, checkout / "static")
    for name in (*PROJECTS, "page.d.ts", "worker.d.ts"):
        shutil.copy(CHECKOUT / name, checkout)
    slips = set()
    for name, right, wrong in SLIPS:
        path = checkout / "static" / name
        before, found, after = path.read_text(encoding="utf-8").partition(right)
        assert found, name
        path.write_text(before + wrong + after, encoding="utf-8")
        slips.add((name, before.count("\n") + 1))
    lines = [line for line in mistakes(checkout) if not line[:1].isspace()]
    places = [re.search(r"(\w+\.js)\((\d+),\d+\): error", line) for line in lines]
    assert {(at[1], int(at[2])) for at in places if at} == slips
    assert all(places), lines


@pytest.mark.usefixtures("_compiler")
def test_the_types_of_my_card_hold() -> None:
    assert mistakes(MY) == []
