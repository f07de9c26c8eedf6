"""Prove that one receipt is in a published day, without showing another.

A proof is a file as C2SP writes it (https://c2sp.org/tlog-proof): the place of the row's hash in
the tree, the hashes beside its way to the root, and the signed checkpoint of a day. It holds
offline, for ever, whatever becomes of the county's database. A few hundred rows of the receipt's
own day are read for it at most; the rest are roots that were kept when the tree grew.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from huimin.anchors import queries
from huimin.anchors.county_key import open_checkpoint
from huimin.anchors.make import Base, anchor_of, base_at
from huimin.anchors.note import Head, TreeHead
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day, parse_instant
from huimin.core.json_text import read_json, write_json
from huimin.core.merkle import (
    BLOCK_LEAVES,
    HASH_BYTES,
    Frontier,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_by_path,
    root_of,
    split,
)
from huimin.core.refusals import Refusal
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Row, Transaction

HEADING = "c2sp.org/tlog-proof@v1"
PROOF_BYTES_MAX = 64_000
PROOF_SUFFIX = ".tlog-proof"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})", re.ASCII)


class ProofWrong(ValueError):
    """A file that proves nothing, and why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.say())
        self.text = reason


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of a chain in the tree: its first leaf, and the places between which it is."""

    first: int
    rows: int
    terminal_id: str
    after: int
    upto: int

    @property
    def has_gap(self) -> bool:
        """Whether a restore left places out, so that rows must be counted to be found."""
        return self.upto - self.after != self.rows


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof's file says: of which receipt (not signed), in which tree and day."""

    receipt_no: str | None
    row_hash: str
    index: int
    tree: TreeHead
    day: str | None


def anchored_day(tx: Transaction, row: Row) -> str | None:
    """The day with whose anchor a ledger row was first signed, or None before that."""
    anchor = _anchor_with(tx, row)
    return None if anchor is None else anchor["day"]


def proof_of(tx: Transaction, row: Row) -> str | None:
    """The text of the proof's file for a ledger row; None until its day has an anchor.

    Raises Refusal `proof_contradicted` where the ledger is no longer what was signed: a file that
    proves nothing is not handed out.
    """
    anchor = _anchor_with(tx, row)
    if anchor is None:
        return None
    before_row = queries.anchor_before(tx, size=anchor["size"], id=anchor["id"])
    before = Base(Frontier(), {}) if before_row is None else base_at(before_row)
    segments = list(_segments(before, anchor_of(anchor).heads))
    tree = _DayTree(tx, before.frontier, segments)
    index = tree.index_of(row)
    path = inclusion_path(index, anchor["size"], tree.subtree)
    leaf = leaf_hash(bytes.fromhex(row["hash"]))
    if root_by_path(leaf, index, anchor["size"], path).hex() != anchor["root"]:
        raise Refusal("proof_contradicted")
    extra = write_json({"receipt_no": row["receipt_no"], "row_sha256": row["hash"]})
    lines = [
        HEADING,
        f"extra {base64.b64encode(extra.encode()).decode('ascii')}",
        f"index {index}",
        *(base64.b64encode(one).decode("ascii") for one in path),
    ]
    return "\n".join(lines) + f"\n\n{anchor['checkpoint']}"


def check_proof(tx: Transaction, key_ring: KeyRing, proof: str) -> Proved:
    """What a proof's file proves, once all of it holds. Raises ProofWrong, or AnchorRefused."""
    head, divider, checkpoint = proof.partition("\n\n")
    lines = head.split("\n")
    if len(proof) > PROOF_BYTES_MAX or not divider or lines.pop(0) != HEADING:
        raise ProofWrong(text("不是小票的证明文件。"))
    receipt_no, row_hash = _read_extra(lines)
    number = _INDEX.fullmatch(lines.pop(0)) if lines else None
    path = [_decoded(line) for line in lines]
    if number is None or any(len(one) != HASH_BYTES for one in path):
        raise ProofWrong(text("证明文件不完整。"))
    tree, others = open_checkpoint(tx, key_ring, checkpoint)
    index = int(number[1])
    try:
        root = root_by_path(leaf_hash(bytes.fromhex(row_hash)), index, tree.size, path)
    except ValueError:
        raise ProofWrong(text("证明文件不完整。")) from None
    if root.hex() != tree.root:
        raise ProofWrong(text("证明不成立：这一行不在签了名的校验点里。"))
    days = [line.removeprefix("day ") for line in others if line.startswith("day ")]
    return Proved(receipt_no, row_hash, index, tree, days[0] if days else None)


class _DayTree:
    """The tree of one day: its own rows, over what it grew from."""

    def __init__(self, tx: Transaction, before: Frontier, segments: list[_Segment]) -> None:
        self._tx, self._segments, self._before = tx, segments, before.size
        self._roots = before.subtrees()
        end = segments[-1].first + segments[-1].rows if segments else before.size
        blocks = queries.blocks_between(
            tx, first=before.size // BLOCK_LEAVES, end=end // BLOCK_LEAVES
        )
        for block in blocks:
            first = block["number"] * BLOCK_LEAVES
            self._roots[first, first + BLOCK_LEAVES] = bytes.fromhex(block["hash"])

    def index_of(self, row: Row) -> int:
        """The number of a row's leaf."""
        segment = next(
            one
            for one in self._segments
            if one.terminal_id == row["terminal_id"] and one.after < row["sequence"] <= one.upto
        )
        if not segment.has_gap:
            return segment.first + int(row["sequence"]) - segment.after - 1
        before = queries.rows_between(
            self._tx,
            terminal_id=segment.terminal_id,
            after=segment.after,
            upto=row["sequence"] - 1,
        )
        return segment.first + int(before)

    def subtree(self, first: int, end: int) -> bytes:
        """The root over a range of leaves, as a proof needs it."""
        root = self._roots.get((first, end))
        if root is None and first >= self._before and end - first <= BLOCK_LEAVES:
            root = root_of(self._leaves(first, end))
        if root is None:
            middle = first + split(end - first)
            root = node_hash(self.subtree(first, middle), self.subtree(middle, end))
        return root

    def _leaves(self, first: int, end: int) -> Iterator[bytes]:
        for one in self._segments:
            start, stop = max(first, one.first), min(end, one.first + one.rows)
            if start >= stop:
                continue
            skipped = start - one.first
            rows = queries.chain_hashes_from(
                self._tx,
                terminal_id=one.terminal_id,
                after=one.after if one.has_gap else one.after + skipped,
                upto=one.upto,
                row_offset=skipped if one.has_gap else 0,
                row_limit=stop - start,
            )
            yield from (leaf_hash(bytes.fromhex(row["hash"])) for row in rows)


def _segments(before: Base, heads: tuple[Head, ...]) -> Iterator[_Segment]:
    first = before.frontier.size
    for head in heads:
        earlier = before.heads.get(head.terminal_id)
        rows = head.rows - (0 if earlier is None else earlier.rows)
        if rows:
            after = 0 if earlier is None else earlier.sequence
            yield _Segment(first, rows, head.terminal_id, after, head.sequence)
            first += rows


def _anchor_with(tx: Transaction, row: Row) -> Row | None:
    """The first day's anchor that covers the row: its own day's but for a wrong clock; chains only
    grow, so halving finds any.
    """
    own_day = county_day(parse_instant(row["recorded_at"])).isoformat()
    own = queries.anchor_of_day(tx, day=own_day)
    if own is not None and _covers(own, row):
        before = queries.anchor_before(tx, size=own["size"], id=own["id"])
        if before is None or not _covers(before, row):
            return dict(own)
    days = queries.day_sizes(tx)
    low, high = 0, len(days)
    while low < high:
        middle = (low + high) // 2
        if _covers(queries.anchor_of_day(tx, day=days[middle]["day"]), row):
            high = middle
        else:
            low = middle + 1
    if low == len(days):
        return None
    anchor: Row = queries.anchor_of_day(tx, day=days[low]["day"])
    return anchor


def _covers(anchor: Row, row: Row) -> bool:
    heads = anchor_of(anchor).heads
    return any(
        head.terminal_id == row["terminal_id"] and head.sequence >= row["sequence"]
        for head in heads
    )


def _read_extra(lines: list[str]) -> tuple[str | None, str]:
    """Receipt number and row hash of the file's second line, which is taken away."""
    name, _, encoded = (lines.pop(0) if lines else "").partition(" ")
    try:
        extra: Any = read_json(_decoded(encoded).decode())
        receipt_no, row_hash = extra.get("receipt_no"), extra["row_sha256"]
        if name != "extra" or len(bytes.fromhex(row_hash)) != HASH_BYTES:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProofWrong(text("证明文件里没有写是哪张小票。")) from None
    return (receipt_no if isinstance(receipt_no, str) else None), row_hash


def _decoded(line: str) -> bytes:
    try:
        return base64.b64decode(line, validate=True)
    except ValueError:
        return b""
