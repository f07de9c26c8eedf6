"""A file of secrets: JSON, for its owner only (mode 0600), replaced as a whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huimin.core.system_words import system_words
from huimin.storage.engine import StorageProblem
from huimin.storage.new_file import write_whole

try:
    import fcntl
except ImportError:  # Windows: no lock, so only one operator may change keys at a time.
    fcntl = None  # type: ignore[assignment]

# Some thousand times what 255 keys take: a file that is larger was not written by huimin.
FILE_BYTES_MAX = 1024 * 1024


def load_keys(path: Path) -> dict[str, Any] | None:
    """The file's content, None if there is no file. Raises StorageProblem if it can't be read."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageProblem(
            "读不了密钥文件 {path}：{strerror}。", path=path, strerror=system_words(error)
        ) from error
    try:
        keys = json.loads(content) if len(content) <= FILE_BYTES_MAX else None
    except (ValueError, RecursionError) as error:
        raise damaged_keys_problem(path) from error
    if not isinstance(keys, dict):
        raise damaged_keys_problem(path)
    return keys


def damaged_keys_problem(path: Path) -> StorageProblem:
    """The file is there and can be read, but holds no keys."""
    return StorageProblem("密钥文件 {path} 已损坏，请从备份恢复。", path=path)


def save_keys(path: Path, keys: dict[str, Any]) -> None:
    """Write the keys durably: a new file of mode 0600 replaces the old one in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(keys, ensure_ascii=False, indent=1, sort_keys=True).encode())


def file_stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells whether a file was replaced, cheap enough for every request; None: no file."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a key file against other processes: what a key lost to a race has signed or encrypted
    is lost for good. Raises StorageProblem.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(path.with_suffix(".lock"), "w")  # noqa: SIM115
    except OSError as error:
        raise StorageProblem(
            "写不了密钥文件夹 {parent}：{strerror}。",
            parent=path.parent,
            strerror=system_words(error),
        ) from error
    with lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def require_key_file(path: Path) -> None:
    """Raise StorageProblem if a key file that the database needs is missing."""
    if not path.exists():
        raise StorageProblem(
            "缺少密钥文件 {path}，而数据库里已有用它保护的资料；请先从备份恢复这个文件，再启动。",
            path=path,
        )
