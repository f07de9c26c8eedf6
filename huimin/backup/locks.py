"""What a backup is closed and opened with, as a command was told or asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from huimin.backup.age_file import RECIPIENT_PREFIX, SECRET_PREFIX, Lock, is_age_file
from huimin.backup.bech32 import decode
from huimin.command_line import CommandProblem, ask
from huimin.core.catalogue import text
from huimin.core.refusals import field_problem


def closing_lock(asks: bool, file: Path | None, recipients: Sequence[str]) -> Lock | None:
    """What a new backup is closed with; None for one in clear. Raises what a command prints."""
    if (asks or file is not None) and recipients:
        raise field_problem("--recipient", "口令和公钥只能用一种。")
    if recipients:
        return Lock(keys=tuple(_key(one, RECIPIENT_PREFIX) for one in recipients))
    if file is not None:
        return Lock(passphrase=_first_line(file))
    if asks:
        return Lock(passphrase=_asked(new=True))
    return None


def opening_lock(backup: Path, file: Path | None, identity_file: Path | None) -> Lock | None:
    """What opens the backup, asked for if need be; None for one in clear. Raises as above."""
    with backup.open("rb") as opened:
        if not is_age_file(opened.read(64)):
            return None
    if identity_file is not None:
        lines = identity_file.read_text(encoding="utf-8", errors="replace").splitlines()
        secrets = [line for line in lines if line.strip() and not line.startswith("#")]
        return Lock(keys=tuple(_key(one, SECRET_PREFIX) for one in secrets))
    return Lock(passphrase=_asked() if file is None else _first_line(file))


def _key(typed: str, prefix: str) -> str:
    try:
        kind, content = decode(typed)
    except ValueError:
        kind, content = "", b""
    if kind != prefix or len(content) != 32:
        raise CommandProblem("这不是 age 的密钥，应以 {prefix}1 开头。", prefix=prefix)
    return typed.strip()


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="strict") as opened:
            line = opened.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise CommandProblem("口令文件 {path} 不是 UTF-8 的文字。", path=file) from error
    if not line:
        raise CommandProblem("口令文件 {path} 是空的。", path=file)
    return line


def _asked(*, new: bool = False) -> str:
    return ask(
        "备份口令",
        remedy=text("请用 --passphrase-file 写明口令所在的文件。"),
        hidden=True,
        twice=new,
    )
