"""Bad input of every kind is answered by a clear refusal, and nothing is half-done."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from huimin.core.refusal_kinds import KINDS
from huimin.instance import Instance
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def require_field(answer: Any, field: str) -> None:
    assert answer.status_code == 422, answer.text
    assert answer.json["code"] == "invalid_input"
    fields = {error["field"]: error["message"] for error in answer.json["errors"]}
    assert any(name.split(".")[0] == field for name in fields), fields
    assert all(fields.values())


AMOUNTS = [1.5, "12", True, None, -1, 0, 10**9, 10**18, 10**400, [], {}, "NaN", "1e3"]


def test_amounts(till: ApiTill, subtests: pytest.Subtests) -> None:
    for amount in AMOUNTS:
        with subtests.test(amount=amount):
            require_field(till.redeem(amount_fen=amount), "amount_fen")
            quoted = till.post("/quotes", {"card": till.card["token"], "amount_fen": amount})
            require_field(quoted, "amount_fen")
            assert till.ledger_rows() == 0


FIELDS: list[tuple[dict[str, Any], str | None]] = [
    ({"amount_fen": ...}, "amount_fen"),
    ({"order_no": ...}, "order_no"),
    ({"order_no": ""}, "order_no"),
    ({"order_no": "a\x00b"}, "order_no"),
    ({"order_no": "a\nb"}, "order_no"),
    ({"order_no": "x" * 65}, "order_no"),
    ({"order_no": 7}, "order_no"),
    ({"presented_by": ...}, "presented_by"),
    ({"presented_by": "🎉"}, "presented_by"),
    ({"identity_checked": ...}, "identity_checked"),
    ({"identity_checked": "yes"}, "identity_checked"),
    ({"identity_checked": 1}, "identity_checked"),
    ({"card": ...}, "card"),
    ({"card": "9" * 1_000}, None),
    ({"card": "9" * 5_000}, "card"),
    ({"card": ""}, "card"),
    ({"excluded_fen": -1}, "excluded_fen"),
    ({"excluded_fen": 12_801}, "excluded_fen"),
    ({"insurance_fen": 1}, "insurance_fen"),
    ({"cashier": "a\x7fb"}, "cashier"),
    ({"discount_fen": 5}, "discount_fen"),
    ({"items": "x"}, "items"),
    ({"items": [{"name": "米", "amount_fen": 1}]}, "items"),
    ({"items": [{"name": "", "amount_fen": 12_800}]}, "items"),
    (
        {
            "items": [
                {"name": "烟券", "category": "tobacco", "amount_fen": -1},
                {"name": "面", "amount_fen": 12_801},
            ]
        },
        "items",
    ),
    ({"items": [{"name": "米", "amount_fen": 12_800, "price": 1}]}, "items"),
    ({"items": [{"name": "米", "amount_fen": 12_800, "quantity": 0}]}, "items"),
    ({"items": [{"name": "米", "amount_fen": 0}] * 501}, "items"),
]


def test_fields(till: ApiTill, subtests: pytest.Subtests) -> None:
    for over, field in FIELDS:
        with subtests.test(over=over):
            answer = till.redeem(key="key-1", **over)
            if field is None:
                assert answer.json["code"] == "card_signature_invalid"
            else:
                require_field(answer, field)
            assert till.ledger_rows() == 0


def test_an_emoji_is_fine_where_text_is_free(till: ApiTill) -> None:
    given = till.redeem("key-1", order_no="🎉-1", cashier="小王👍")
    assert given.status_code == 201
    assert till.get("/redemptions?order_no=🎉-1").json["cashier"] == "小王👍"


@pytest.mark.parametrize("key", [None, "", "x" * 65, "a b"])
def test_the_key_header(till: ApiTill, key: str | None) -> None:
    require_field(till.post("/redemptions", till.body(), key), "Idempotency-Key")


@pytest.mark.parametrize("reason", [..., "", "x" * 201, 3, "a\x00"])
def test_a_reversals_reason(till: ApiTill, reason: Any) -> None:
    given = till.redeem().json
    body = {} if reason is ... else {"reason": reason}
    answer = till.post(f"/redemptions/{given['id']}/reversals", body, "b1")
    require_field(answer, "reason")
    assert till.ledger_rows() == 1


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        (b"{", "application/json", "malformed_json"),
        (b"", "application/json", "malformed_json"),
        (b"[]", "application/json", "malformed_json"),
        (b'"text"', "application/json", "malformed_json"),
        (b'{"amount_fen": NaN}', "application/json", "malformed_json"),
        (b'{"amount_fen": Infinity}', "application/json", "malformed_json"),
        (b"\xff\xfe", "application/json", "malformed_json"),
        (b"[" * 100_000, "application/json", "malformed_json"),
        (b"card=1", "application/x-www-form-urlencoded", "unsupported_media_type"),
        (b"{}", "text/plain", "unsupported_media_type"),
        (b"{}", "", "unsupported_media_type"),
    ],
)
def test_bodies(till: ApiTill, data: bytes, content_type: str, code: str) -> None:
    for path in ("/cards/verify", "/quotes", "/redemptions"):
        answer = till.client.post(
            f"/api/v1{path}",
            headers=till.headers(**{"Idempotency-Key": "k"}),
            data=data,
            content_type=content_type,
        )
        assert answer.json["code"] == code
        assert answer.mimetype == "application/problem+json"


BODIES_WITH_TWO_VALUES = [
    (b'{"amount_fen": 1, "amount_fen": 2}', ["amount_fen"]),
    (b'{"items": [{"name": "a"}, {"name": "a", "name": "a"}]}', ["items.1.name"]),
    (b'{"a": {"b": 1, "\\u0062": 2}, "a": 3}', ["a"]),
    (b'{"amount_fen": 1, "amount_fen": 1' + b"0" * 400 + b"}", ["amount_fen"]),
]


def test_two_values_for_one_name(till: ApiTill, subtests: pytest.Subtests) -> None:
    paths = ("/cards/verify", "/quotes", "/redemptions", "/offline-redemptions", "/claims")
    for data, fields in BODIES_WITH_TWO_VALUES:
        for path in paths:
            with subtests.test(data=data, path=path):
                answer = till.client.post(
                    f"/api/v1{path}",
                    headers=till.headers(**{"Idempotency-Key": "k"}),
                    data=data,
                    content_type="application/json",
                )
                assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
                assert [error["field"] for error in answer.json["errors"]] == fields


NUMBERS = ["1e400", "-1e400", "1e-400", "9" * 5_000, "0.1e1000000000"]


def test_numbers_that_are_no_amount(till: ApiTill, subtests: pytest.Subtests) -> None:
    for number in NUMBERS:
        for name in ("amount_fen", "excluded_fen"):
            with subtests.test(number=number, name=name):
                body = json.dumps(till.body(order_no="n")).removesuffix("}")
                body = re.sub(r'"amount_fen": [0-9]+, ', "", body) if name == "amount_fen" else body
                answer = till.client.post(
                    "/api/v1/redemptions",
                    headers=till.headers(**{"Idempotency-Key": "n"}),
                    data=f'{body}, "{name}": {number}}}',
                    content_type="application/json",
                )
                if len(number) > 4_300:  # more digits than Python reads
                    assert answer.json["code"] == "malformed_json"
                else:
                    require_field(answer, name)
    assert till.ledger_rows() == 0


@pytest.mark.parametrize("depth", [900, 1_100, 100_000])
def test_a_bomb_of_depth(till: ApiTill, depth: int) -> None:
    bomb = b'{"card": ' + b'{"a":' * depth + b"1" + b"}" * depth + b', "amount_fen": 1}'
    for path in ("/quotes", "/offline-redemptions"):
        answer = till.client.post(
            f"/api/v1{path}", headers=till.headers(), data=bomb, content_type="application/json"
        )
        assert answer.json["code"] in ("malformed_json", "invalid_input")


def test_half_a_character(till: ApiTill) -> None:
    body = json.dumps(till.body(cashier="HALF")).replace("HALF", "\\ud83d")
    answer = till.client.post(
        "/api/v1/redemptions",
        headers=till.headers(**{"Idempotency-Key": "half"}),
        data=body,
        content_type="application/json",
    )
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")


def test_a_token_of_a_megabyte(till: ApiTill) -> None:
    answer = till.redeem(card="9" * (1024 * 1024))
    assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large")
    require_field(till.redeem(card="9" * 900_000), "card")


def test_an_upload_of_200_megabytes_is_not_read(till: ApiTill) -> None:
    class Upload:
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            Upload.read_bytes += max(size, 0)
            return b"x" * max(size, 0)

    answer = till.client.post(
        "/api/v1/redemptions",
        headers=till.headers(),
        content_type="application/json",
        environ_overrides={"wsgi.input": Upload(), "CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "1 MB" in answer.json["detail"]
    assert Upload.read_bytes < 2 * 1024 * 1024


def test_addresses_and_methods(till: ApiTill) -> None:
    unknown = till.get("/nowhere")
    assert (unknown.status_code, unknown.json["code"]) == (404, "not_found")
    wrong = till.client.delete("/api/v1/quotes", headers=till.headers())
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "yesterday", "2026-1-1"])
def test_days(till: ApiTill, day: str) -> None:
    require_field(till.get(f"/statements/{day}"), "day")


def test_problems_never_repeat_what_was_sent(till: ApiTill) -> None:
    answer = till.redeem(card={"secret": "5120221956030800"}, amount_fen="622202...")
    assert "5120221956030800" not in json.dumps(answer.json)
    assert "622202" not in json.dumps(answer.json)


def test_a_cashier_reads_yuan_and_no_field_names(till: ApiTill) -> None:
    quoted: list[dict[str, Any]] = [
        {"amount_fen": 100_000_001},
        {"amount_fen": 0},
        {"amount_fen": 1_000, "excluded_fen": 1_001},
        {"amount_fen": 1_000, "items": [{"name": "米", "amount_fen": 999}]},
    ]
    said = []
    for body in quoted:
        answer = till.post("/quotes", {"card": till.card["token"], **body})
        said += [error["message"] for error in answer.json["errors"]]
    assert said[:2] == ["金额不能大于 ¥1,000,000.00。", "金额不能小于 ¥0.01。"]
    said += [kind.detail for kind in KINDS.values()] + [kind.cashier for kind in KINDS.values()]
    for sentence in said:
        names = re.findall(r"[a-z]+_[a-z_]+", re.sub(r"\{\w+\}", "", sentence))
        assert names == [], sentence
