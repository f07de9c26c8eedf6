"""The process of its own: `python -m huimin.apart.child`, which `Apart` starts.

It is told a generator and its arguments, and from then on answers each request with the
generator's next value.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import IO, Any

from huimin.apart.limits import Limits, apply, use_processors
from huimin.apart.wire import receive, send
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import FieldProblems, Refusal

# What an answer begins with.
VALUE, END, REFUSED, MEMORY, BUG = "value", "end", "refused", "memory", "bug"


def main() -> None:
    """Serve one parent until the generator ends or the parent has gone."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may write between the answers
    order = receive(requests)
    use_processors(order["processors"])
    apply(Limits(*order["limits"]))
    carry_out(order, requests, answers)


def carry_out(order: Any, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each request with the ordered generator's next value, as long as somebody asks."""
    try:
        send(answers, _answer(order, requests, answers))
    except MemoryError:
        send(answers, (MEMORY,))
    except (BrokenPipeError, EOFError):
        return


def _answer(order: Any, requests: IO[bytes], answers: IO[bytes]) -> tuple[Any, ...]:
    """Answer requests; the last answer, after which there is nothing more to say."""
    try:
        module, _, name = order["work"].partition(":")
        values = getattr(importlib.import_module(module), name)(*order["arguments"])
        request = receive(requests)
        while True:
            send(answers, (VALUE, values.send(request)))
            request = receive(requests)
    except StopIteration:
        return (END,)
    except (FieldProblems, Refusal) as refusal:
        return REFUSED, KeptRefusal.of(refusal).as_record()
    except (MemoryError, BrokenPipeError, EOFError):
        raise
    except Exception as error:
        # Without the message, which may quote what stands in the file.
        where = "".join(traceback.format_tb(error.__traceback__))
        return BUG, type(error).__name__, where


if __name__ == "__main__":
    main()
