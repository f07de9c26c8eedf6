"""Saving drafts: every field is checked, ties are refused, what is published stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.policies import queries
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.in_force import terms_of
from tests.making.merchants import make_outlet
from tests.making.policies import make_policy

GOOD: dict[str, Any] = {
    "code": "jiuerzhe",
    "name": "九二折",
    "rate_bp": 800,
    "starts_on": "2026-11-01",
}


def save(instance: Instance, **over: Any) -> dict[str, Any]:
    draft = PolicyDraft(**{**GOOD, **over})
    return instance.engine.write(
        lambda tx: save_draft(tx, draft, now=instance.clock(), actor="test")
    )


def all_rows(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: queries.list_policies(tx, state=None))


def fields_of(problems: FieldProblems) -> list[str]:
    return [problem.field for problem in problems.problems]


def test_a_draft_has_the_defaults_of_the_county(instance: Instance) -> None:
    row = save(instance)
    terms = terms_of(row)
    assert (row["state"], terms.version, terms.scope) == ("draft", 1, "all")
    assert terms.excluded_categories == ("alcohol", "prepaid_card", "tobacco")
    assert (terms.merchant_share_bp, terms.government_share_bp) == (10_000, 0)
    assert terms.base == "market_price" and terms.rounding_unit_fen == 1
    assert terms.cap_redemption_fen is terms.cap_card_day_fen is terms.cap_card_month_fen is None


def test_everything_that_can_be_said_is_kept(instance: Instance) -> None:
    said = {
        "scope": "eligibility",
        "scope_value": "dibao",
        "ends_on": "2027-10-31",
        "rounding_unit_fen": 10,
        "minimum_spend_fen": 1_000,
        "cap_redemption_fen": 5_000,
        "cap_card_day_fen": 10_000,
        "cap_card_month_fen": 30_000,
        "excluded_categories": ("酒", "tobacco", "tobacco"),
        "base": "after_insurance",
        "merchant_share_bp": 7_000,
    }
    terms = terms_of(save(instance, **said))
    expected = {**said, "excluded_categories": ("alcohol", "tobacco"), "government_share_bp": 3_000}
    assert {name: getattr(terms, name) for name in expected} == expected


def test_saving_again_changes_the_draft_and_not_its_version(instance: Instance) -> None:
    first, again = save(instance), save(instance, rate_bp=1_000)
    assert first["id"] == again["id"] and again["version"] == 1 and again["rate_bp"] == 1_000
    assert len(all_rows(instance)) == 1


def test_a_published_version_is_never_touched_by_the_next(instance: Instance) -> None:
    published = make_policy(instance)
    before = all_rows(instance)
    draft = save(instance, rate_bp=1_000)
    assert draft["version"] == 2 and draft["id"] != published.id
    assert [row for row in all_rows(instance) if row["version"] == 1] == before


@pytest.mark.parametrize("kind", ["hospital", "supermarket"])
def test_the_base_follows_the_outlets_kind(instance: Instance, kind: str) -> None:
    expected = "after_insurance" if kind == "hospital" else "market_price"
    outlet_id = make_outlet(instance, kind)["id"]
    assert save(instance, scope="kind", scope_value=kind)["base"] == expected
    assert save(instance, code="b", scope="outlet", scope_value=outlet_id)["base"] == expected
    if kind == "hospital":
        for where in (("kind", kind), ("outlet", outlet_id)):
            with pytest.raises(FieldProblems) as caught:
                save(instance, scope=where[0], scope_value=where[1], base="market_price")
            assert fields_of(caught.value) == ["base"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"code": "九二折"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "a" * 41}, "code"),
        ({"code": "a@1"}, "code"),
        ({"name": " "}, "name"),
        ({"name": "一\0二"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"rate_bp": 0}, "rate_bp"),
        ({"rate_bp": 10_001}, "rate_bp"),
        ({"rate_bp": 8.0}, "rate_bp"),
        ({"rate_bp": float("nan")}, "rate_bp"),
        ({"rate_bp": True}, "rate_bp"),
        ({"starts_on": "2026-13-01"}, "starts_on"),
        ({"starts_on": "明天"}, "starts_on"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": "2026-10-31"}, "ends_on"),
        ({"ends_on": "31.10.2027"}, "ends_on"),
        ({"rounding_unit_fen": 5}, "rounding_unit_fen"),
        ({"rounding_unit_fen": 10, "cap_redemption_fen": 9}, "rounding_unit_fen"),
        ({"minimum_spend_fen": -1}, "minimum_spend_fen"),
        ({"minimum_spend_fen": 10**12}, "minimum_spend_fen"),
        ({"cap_redemption_fen": 0}, "cap_redemption_fen"),
        ({"cap_card_day_fen": -5}, "cap_card_day_fen"),
        ({"cap_card_month_fen": 10**12}, "cap_card_month_fen"),
        ({"excluded_categories": ("",)}, "excluded_categories"),
        ({"excluded_categories": ("a\0",)}, "excluded_categories"),
        ({"merchant_share_bp": 10_001}, "merchant_share_bp"),
        ({"base": "list_price"}, "base"),
        ({"scope": "town"}, "scope"),
        ({"scope": "all", "scope_value": "hospital"}, "scope_value"),
        ({"scope": "kind", "scope_value": "bakery"}, "scope_value"),
        ({"scope": "eligibility", "scope_value": "rich"}, "scope_value"),
        ({"scope": "outlet", "scope_value": "没有"}, "scope_value"),
        ({"scope": "outlet", "scope_value": "a\0b"}, "scope_value"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(
    instance: Instance, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldProblems) as caught:
        save(instance, **over)
    assert fields_of(caught.value) == [field]
    assert all_rows(instance) == []


def test_all_that_is_wrong_is_told_at_once(instance: Instance) -> None:
    with pytest.raises(FieldProblems) as caught:
        save(instance, code="", name="", rate_bp=-1, starts_on="x", scope="town", base="x")
    assert set(fields_of(caught.value)) == {
        *("code", "name", "rate_bp", "starts_on", "scope", "base")
    }


def test_a_tie_is_refused_at_save_naming_the_other_policy_and_the_days(instance: Instance) -> None:
    make_policy(instance, code="old", name="旧政策", ends_on="2026-12-31")
    with pytest.raises(FieldProblems) as caught:
        save(instance)
    (problem,) = caught.value.problems
    assert problem.field == "scope"
    for part in ("旧政策", "old", "第 1 版", "2026-11-01", "2026-12-31"):
        assert part in problem.message()
    assert "old" in problem.message("en") and "2026-12-31" in problem.message("en")
    assert save(instance, starts_on="2027-01-01")["state"] == "draft"
    assert save(instance, code="kind", scope="kind", scope_value="school")["state"] == "draft"
    assert save(instance, code="old", rate_bp=900)["version"] == 2
