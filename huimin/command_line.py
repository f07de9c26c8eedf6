"""What every command shares: the opened instance, who types, and errors in one sentence.

A command raises what its use case raises; the root group alone turns that into a sentence on
standard error and exit code 2, so that no command prints a traceback for what a person can mend.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from huimin.core.refusals import FieldProblems, Refusal
from huimin.settings import Settings, SettingsProblem
from huimin.storage.engine import StorageProblem

if TYPE_CHECKING:  # the rooms that an instance opens stand above this one
    from huimin.instance import Instance

F = TypeVar("F", bound=Callable[..., Any])
EXIT_PROBLEM = 2
EXIT_INTERRUPTED = 130

format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出格式。"
)


class OneSentenceGroup(click.Group):
    """A root group whose errors are one sentence on standard error and exit code 2."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        def run() -> Any:
            return super(OneSentenceGroup, self).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        if not standalone_mode:
            return run()
        try:
            code = run()
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(EXIT_PROBLEM)
        except (click.Abort, KeyboardInterrupt):
            click.echo("已中止。", err=True)
            sys.exit(EXIT_INTERRUPTED)
        except BrokenPipeError:
            # The reader (`| head`) has gone. Nothing more may be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except Exception as error:
            stop_with(error)
        sys.exit(code if isinstance(code, int) else 0)


def stop_with(error: Exception) -> NoReturn:
    """Say the error in one sentence and exit with code 2; a mistake of the program is raised on."""
    sentence = sentence_of(error)
    if sentence is None:
        raise error
    click.echo(sentence, err=True)
    sys.exit(EXIT_PROBLEM)


def sentence_of(error: Exception) -> str | None:
    """What a person at the console reads; None for a mistake of the program."""
    if isinstance(error, click.ClickException):
        return error.format_message().replace("\n", " ")
    if isinstance(error, Refusal):
        return error.detail("zh_Hans")
    if isinstance(error, FieldProblems):
        return "；".join(f"{problem.field}：{problem.message()}" for problem in error.problems)
    if isinstance(error, StorageProblem | SettingsProblem):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}：{error.strerror}。"
    return None


@dataclass
class Root:
    """What the root group gives its sub-commands: made when the first one asks, then shared."""

    folder: Path | None
    open_instance: Callable[[Settings], Instance]
    settings: Settings | None = None
    instance: Instance | None = None


def settings_of(context: click.Context) -> Settings:
    """The settings, with the root's --folder before HUIMIN_FOLDER."""
    root: Root = context.find_root().obj
    if root.settings is None:
        root.settings = Settings.from_environment(root.folder)
    return root.settings


def pass_settings(command: F) -> F:
    """Give the command the settings as its first argument."""

    @click.pass_context
    def called(context: click.Context, *args: Any, **options: Any) -> Any:
        return context.invoke(command, settings_of(context), *args, **options)

    return update_wrapper(called, command)  # type: ignore[return-value]


def pass_instance(command: F) -> F:
    """Give the command the open instance as its first argument; it is closed after the command."""

    @click.pass_context
    def called(context: click.Context, *args: Any, **options: Any) -> Any:
        return context.invoke(command, _instance_of(context), *args, **options)

    return update_wrapper(called, command)  # type: ignore[return-value]


def _instance_of(context: click.Context) -> Instance:
    root: Root = context.find_root().obj
    if root.instance is None:
        root.instance = root.open_instance(settings_of(context))
        context.find_root().call_on_close(root.instance.close)
    return root.instance


def actor() -> str:
    """Who types, for records of what was done: "cli:<user of the operating system>"."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container whose user has no name
        return f"cli:{os.getuid()}"


def print_json(value: Any) -> None:
    """Print for another program to read: UTF-8, stable order of keys as given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
