"""What keeps a command from its work is said in words, with the remedy, and exit code 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from tests.making.holders import make_holder

PERSON = ("--name", "张三", "--town", "天池街道", "--village", "某村", "--kind", "低保")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("keys", "rotate-personal"), "--yes"),
        (("keys", "revoke", "01", "--reason", "泄露"), "--yes"),
        (("backup", "begin-epoch", "2026-10-30T01:30"), "--yes"),
        (("staff", "add", "li", "--name", "李四", "--role", "administrator"), "标准输入"),
        (("holders", "add", *PERSON, "--since", "2026-03-01"), "--id-number"),
        (("holders", "show", "--by-id-number"), "标准输入"),
        (("privacy", "export", "--by-id-number", "--out", "x.zip"), "标准输入"),
    ],
)
def test_it_ends_with_2_and_the_remedy(
    sqlite_instance: Instance, run_cli: Any, command: tuple[str, ...], option: str
) -> None:
    done = run_cli([*command], sqlite_instance.settings.folder)
    assert done.returncode == 2 and option in done.stderr, done
    assert "已中止" not in done.stderr


def test_an_erasure_too(sqlite_instance: Instance, run_cli: Any) -> None:
    holder = make_holder(sqlite_instance)
    erase = ["privacy", "erase", holder["id"], "--reason", "本人要求"]
    done = run_cli(erase, sqlite_instance.settings.folder)
    assert done.returncode == 2 and "--yes" in done.stderr
    assert run_cli(erase, sqlite_instance.settings.folder, typed="n\n").returncode == 130
    assert run_cli(erase, sqlite_instance.settings.folder, typed="y\n").returncode == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("privacy", "erase", "--again", "--list", "{strange}"), "不是已删除人员的名单"),
        (("ledger", "verify", "--against", "{strange}"), "不是存证"),
        (("ledger", "check-proof", "{strange}"), "不是小票的证明文件"),
        (("fleet", "check", "{strange}"), "不是 UTF-8"),
        (("backup", "rehearse", "{strange}"), "已损坏"),
        (("ledger", "anchor", "--out", "{away}"), "{away}：没有这个文件或文件夹。"),
        (("report", "2026-10", "--out", "{away}"), "{away}：没有这个文件或文件夹。"),
        (("backup", "{away}"), "{away}：没有这个文件或文件夹。"),
    ],
)
def test_a_strange_file_and_a_place_that_is_not_there_are_said(
    sqlite_instance: Instance, run_cli: Any, tmp_path: Path, command: tuple[str, ...], said: str
) -> None:
    strange, away = tmp_path / "strange", tmp_path / "away" / "file.xlsx"
    strange.write_bytes(b"\xff\xd4\x00" * 100)
    named = {"strange": strange, "away": away}
    done = run_cli([each.format(**named) for each in command], sqlite_instance.settings.folder)
    assert done.returncode == 2 and said.format(**named) in done.stderr, done


def test_no_command_asks_by_itself() -> None:
    """`ask` and `confirm` of command_line.py say what answers instead."""
    package = Path(__file__).resolve().parents[2] / "huimin"
    asking = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "click.prompt(" in path.read_text() or "click.confirm(" in path.read_text()
    ]
    assert asking == ["command_line.py"]


def test_no_sentence_has_the_systems_words() -> None:
    """They are English, and for programmers: core/system_words.py says them."""
    package = Path(__file__).resolve().parents[2] / "huimin"
    saying = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if ".strerror" in path.read_text().replace("os.strerror(errno.ENOSPC) in", "")
    ]
    assert saying == ["core/system_words.py"]
