"""Categories are a vocabulary; quantities are exact; a coupon lowers what it belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.checkout.till_categories import SCRIPT, script
from huimin.core.categories import CODE_OF, SPELLED, plain
from huimin.core.refusals import FieldProblems
from huimin.core.words import GOODS
from huimin.instance import Instance
from tests.making.policies import make_policy
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"excluded_categories": ("tobacco", "prepaid_card")})


def line(fen: int, category: str | None = None, **more: Any) -> dict[str, Any]:
    named = {"name": f"第 {fen} 行", "amount_fen": fen, **more}
    return named if category is None else {**named, "category": category}


def basket(till: ApiTill, *items: dict[str, Any]) -> dict[str, Any]:
    amount_fen = sum(item["amount_fen"] for item in items)
    return {"card": till.card["token"], "amount_fen": amount_fen, "items": list(items)}


@pytest.mark.parametrize(
    "spelt",
    [
        "tobacco",
        "TOBACCO",
        " Tobacco ",
        "ｔｏｂａｃｃｏ",
        "to-bacco",
        "香烟",
        " 香 烟",
        "卷烟",
        "Cigarettes",
        "烟",
    ],
)
def test_tobacco_is_left_out_however_it_is_spelt(till: ApiTill, spelt: str) -> None:
    told = till.post("/quotes", basket(till, line(10_000, "食品"), line(2_500, spelt))).json
    assert (told["excluded_fen"], told["discount_fen"]) == (2_500, 800)
    assert [one["category"] for one in told["lines"]] == ["food", "tobacco"]


@pytest.mark.parametrize("spelt", ["ciggies", "t0bacco", "tоbacco", "  ", "-", "烟花"])
def test_an_unknown_category_is_refused_with_the_list(till: ApiTill, spelt: str) -> None:
    body = basket(till, line(10_000), line(2_500, spelt))
    refused = till.post("/quotes", body)
    assert (refused.status_code, refused.json["code"]) == (422, "unknown_category")
    assert [error["field"] for error in refused.json["errors"]] == ["items.1.category"]
    assert "香烟 (tobacco)" in refused.json["detail"]
    assert refused.json["cashier_message"] == "请稍等，我核对一下这件商品。"
    sale = {**till.body(), **body}
    assert till.post("/redemptions", sale, "k-1").json["code"] == "unknown_category"
    assert till.ledger_rows() == 0
    english = till.post("/quotes", body, **{"Accept-Language": "en"}).json
    assert "tobacco (tobacco)" in english["detail"]


def test_goods_without_a_category_take_part(till: ApiTill) -> None:
    told = till.post("/quotes", basket(till, line(10_000), {**line(500), "category": None})).json
    assert (told["excluded_fen"], told["eligible_fen"]) == (0, 10_500)


def test_the_list_is_served_with_what_takes_part_here(till: ApiTill) -> None:
    told = till.get("/categories").json
    by_code = {one["code"]: one for one in told["categories"]}
    assert list(by_code) == list(GOODS)
    assert not by_code["tobacco"]["takes_part"] and by_code["alcohol"]["takes_part"]
    assert by_code["tobacco"]["name"] == "香烟" and "cigarette" in by_code["tobacco"]["spellings"]
    english = till.get("/categories", **{"Accept-Language": "en"}).json
    assert english["categories"][0]["name"] == "food"
    for one in told["categories"]:
        for spelt in (one["code"], one["name"], *one["spellings"]):
            answer = till.post("/quotes", basket(till, line(100), line(1, spelt)))
            assert answer.json["lines"][1]["category"] == one["code"], spelt


def test_no_spelling_means_two_categories() -> None:
    assert SPELLED.keys() == GOODS.keys()
    spelt = [
        (plain(each), code)
        for code in GOODS
        for each in (code, GOODS[code], *SPELLED[code].split())
    ]
    assert {(spelling, CODE_OF[spelling]) for spelling, _ in spelt} == set(spelt)


def test_the_till_page_has_the_same_list() -> None:
    stale = "run python -m huimin.checkout.till_categories and commit the script"
    assert SCRIPT.read_text(encoding="utf-8") == script(), stale


def test_a_policy_published_with_a_category_of_its_own_still_leaves_it_out(
    client: Any, instance: Instance
) -> None:
    till = make_till(client, instance, policy={})
    # As an earlier version published it: categories were free text then.
    instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE policy SET excluded_categories = '[\"sweets\"]'")
    )
    body = basket(till, line(10_000), line(300, " Sweets"))
    assert till.post("/quotes", body).json["excluded_fen"] == 300
    listed = till.get("/categories").json["categories"]
    assert listed[-1] == {"code": "sweets", "name": "sweets", "spellings": [], "takes_part": False}


@pytest.mark.parametrize(
    ("sent", "exact"),
    [
        (0.356, "0.356"),
        ("0.356", "0.356"),
        (2, "2"),
        (2.0, "2"),
        ("1.50", "1.5"),
        ("007", "7"),
        (1_000_000, "1000000"),
        (0.0001, "0.0001"),
    ],
)
def test_a_quantity_is_kept_exactly(till: ApiTill, sent: Any, exact: str) -> None:
    items = [line(1_780, "fresh", quantity=sent)]
    answer = till.redeem(amount_fen=1_780, items=items)
    assert answer.status_code == 201, answer.text
    kept = till.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT detail_json FROM ledger").fetchone()
    )
    assert f'"quantity":"{exact}"' in kept["detail_json"]


@pytest.mark.parametrize(
    "sent", [0, -1, 0.00001, "1.23456", "1e3", "", True, None, 1_000_001, [1], "٣"]
)
def test_what_is_no_quantity_is_refused(till: ApiTill, sent: Any) -> None:
    refused = till.post("/quotes", basket(till, line(100, quantity=sent)))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["items.0.quantity"]


def test_a_coupon_lowers_what_it_belongs_to_and_is_explained(till: ApiTill) -> None:
    coupon = {"name": "满减券", "amount_fen": -1_000}
    told = till.post("/quotes", basket(till, line(10_000, "food"), line(2_500, "烟"), coupon)).json
    assert (told["amount_fen"], told["excluded_fen"], told["eligible_fen"]) == (
        11_500,
        2_500,
        9_000,
    )
    assert (told["discount_fen"], told["payable_fen"]) == (720, 10_780)
    assert "满减券 抵减 ¥10.00，从参加优惠的商品里减去。" in told["explanation"]
    lines = told["lines"]
    assert [(one["eligible_fen"], one["discount_fen"]) for one in lines] == [
        (9_000, 720),
        (0, 0),
        (0, 0),
    ]
    assert [one["payable_fen"] for one in lines] == [9_280, 2_500, -1_000]
    of_tobacco = {**coupon, "category": "tobacco"}
    told = till.post("/quotes", basket(till, line(10_000), line(2_500, "烟"), of_tobacco)).json
    assert (told["excluded_fen"], told["eligible_fen"], told["discount_fen"]) == (
        1_500,
        10_000,
        800,
    )
    assert "满减券 抵减 ¥10.00，从不参加优惠的商品里减去。" in told["explanation"]


@pytest.mark.parametrize(("category", "fen"), [("tobacco", -2_501), ("food", -10_001)])
def test_a_coupon_above_its_goods_is_refused(till: ApiTill, category: str, fen: int) -> None:
    body = basket(till, line(10_000), line(2_500, "tobacco"), line(fen, category))
    refused = till.post("/quotes", body)
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_input")
    assert [error["field"] for error in refused.json["errors"]] == ["items.2.amount_fen"]


def test_a_policy_names_known_categories_only(instance: Instance) -> None:
    made = make_policy(instance, excluded_categories=("酒类", "Tobacco ", "tobacco"))
    assert made.excluded_categories == ("alcohol", "tobacco")
    with pytest.raises(FieldProblems, match="sweets"):
        make_policy(instance, code="own", excluded_categories=("sweets", "tobacco"))
