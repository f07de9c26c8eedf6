"""An outlet's score is said once five people have answered, and never who they were."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.publication.results import Closed, grouped
from huimin.ratings.complaints import close_complaint
from huimin.ratings.judgement import Judgement
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.ratings import make_rating, new_people_buy
from tests.making.sales import make_redemption
from tests.making.staff import make_staff, sign_in

SECRET = "我是黄筱平家的"


def test_five_people_make_a_score(app: Any, instance: Instance, clock: FixedClock) -> None:
    make_policy(instance)
    outlet = make_outlet(instance, name="天池平价超市")
    _terminal, key = make_terminal(instance, outlet)
    manager, other = (
        make_staff(instance, "merchant_manager", merchant_id=outlet["merchant_id"]),
        make_staff(instance, "merchant_manager"),
    )
    own, visitor = app.test_client(), app.test_client()
    sign_in(own, manager["username"])

    def pages() -> tuple[str, str]:
        return visitor.get("/public/outlets").text, own.get("/my-merchant/ratings").text

    # One person with five receipts is one person.
    card = make_card(instance, make_holder(instance))
    for _ in range(5):
        make_rating(instance, make_redemption(instance, card, key), Judgement("yes", 1))
    for page in pages():
        assert "还不够" in page and "星（满分" not in page
    people = new_people_buy(instance, key)
    for sold in itertools.islice(people, 3):
        make_rating(instance, sold, Judgement("no", 5, SECRET))
    assert all("还不够" in page for page in pages())
    clock.advance(days=1)  # the fifth person, in the next month
    sign_in(own, manager["username"])
    make_rating(instance, next(people), Judgement("yes", 5))
    public, private = pages()
    # 5 × 1 + 4 × 5 = 25 stars of nine answers; six say yes.
    assert "评价 2.8 星" in public and "67% 说优惠给了" in public and "还不够" not in public
    assert "2.8" in private and private.count("还不够") == 2  # each month alone has too few
    assert SECRET not in public + private
    stranger = app.test_client()
    sign_in(stranger, other["username"])
    assert "天池平价超市" not in stranger.get("/my-merchant/ratings").text


def closed(month: str, kind: str, people: int, merchants: int, first: int = 0) -> list[Closed]:
    return [
        Closed(month, kind, "upheld", f"h{first + n}", f"m-{kind}-{n % merchants}")
        for n in range(people)
    ]


def test_small_groups_of_results_are_joined() -> None:
    few = closed("2026-08", "pharmacy", 4, 3)
    assert list(grouped(few)) == []
    one_merchant = closed("2026-08", "hospital", 9, 1)
    assert list(grouped(one_merchant)) == []
    (both,) = grouped([*few, *closed("2026-09", "supermarket", 6, 3, 10)])
    assert both.months == ("2026-08", "2026-09") and both.kinds == ("supermarket", "pharmacy")
    apart = list(
        grouped([*closed("2026-09", "pharmacy", 5, 3), *closed("2026-09", "supermarket", 6, 3, 10)])
    )
    assert sorted(each.kinds for each in apart) == [("pharmacy",), ("supermarket",)]
    assert list(grouped([*few, few[0]])) == []  # the same person once more


@pytest.mark.both_engines
def test_results_are_public_after_their_month(
    app: Any, instance: Instance, clock: FixedClock
) -> None:
    make_policy(instance)
    outlets = [make_outlet(instance, name=f"平价超市{n}店") for n in range(3)]
    for n, outlet in enumerate([*outlets, *outlets[:2]]):
        _terminal, key = make_terminal(instance, outlet, label=f"{n}号")
        sold = next(new_people_buy(instance, key))
        make_rating(instance, sold, Judgement("no", 1, SECRET))

    def close_all(tx: Any) -> None:
        for row in tx.connection.execute("SELECT id FROM complaint").fetchall():
            by: Any = {"now": clock(), "actor": "a"}
            close_complaint(tx, row["id"], result="upheld", text="查实了", **by)

    instance.engine.write(close_all)
    visitor = app.test_client()
    assert "还没有可以公布的结果" in visitor.get("/public/results").text
    clock.advance(days=1)
    page = visitor.get("/public/results").text
    assert "2026年10月" in page and "超市" in page and "平价超市" not in page
    assert SECRET not in page and "查实了" not in page
