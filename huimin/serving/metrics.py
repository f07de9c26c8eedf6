"""`/metrics` for Prometheus: requests by endpoint, and how long they took.

Off unless HUIMIN_METRICS=1, and answered only to this machine; it names endpoints, never addresses
or people. Each app in a process has its own counters.
"""

from __future__ import annotations

import time

from flask import Flask, Response, abort, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

from huimin.serving.probes import LOOPBACK

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


def install(app: Flask) -> None:
    """Measure every request of the app and serve the measurements."""
    registry = CollectorRegistry()
    seconds = Histogram(
        "huimin_request_seconds",
        "Requests by endpoint and status",
        ["method", "endpoint", "status"],
        buckets=BUCKETS_SECONDS,
        registry=registry,
    )

    def begin() -> None:
        g.metrics_start = time.perf_counter()

    def end(response: Response) -> Response:
        start = g.pop("metrics_start", None)
        if start is not None:
            endpoint = request.endpoint or "none"
            labels = (request.method, endpoint, str(response.status_code))
            seconds.labels(*labels).observe(time.perf_counter() - start)
        return response

    def metrics() -> Response:
        """The measurements in Prometheus' text format."""
        if request.remote_addr not in LOOPBACK:
            abort(404)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.before_request(begin)
    app.after_request(end)
    app.add_url_rule("/metrics", "metrics", metrics)
