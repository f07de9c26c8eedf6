"""What it costs to receive bodies before a thread is taken, and what bodies that never end cost.

`python -m tests.benchmarks.bodies` runs three servers in turn over copies of one county: granian's
own WSGI worker (a thread from the first byte of a body), the shipped one, and the shipped one with
200 bodies under way that never end. Printed are the medians of look-ups and sales a second, of the
server's CPU for each (the steadier figure on a shared machine), p99, and the ratios to the first.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huimin.open_instance import create_instance, open_instance
from huimin.serving.serve import BACKLOG, WORKER_APP
from huimin.settings import Settings
from tests.benchmarks.checkout import copy_of, load, requests_of, used_before
from tests.benchmarks.county import build_county
from tests.benchmarks.serving import cpu_seconds, free_port, wait_until_healthy

WSGI, SHIPPED, BESIEGED = "granian's WSGI worker", "as shipped", "as shipped, 200 unfinished bodies"
UNFINISHED = 200
CONNECTIONS = 16
WARM_UP = 200
HEAD = b"POST /api/v1/cards/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n{"


def serve_wsgi(port: int) -> None:
    """Serve as before: the WSGI worker, with as many threads."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        WORKER_APP,
        factory=True,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=Settings.threads,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        log_level=LogLevels.error,
    ).serve()


@contextlib.contextmanager
def server(kind: str, folder: Path) -> Iterator[tuple[int, int]]:
    """A server of that kind over the folder: its port and its process."""
    port = free_port()
    ours = ["-m", "huimin", "run", "--port", str(port)]
    command = ["-m", "tests.benchmarks.bodies", "--serve", str(port)] if kind == WSGI else ours
    environment = {
        **os.environ,
        "HUIMIN_FOLDER": str(folder),
        "HUIMIN_BODY_SECONDS": "600",
        # As many as granian's own has here.
        "HUIMIN_WORKERS": "1",
        "HUIMIN_PORT": str(port),
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            wait_until_healthy(port, process, log)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(30)


def measure(kind: str, county: Path, tills: list[Any], count: int) -> Iterator[tuple[str, Any]]:
    """For look-ups and for sales: rate, CPU of one in microseconds, p99 in milliseconds."""
    looks, sales = requests_of(tills, count)
    with copy_of(county) as folder, server(kind, folder) as (port, process):
        load(port, CONNECTIONS, looks[:WARM_UP], "200")
        with contextlib.ExitStack() as unfinished:
            for _ in range(UNFINISHED if kind == BESIEGED else 0):
                slow = unfinished.enter_context(socket.create_connection(("127.0.0.1", port)))
                slow.sendall(HEAD)
            for name, requests, status in (("look-ups", looks, "200"), ("sales", sales, "201")):
                before = cpu_seconds(process)
                answer = load(port, CONNECTIONS, requests, status)
                each = (cpu_seconds(process) - before) / count * 1e6
                p99 = sorted(answer["latencies"])[int(count * 0.99)] * 1000
                yield name, (count / answer["seconds"], each, p99)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=2_000, help="requests a kind and round")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_wsgi(options.serve)
        return
    kinds = [WSGI, SHIPPED, BESIEGED]
    figures: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        county = Path(temporary) / "county"
        settings = Settings.from_environment(folder=county)
        create_instance(settings)
        instance = open_instance(settings)
        tills = build_county(instance, options.count)
        used_before(instance, tills, options.count)
        instance.close()
        for number in range(options.rounds):
            for kind in kinds if number % 2 == 0 else kinds[::-1]:
                for name, measured in measure(kind, county, tills, options.count):
                    figures.setdefault((name, kind), []).append(measured)
    print(f"{'':<45}{'rate':>9}{'CPU each':>11}{'p99':>11}{'rate':>7}{'CPU':>6}{'p99':>6}")
    for (name, kind), rows in sorted(figures.items(), key=lambda item: item[0][0]):
        rate, cpu, p99 = (statistics.median(column) for column in zip(*rows, strict=True))
        pairs = list(zip(rows, figures[name, WSGI], strict=True))
        ratios = [statistics.median(a[n] / b[n] for a, b in pairs) for n in range(3)]
        print(
            f"{name + ', ' + kind:<45}{rate:>7,.0f}/s{cpu:>8,.0f} µs{p99:>8.1f} ms"
            + "".join(f"{ratio:>6.2f}" for ratio in ratios)
        )


if __name__ == "__main__":
    main()
