"""The OpenAPI document is true: schemathesis asks every endpoint what the document allows."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from huimin.app import create_app
from huimin.instance import Instance
from tests.making.till import make_till


def test_every_endpoint_keeps_its_contract(sqlite_instance: Instance) -> None:
    app = create_app(instance=sqlite_instance, testing=True)
    till = make_till(app.test_client(), sqlite_instance, policy={})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)

    for operation in schema.get_all_operations():
        call = operation.ok()

        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @schemathesis_case(call)
        def probe(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {till.key}"})
            assert answer.status_code < 500, answer.text
            assert answer.headers["content-type"]

        probe()


def schemathesis_case(operation: Any) -> Any:
    """A hypothesis `given` over the cases of one operation."""
    from hypothesis import given

    return given(case=operation.as_strategy())
