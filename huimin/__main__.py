"""`python -m huimin` is the `huimin` command, and what that command starts."""

from __future__ import annotations

import signal


def start() -> None:
    """Import the command and run it.

    The import takes a second on a busy machine: Ctrl-C ends the process until then as it ends other
    programs, instead of with a traceback. The command takes it over.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from huimin.cli import main

    main(prog_name="huimin")


if __name__ == "__main__":
    start()
