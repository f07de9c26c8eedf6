"""What every command shares: the opened instance, the actor, and errors in one sentence.

A command raises what its use case raises; the root group turns that into a sentence on standard
error and exit code 2, so that no command prints a traceback for what a person can correct.
"""

from __future__ import annotations

import getpass
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from huimin.command_language import SpeakingGroup, click_speaking, in_language
from huimin.command_language import language as language
from huimin.core.acting import By
from huimin.core.catalogue import Text, text
from huimin.core.refusals import FieldProblems, Refusal
from huimin.core.system_words import system_words
from huimin.instance import Instance
from huimin.keys.personal_data import SealedProblem
from huimin.settings import Settings, SettingsProblem
from huimin.storage.engine import StorageProblem
from huimin.storage.new_file import write_whole

F = TypeVar("F", bound=Callable[..., Any])
# Done, and something was found or is left that a person must look at.
EXIT_FOUND = 1
EXIT_PROBLEM = 2
EXIT_INTERRUPTED = 130
# What ends a command from outside: a shutdown or a service manager, a terminal that has gone.
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)

format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出格式。"
)


def translated(source: str | Text, /, **params: Any) -> str:
    """The sentence in the language of commands."""
    said = source if isinstance(source, Text) else Text(source, params)
    return said.say(language())


def echo(source: str | Text, /, *, err: bool = False, nl: bool = True, **params: Any) -> None:
    """Print the sentence in the language of commands."""
    click.echo(translated(source, **params), err=err, nl=nl)


class CommandProblem(click.ClickException):
    """What keeps a command from doing its work, in one sentence."""

    def __init__(self, source: str, /, **params: Any) -> None:
        super().__init__(translated(source, **params))


def ask(question: str | Text, *, remedy: Text, hidden: bool = False, twice: bool = False) -> str:
    """What somebody types at the question, which stands on standard error.

    Raises CommandProblem with the remedy, the option that answers instead, where nobody is there
    to type (a timer, a pipe that ended).
    """
    # Where there is no terminal Python warns, in English, that it can't hide what nobody types.
    hides = hidden and _has_terminal()
    with _nobody_told(remedy):
        typed = click.prompt(
            translated(question), hide_input=hides, confirmation_prompt=twice, err=True
        )
    return str(typed)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return sys.stdin.isatty()
    return True


def confirm(question: str | Text) -> None:
    """Go on only if somebody says yes. Raises click.Abort, and as `ask`: the option is --yes."""
    with _nobody_told(text("确定要办时请加 --yes。")):
        click.confirm(translated(question), abort=True, err=True)


@contextmanager
def _nobody_told(remedy: Text) -> Iterator[None]:
    try:
        yield
    except click.Abort as error:
        # Click hides why it gave up: a person's Ctrl-C, or an input that has ended.
        if not isinstance(error.__context__, EOFError):
            raise
        click.echo(err=True)  # behind the question, which stays on its line
        raise CommandProblem("这里没有人可以回答，什么也没有做：{remedy}", remedy=remedy) from None


def utf8_text(path: Path) -> str:
    """The text of a CSV that somebody gives. Raises CommandProblem when it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandProblem("文件不是 UTF-8，请另存为 UTF-8 CSV。") from error


def write_out(out: Path, content: bytes) -> None:
    """Write what a command makes, in place of any file of that name, and say so. Raises
    CommandProblem."""
    try:
        write_whole(out, content, for_all=True)
    except OSError as error:
        raise CommandProblem("不能写入 {out}：{why}。", out=out, why=system_words(error)) from error
    echo("已写入 {out}。", out=out, err=True)


class OneSentenceGroup(SpeakingGroup):
    """A root group in the language of the shell; errors are one sentence, with exit code 2."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        def run() -> Any:
            spoken = in_language(self, language())
            return super(OneSentenceGroup, spoken).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        with click_speaking(language()):
            return run() if not standalone_mode else _ended(run)


def _ended(run: Callable[[], Any]) -> NoReturn:
    """Run a command and exit: with its code, or with a sentence for what keeps it from its work."""
    try:
        with _clearing_away():
            code = run()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(EXIT_PROBLEM)
    except (click.Abort, KeyboardInterrupt):
        echo("已中止。", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader (`| head`) has gone: write nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        stop_with(error)
    sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _clearing_away() -> Iterator[None]:
    """Let a signal that ends the command do so as Ctrl-C does: what is half made is cleared away.

    Otherwise a restore or a rehearsal would leave keys and numbers in clear behind. Afterwards the
    process ends by that signal, so that a service manager takes it for what it was. One that was
    ignored before (`nohup`) stays ignored.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield
        return

    def end(number: int, _frame: object) -> None:
        came.append(number)
        if len(came) == 1:  # a second one would break off the clearing away
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    for number in (one for one in before if before[one] is signal.SIG_DFL):
        signal.signal(number, end)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # as `__main__` leaves it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is end:
                signal.signal(number, before[number])
        if came:
            with suppress(OSError):  # the terminal has gone
                echo("已中止。", err=True)
            signal.raise_signal(came[0])


def stop_with(error: Exception) -> NoReturn:
    """Print the error in one sentence and exit with code 2; a bug of the program is re-raised."""
    sentence = sentence_of(error)
    if sentence is None:
        raise error
    click.echo(sentence, err=True)
    sys.exit(EXIT_PROBLEM)


def sentence_of(error: Exception) -> str | None:
    """The sentence for a person at the console; None for a bug of the program."""
    if isinstance(error, click.ClickException):
        return error.format_message().replace("\n", " ")
    if isinstance(error, Refusal):
        return error.page_detail(language())  # a console has no till's keys either
    if isinstance(error, SealedProblem):
        return Refusal("sealed_unreadable").detail(language())
    if isinstance(error, FieldProblems):
        return "；".join(f"{one.field}：{one.message(language())}" for one in error.problems)
    if isinstance(error, StorageProblem | SettingsProblem):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return translated("{path}：{why}。", path=error.filename, why=system_words(error))
    return None


@dataclass
class Root:
    """What sub-commands share: settings and instance, created when first needed."""

    folder: Path | None
    open_instance: Callable[[Settings], Instance]
    settings: Settings | None = None
    instance: Instance | None = None


def settings_of(context: click.Context) -> Settings:
    """The settings; the root's --folder takes precedence over HUIMIN_FOLDER."""
    root: Root = context.find_root().obj
    if root.settings is None:
        root.settings = Settings.from_environment(root.folder)
    return root.settings


def pass_settings(command: F) -> F:
    """Pass the settings as the command's first argument."""

    @click.pass_context
    def called(context: click.Context, *args: Any, **options: Any) -> Any:
        return context.invoke(command, settings_of(context), *args, **options)

    return update_wrapper(called, command)  # type: ignore[return-value]


def pass_instance(command: F) -> F:
    """Pass the open instance as the command's first argument; it is closed afterwards."""

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


@dataclass(frozen=True)
class Answer:
    """What a command answers: a value for programs, or lines (warnings to stderr) for people."""

    value: Any
    lines: Iterable[Text | str]
    warnings: Iterable[Text] = ()


def answers(command: Callable[..., Answer]) -> Callable[..., None]:
    """Pass the open instance, give the command --format, and print its answer accordingly."""

    def called(*args: Any, form: str, **options: Any) -> None:
        print_answer(command(*args, **options), form)

    return format_option(pass_instance(update_wrapper(called, command)))


def print_answer(answer: Answer, form: str) -> None:
    """Print an answer as "json" or as "text"."""
    if form == "json":
        print_json(answer.value)
        return
    for line in answer.lines:
        click.echo(translated(line) if isinstance(line, Text) else line)
    for warning in answer.warnings:
        echo(warning, err=True)


def actor() -> str:
    """The actor for the audit record: "cli:<user of the operating system>"."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container whose user has no name
        return f"cli:{os.getuid()}"


def acting(instance: Instance) -> By:
    """Who acts and when, as use cases take it."""
    return {"now": instance.clock(), "actor": actor()}


def print_json(value: Any) -> None:
    """Print JSON for other programs: UTF-8, keys in the given order."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
