"""Terminals: a key told once, stored as a hash, dead the moment the terminal is disabled."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.merchants.merchants import end_merchant, resume_merchant, suspend_merchant
from huimin.merchants.outlets import resume_outlet, suspend_outlet
from huimin.merchants.terminals import (
    disable_terminal,
    find_terminal,
    list_terminals,
    renew_key,
)
from tests.making.merchants import make_outlet, make_terminal
from tests.merchants.audit_trail import events
from tests.merchants.test_merchants import fields_of


def opens(instance: Instance, key: str) -> str:
    """The terminal's code when the key is let in, else the refusal's code."""
    try:
        return str(instance.engine.read(lambda tx: terminal_of_key(tx, key))["terminal_code"])
    except Refusal as refused:
        return refused.code


def test_the_key_is_told_once_and_only_its_hash_is_stored(instance: Instance) -> None:
    terminal, key = make_terminal(instance, label="1 号收银台")
    assert key.startswith("hmt_") and len(key) == 47
    assert terminal["key_hash"] == hashlib.sha256(key.encode()).hexdigest()
    assert terminal["code"] == "000001" and opens(instance, key) == "000001"
    (listed,) = instance.engine.read(lambda tx: list_terminals(tx))
    assert "key_hash" not in listed and listed["label"] == "1 号收银台"
    (event,) = events(instance, terminal["id"])
    assert key not in str(event) and terminal["key_hash"] not in str(event)


def test_a_disabled_terminal_is_refused_at_once_and_stays_so(instance: Instance) -> None:
    terminal, key = make_terminal(instance)
    _, other_key = make_terminal(instance, terminal["outlet_id"], label="2 号")

    def disable() -> None:
        instance.engine.write(
            lambda tx: disable_terminal(
                tx,
                terminal_id=terminal["id"],
                now=instance.clock(),
                actor="test",
                reason="密钥外泄",
            )
        )

    disable()
    assert opens(instance, key) == "terminal_disabled"
    assert opens(instance, other_key) == "000002"
    with pytest.raises(FieldProblems) as caught:
        disable()
    assert fields_of(caught.value) == ["terminal"]
    assert [(e["action"], e["reason"]) for e in events(instance, terminal["id"])] == [
        ("terminal.added", None),
        ("terminal.disabled", "密钥外泄"),
    ]


def test_a_renewed_key_replaces_the_old_one_at_once(instance: Instance) -> None:
    terminal, old_key = make_terminal(instance)
    how = {"terminal_id": "000001", "now": instance.clock(), "actor": "test"}
    row, key = instance.engine.write(lambda tx: renew_key(tx, reason="密钥抄丢了", **how))
    assert row["id"] == terminal["id"] and key != old_key
    assert opens(instance, old_key) == "unauthorized"
    assert opens(instance, key) == "000001"
    assert row["key_hash"] == hashlib.sha256(key.encode()).hexdigest()
    _, event = events(instance, terminal["id"])
    assert (event["action"], event["reason"]) == ("terminal.rekeyed", "密钥抄丢了")
    for secret in (key, row["key_hash"], terminal["key_hash"]):
        assert secret not in str(event)
    with pytest.raises(FieldProblems) as caught:
        instance.engine.write(lambda tx: renew_key(tx, reason=" ", **how))
    assert fields_of(caught.value) == ["reason"]
    assert opens(instance, key) == "000001"


def test_a_disabled_terminal_gets_no_key(instance: Instance) -> None:
    terminal, key = make_terminal(instance)
    how = {
        "terminal_id": terminal["id"],
        "now": instance.clock(),
        "actor": "test",
        "reason": "测试",
    }
    instance.engine.write(lambda tx: disable_terminal(tx, **how))
    with pytest.raises(FieldProblems) as caught:
        instance.engine.write(lambda tx: renew_key(tx, **how))
    assert fields_of(caught.value) == ["terminal"]
    assert opens(instance, key) == "terminal_disabled"


def test_a_terminal_stops_with_its_outlet_and_its_merchant(instance: Instance) -> None:
    outlet = make_outlet(instance)
    _, key = make_terminal(instance, outlet)
    how = {"now": instance.clock(), "actor": "test", "reason": "测试"}
    one, all_of_them = {"outlet_id": outlet["id"]}, {"merchant_id": outlet["merchant_id"]}
    instance.engine.write(lambda tx: suspend_outlet(tx, **one, **how))
    assert opens(instance, key) == "outlet_suspended"
    instance.engine.write(lambda tx: resume_outlet(tx, **one, **how))
    assert opens(instance, key) == "000001"
    instance.engine.write(lambda tx: suspend_merchant(tx, **all_of_them, **how))
    assert opens(instance, key) == "outlet_suspended"
    instance.engine.write(lambda tx: resume_merchant(tx, **all_of_them, **how))
    assert opens(instance, key) == "000001"
    instance.engine.write(lambda tx: end_merchant(tx, **all_of_them, **how))
    assert opens(instance, key) in ("terminal_disabled", "outlet_suspended")


@pytest.mark.parametrize(
    ("over", "field"), [({"label": " "}, "label"), ({"outlet_id": "无"}, "outlet")]
)
def test_what_is_wrong_is_named(instance: Instance, over: dict[str, str], field: str) -> None:
    with pytest.raises(FieldProblems) as caught:
        make_terminal(instance, **over)
    assert fields_of(caught.value) == [field]
    assert instance.engine.read(lambda tx: list_terminals(tx)) == []


def test_terminals_added_at_once_get_codes_of_their_own(instance: Instance) -> None:
    outlet = make_outlet(instance)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make_terminal(instance, outlet), range(8)))
    assert sorted(row["code"] for row, _ in made) == [f"{n:06d}" for n in range(1, 9)]
    assert len({key for _, key in made}) == 8


def test_a_terminal_is_found_by_id_and_code(instance: Instance) -> None:
    row, _ = make_terminal(instance)
    for text in (row["id"], "000001", " 000001 "):
        found = instance.engine.read(lambda tx, text=text: find_terminal(tx, text))
        assert found["id"] == row["id"]
    with pytest.raises(FieldProblems):
        instance.engine.read(lambda tx: find_terminal(tx, "000002"))
