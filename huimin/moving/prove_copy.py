"""What proves that a county has arrived: its chains and its sums say the same on both sides."""

from __future__ import annotations

from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.storage.engine import StorageProblem, Transaction


def prove_copy(source: Transaction, target: Transaction) -> None:
    """Raise StorageProblem unless every chain and every sum is the same on both sides.

    A chain that is broken where it comes from is broken in the same place where it has arrived.
    """
    if verify_chains(source) != verify_chains(target):
        raise StorageProblem("两边的流水链不一致，复制没有完成；原来的县没有改动。")
    if check_rollups(source) != check_rollups(target):
        raise StorageProblem("两边的汇总不一致，复制没有完成；原来的县没有改动。")
