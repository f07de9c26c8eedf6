"""Enrolling merchants: the credit code is checked, all problems are told at once, states change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.merchants.merchants import (
    add_merchant,
    end_merchant,
    find_merchant,
    list_merchants,
    resume_merchant,
    suspend_merchant,
)
from huimin.merchants.outlets import list_outlets
from huimin.merchants.terminals import list_terminals
from tests.making.merchants import credit_code, make_merchant, make_outlet, make_terminal
from tests.merchants.audit_trail import events

# A licence that anybody can look up: 中国石油天然气股份有限公司.
PUBLISHED_CODE = "91110000710925462X"


def change(instance: Instance, use_case: Any, merchant_id: str, reason: str = "测试") -> Any:
    return instance.engine.write(
        lambda tx: use_case(
            tx, merchant_id=merchant_id, now=instance.clock(), actor="test", reason=reason
        )
    )


def fields_of(problems: FieldProblems) -> list[str]:
    return [problem.field for problem in problems.problems]


def test_a_merchant_is_enrolled_with_what_was_given(instance: Instance) -> None:
    row = make_merchant(
        instance,
        name=" 时代百盛 ",
        credit_code=PUBLISHED_CODE.lower(),
        contact_name="李一",
        contact_phone="028-23330000",
    )
    assert row["name"] == "时代百盛" and row["credit_code"] == PUBLISHED_CODE
    assert row["state"] == "active" and row["created_at"] == "2026-10-31T02:00:00.000Z"
    assert instance.engine.read(lambda tx: find_merchant(tx, PUBLISHED_CODE))["id"] == row["id"]
    (event,) = events(instance, row["id"])
    assert (event["action"], event["actor"]) == ("merchant.added", "test")
    assert event["old"] is None and event["new"]["credit_code"] == PUBLISHED_CODE
    assert "李一" not in str(event) and "23330000" not in str(event)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "91110000710925462",
        "911100007109254620",
        "91110000710925462I",
        "A" * 18,
        "9" * 5000,
        "9111000071092546٢X",
        "😀" * 18,
    ],
)
def test_a_wrong_credit_code_is_refused_and_nothing_is_written(
    instance: Instance, wrong: str
) -> None:
    with pytest.raises(FieldProblems) as caught:
        make_merchant(instance, credit_code=wrong)
    assert fields_of(caught.value) == ["credit_code"]
    assert instance.engine.read(lambda tx: list_merchants(tx)) == []


def test_every_wrong_field_is_named_at_once(instance: Instance) -> None:
    with pytest.raises(FieldProblems) as caught:
        make_merchant(
            instance,
            name="  ",
            credit_code="1",
            contact_name="a\0b",
            contact_phone="打电话给我",
        )
    assert fields_of(caught.value) == ["name", "credit_code", "contact_name", "contact_phone"]
    assert all(problem.message() and problem.message("en") for problem in caught.value.problems)


def test_the_same_credit_code_again_names_the_merchant_that_has_it(instance: Instance) -> None:
    make_merchant(instance, name="时代百盛", credit_code=PUBLISHED_CODE)
    with pytest.raises(FieldProblems) as caught:
        make_merchant(instance, name="另一家", credit_code=PUBLISHED_CODE)
    assert fields_of(caught.value) == ["credit_code"]
    assert "时代百盛" in caught.value.problems[0].message()


def test_suspend_and_resume_are_recorded_with_who_and_why(instance: Instance) -> None:
    merchant_id = make_merchant(instance)["id"]
    assert change(instance, suspend_merchant, merchant_id, "虚报价格")["state"] == "suspended"
    assert change(instance, resume_merchant, merchant_id, "已整改")["state"] == "active"
    recorded = [
        (e["action"], e["reason"], e["old"]["state"], e["new"]["state"])
        for e in events(instance, merchant_id)[1:]
    ]
    assert recorded == [
        ("merchant.suspended", "虚报价格", "active", "suspended"),
        ("merchant.resumed", "已整改", "suspended", "active"),
    ]


def test_ending_a_merchant_ends_its_outlets_and_terminals_for_good(instance: Instance) -> None:
    outlet = make_outlet(instance)
    terminal, _ = make_terminal(instance, outlet)
    elsewhere, _ = make_terminal(instance)
    merchant_id = outlet["merchant_id"]
    assert change(instance, end_merchant, merchant_id)["state"] == "ended"
    (ended,) = instance.engine.read(lambda tx: list_outlets(tx, merchant_id=merchant_id))
    assert ended["state"] == "ended" and ended["terminals"] == 0
    active = instance.engine.read(lambda tx: list_terminals(tx, state="active"))
    assert [row["id"] for row in active] == [elsewhere["id"]]
    assert events(instance, terminal["id"])[-1]["action"] == "terminal.disabled"
    for use_case in (suspend_merchant, resume_merchant, end_merchant):
        with pytest.raises(FieldProblems) as caught:
            change(instance, use_case, merchant_id)
        assert fields_of(caught.value) == ["merchant"]
    with pytest.raises(FieldProblems) as caught:
        make_outlet(instance, merchant_id=merchant_id)
    assert fields_of(caught.value) == ["merchant"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\0b"])
def test_a_change_without_a_proper_reason_does_not_happen(instance: Instance, reason: str) -> None:
    merchant_id = make_merchant(instance)["id"]
    with pytest.raises(FieldProblems) as caught:
        change(instance, suspend_merchant, merchant_id, reason)
    assert fields_of(caught.value) == ["reason"]
    assert instance.engine.read(lambda tx: find_merchant(tx, merchant_id))["state"] == "active"


def test_an_unknown_merchant_is_refused_by_name_of_the_field(instance: Instance) -> None:
    for work in (
        lambda tx: find_merchant(tx, "没有"),
        lambda tx: suspend_merchant(
            tx, merchant_id="没有", now=instance.clock(), actor="test", reason="测试"
        ),
    ):
        with pytest.raises(FieldProblems) as caught:
            instance.engine.write(work)
        assert fields_of(caught.value) == ["merchant"]


def test_the_list_counts_outlets_and_filters_by_state(instance: Instance) -> None:
    first, second = make_merchant(instance), make_merchant(instance)
    make_outlet(instance, merchant_id=first["id"])
    change(instance, suspend_merchant, second["id"])
    rows = instance.engine.read(lambda tx: list_merchants(tx))
    assert [(row["id"], row["outlets"]) for row in rows] == [(first["id"], 1), (second["id"], 0)]
    suspended = instance.engine.read(lambda tx: list_merchants(tx, state="suspended"))
    assert [row["id"] for row in suspended] == [second["id"]]


def test_eight_enrolments_of_one_code_at_once_make_one_merchant(instance: Instance) -> None:
    code = credit_code(99_999)

    def enrol(number: int) -> list[str]:
        try:
            instance.engine.write(
                lambda tx: add_merchant(
                    tx, name=f"商户{number}", credit_code=code, now=instance.clock(), actor="test"
                )
            )
        except FieldProblems as refused:
            return fields_of(refused)
        return []

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(enrol, range(8)))
    assert answers == [[], *[["credit_code"]] * 7]
    assert len(instance.engine.read(lambda tx: list_merchants(tx))) == 1
