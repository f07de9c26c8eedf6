"""Why a file is not taken as a backup, in one sentence each."""

from __future__ import annotations

from huimin.storage.engine import StorageProblem


def not_ours(*, newer: bool = False) -> StorageProblem:
    """No backup at all, or one of a newer program."""
    if newer:
        return StorageProblem("这个备份是更新版本的 huimin 做的，请用那个版本恢复。")
    return StorageProblem("这不是 huimin 的备份文件，未作任何改动。")


def damaged(name: str) -> StorageProblem:
    """Cut off, or not what its manifest says."""
    return StorageProblem("备份文件已损坏（{name}），未作任何改动；请用另一份备份。", name=name)


def refused_member(name: str) -> StorageProblem:
    """A member that a backup of ours never has."""
    return StorageProblem(
        "备份文件里有不该有的内容（{name}），没有恢复，未作任何改动。", name=name[:80]
    )


def no_room(needed: int, free: int) -> StorageProblem:
    """More than the disk has, in bytes."""
    megabyte = 1024 * 1024
    return StorageProblem(
        "磁盘空间不够：需要 {needed} MB，只剩 {free} MB。",
        needed=-(-needed // megabyte),
        free=free // megabyte,
    )


def locked() -> StorageProblem:
    """Encrypted, and not opened by what was given."""
    return StorageProblem("打不开这个加密的备份：口令或密钥不对，或文件已损坏；未作任何改动。")
