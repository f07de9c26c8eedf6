"""Every command says what it does, so does each of its options, and the handbook has them all."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import click
import pytest

from huimin.cli import ROOM_COMMANDS, main
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


@pytest.mark.parametrize("name", ROOM_COMMANDS)
def test_help_of_a_room_needs_no_database(
    run_cli: Callable[..., subprocess.CompletedProcess[str]], name: str
) -> None:
    answer = run_cli([name, "--help"])
    assert (answer.returncode, answer.stderr) == (0, "")
