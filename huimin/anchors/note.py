"""The text of an anchor: a C2SP checkpoint whose extension lines say where each chain stood.

https://c2sp.org/tlog-checkpoint: origin, number of leaves, root; then our lines. Every line but the
first three is opaque to other people's tools, which read size and root all the same. What everybody
may read (a checkpoint) has the day alone: the rows of each till are not everybody's business.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from huimin.core.merkle import HASH_BYTES

FORMAT = "huimin-anchor 1"
_HASH = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


class AnchorMalformed(ValueError):
    """The text is no anchor."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a terminal's chain stood: its rows, and place, hash and instant of the last one."""

    terminal_id: str
    rows: int
    sequence: int
    hash: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A tree: whose, how many leaves, and the root in hex."""

    origin: str
    size: int
    root: str

    @property
    def text(self) -> str:
        """The three lines of a checkpoint."""
        root = base64.b64encode(bytes.fromhex(self.root)).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n"


@dataclass(frozen=True, slots=True)
class AnchorText:
    """What an anchor says. `day` is the county day whose rows are the tree's last, None for one
    made when somebody asked; `previous` the SHA-256 of the one before; `in_file` the sum of all
    places that SQLite's main file had without its write-ahead log, None where nobody knows.
    """

    tree: TreeHead
    day: str | None
    made_at: str
    previous: str | None
    in_file: int | None
    heads: tuple[Head, ...]

    @property
    def text(self) -> str:
        """The text to be signed."""
        lines = [FORMAT]
        named = {"day": self.day, "made": self.made_at, "previous": self.previous}
        named["file"] = None if self.in_file is None else str(self.in_file)
        lines += [f"{name} {value}" for name, value in named.items() if value is not None]
        lines += [
            f"till {one.terminal_id} {one.rows} {one.sequence} {one.hash} {one.recorded_at}"
            for one in self.heads
        ]
        return self.tree.text + "".join(f"{line}\n" for line in lines)


def checkpoint_text(tree: TreeHead, day: str) -> str:
    """What everybody may read of a day's anchor, to be signed."""
    return f"{tree.text}day {day}\n"


def read_tree_head(text: str) -> tuple[TreeHead, list[str]]:
    """The tree of a checkpoint, and its other lines. Raises AnchorMalformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines):
        raise AnchorMalformed
    origin, size, encoded, *others = lines
    try:
        root = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise AnchorMalformed from None
    if not _NUMBER.fullmatch(size) or len(root) != HASH_BYTES:
        raise AnchorMalformed
    return TreeHead(origin, int(size), root.hex()), others


def read_anchor_text(text: str) -> AnchorText:
    """The anchor of a text whose signature was verified. Raises AnchorMalformed."""
    tree, lines = read_tree_head(text)
    if not lines or lines.pop(0) != FORMAT:
        raise AnchorMalformed
    named: dict[str, str] = {}
    heads = []
    for line in lines:
        name, _, value = line.partition(" ")
        if name == "till":
            heads.append(_read_head(value.split(" ")))
        elif name in named or heads:
            raise AnchorMalformed
        else:
            named[name] = value
    in_file = named.get("file")
    if not _INSTANT.fullmatch(named.get("made", "")) or not _NUMBER.fullmatch(in_file or "0"):
        raise AnchorMalformed
    return AnchorText(
        tree=tree,
        day=named.get("day"),
        made_at=named["made"],
        previous=named.get("previous"),
        in_file=None if in_file is None else int(in_file),
        heads=tuple(heads),
    )


def _read_head(parts: list[str]) -> Head:
    if len(parts) != 5:
        raise AnchorMalformed
    terminal_id, rows, sequence, row_hash, recorded_at = parts
    if not (_NUMBER.fullmatch(rows) and _NUMBER.fullmatch(sequence) and _HASH.fullmatch(row_hash)):
        raise AnchorMalformed
    if not _INSTANT.fullmatch(recorded_at):
        raise AnchorMalformed
    return Head(terminal_id, int(rows), int(sequence), row_hash, recorded_at)
