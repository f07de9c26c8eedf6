"""How fast is a verified sale on PostgreSQL, and what does it cost, against another checkout.

`python -m tests.benchmarks.postgresql postgresql://… [--against FOLDER]` runs the shipped server of
this checkout, and in turn that of FOLDER, over copies of one county, and prints for each number of
connections the rate of sales that were verified before, with p50 and p99 of the sale, and the CPU
of a verified sale in the server and in PostgreSQL (which must run on this machine, with nothing
else to do). With --against the last column is the ratio of the rates, round by round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.benchmarks.checkout import CONNECTIONS, load, requests_of, used_before
from tests.benchmarks.county import Till, build_county
from tests.benchmarks.serving import cpu_seconds, serving


@dataclass(frozen=True)
class Round:
    """One round: verified sales a second, latencies of the sale in ms, CPU of each in ms."""

    rate: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float


class Server:
    """The PostgreSQL server: databases on it, and the CPU that it has used."""

    def __init__(self, url: str) -> None:
        self._base = url.rpartition("/")[0]
        self._admin = psycopg.connect(url, autocommit=True)
        (folder,) = self._admin.execute("SHOW data_directory").fetchone() or ("",)
        self.pid = int((Path(folder) / "postmaster.pid").read_text().split()[0])

    def url_of(self, name: str) -> str:
        return f"{self._base}/{name}"

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The name of a new database, a copy of `template`, which is dropped afterwards."""
        name = f"huimin_{uuid.uuid4().hex[:12]}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._admin.execute("CHECKPOINT")
        try:
            yield name
        finally:
            self._admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def one_round(
    server: Server, county: str, folder: Path, tills: list[Till], connections: int, program: Path
) -> Round:
    looks, sales = requests_of(tills, sum(len(till.cards) for till in tills))
    with (
        server.database(county) as name,
        serving(folder, server.url_of(name), program) as port,
    ):
        began, database_began = _children_cpu(), cpu_seconds(server.pid)
        looked = load(port, connections, looks, "200")
        sold = load(port, connections, sales, "201")
        spent, database_spent = _children_cpu() - began, cpu_seconds(server.pid) - database_began
    latencies = sorted(sold["latencies"])
    count = len(sales)
    return Round(
        rate=count / (looked["seconds"] + sold["seconds"]),
        p50=latencies[count // 2] * 1000,
        p99=latencies[int(count * 0.99)] * 1000,
        server_cpu=spent * 1000 / count,
        database_cpu=database_spent * 1000 / count,
    )


def _children_cpu() -> float:
    """The CPU of the servers that this process has started and that still run."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return sum(map(cpu_seconds, map(int, children)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="a database of the server, as a user who may create others")
    parser.add_argument("--against", type=Path, help="another checkout, of the same schema")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=4_000, help="sales a part and round")
    parser.add_argument("--connections", type=int, nargs="*", default=CONNECTIONS)
    options = parser.parse_args()
    programs = {"this": Path.cwd()}
    if options.against:
        programs["that"] = options.against
    server = Server(options.url)
    rounds: defaultdict[tuple[str, int], list[Round]] = defaultdict(list)
    with server.database() as county, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = {"HUIMIN_DATABASE_URL": server.url_of(county)}
        settings = Settings.from_environment(folder, environment)
        create_instance(settings)
        instance = open_instance(settings)
        tills = build_county(instance, options.count)
        used_before(instance, tills, options.count)
        instance.close()
        for _ in range(options.rounds):
            for connections in options.connections:
                for name, program in programs.items():
                    rounds[name, connections].append(
                        one_round(server, county, folder, tills, connections, program)
                    )
    print_rounds(rounds)


def print_rounds(rounds: dict[tuple[str, int], list[Round]]) -> None:
    print(f"{'connections':>11}{'rate':>9}{'p50':>8}{'p99':>8}{'server':>9}{'database':>10}  ratio")
    for (name, connections), several in rounds.items():
        median = {
            field: statistics.median(getattr(one, field) for one in several)
            for field in Round.__dataclass_fields__
        }
        others = rounds.get(("that", connections), several)
        ratio = statistics.median(x.rate / y.rate for x, y in zip(several, others, strict=True))
        print(
            f"{name} {connections:>6}{median['rate']:>7,.0f}/s{median['p50']:>8.1f}"
            f"{median['p99']:>8.1f}{median['server_cpu']:>6.2f} ms{median['database_cpu']:>7.2f} ms"
            f"{ratio:>7.2f}"
        )


if __name__ == "__main__":
    main()
