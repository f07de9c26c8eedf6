"""Generate the handbook's page on commands from their own `--help`.

`python -m huimin.handbook.commands_page` writes it; a test fails when it is out of date. Never edit
the page by hand: what is wrong in it is wrong in `--help` as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from huimin.cli import main
from huimin.command_language import click_speaking, in_language
from huimin.handbook import access_page, pos_page, traditional
from huimin.handbook.render import text_file

INTRODUCTIONS = {
    "zh_Hans": """\
# 命令

本页由 `python -m huimin.handbook.commands_page` 按各命令的 `--help` 生成，请勿手改。

每个命令都有 `--help`。`--folder` 写在最前面：`huimin --folder 文件夹 命令 …`。
出错时只在标准错误输出一句话，退出码为 2。
命令按操作系统的语言显示（`LC_ALL`、`LC_MESSAGES`、`LANG`；没有设置的用简体中文），
`HUIMIN_LANGUAGE` 优先：`zh_Hans`、`zh_Hant` 或 `en`。
""",
    "en": """\
# Commands

Generated from the commands' `--help` by `python -m huimin.handbook.commands_page`; don't edit it.

Every command has `--help`. `--folder` comes first: `huimin --folder FOLDER COMMAND …`. An error is
one sentence on standard error, with exit code 2. Commands speak the language of the shell
(`LC_ALL`, `LC_MESSAGES`, `LANG`; simplified Chinese where none is set); `HUIMIN_LANGUAGE` decides
before them: `zh_Hans`, `zh_Hant` or `en`.
""",
}
# Commands nested deeper get headings of this level too.
HEADING_LEVEL_MAX = 4


def commands_page(language: str) -> str:
    """The whole page as Markdown, in that language ("zh_Hans" or "en")."""
    with click_speaking(language):
        root = in_language(main, language)
        context = click.Context(root, info_name="huimin")
        return INTRODUCTIONS[language] + "".join(_sections(root, context, level=2))


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
    """Help text as click shows it: paragraphs are re-flowed, and \\f ends the visible part."""
    visible = text.partition("\f")[0].strip()
    return "\n\n".join(
        "\n".join(line.strip() for line in paragraph.replace("\b", "").strip().splitlines())
        for paragraph in visible.split("\n\n")
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
    """Bring both files up to date."""
    for language in INTRODUCTIONS:
        text_file("commands", language).write_text(
            commands_page(language), encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    write_page()
    # One command regenerates all generated pages, and at last the traditional text of all.
    access_page.write_page()
    pos_page.write_page()
    traditional.write_pages()
