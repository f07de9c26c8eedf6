"""Publishing and withdrawing: what has begun never changes, and no two published policies tie."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.policies import queries
from huimin.policies.publish import find_policy, publish, withdraw
from tests.making.policies import make_policy
from tests.merchants.audit_trail import events
from tests.policies.test_drafts import fields_of, save


def publish_now(instance: Instance, policy_id: str) -> dict[str, Any]:
    return instance.engine.write(
        lambda tx: publish(tx, policy_id, now=instance.clock(), actor="li")
    )


def withdraw_now(instance: Instance, policy_id: str, reason: str = "写错了") -> dict[str, Any]:
    return instance.engine.write(
        lambda tx: withdraw(tx, policy_id, now=instance.clock(), actor="li", reason=reason)
    )


def test_publishing_says_who_and_when_and_is_recorded(instance: Instance) -> None:
    row = publish_now(instance, save(instance)["id"])
    assert (row["state"], row["published_by"]) == ("published", "li")
    assert row["published_at"] == "2026-10-31T02:00:00.000Z"
    assert [e["action"] for e in events(instance, row["id"])] == [
        "policy.saved",
        "policy.published",
    ]


def test_what_is_published_cannot_be_published_again(instance: Instance) -> None:
    row = publish_now(instance, save(instance)["id"])
    with pytest.raises(FieldProblems) as caught:
        publish_now(instance, row["id"])
    assert fields_of(caught.value) == ["policy"]
    with pytest.raises(FieldProblems):
        publish_now(instance, "没有")


def test_a_policy_starts_today_or_later(instance: Instance) -> None:
    yesterday = save(instance, starts_on="2026-10-30")
    with pytest.raises(FieldProblems) as caught:
        publish_now(instance, yesterday["id"])
    assert fields_of(caught.value) == ["starts_on"]
    today = save(instance, starts_on="2026-10-31")
    assert publish_now(instance, today["id"])["state"] == "published"


def test_the_day_is_the_countys_day(instance: Instance, clock: Any) -> None:
    clock.advance(hours=15)  # 2026-10-31 17:00 UTC is 11-01 in the county.
    draft = save(instance, starts_on="2026-10-31")
    with pytest.raises(FieldProblems):
        publish_now(instance, draft["id"])


def test_of_two_drafts_that_tie_only_the_first_is_published(instance: Instance) -> None:
    first, second = save(instance, code="a"), save(instance, code="b")
    publish_now(instance, first["id"])
    with pytest.raises(FieldProblems) as caught:
        publish_now(instance, second["id"])
    assert fields_of(caught.value) == ["scope"]
    states = instance.engine.read(lambda tx: queries.list_policies(tx, state="published"))
    assert [row["code"] for row in states] == ["a"]


def test_eight_that_tie_published_at_once_leave_one(instance: Instance) -> None:
    drafts = [save(instance, code=f"p{n}") for n in range(8)]

    def attempt(draft: dict[str, Any]) -> list[str]:
        try:
            publish_now(instance, draft["id"])
        except FieldProblems as refused:
            return fields_of(refused)
        return []

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, drafts)) == [[], *[["scope"]] * 7]


def test_a_draft_and_what_has_not_begun_can_be_withdrawn(instance: Instance) -> None:
    draft = save(instance)
    assert withdraw_now(instance, draft["id"])["state"] == "withdrawn"
    assert events(instance, draft["id"])[-1]["reason"] == "写错了"
    later = publish_now(instance, save(instance)["id"])
    assert later["version"] == 2
    assert withdraw_now(instance, later["id"])["state"] == "withdrawn"
    with pytest.raises(FieldProblems) as caught:
        withdraw_now(instance, later["id"])
    assert fields_of(caught.value) == ["policy"]


def test_what_has_begun_can_only_be_succeeded(instance: Instance) -> None:
    begun = publish_now(instance, save(instance, starts_on="2026-10-31")["id"])
    with pytest.raises(FieldProblems) as caught:
        withdraw_now(instance, begun["id"])
    assert fields_of(caught.value) == ["policy"] and "新版本" in str(
        caught.value.problems[0].message()
    )


def test_withdrawing_a_successor_may_not_bring_back_a_tie(instance: Instance) -> None:
    make_policy(instance, code="a")
    successor = publish_now(
        instance, save(instance, code="a", scope="kind", scope_value="school")["id"]
    )
    publish_now(instance, save(instance, code="b")["id"])
    with pytest.raises(FieldProblems) as caught:
        withdraw_now(instance, successor["id"])
    assert fields_of(caught.value) == ["scope"]


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, "a\0b"])
def test_withdrawing_needs_a_reason(instance: Instance, reason: str) -> None:
    draft = save(instance)
    with pytest.raises(FieldProblems) as caught:
        withdraw_now(instance, draft["id"], reason)
    assert fields_of(caught.value) == ["reason"]


def test_a_policy_is_found_by_code_version_and_id(instance: Instance) -> None:
    published = make_policy(instance)
    draft = save(instance)

    def found(text: str) -> str:
        return str(instance.engine.read(lambda tx: find_policy(tx, text))["id"])

    assert found("jiuerzhe") == draft["id"]
    assert found("jiuerzhe@1") == published.id
    assert found(draft["id"]) == draft["id"]
    withdraw_now(instance, draft["id"])
    assert found("jiuerzhe") == published.id
    for unknown in ("没有", "jiuerzhe@3", "jiuerzhe@x", "jiuerzhe@99999999999999999999"):
        with pytest.raises(FieldProblems) as caught:
            found(unknown)
        assert fields_of(caught.value) == ["policy"]
