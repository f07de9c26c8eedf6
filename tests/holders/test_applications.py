"""Applications: one open at a time, decided once, with a reason when refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.holders.applications import (
    applications_of,
    approve_application,
    open_applications,
    reject_application,
    submit_application,
)
from huimin.instance import Instance
from tests.making.holders import make_holder

Row = dict[str, Any]


def submit(instance: Instance, holder_id: str) -> Row:
    return instance.engine.write(
        lambda tx: submit_application(tx, holder_id=holder_id, now=instance.clock(), actor="test")
    )


def approve(instance: Instance, application_id: str) -> Row:
    return instance.engine.write(
        lambda tx: approve_application(tx, application_id, now=instance.clock(), actor="test")
    )


def reject(instance: Instance, application_id: str, reason: str) -> Row:
    return instance.engine.write(
        lambda tx: reject_application(
            tx, application_id, reason=reason, now=instance.clock(), actor="test"
        )
    )


def field_of(caught: pytest.ExceptionInfo[FieldProblems]) -> str:
    return caught.value.problems[0].field


def test_an_application_is_submitted_and_approved_once(instance: Instance) -> None:
    holder_id = make_holder(instance)["id"]
    application = submit(instance, holder_id)
    assert application["state"] == "submitted" and application["decided_at"] is None
    assert [row["id"] for row in instance.engine.read(open_applications)] == [application["id"]]
    approved = approve(instance, application["id"])
    assert (approved["state"], approved["decided_by"]) == ("approved", "test")
    assert instance.engine.read(open_applications) == []
    for again in (
        lambda: approve(instance, application["id"]),
        lambda: reject(instance, application["id"], "错"),
    ):
        with pytest.raises(FieldProblems) as caught:
            again()
        assert field_of(caught) == "application"


def test_after_a_rejection_with_its_reason_one_may_apply_again(instance: Instance) -> None:
    holder_id = make_holder(instance)["id"]
    first = submit(instance, holder_id)
    for wrong in ("", "  ", "x" * 201, "a\0b"):
        with pytest.raises(FieldProblems) as caught:
            reject(instance, first["id"], wrong)
        assert field_of(caught) == "reason"
    assert reject(instance, first["id"], " 材料不全 ")["reason"] == "材料不全"
    submit(instance, holder_id)
    states = [
        row["state"] for row in instance.engine.read(lambda tx: applications_of(tx, holder_id))
    ]
    assert sorted(states) == ["rejected", "submitted"]


def test_a_holder_has_one_open_application_however_many_are_sent(instance: Instance) -> None:
    holder_id = make_holder(instance)["id"]

    def send(_: int) -> bool:
        try:
            submit(instance, holder_id)
        except FieldProblems:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 1


def test_nobody_applies_for_an_unknown_holder_and_no_unknown_application_is_decided(
    instance: Instance,
) -> None:
    with pytest.raises(FieldProblems) as caught:
        submit(instance, "没有")
    assert field_of(caught) == "holder"
    with pytest.raises(FieldProblems) as caught:
        approve(instance, "没有")
    assert field_of(caught) == "application"
