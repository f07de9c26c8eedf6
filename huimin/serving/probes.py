"""The probes for proxies, supervisors and load balancers: does it live, is it ready, can it read.

Anybody may call them, so they tell other machines yes or no alone; why not is for this one.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, request

from huimin.serving.readiness import Readiness
from huimin.storage.engine import StorageProblem
from huimin.web.current import instance, instance_of

probes = Blueprint("probes", __name__)
LOOPBACK = ("127.0.0.1", "::1")
EXTENSION = "huimin-readiness"


def readiness_of(app: Flask) -> Readiness:
    """The application's word on itself, over the instance that it serves."""
    readiness: Readiness | None = app.extensions.get(EXTENSION)
    if readiness is None:
        readiness = app.extensions.setdefault(EXTENSION, Readiness(instance_of(app)))
    return readiness


@probes.get("/livez")
def livez() -> tuple[dict[str, str], int, dict[str, str]]:
    """200 while the process answers and its writer works; 503 asks for a new process."""
    readiness = _readiness()
    readiness.look()
    if readiness.lives:
        return {"status": "ok"}, 200, _not_kept()
    return {"status": "stuck"}, 503, _not_kept()


@probes.get("/readyz")
def readyz() -> tuple[dict[str, Any], int, dict[str, str]]:
    """200 when tills can be served: writes, schema, keys, disk, clock; else 503."""
    problems = _readiness().problems()
    if not problems:
        return {"status": "ok"}, 200, _not_kept()
    answer: dict[str, Any] = {"status": "not ready"}
    # A proxy that forgot to be named in HUIMIN_PROXIES is on this machine, its readers are not.
    if request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers:
        language = instance().settings.language
        answer["problems"] = [
            {"check": problem.check, "sentence": problem.words.say(language)}
            for problem in problems
        ]
    return answer, 503, {**_not_kept(), "Retry-After": "5"}


@probes.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """200 when the database can be read, 503 when it can't."""
    try:
        instance().engine.read(lambda tx: tx.connection.execute("SELECT 1").fetchall())
    except StorageProblem:
        return {"status": "database unavailable"}, 503
    return {"status": "ok"}, 200


def _readiness() -> Readiness:
    return readiness_of(current_app)


def _not_kept() -> dict[str, str]:
    return {"Cache-Control": "no-store"}
