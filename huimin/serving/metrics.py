"""`/metrics` for Prometheus: what was asked, how it ended, the writer, how the county stands.

Off unless HUIMIN_METRICS=1, and answered only to this machine; it names endpoints, never addresses
or people. The workers of a server add up what each has counted, through files that the process
above them has made (multiprocess mode); elsewhere each app has its own counters.
"""

from __future__ import annotations

import os
import time

from flask import Flask, Response, abort, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from huimin.serving.county_metrics import CountyCollector
from huimin.serving.probes import LOOPBACK, readiness_of
from huimin.serving.pulse import SHARED_FOLDER
from huimin.web.current import instance_of

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
COMMIT_SECONDS = (0.001, 0.0025, *BUCKETS_SECONDS)
# Where the app has what counts an answer's status and its refusal's code.
EXTENSION = "huimin-metrics"
GROUP_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


def install(app: Flask) -> None:
    """Measure every request and every commit of the app, and serve the measurements."""
    # A process that was forked may have loaded the library before the folder was known.
    values.ValueClass = values.get_value_class()
    own = CollectorRegistry()
    _measure_requests(app, own)
    _measure_writer(app, own)
    instance = instance_of(app)

    def metrics() -> Response:
        """The measurements in Prometheus' text format."""
        if request.remote_addr not in LOOPBACK:
            abort(404)
        counted = CollectorRegistry()
        if SHARED_FOLDER in os.environ:
            MultiProcessCollector(counted)
        county = CollectorRegistry()
        county.register(CountyCollector(instance, readiness_of(app)))
        parts = (counted if SHARED_FOLDER in os.environ else own, county)
        content = b"".join(generate_latest(part) for part in parts)
        return Response(content, content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/metrics", "metrics", metrics)


def count_answer(app: Flask, status: int, code: str) -> None:
    """Count a refusal that was answered before the app was asked, if the app measures."""
    count = app.extensions.get(EXTENSION)
    if count is not None:
        count(status, code)


def outcome_of(status: int) -> str:
    """What a status says of a request: "done", "refused", "unavailable" (503), "failed"."""
    if status < 400:
        return "done"
    if status < 500:
        return "refused"
    return "unavailable" if status == 503 else "failed"


def _measure_requests(app: Flask, registry: CollectorRegistry) -> None:
    seconds = Histogram(
        "huimin_request_seconds",
        "Requests by endpoint and status",
        ["method", "endpoint", "status"],
        buckets=BUCKETS_SECONDS,
        registry=registry,
    )
    requests = Counter(
        "huimin_requests",
        "Requests by how they ended: done, refused, unavailable (503), failed",
        ["outcome"],
        registry=registry,
    )
    for outcome in ("done", "refused", "unavailable", "failed"):
        requests.labels(outcome)  # there from the start, so that a first failure is a rise
    refusals = Counter("huimin_refusals", "Refusals by their code", ["code"], registry=registry)

    def count(status: int, code: str | None) -> None:
        requests.labels(outcome_of(status)).inc()
        if code is not None:
            refusals.labels(code).inc()

    def begin() -> None:
        g.metrics_start = time.perf_counter()

    def end(response: Response) -> Response:
        start = g.pop("metrics_start", None)
        if start is not None:
            endpoint = request.endpoint or "none"
            labels = (request.method, endpoint, str(response.status_code))
            seconds.labels(*labels).observe(time.perf_counter() - start)
            count(response.status_code, g.pop("refusal_code", None))
        return response

    app.extensions[EXTENSION] = count
    app.before_request(begin)
    app.after_request(end)


def _measure_writer(app: Flask, registry: CollectorRegistry) -> None:
    waiting = Gauge(
        "huimin_writer_queue",
        "Writes that waited behind the last commit",
        multiprocess_mode="livesum",
        registry=registry,
    )
    sizes = Histogram(
        "huimin_writer_group_size", "Writes per commit", buckets=GROUP_SIZES, registry=registry
    )
    seconds = Histogram(
        "huimin_writer_commit_seconds",
        "Seconds that a commit took",
        buckets=COMMIT_SECONDS,
        registry=registry,
    )

    def committed(group: int, queued: int, commit_seconds: float) -> None:
        sizes.observe(group)
        waiting.set(queued)
        seconds.observe(commit_seconds)

    instance_of(app).engine.on_commit = committed
