"""What the two processes say to each other: plain values, and nothing that could run.

The process that reads a stranger's file is the one that a malicious file would take over. So what
comes from it is bounded before it is received, and unpickled without any class but those of plain
values.
"""

from __future__ import annotations

import io
import pickle
import struct
from typing import IO, Any

# Besides numbers, texts, lists and the like, which need no class.
CLASSES = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
}


# Before each value stands its length. The longest is the content of one file, or some rows of it.
LENGTH = struct.Struct(">Q")
VALUE_BYTES_MAX = 64 * 1024 * 1024


class _PlainValues(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in CLASSES:
            raise pickle.UnpicklingError(f"{module}.{name} is not a plain value")
        return super().find_class(module, name)


def send(pipe: IO[bytes], value: Any) -> None:
    """Say one value."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """The next value. Raises EOFError at the end, UnpicklingError for what is no plain value."""
    (length,) = LENGTH.unpack(_exactly(pipe, LENGTH.size))
    if length > VALUE_BYTES_MAX:
        raise pickle.UnpicklingError(f"{length} bytes are too many for one value")
    content = io.BytesIO(_exactly(pipe, length))
    try:
        return _PlainValues(content).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # broken pickles raise nearly anything
        raise pickle.UnpicklingError(type(error).__name__) from error


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    read = pipe.read(count)
    if len(read) < count:
        raise EOFError
    return read
