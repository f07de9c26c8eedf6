"""Outlets: five kinds, a real division, an address; suspended, resumed, ended."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.merchants.outlets import (
    end_outlet,
    find_outlet,
    list_outlets,
    outlet_by_id,
    resume_outlet,
    suspend_outlet,
)
from huimin.merchants.terminals import list_terminals
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.merchants.audit_trail import events
from tests.merchants.test_merchants import fields_of


def change(instance: Instance, use_case: Any, outlet_id: str, reason: str = "测试") -> Any:
    return instance.engine.write(
        lambda tx: use_case(
            tx, outlet_id=outlet_id, now=instance.clock(), actor="test", reason=reason
        )
    )


@pytest.mark.parametrize("kind", ["supermarket", "pharmacy", "hospital", "school", "other"])
def test_an_outlet_of_each_kind(instance: Instance, kind: str) -> None:
    row = make_outlet(instance, kind, name="时代百盛·宏扬店", division_code="512022001001")
    assert (row["kind"], row["state"], row["name"]) == (kind, "active", "时代百盛·宏扬店")
    shown = instance.engine.read(lambda tx: outlet_by_id(tx, row["id"]))
    assert shown is not None and shown["merchant_state"] == "active"
    assert events(instance, row["id"])[0]["action"] == "outlet.added"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "bakery"),
        ("kind", ""),
        ("division_code", "512022000000"),
        ("division_code", "512022999999"),
        ("division_code", "天池街道"),
        ("division_code", "512022001001 "),
        ("division_code", "٥١٢٠٢٢٠٠١٠٠١"),
        ("address", ""),
        ("address", "x" * 121),
        ("name", "\n"),
        ("name", "一\0二"),
        ("merchant_id", "没有"),
    ],
)
def test_what_is_wrong_is_named(instance: Instance, field: str, value: str) -> None:
    merchant_id = make_merchant(instance)["id"]
    with pytest.raises(FieldProblems) as caught:
        make_outlet(instance, **{"merchant_id": merchant_id, field: value})
    assert fields_of(caught.value) == [field.removesuffix("_id")]
    assert instance.engine.read(lambda tx: list_outlets(tx)) == []


def test_one_merchant_has_no_two_outlets_of_one_name(instance: Instance) -> None:
    first = make_outlet(instance, name="总店")
    with pytest.raises(FieldProblems) as caught:
        make_outlet(instance, merchant_id=first["merchant_id"], name="总店")
    assert fields_of(caught.value) == ["name"]
    other = make_outlet(instance, name="总店")
    with pytest.raises(FieldProblems) as caught:
        instance.engine.read(lambda tx: find_outlet(tx, "总店"))
    message = caught.value.problems[0].message()
    assert first["id"] in message and other["id"] in message


def test_an_outlet_is_found_by_id_and_by_a_name_of_its_own(instance: Instance) -> None:
    row = make_outlet(instance, name="天池店")
    for text in (row["id"], " 天池店 "):
        found = instance.engine.read(lambda tx, text=text: find_outlet(tx, text))
        assert found["id"] == row["id"]
    with pytest.raises(FieldProblems):
        instance.engine.read(lambda tx: find_outlet(tx, "没有"))


def test_suspend_resume_end_and_what_cannot_follow(instance: Instance) -> None:
    outlet = make_outlet(instance)
    _, _ = make_terminal(instance, outlet)
    assert change(instance, suspend_outlet, outlet["id"], "投诉核实中")["state"] == "suspended"
    with pytest.raises(FieldProblems) as caught:
        change(instance, suspend_outlet, outlet["id"])
    assert "已暂停" in caught.value.problems[0].message()
    assert change(instance, resume_outlet, outlet["id"])["state"] == "active"
    with pytest.raises(FieldProblems):
        change(instance, resume_outlet, outlet["id"])
    assert change(instance, end_outlet, outlet["id"], "门店关闭")["state"] == "ended"
    (terminal,) = instance.engine.read(lambda tx: list_terminals(tx, outlet_id=outlet["id"]))
    assert terminal["state"] == "disabled" and terminal["disabled_at"]
    for use_case in (suspend_outlet, resume_outlet, end_outlet):
        with pytest.raises(FieldProblems) as caught:
            change(instance, use_case, outlet["id"])
        assert fields_of(caught.value) == ["outlet"]
    assert [e["action"] for e in events(instance, outlet["id"])] == [
        "outlet.added",
        "outlet.suspended",
        "outlet.resumed",
        "outlet.ended",
    ]


def test_lists_filter_by_merchant_kind_and_state(instance: Instance) -> None:
    shop, clinic = make_outlet(instance), make_outlet(instance, "hospital")
    make_terminal(instance, clinic)
    change(instance, suspend_outlet, shop["id"])

    def ids(**by: Any) -> list[str]:
        return [row["id"] for row in instance.engine.read(lambda tx: list_outlets(tx, **by))]

    assert ids() == [shop["id"], clinic["id"]]
    assert ids(kind="hospital") == [clinic["id"]]
    assert ids(state="suspended") == [shop["id"]]
    assert ids(merchant_id=clinic["merchant_id"], state="active") == [clinic["id"]]
    rows = instance.engine.read(lambda tx: list_outlets(tx))
    assert [row["terminals"] for row in rows] == [0, 1]
