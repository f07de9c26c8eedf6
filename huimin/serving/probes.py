"""The health probe for proxies, supervisors and load balancers."""

from __future__ import annotations

from flask import Blueprint

from huimin.storage.engine import StorageProblem
from huimin.web.current import instance

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """200 when the database can be read, 503 when it can't."""
    try:
        instance().engine.read(lambda tx: tx.connection.execute("SELECT 1").fetchall())
    except StorageProblem:
        return {"status": "database unavailable"}, 503
    return {"status": "ok"}, 200
