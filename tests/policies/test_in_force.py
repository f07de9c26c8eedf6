"""Which policy applies: the most specific in force, in one statement, the same on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.core.discount import PolicyTerms
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.policies import queries
from huimin.policies.choice import counting_on, most_specific
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.in_force import in_force, terms_of
from huimin.policies.publish import publish, withdraw
from huimin.storage.engine import Transaction
from tests.making.merchants import make_outlet
from tests.making.policies import make_policy

FIRST_DAY = date(2026, 10, 31)
KINDS = ("supermarket", "hospital")
ELIGIBILITIES = ("dibao", "tekun")
TODAY = date(2026, 10, 31)


def applying(instance: Instance, day: date = TODAY, **over: Any) -> PolicyTerms | None:
    asked = {"outlet_id": "none", "outlet_kind": "supermarket", "eligibilities": (), **over}
    return instance.engine.read(lambda tx: in_force(tx, day=day, **asked))


def test_without_any_policy_there_is_none(instance: Instance) -> None:
    assert applying(instance) is None


def test_outlet_before_eligibility_before_kind_before_all(instance: Instance) -> None:
    outlet_id = make_outlet(instance)["id"]
    asked = {"outlet_id": outlet_id, "eligibilities": ("dibao",)}
    for scope, value in (
        ("all", ""),
        ("kind", "supermarket"),
        ("eligibility", "dibao"),
        ("outlet", outlet_id),
    ):
        # The more specific policy gives less, so that the rate can't be what decides.
        rate_bp = {"all": 900, "kind": 700, "eligibility": 500, "outlet": 300}[scope]
        policy = make_policy(instance, code=scope, scope=scope, scope_value=value, rate_bp=rate_bp)
        assert applying(instance, **asked) == policy
    assert applying(instance, outlet_id=outlet_id).scope == "outlet"  # type: ignore[union-attr]
    elsewhere = applying(instance, eligibilities=("dibao",))
    assert elsewhere is not None and elsewhere.scope == "eligibility"
    assert applying(instance).scope == "kind"  # type: ignore[union-attr]
    assert applying(instance, outlet_kind="school").scope == "all"  # type: ignore[union-attr]


def test_of_several_eligibilities_the_higher_rate_wins_then_the_code(instance: Instance) -> None:
    make_policy(instance, code="b", scope="eligibility", scope_value="dibao", rate_bp=800)
    make_policy(instance, code="a", scope="eligibility", scope_value="tekun", rate_bp=800)
    make_policy(instance, code="c", scope="eligibility", scope_value="orphan", rate_bp=500)
    best = applying(instance, eligibilities=("orphan", "dibao", "tekun"))
    assert best is not None and best.code == "a"
    both = applying(instance, eligibilities=("orphan", "dibao"))
    assert both is not None and both.code == "b"


def test_a_value_inside_another_is_no_match(instance: Instance) -> None:
    make_policy(instance, scope="eligibility", scope_value="other")
    assert applying(instance, eligibilities=("another",)) is None
    assert applying(instance, eligibilities=("dibao", "other")) is not None


def test_a_policy_counts_from_its_first_day_to_its_last(instance: Instance) -> None:
    make_policy(instance, starts_on="2026-09-01", ends_on="2026-09-30")
    days = (date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 1))
    assert [applying(instance, day) is not None for day in days] == [False, True, True, False]


def test_a_successor_takes_over_on_its_first_day_and_its_predecessor_never_returns(
    instance: Instance,
) -> None:
    make_policy(instance, starts_on="2026-01-01")
    make_policy(instance, starts_on="2026-09-01", ends_on="2026-09-30", rate_bp=1_000)
    rates = [
        terms and terms.rate_bp
        for terms in (applying(instance, date(2026, month, 15)) for month in (8, 9, 10))
    ]
    assert rates == [800, 1_000, None]


def test_drafts_and_withdrawn_policies_are_never_in_force(instance: Instance) -> None:
    def save_and_leave(tx: Transaction) -> None:
        draft = PolicyDraft("jiuerzhe", "九二折", 800, "2026-11-01")
        row = save_draft(tx, draft, now=instance.clock(), actor="test")
        publish(tx, row["id"], now=instance.clock(), actor="test")
        withdraw(tx, row["id"], now=instance.clock(), actor="test", reason="测试")
        save_draft(tx, draft, now=instance.clock(), actor="test")

    instance.engine.write(save_and_leave)
    assert applying(instance, date(2026, 12, 1)) is None


def test_at_a_hospital_the_base_is_what_the_patient_pays(instance: Instance) -> None:
    make_policy(instance)
    at_hospital = applying(instance, outlet_kind="hospital")
    assert at_hospital is not None and at_hospital.base == "after_insurance"
    assert applying(instance).base == "market_price"  # type: ignore[union-attr]


@pytest.fixture
def outlet_id(instance: Instance) -> str:
    """One outlet for all examples of a test."""
    return str(make_outlet(instance)["id"])


class Undo(Exception):
    """Ends a transaction with nothing kept, so that each example starts empty."""


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    """A life of policies: drafts published on later and later days, some withdrawn again."""
    scopes = st.sampled_from(
        [
            ("all", ""),
            *(("kind", kind) for kind in KINDS),
            *(("eligibility", kind) for kind in ELIGIBILITIES),
            ("outlet", "outlet"),
        ]
    )
    one = st.fixed_dictionaries(
        {
            "code": st.sampled_from(["a", "b", "c", "d"]),
            "scope": scopes,
            "rate_bp": st.sampled_from([500, 800, 1_000]),
            "starts": st.integers(0, 12),
            "lasts": st.none() | st.integers(0, 8),
            "withdrawn": st.booleans(),
        }
    )
    return draw(st.lists(one, min_size=1, max_size=9))  # type: ignore[return-value]


def live(tx: Transaction, instance: Instance, outlet_id: str, wanted: list[dict[str, Any]]) -> None:
    """Try each step; a refusal leaves things as they were."""
    for step in wanted:
        scope, value = step["scope"]
        starts_on = FIRST_DAY + timedelta(days=step["starts"])
        lasts = step["lasts"]
        draft = PolicyDraft(
            code=step["code"],
            name=step["code"],
            rate_bp=step["rate_bp"],
            starts_on=starts_on,
            ends_on=None if lasts is None else starts_on + timedelta(days=lasts),
            scope=scope,
            scope_value=outlet_id if scope == "outlet" else value,
        )
        how: dict[str, Any] = {"now": instance.clock(), "actor": "test"}
        try:
            row = save_draft(tx, draft, **how)
            publish(tx, row["id"], **how)
            if step["withdrawn"]:
                withdraw(tx, row["id"], reason="测试", **how)
        except FieldProblems:
            continue


def counting_pairs_tie(published: list[PolicyTerms], day: date) -> bool:
    """Plainly: two policies that count that day for the very same scope."""
    scopes = [(t.scope, t.scope_value) for t in counting_on(published, day.isoformat())]
    return len(scopes) != len(set(scopes))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(wanted=steps(), shown=st.sets(st.sampled_from(ELIGIBILITIES)))
def test_no_two_published_tie_and_the_most_specific_wins(
    instance: Instance, outlet_id: str, wanted: list[dict[str, Any]], shown: set[str]
) -> None:
    def work(tx: Transaction) -> None:
        live(tx, instance, outlet_id, wanted)
        published = [terms_of(row) for row in queries.published(tx)]
        for offset in range(-1, 23):
            day = FIRST_DAY + timedelta(days=offset)
            assert not counting_pairs_tie(published, day)
            for kind in KINDS:
                at = {"outlet_id": outlet_id, "outlet_kind": kind, "eligibilities": sorted(shown)}
                got = in_force(tx, day=day, **at)
                assert got == most_specific(counting_on(published, day.isoformat()), **at)
                assert got == plainly_expected(published, day, **at)
        raise Undo

    with pytest.raises(Undo):
        instance.engine.write(work)


def plainly_expected(
    published: list[PolicyTerms],
    day: date,
    outlet_id: str,
    outlet_kind: str,
    eligibilities: list[str],
) -> PolicyTerms | None:
    """The rule once more, scope by scope, without the code under test."""
    counting = []
    for code in {terms.code for terms in published}:
        started = [t for t in published if t.code == code and t.starts_on <= day.isoformat()]
        if started:
            last = max(started, key=lambda t: t.version)
            if last.ends_on is None or last.ends_on >= day.isoformat():
                counting.append(last)
    for scope, values in (
        ("outlet", [outlet_id]),
        ("eligibility", eligibilities),
        ("kind", [outlet_kind]),
        ("all", [""]),
    ):
        found = [t for t in counting if t.scope == scope and t.scope_value in values]
        if found:
            best = sorted(found, key=lambda t: (-t.rate_bp, t.code))[0]
            if outlet_kind == "hospital":
                return replace(best, base="after_insurance")
            return best
    return None
