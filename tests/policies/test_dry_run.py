"""The dry run says what really would have happened: the same month lived under the draft agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.core.discount import Item, PolicyTerms
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.dry_run import DryRun, OutletChange, dry_run
from huimin.policies.in_force import terms_of
from huimin.policies.publish import publish
from huimin.storage.engine import Transaction
from tests.making.merchants import make_outlet
from tests.making.policies import make_policy
from tests.policies.county_month import FIRST_INSTANT, Buy, County, Return, make_county
from tests.policies.test_drafts import fields_of

BASE = PolicyDraft("jiuerzhe", "九二折", 800, "2026-10-01", cap_card_day_fen=2_000)


@pytest.fixture
def county(instance: Instance) -> County:
    return make_county(instance)


def put_in_force(tx: Transaction, draft: PolicyDraft) -> PolicyTerms:
    row = save_draft(tx, draft, now=FIRST_INSTANT, actor="test")
    return terms_of(publish(tx, row["id"], now=FIRST_INSTANT, actor="test"))


def saved(tx: Transaction, draft: PolicyDraft) -> PolicyTerms:
    return terms_of(save_draft(tx, draft, now=FIRST_INSTANT, actor="test"))


def tried(county: County, happened: list[Buy | Return], draft: PolicyDraft) -> DryRun:
    """The month lived under BASE, then the draft tried on it."""

    def work(tx: Transaction) -> DryRun:
        put_in_force(tx, BASE)
        assert None not in county.live(tx, happened)
        return dry_run(tx, saved(tx, draft), "2026-10")

    return county.instance.engine.write(work)


def of_outlet(result: DryRun, county: County, till: int) -> OutletChange:
    return next(o for o in result.outlets if o.outlet_id == county.tills[till]["outlet_id"])


def test_another_rate_moves_every_redemption(county: County) -> None:
    happened = [Buy(1, 10_000), Buy(2, 5_000, card=1), Buy(2, 10_000, till=1, insurance_fen=4_000)]
    result = tried(county, happened, replace(BASE, rate_bp=1_000, merchant_share_bp=5_000))
    shop, hospital = of_outlet(result, county, 0), of_outlet(result, county, 1)
    assert (shop.redemptions, shop.changed, shop.refused) == (2, 2, 0)
    assert (shop.discount_before_fen, shop.discount_after_fen) == (1_200, 1_500)
    assert (shop.merchant_share_change_fen, shop.government_share_change_fen) == (-450, 750)
    assert (hospital.discount_before_fen, hospital.discount_after_fen) == (480, 600)
    assert result.total.amount_fen == 25_000 and result.total.discount_change_fen == 420


def test_the_same_terms_change_nothing(county: County) -> None:
    happened = [Buy(1, 10_000), Buy(1, 30_000), Return(2, 0, 3_333), Return(3, 1)]
    result = tried(county, happened, BASE)
    assert result.total.changed == result.total.refused == 0
    assert result.total.discount_change_fen == 0
    assert result.total.discount_before_fen == 800 - 267


def test_reversals_are_netted_and_give_their_room_back(county: County) -> None:
    capped = replace(BASE, cap_card_day_fen=1_000)
    first, second = Buy(1, 10_000), Buy(1, 10_000)
    assert tried(county, [first, second], capped).total.discount_after_fen == 1_000


@pytest.mark.parametrize(
    ("cap", "expected"),
    [("cap_redemption_fen", 2_000), ("cap_card_day_fen", 1_500), ("cap_card_month_fen", 1_000)],
)
def test_each_cap_bites_per_holder_in_time_order(county: County, cap: str, expected: int) -> None:
    draft = replace(BASE, **{"cap_card_day_fen": None, cap: 500})
    happened = [Buy(1, 10_000), Buy(1, 10_000), Buy(2, 10_000), Buy(2, 10_000, card=1)]
    result = tried(county, happened, draft)
    assert result.total.discount_before_fen == 3_200
    assert result.total.discount_after_fen == expected


def test_room_given_back_before_the_next_purchase_counts_again(county: County) -> None:
    capped = replace(BASE, cap_card_day_fen=1_000)
    result = tried(county, [Buy(1, 10_000), Return(1, 0), Buy(1, 10_000)], capped)
    assert (result.total.amount_fen, result.total.discount_after_fen) == (10_000, 800)


def test_excluded_goods_and_what_was_excluded_by_hand(county: County) -> None:
    items = (
        Item("1", "大米", "food", "1", 6_000),
        Item("2", "白酒", "alcohol", "1", 4_000),
        Item("3", "糖果", "drink", "1", 2_000),
    )
    happened = [Buy(1, 12_000, items=items), Buy(2, 10_000, excluded_fen=2_500)]
    draft = replace(BASE, excluded_categories=("drink",))
    result = tried(county, happened, draft)
    assert result.total.discount_before_fen == 640 + 600
    assert result.total.discount_after_fen == 800 + 600


def test_what_would_get_nothing_is_counted_as_refused(county: County) -> None:
    happened = [Buy(1, 10_000), Buy(2, 900)]
    result = tried(county, happened, replace(BASE, minimum_spend_fen=1_000))
    assert (result.total.changed, result.total.refused) == (1, 1)
    assert result.total.discount_after_fen == 800


def test_a_narrower_successor_leaves_the_others_without(county: County) -> None:
    happened = [Buy(1, 10_000), Buy(1, 10_000, card=1)]
    draft = replace(BASE, scope="eligibility", scope_value="tekun", rate_bp=2_000)
    result = tried(county, happened, draft)
    assert (result.total.changed, result.total.refused) == (2, 1)
    assert (result.total.discount_before_fen, result.total.discount_after_fen) == (1_600, 2_000)


def test_a_new_more_specific_policy_reaches_only_its_outlets(county: County) -> None:
    happened = [Buy(1, 10_000), Buy(2, 10_000, till=1)]
    draft = PolicyDraft("yiyuan", "医院", 1_500, "2027-01-01", scope="kind", scope_value="hospital")
    result = tried(county, happened, draft)
    shop, hospital = of_outlet(result, county, 0), of_outlet(result, county, 1)
    assert (shop.changed, hospital.changed) == (0, 1)
    assert (hospital.discount_before_fen, hospital.discount_after_fen) == (800, 1_500)
    assert result.outlets == [hospital, shop]


def test_a_month_without_redemptions_is_empty(instance: Instance) -> None:
    terms = make_policy(instance)
    result = instance.engine.read(lambda tx: dry_run(tx, terms, "2026-02"))
    assert result.outlets == [] and result.total.redemptions == 0


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "十月", "2026-10-01"])
def test_a_wrong_month_is_named(instance: Instance, month: str) -> None:
    terms = make_policy(instance)
    with pytest.raises(FieldProblems) as caught:
        instance.engine.read(lambda tx: dry_run(tx, terms, month))
    assert fields_of(caught.value) == ["month"]


def test_it_runs_where_nothing_can_be_written(county: County) -> None:
    happened: list[Buy | Return] = [Buy(1, 10_000), Return(2, 0, 1_000)]
    draft = replace(BASE, rate_bp=1_000)
    tried(county, happened, draft)

    def everything(tx: Transaction) -> list[Any]:
        tables = ("ledger", "usage", "rollup_month", "policy", "audit_event")
        return [
            sorted(str(dict(row)) for row in tx.connection.execute(f"SELECT * FROM {t}").fetchall())
            for t in tables
        ]

    before = county.instance.engine.read(everything)
    terms = replace(make_terms(county.instance), rate_bp=900)
    again = county.instance.engine.read(lambda tx: dry_run(tx, terms, "2026-10"))
    assert again.total.discount_after_fen == 810
    assert county.instance.engine.read(everything) == before


def make_terms(instance: Instance) -> PolicyTerms:
    from huimin.policies.publish import find_policy

    return terms_of(instance.engine.read(lambda tx: find_policy(tx, "jiuerzhe@2")))


class Undo(Exception):
    """Ends a transaction with nothing kept, so that the same month can be lived again."""


amounts = st.one_of(st.integers(1, 60), st.integers(100, 50_000))
items = st.lists(
    st.builds(
        Item,
        sku=st.none(),
        name=st.sampled_from(["甲", "乙"]),
        category=st.sampled_from([None, "food", "alcohol"]),
        quantity=st.just("1"),
        amount_fen=amounts,
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def purchases(draw: st.DrawFn) -> Buy:
    """With or without lines; insurance pays a part at the hospital only."""
    lines = tuple(draw(st.just([]) | items))
    amount_fen = sum(line.amount_fen for line in lines) or draw(amounts)
    till = draw(st.integers(0, 1))
    return Buy(
        day=draw(st.integers(1, 3)),
        amount_fen=amount_fen,
        till=till,
        card=draw(st.integers(0, 1)),
        excluded_fen=0 if lines else draw(st.sampled_from([0, amount_fen // 3])),
        insurance_fen=draw(st.sampled_from([0, amount_fen // 4])) if till else 0,
        items=lines,
    )


buys = purchases()
returns = st.builds(
    Return, day=st.just(3), purchase=st.integers(0, 5), amount_fen=st.none() | st.integers(1, 9_000)
)
caps = st.none() | st.integers(10, 3_000)
drafts = st.builds(
    PolicyDraft,
    code=st.sampled_from(["jiuerzhe", "other"]),
    name=st.just("草稿"),
    rate_bp=st.sampled_from([1, 333, 800, 1_000, 9_999]),
    starts_on=st.just("2026-10-01"),
    scope=st.just("kind"),
    scope_value=st.sampled_from(["supermarket", "hospital"]),
    rounding_unit_fen=st.sampled_from([1, 10]),
    minimum_spend_fen=st.sampled_from([0, 500]),
    cap_redemption_fen=caps,
    cap_card_day_fen=caps,
    cap_card_month_fen=caps,
    merchant_share_bp=st.sampled_from([0, 3_333, 10_000]),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(happened=st.lists(buys | returns, min_size=1, max_size=9), draft=drafts)
def test_it_agrees_with_the_month_lived_under_the_draft(
    county: County, happened: list[Buy | Return], draft: PolicyDraft
) -> None:
    """Every purchase that was recorded, tried again where the draft was really in force."""
    # In the order of their days, as they happen.
    happened = sorted(happened, key=lambda event: event.day)
    found: dict[str, Any] = {}

    def as_it_was(tx: Transaction) -> None:
        put_in_force(tx, BASE)
        ids = county.live(tx, happened)
        found["recorded"] = {number for number, one in enumerate(ids) if one is not None}
        result = dry_run(tx, saved(tx, draft), "2026-10")
        found["before"] = {o.outlet_id: o.discount_before_fen for o in result.outlets}
        found["ledger_before"] = _net_by_outlet(tx)
        found["after"] = {o.outlet_id: o.discount_after_fen for o in result.outlets}
        found["shares"] = {o.outlet_id: o.merchant_share_after_fen for o in result.outlets}
        raise Undo

    def as_it_would_have_been(tx: Transaction) -> None:
        put_in_force(tx, BASE)
        put_in_force(tx, draft)
        county.live(tx, happened, only=found["recorded"])
        found["lived"] = _net_by_outlet(tx)
        found["lived_shares"] = _net_by_outlet(tx, "merchant_share_fen")
        raise Undo

    for work in (as_it_was, as_it_would_have_been):
        with pytest.raises(Undo):
            county.instance.engine.write(work)
    assert _without_zeros(found["before"]) == _without_zeros(found["ledger_before"])
    assert _without_zeros(found["after"]) == _without_zeros(found["lived"])
    assert _without_zeros(found["shares"]) == _without_zeros(found["lived_shares"])


def _net_by_outlet(tx: Transaction, column: str = "discount_fen") -> dict[str, int]:
    rows = tx.connection.execute(f"SELECT outlet_id, {column} AS fen FROM ledger").fetchall()
    net: dict[str, int] = {}
    for row in map(dict, rows):
        net[row["outlet_id"]] = net.get(row["outlet_id"], 0) + row["fen"]
    return net


def _without_zeros(by_outlet: dict[str, int]) -> dict[str, int]:
    return {outlet_id: fen for outlet_id, fen in by_outlet.items() if fen}


def test_outlets_keep_their_names(county: County) -> None:
    make_outlet(county.instance, name="没有交易的店")
    result = tried(county, [Buy(1, 10_000)], BASE)
    assert [outlet.outlet_name for outlet in result.outlets] == ["supermarket店"]
