"""What the two processes say to each other: plain values, and nothing that could run.

The process that reads a stranger's file is the one that a malicious file would take over. So what
comes from it is unpickled without any class but those of plain values.
"""

from __future__ import annotations

import pickle
from typing import IO, Any

# Besides numbers, texts, lists and the like, which need no class.
CLASSES = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
}


class _PlainValues(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in CLASSES:
            raise pickle.UnpicklingError(f"{module}.{name} is not a plain value")
        return super().find_class(module, name)


def send(pipe: IO[bytes], value: Any) -> None:
    """Say one value."""
    pipe.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """The next value. Raises EOFError at the end, UnpicklingError for what is not plain."""
    return _PlainValues(pipe).load()
