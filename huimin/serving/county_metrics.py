"""How the county stands, asked at the moment of the scrape: ages, room, clock, what waits."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from math import inf

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from huimin import __version__
from huimin.checkout.offline.waiting_sales import count_waiting
from huimin.doctor.ages import EVERY, TIMERS, age_of
from huimin.doctor.clock import behind
from huimin.doctor.disk import free_bytes, log_bytes
from huimin.instance import Instance
from huimin.jobs.timer_runs import newest_run
from huimin.serving.readiness import CHECKS, Readiness
from huimin.storage.engine import StorageProblem, Transaction

FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"


class CountyCollector(Collector):
    """The state of one county. What can't be read is left out; `huimin_ready` then says so."""

    def __init__(self, instance: Instance, readiness: Readiness) -> None:
        self._instance, self._readiness = instance, readiness

    def collect(self) -> Iterable[Metric]:
        yield _one("huimin_build", "The program's version", 1, version=__version__)
        yield self._ready()
        yield from self._disk()
        with suppress(StorageProblem):
            yield from self._instance.engine.read(self._of_tables)

    def _ready(self) -> Metric:
        family = GaugeMetricFamily(
            "huimin_ready", "1 where a check of /readyz is well, else 0", labels=["check"]
        )
        broken = {problem.check for problem in self._readiness.problems()}
        # A standby is never ready to write, which is no reason to call anybody.
        meant = {"writes"} if self._instance.settings.read_only else set()
        for check in sorted({*CHECKS, *broken} - meant):
            family.add_metric([check], 0 if check in broken else 1)
        return family

    def _disk(self) -> Iterable[Metric]:
        settings = self._instance.settings
        with suppress(OSError):
            free = free_bytes(settings.folder)
            yield _one("huimin_disk_free_bytes", "Room on the folder's disk", free)
        log = 0 if settings.database_url else log_bytes(settings.database_path)
        yield _one("huimin_database_log_bytes", "SQLite's write-ahead log", log)

    def _of_tables(self, tx: Transaction) -> list[Metric]:
        now = self._instance.clock()
        ages = GaugeMetricFamily(
            "huimin_age_seconds",
            "Since backup, rehearsal, anchor and each timer last came through; +Inf for never",
            labels=["what"],
        )
        for timed in EVERY:
            age = age_of(tx, timed, now)
            ages.add_metric([timed.name], inf if age is None else age.total_seconds())
        attention = GaugeMetricFamily(
            "huimin_timer_attention",
            "1 where the last run of a timer left something for a person",
            labels=["timer"],
        )
        for timed in TIMERS:
            row = newest_run(tx, timed.name, now)
            well = row is None or row["outcome"] == "well"
            attention.add_metric([timed.name], 0 if well else 1)
        late = behind(tx, now).total_seconds()
        waiting, _ = count_waiting(tx, first_day=FIRST_DAY, last_day=LAST_DAY)
        return [
            ages,
            attention,
            _one("huimin_clock_behind_seconds", "How far behind its newest row the clock is", late),
            _one("huimin_waiting_sales", "Offline sales that wait for a decision", waiting),
        ]


def _one(name: str, meaning: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family
