"""Run a generator in a process of its own, with limits, and take its values one by one."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from typing import IO, Any, cast

from huimin.apart.child import BUG, END, REFUSED, VALUE
from huimin.apart.limits import PROCESSORS, Limits
from huimin.apart.wire import receive, send
from huimin.core.catalogue import SOURCE
from huimin.core.kept_refusal import KeptRefusal, params_of, text_of
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal

# The process needs no setting, and no secret.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ")
STOP_SECONDS = 5


class Finished(Exception):
    """The generator has ended."""


class WorkBroken(Exception):
    """The work has a bug; the traceback is that of the other process, without its values."""


class Apart:
    """A generator that runs in another process."""

    def __init__(self, process: subprocess.Popen[bytes], exceeded: FieldProblems) -> None:
        self._process, self._exceeded = process, exceeded

    def ask(self, question: Any = None) -> Any:
        """The generator's next value, which it makes of the question as with `send`.

        Raises Finished at its end, the FieldProblems or Refusal that it raised, the FieldProblems
        agreed upon when it exceeded a limit, and WorkBroken.
        """
        try:
            send(cast(IO[bytes], self._process.stdin), question)
            answer = receive(cast(IO[bytes], self._process.stdout))
        except (OSError, EOFError, pickle.UnpicklingError):
            raise self._exceeded from None
        match answer:
            case (kind, value) if kind == VALUE:
                return value
            case (kind,) if kind == END:
                raise Finished
            case (kind, record) if kind == REFUSED:
                raise _refused(record) or self._exceeded
            case (kind, str(error), str(where)) if kind == BUG:
                raise WorkBroken(f"{error} in a process of its own\n{where}")
        raise self._exceeded  # its memory was not enough, or it says what it never says


@contextmanager
def apart(
    work: str, *arguments: Any, limits: Limits, exceeded: Callable[[], FieldProblems]
) -> Iterator[Apart]:
    """The generator `work`, "module:function", started with plain arguments.

    It is killed when it exceeds a limit, and at the end of the block. `exceeded` makes what is
    raised then: one sentence for the person who sent the file.
    """
    process = start_child()
    deadline = threading.Timer(limits.seconds, process.kill)
    deadline.daemon = True
    deadline.start()
    try:
        order = {
            "work": work,
            "arguments": arguments,
            "limits": astuple(limits),
            "processors": PROCESSORS,
        }
        with contextlib.suppress(OSError):  # its first answer says what is wrong
            send(cast(IO[bytes], process.stdin), order)
        yield Apart(process, exceeded())
    finally:
        deadline.cancel()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], pipe).close()
        process.wait(STOP_SECONDS)


def start_child() -> subprocess.Popen[bytes]:
    """A process that waits for its order."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment |= {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "huimin.apart.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _refused(record: Any) -> FieldProblems | Refusal | None:
    """What the other process refused, to be raised in this one; None if that is no refusal."""
    try:
        refusal = KeptRefusal.from_record(record)
        problems = [
            FieldProblem(problem["field"], text_of(problem["text"], SOURCE))
            for problem in refusal.problems
        ]
        if refusal.code == "invalid_input":
            return FieldProblems(problems)
        return Refusal(refusal.code, problems=problems, **params_of(refusal.params, SOURCE))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
