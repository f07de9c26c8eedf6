"""A claim may have the lines of its basket: read by the same rules as a sale's."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.claims.decide import approve_claim
from huimin.instance import Instance
from tests.making.claims import file_claim
from tests.making.staff import make_staff, sign_in
from tests.making.till import ApiTill, make_till

LINES = [
    {"name": "大米", "category": "食品", "amount_fen": 10_000, "quantity": 2.5},
    {"name": "香烟", "category": "卷烟", "amount_fen": 2_500},
    {"name": "满减券", "amount_fen": -1_000},
]


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"excluded_categories": ("tobacco",)})


@pytest.mark.both_engines
def test_what_takes_no_part_follows_from_the_lines(
    app: Any, till: ApiTill, instance: Instance
) -> None:
    claim = file_claim(till, amount_fen=11_500, items=LINES).json
    assert claim["excluded_fen"] == 2_500
    office = app.test_client()
    sign_in(office, make_staff(instance, "administrator")["username"])
    page = office.get(f"/claims/{claim['id']}").text
    assert "大米 ¥100.00" in page and "满减券 −¥10.00" in page and "香烟" in page
    row = instance.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=instance.clock(), actor="li")
    )
    assert (row["excluded_fen"], row["eligible_fen"], row["discount_fen"]) == (2_500, 9_000, 720)
    told = till.get(f"/redemptions/{row['id']}").json
    assert [line["discount_fen"] for line in told["lines"]] == [720, 0, 0]


@pytest.mark.parametrize(
    ("over", "code", "field"),
    [
        ({"items": [{**LINES[0], "category": "谷物类"}]}, "unknown_category", "items.0.category"),
        ({"items": [*LINES, LINES[1]]}, "invalid_input", "items"),
        (
            {"items": [LINES[0], {**LINES[2], "category": "烟"}]},
            "invalid_input",
            "items.1.amount_fen",
        ),
        (
            {"items": LINES, "amount_fen": 11_500, "excluded_fen": 1},
            "invalid_input",
            "excluded_fen",
        ),
        ({"items": [{**LINES[0], "quantity": 0}]}, "invalid_input", "items.0.quantity"),
    ],
)
def test_lines_that_do_not_fit_are_refused(
    till: ApiTill, over: dict[str, Any], code: str, field: str
) -> None:
    over = {"amount_fen": sum(line["amount_fen"] for line in LINES[:1]), **over}
    if field == "items.1.amount_fen":
        over["amount_fen"] = 9_000
    refused = file_claim(till, **over)
    assert (refused.status_code, refused.json["code"]) == (422, code), refused.text
    assert [error["field"] for error in refused.json["errors"]] == [field]
