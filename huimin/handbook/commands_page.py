"""Write the handbook's page of commands from what the commands say of themselves.

`python -m huimin.handbook.commands_page` writes it; a test says when it is out of date. Nobody
edits the page by hand: what is wrong in it is wrong in `--help` as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from huimin.cli import main
from huimin.handbook import access_page, pos_page

PAGE = Path(__file__).resolve().parent / "commands.md"
INTRODUCTION = """\
# 命令 / Commands

由 `python -m huimin.handbook.commands_page` 按各命令的 `--help` 生成，请勿手改。

Made from the commands' own `--help` by `python -m huimin.handbook.commands_page`; don't edit it.

每个命令都有 `--help`。`--folder` 写在最前面：`huimin --folder 文件夹 命令 …`。
出错时只在标准错误输出一句话，退出码为 2。

Each command has `--help`; `--folder` comes first; a refusal is one sentence on standard error and
exit code 2.
"""
# Deeper commands than these would still be headings of the last level.
HEADING_LEVEL_MAX = 4


def commands_page() -> str:
    """The whole page as Markdown."""
    context = click.Context(main, info_name="huimin")
    return INTRODUCTION + "".join(_sections(main, context, level=2))


def _sections(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    yield _section(command, context, level)
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None and not below.hidden:
            inner = click.Context(below, info_name=name, parent=context)
            yield from _sections(below, inner, min(level + 1, HEADING_LEVEL_MAX))


def _section(command: click.Command, context: click.Context, level: int) -> str:
    words = context.command_path
    usage = " ".join([words, *command.collect_usage_pieces(context)])
    parts = [f"{'#' * level} {words}", _paragraphs(command.help or ""), f"`{usage}`"]
    options = [_option(*record) for record in _records(command, context)]
    if options:
        parts.append("\n".join(options))
    return "\n" + "\n\n".join(part for part in parts if part) + "\n"


def _paragraphs(text: str) -> str:
    """Help as click shows it: the lines of a paragraph run on, and \\f ends what is shown."""
    shown = text.partition("\f")[0].strip()
    return "\n\n".join(
        "\n".join(line.strip() for line in paragraph.replace("\b", "").strip().splitlines())
        for paragraph in shown.split("\n\n")
    )


def _records(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            record = parameter.get_help_record(context)
            if record is not None:
                yield record


def _option(form: str, meaning: str) -> str:
    return f"- `{form}` {' '.join(meaning.split())}".rstrip()


def write_page() -> None:
    """Bring the file up to date."""
    PAGE.write_text(commands_page(), encoding="utf-8", newline="\n")
    click.echo(PAGE)


if __name__ == "__main__":
    write_page()
    # The other pages that are made, so that one command brings all up to date.
    access_page.write_page()
    pos_page.write_page()
