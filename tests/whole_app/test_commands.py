"""Every command says what it does, so does each of its options, and the handbook has them all."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator

import click
import pytest

from huimin.cli import ROOM_COMMANDS, main
from huimin.command_language import in_language, language
from huimin.handbook.commands_page import commands_page
from huimin.handbook.render import text_file


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command below, with its words as one types them."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, f"{path} {name}"
            yield from commands(below, (*path, name))


def test_every_command_and_option_has_help() -> None:
    silent = []
    for words, command in commands(main, ("huimin",)):
        if not (command.help or "").strip():
            silent.append(words)
        silent += [
            f"{words} {parameter.opts[0]}"
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.help
        ]
    assert silent == []


def test_every_command_stands_in_the_handbook() -> None:
    page = text_file("commands", "zh_Hans").read_text(encoding="utf-8")
    headings = {line.lstrip("# ") for line in page.splitlines() if line.startswith("##")}
    assert headings == {words for words, _ in commands(main, ("huimin",))}


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_handbook_s_page_is_fresh(language: str) -> None:
    stale = "run python -m huimin.handbook.commands_page and commit the page"
    assert text_file("commands", language).read_text("utf-8") == commands_page(language), stale


def test_the_list_of_commands_loads_none_of_the_rooms(
    run_cli: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    answer = run_cli(["--help"])
    assert answer.returncode == 0
    for name, (_, meaning) in ROOM_COMMANDS.items():
        assert name in answer.stdout and meaning[:6] in answer.stdout


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "zh_Hans"),
        ({"LANG": "C.UTF-8"}, "zh_Hans"),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "zh_Hans"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_Hans"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE@euro"}, "en"),
        ({"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh_Hant"),
        ({"LC_ALL": "zh_Hant_HK.UTF-8"}, "zh_Hant"),
        ({"HUIMIN_LANGUAGE": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"HUIMIN_LANGUAGE": "xx", "LC_ALL": "zh_CN.UTF-8"}, "zh_Hans"),
    ],
)
def test_commands_speak_the_language_of_the_shell(variables: dict[str, str], spoken: str) -> None:
    assert language(variables) == spoken


def test_help_and_mistakes_are_told_in_that_language(
    run_cli: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    for locale, usage, option, mistake in (
        ("zh_CN.UTF-8", "用法：", "原因，记入卡片事件。", "没有 'isue' 这个命令。"),
        ("zh_TW.UTF-8", "用法：", "原因，記入卡片事件。", "沒有 'isue' 這個命令。"),
        ("en_US.UTF-8", "Usage:", "Reason, kept in the card's history.", "No such command 'isue'."),
    ):
        answer = run_cli(["keys", "revoke", "--help"], LC_ALL=locale)
        assert answer.stdout.startswith(usage) and option in answer.stdout
        assert ("Ask no more." in answer.stdout) == (locale[:2] == "en")
        wrong = run_cli(["cards", "isue"], LC_ALL=locale)
        assert wrong.returncode == 2 and wrong.stderr.startswith(mistake)


def test_no_help_in_english_is_chinese() -> None:
    for words, command in commands(in_language(main, "en"), ("huimin",)):
        texts = [command.help, *(getattr(one, "help", None) for one in command.params)]
        texts += [one.metavar for one in command.params]
        assert not re.search("[\u4e00-\u9fff]", " ".join(filter(None, texts))), words


@pytest.mark.parametrize("name", ROOM_COMMANDS)
def test_help_of_a_room_needs_no_database(
    run_cli: Callable[..., subprocess.CompletedProcess[str]], name: str
) -> None:
    answer = run_cli([name, "--help"])
    assert (answer.returncode, answer.stderr) == (0, "")
