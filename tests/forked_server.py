"""The shipped server, forked from a process that has loaded it: it answers in a tenth of a second.

That it starts from nothing as well is proven by tests/demo/test_serve.py.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tests.benchmarks.serving import free_port, wait_until_healthy
from tests.forked_commands import ForkedCommands, RunningCommand


class Serve(Protocol):
    """Serves the folder (or the PostgreSQL database) for as long as the block runs; the port."""

    def __call__(
        self, folder: Path, database_url: str | None = None
    ) -> contextlib.AbstractContextManager[int]: ...


def start_server(commands: ForkedCommands, port: int, **variables: str) -> RunningCommand:
    """`huimin run` on the port, when it answers; raises with its own words when it ends first."""
    with tempfile.NamedTemporaryFile("rb") as log:
        path = Path(log.name)
        environment = {**os.environ, **variables}
        server = commands.start(["run", "--port", str(port)], environment, Path(os.devnull), path)
        wait_until_healthy(port, server, log.file)
        return server


@contextlib.contextmanager
def serving_forked(
    commands: ForkedCommands, folder: Path, database_url: str | None = None
) -> Iterator[int]:
    """`Serve`, by a fork of what waits."""
    port = free_port()
    named = {"HUIMIN_DATABASE_URL": database_url} if database_url else {}
    server = start_server(commands, port, HUIMIN_FOLDER=str(folder), **named)
    try:
        yield port
    finally:
        server.terminate()
        server.wait()
