"""The tree of RFC 6962, against the published vectors and another implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    inclusion_path,
    leaf_hash,
    root_by_path,
    root_of,
)

# The leaves and roots that Certificate Transparency's own implementations are tested with.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_published_roots_come_out() -> None:
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14") and root_of([]) == EMPTY_ROOT
    for size, root in enumerate(ROOTS, start=1):
        assert root_of(map(leaf_hash, ENTRIES[:size])).hex() == root


@given(st.integers(1, 700), st.data())
def test_every_leaf_is_proved_by_its_own_path_alone(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    root = root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, lambda first, end: root_of(leaves[first:end]))
    assert root_by_path(leaves[index], index, size, path) == root
    if size > 1:
        other = (index + 1) % size
        assert root_by_path(leaves[other], index, size, path) != root
        with pytest.raises(ValueError, match="length"):
            root_by_path(leaves[index], index, size, path[:-1])


@given(st.integers(0, 900), st.integers(0, 900))
def test_a_tree_grows_from_its_frontier_as_from_its_leaves(before: int, more: int) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(before + more)]
    tree = Frontier()
    for leaf in leaves[:before]:
        tree.append(leaf)
    grown = Frontier(tree.size, list(tree.roots))
    for leaf in leaves[before:]:
        grown.append(leaf)
    assert grown.root == root_of(leaves)
    for number, block in grown.blocks.items():
        assert block == root_of(leaves[number * 256 : (number + 1) * 256])
    assert set(grown.blocks) == {
        number for number in range((before + more) // 256) if (number + 1) * 256 > before
    }
    for (first, end), subtree in grown.subtrees().items():
        assert subtree == root_of(leaves[first:end])
