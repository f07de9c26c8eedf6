"""The Merkle tree of RFC 6962: its root, how it grows, and the proof that one leaf is in it.

A hash of a leaf begins with 0x00 and one of two subtrees with 0x01, so that neither passes for the
other. The tree only grows at its right end; from the roots of its complete subtrees (its frontier)
it grows further without its leaves. No kept library with a permissive licence makes it (2026-11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
# The root of each 256 leaves is kept, as C2SP's tiles keep it.
BLOCK_LEAVES = 256

Subtree = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """A tree of `size` leaves as the roots of its complete subtrees, the largest first.

    `blocks` collects, by number, the root of each block of 256 leaves that was completed here.
    """

    size: int = 0
    roots: list[bytes] = field(default_factory=list)
    blocks: dict[int, bytes] = field(default_factory=dict)

    def append(self, leaf: bytes) -> None:
        """Let the tree grow by one leaf hash."""
        self.size += 1
        root, leaves = leaf, 1
        # Of two subtrees of the same size one is made, as ones are carried when a number grows.
        while self.size % (2 * leaves) == 0:
            root, leaves = node_hash(self.roots.pop(), root), 2 * leaves
            if leaves == BLOCK_LEAVES:
                self.blocks[self.size // BLOCK_LEAVES - 1] = root
        self.roots.append(root)

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        return fold_roots(self.roots)

    def subtrees(self) -> dict[tuple[int, int], bytes]:
        """The roots by the range [first leaf, leaf after the last) of their subtrees."""
        ranges, first = {}, 0
        for root, leaves in zip(self.roots, _powers_in(self.size), strict=True):
            ranges[first, first + leaves] = root
            first += leaves
        return ranges


def fold_roots(roots: Sequence[bytes]) -> bytes:
    """The root of the tree whose complete subtrees these are."""
    if not roots:
        return EMPTY_ROOT
    folded = roots[-1]
    for root in reversed(roots[:-1]):
        folded = node_hash(root, folded)
    return folded


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root


def split(leaves: int) -> int:
    """How many of more than one leaf are in the left subtree: the largest power of two below."""
    return int(1 << (leaves - 1).bit_length() - 1)


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The proof that the leaf with that index is in the tree, from its sibling upwards.

    `subtree(first, end)` gives the root over a range of leaves. Raises ValueError for no leaf.
    """
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    first, end, path = 0, size, []
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(first, middle))
            first = middle
    return path[::-1]


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root to which a proof leads. Raises ValueError when its length fits no such leaf."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    turns, first, end = [], 0, size
    while end - first > 1:
        middle = first + split(end - first)
        turns.append(index < middle)
        first, end = (first, middle) if index < middle else (middle, end)
    if len(turns) != len(path):
        raise ValueError("the proof has another length")
    root = leaf
    for is_left, sibling in zip(reversed(turns), path, strict=True):
        root = node_hash(root, sibling) if is_left else node_hash(sibling, root)
    return root


def _powers_in(size: int) -> list[int]:
    return [1 << bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]
