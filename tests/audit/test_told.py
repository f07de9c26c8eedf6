"""The record speaks office words: every event that the code can write is told in words alone.

What is recorded is found in the code: each call of `record`, with the fields that it passes.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.audit.audit_words import LISTS, SUBJECTS
from huimin.audit.event_words import EVENTS, event_words
from huimin.audit.field_words import FIELDS, HIDDEN, LABELS, value_words
from huimin.audit.names import NAME_OF, NAMED_BY_ID, with_names
from huimin.audit.record import NEVER_RECORDED
from huimin.audit.tell import actor_words, fact_lines, facts_of
from huimin.core.catalogue import LANGUAGES
from huimin.instance import Instance
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.making.staff import make_staff

PACKAGE = Path(__file__).resolve().parents[2] / "huimin"
SCHEMA = (PACKAGE.parent / "schema.sql").read_text(encoding="utf-8")
# What no reader should see: an id, an instant as the database keeps it, a column or a code.
RAW = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d\d-\d\dT\d\d:|\b[a-z]+(?:_[a-z0-9]+)+\b|\bNone\b|\bTrue\b|[{}]"
)
# Columns with codes that are recorded.
CODED = (
    *(("outlet", "kind"), ("eligibility", "kind"), ("policy", "scope"), ("policy", "base")),
    *(("policy", "offline_bearer"), ("policy", "state"), ("staff", "role"), ("card", "state")),
    *(("claim", "state"), ("application", "state"), ("merchant", "state"), ("terminal", "state")),
    *(("settlement", "state"), ("month_close", "state"), ("alert", "state"), ("staff", "state")),
    *(("waiting_decision", "verdict"), ("notice_delivery", "channel"), ("outlet", "state")),
    *(("merchant_application", "state"),),
)


def columns_of(table: str) -> set[str]:
    body = re.search(rf"CREATE TABLE {table} \((.*?)\n\);", SCHEMA, re.DOTALL)
    return set(re.findall(r"(?m)^    ([a-z_]+) +(?:TEXT|BIGINT)", body[1])) if body else set()


def codes_of(table: str, column: str) -> list[str]:
    body = re.search(rf"CREATE TABLE {table} \((.*?)\n\);", SCHEMA, re.DOTALL)
    assert body, table
    listed = re.search(rf"CHECK \({column} IN \(([^)]*)\)", body[1])
    return re.findall(r"'([^']+)'", listed[1]) if listed else []


def modules_with(*words: str) -> Iterator[ast.Module]:
    """The modules in whose text one of the words stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if any(word in text for word in words):
            yield ast.parse(text)


def keys_in(node: ast.AST) -> set[str]:
    """The names of all dicts written out within an expression."""
    return {
        key.value
        for one in ast.walk(node)
        if isinstance(one, ast.Dict)
        for key in one.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def tuples_named(tree: ast.Module, name: str) -> set[str]:
    """The strings of a tuple that is assigned to that name, wherever in the module."""
    return {
        text.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        for text in ast.walk(one.value)
        if any(name in ast.unparse(target) for target in one.targets)
        and isinstance(text, ast.Constant)
        and isinstance(text.value, str)
        and re.fullmatch("[a-z_0-9]+", text.value)
    }


def dicts_named(tree: ast.Module, name: str) -> set[str]:
    """The keys of what is assigned to that name, or returned by a function of that name."""
    fields: set[str] = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            whole = [part for target in targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Name) and part.id == name for part in whole):
                fields |= keys_in(one.value) | iterated(tree, one.value)
                fields |= {
                    str(part.slice.value)
                    for part in whole
                    if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant)
                }
        if isinstance(one, ast.FunctionDef) and one.name == name:
            fields |= keys_in(one)
    return fields


def iterated(tree: ast.Module, value: ast.AST) -> set[str]:
    """The names that a dict is built over: {name: row[name] for name in RECORDED}."""
    return {
        name
        for part in ast.walk(value)
        if isinstance(part, ast.DictComp)
        for name in tuples_named(tree, ast.unparse(part.generators[0].iter))
    }


def recorded_fields() -> set[str]:
    """Every field that a call of `record` may pass, as far as the code says it."""
    fields: set[str] = set()
    passers: dict[str, set[str]] = {}
    for tree in modules_with("record("):
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [
                call
                for call in ast.walk(function)
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record"
            ]
            for call in calls:
                fields |= fields_of(tree, call)
            if calls and function.args.kwarg and function.args.kwarg.arg == "more":
                named = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
                passers[function.name] = named
    for tree in modules_with(*passers):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in passers:
                own = passers[call.func.id]
                fields |= {one.arg for one in call.keywords if one.arg} - own
    return fields - NEVER_RECORDED


def fields_of(tree: ast.Module, call: ast.Call) -> set[str]:
    given = {one.arg: one.value for one in call.keywords}
    only = given.get("only")
    if only is not None:
        return tuples_named(tree, ast.unparse(only))
    fields: set[str] = set()
    for side in ("old", "new"):
        value = given.get(side)
        if value is None:
            continue
        fields |= keys_in(value)
        for name in {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}:
            fields |= dicts_named(tree, name)
        fields |= iterated(tree, value)
        if isinstance(value, ast.Name) and not dicts_named(tree, value.id):
            action = ast.unparse(call.args[1]).strip("f'")
            fields |= columns_of(action.partition(".")[0])
    return fields


@pytest.fixture
def office(sqlite_app: Any, sqlite_instance: Instance) -> Office:
    return Office(sqlite_app, sqlite_instance)


def test_every_field_that_is_recorded_has_words_or_is_hidden_for_a_reason() -> None:
    recorded = recorded_fields()
    assert {"state", "due_fen", "rate_bp", "division_code", "bank_reference", "pairs"} <= recorded
    unknown = recorded - FIELDS.keys() - HIDDEN
    # Words that stand in the same expressions without being fields.
    assert unknown - EVENTS.keys() == set(), "give it words in huimin/audit/field_words.py"
    assert set(LABELS) == FIELDS.keys()


def test_every_recorded_code_has_a_word() -> None:
    for table, column in CODED:
        for code in codes_of(table, column):
            for language in LANGUAGES:
                word = value_words(column, code, {}, language)
                assert word != code or language == "en", (table, column, code)
                assert not RAW.search(word), (table, column, code)


def value_of(name: str) -> Any:
    """A value as the code records it."""
    if FIELDS[name].named:
        return "01a22464-efee-723d-adb9-78d0b9ccd2d3"
    for ending, value in (
        ("_fen", 128_050),
        ("_bp", 800),
        ("_at", "2026-10-31T02:05:00.000Z"),
        ("_microdegrees", 30_275_612),
        ("sha256", "ab" * 32),
        ("_on", "2026-11-30"),
        ("_by", "2026-12-06"),
    ):
        if name.endswith(ending):
            return value
    codes = {"kind": "dibao", "role": "registrar", "scope": "all", "base": "after_insurance"}
    codes |= {"state": "approved", "verdict": "accepted", "channel": "webhook", "form": "page"}
    codes |= {"media_type": "application/pdf", "bearer": "government", "offline_bearer": "merchant"}
    codes |= {"schedule": "closed", "proposed_side": "county", "result": "reached"}
    lists = {"excluded_categories": '["tobacco", "prepaid_card"]', "eligibilities": ["tekun"]}
    lists |= {"fields": ["name", "id_number"], "renewed": ["dibao"], "pairs": ["A1 = B1"]}
    return {**codes, **lists}.get(name, 7)


def test_every_event_has_a_sentence(sqlite_app: Any) -> None:
    with sqlite_app.test_request_context():
        for action in EVENTS:
            assert re.fullmatch("[\u4e00-\u9fff：、，“”]+", event_words(action)), action


@pytest.mark.parametrize("action", ["policy.saved", "holder.eligibility_ended"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_recorded_is_told_in_words(action: str, language: str) -> None:
    values = {name: value_of(name) for name in FIELDS}
    kind = action.partition(".")[0]
    named = {
        (field.named, str(values[name])): "天池平价超市"
        for name, field in FIELDS.items()
        if field.named
    }
    event = {
        "action": action,
        "actor": "cli:root",
        "subject_kind": kind,
        "subject_id": "x",
        "old_json": json.dumps(dict.fromkeys(HIDDEN, "secret")),
        "new_json": json.dumps({**values, **dict.fromkeys(HIDDEN, "other")}),
        "names": named,
    }
    facts = facts_of(event, language)
    assert {fact.label for fact in facts} == {LABELS.say(name, language) for name in FIELDS}
    text = " ".join([*fact_lines(event, language), actor_words(event, language)])
    assert not RAW.search(text), RAW.findall(text)
    assert "secret" not in text and "2026-10-31 10:05" in text and "¥1,280.50" in text


def test_what_an_id_names_is_known_for_every_kind() -> None:
    kinds = {field.named for field in FIELDS.values() if field.named}
    assert kinds - NAME_OF.keys() == set()
    # A list is named by its endpoint; a register that was imported has no row of its own.
    assert SUBJECTS.keys() - NAME_OF.keys() - NAMED_BY_ID == {"list", "register_import"}


def test_every_list_that_can_be_exported_has_its_name(sqlite_app: Any) -> None:
    exporting = set()
    for endpoint, view in sqlite_app.view_functions.items():
        function = inspect.unwrap(view)
        module = inspect.getmodule(function)
        if module is None or not module.__name__.startswith("huimin."):
            continue
        exports = r"\b(?:list_answer|workbook_response)\("
        parts = re.split(r"(?m)^(?=def |@)", inspect.getsource(module))
        helpers = {
            part.partition("(")[0].removeprefix("def ")
            for part in parts
            if part.startswith("def ") and re.search(exports, part)
        }
        source = inspect.getsource(function)
        called = set(re.findall(r"\b(\w+)\(", source)) - {function.__name__}
        if re.search(exports, source) or called & helpers:
            exporting.add(endpoint)
    assert len(exporting) > 30
    assert exporting - set(LISTS) == set(), "name the list in huimin/audit/audit_words.py"


def test_a_policy_and_an_outlet_are_read_without_knowing_a_table(
    office: Office, sqlite_instance: Instance
) -> None:
    make_policy(sqlite_instance, excluded_categories=("tobacco",), cap_card_day_fen=20_000)
    outlet = make_outlet(sqlite_instance, name="天池平价超市")
    make_terminal(sqlite_instance, outlet)
    make_staff(sqlite_instance, "cashier", outlet_id=outlet["id"])
    person, client = make_holder(sqlite_instance), office.client()
    client.get(f"/holders/{person['id']}")
    page = client.get("/audit/").text
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    words = re.sub(r'<[^>]+>|href="[^"]*"', "|", body)
    policy = ("每人每日上限：¥200.00", "优惠幅度：8%", "不参加优惠的商品：香烟")
    for told in (*policy, "商户：", "岗位：收银员"):
        assert told in words, told
    assert RAW.findall(re.sub(r"[a-z]+@\d+|[a-z]+\d+", "", words)) == []
    history = client.get(f"/outlets/{outlet['id']}").text.partition('class="history"')[2]
    lines = re.sub("<[^>]+>", "", history.partition("</ol>")[0])
    assert "地址：" in lines and not RAW.search(lines)


def test_a_state_is_called_as_on_the_page_of_its_thing() -> None:
    for action, words in (("settlement.made", "待商户确认"), ("alert.looked_at", "待处理")):
        event = {"action": action, "names": {}, "old_json": None, "new_json": '{"state": "open"}'}
        assert [fact.new for fact in facts_of(event, "zh_Hans")] == [words]


def test_who_acted_is_a_name(sqlite_instance: Instance) -> None:
    staff = make_staff(sqlite_instance, "administrator")
    terminal, _ = make_terminal(sqlite_instance, make_outlet(sqlite_instance, name="宏扬店"))
    told = {}
    till = f"terminal:{terminal['code']}"
    for actor in (staff["username"], till, "register:民政局", "public", "time"):
        event = {"actor": actor, "action": "x", "old_json": None, "new_json": None}
        (named,) = sqlite_instance.engine.read(lambda tx, event=event: with_names(tx, [event]))
        told[actor] = actor_words(named, "zh_Hans")
    assert told[staff["username"]] == f"{staff['name']}（{staff['username']}）"
    assert "宏扬店" in told[till]
    assert told["register:民政局"] == "送名册的系统：民政局"
    assert told["public"] == "公开页面上的申请人" and told["time"] == "系统（期限已过）"
