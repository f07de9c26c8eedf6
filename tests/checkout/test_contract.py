"""The OpenAPI document is true: schemathesis asks each endpoint what it allows, and more.

Each answer must have a status, a media type, headers and a body that the document names.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from huimin.app import create_app
from huimin.holders.registers.tokens import make_register_token
from huimin.instance import Instance
from tests.making.claims import file_claim
from tests.making.till import ApiTill, make_till

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def app(sqlite_instance: Instance) -> Any:
    return create_app(instance=sqlite_instance, testing=True)


@pytest.fixture
def till(app: Any, sqlite_instance: Instance) -> ApiTill:
    return make_till(app.test_client(), sqlite_instance, policy={"offline_hours": 24, **CAPS})


CAPS = {
    "offline_cap_redemption_fen": 3_000,
    "offline_cap_card_fen": 6_000,
    "offline_cap_terminal_fen": 100_000,
}


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_endpoint_keeps_its_contract(app: Any, till: ApiTill, mode: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    register_key = make_register_key(till.instance)
    generation = schemathesis.GenerationMode(mode)
    for result in schema.get_all_operations():
        operation = result.ok()
        key = register_key if operation.path.startswith("/api/v1/registers") else till.key
        headers = {"Authorization": f"Bearer {key}"}

        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=generation))
        def probe(headers: dict[str, str], case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        probe(headers)


def make_register_key(instance: Instance) -> str:
    about = {"source": "民政局", "division_code": None, "may_import": True, "days": 9}
    by = {"now": instance.clock(), "actor": "周主任", "reason": "联调"}
    return instance.engine.write(lambda tx: make_register_token(tx, **about, **by)[1])


def described(app: Any, method: str, path: str, status: int) -> dict[str, Any]:
    document = app.test_client().get("/api/v1/openapi.json").json
    answer: dict[str, Any] = document["paths"][f"/api/v1{path}"][method]["responses"][str(status)]
    return answer


@pytest.mark.parametrize(
    ("method", "path", "key"), [("get", "/terminal", "hmt_wrong"), ("post", "/quotes", None)]
)
def test_an_error_is_named_as_what_it_is(
    app: Any, till: ApiTill, method: str, path: str, key: str | None
) -> None:
    headers = {"Authorization": f"Bearer {key or till.key}"}
    answer = app.test_client().open(f"/api/v1{path}", method=method, headers=headers, json={})
    assert answer.content_type == "application/problem+json"
    content = described(app, method, path, answer.status_code)["content"]
    assert content.keys() == {"application/problem+json"}


def test_the_forms_of_a_statement_and_of_a_receipt_are_those_of_the_document(
    app: Any, till: ApiTill
) -> None:
    sale = till.redeem(cashier="王").json
    day = till.get("/terminal").json["business_day"]
    for path, template in (
        (f"/statements/{day}", "/statements/{day}"),
        (f"/redemptions/{sale['id']}/receipt", "/redemptions/{redemption_id}/receipt"),
    ):
        forms = described(app, "get", template, 200)["content"]
        for form in forms:
            answer = till.get(path, Accept=form)
            assert (answer.status_code, answer.mimetype) == (200, form)
            assert "Accept" in answer.headers["Vary"]
        rows = forms["application/json"]["schema"]["properties"]
        assert till.get(path).json.keys() == rows.keys()
    statement = described(app, "get", "/statements/{day}", 200)["content"]["application/json"]
    (row,) = till.get(f"/statements/{day}").json["rows"]
    assert list(row) == list(statement["schema"]["properties"]["rows"]["items"]["properties"])


def test_a_day_that_has_not_come_has_no_statement(till: ApiTill) -> None:
    refused = till.get("/statements/2099-01-01")
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_input")
    assert [error["field"] for error in refused.json["errors"]] == ["day"]


def test_a_repeat_says_so_as_the_document_does(app: Any, till: ApiTill) -> None:
    claim = {"card": till.card["token"], "order_no": "C-1", "amount_fen": 1_000}
    sale = till.body()
    for path, body in (("/claims", claim), ("/redemptions", sale)):
        first, again = (till.post(path, body, f"key{path}") for _ in range(2))
        assert first.status_code == again.status_code == 201 and first.json == again.json
        assert "Idempotent-Replayed" in again.headers
        assert "Idempotent-Replayed" in described(app, "post", path, 201)["headers"]
    assert file_claim(till, order_no="C-1").status_code == 409
