"""What Python and templates call by a dotted name exists: a typo fails here, not on a page.

An endpoint is named together with what its address needs. Other dotted names are permissions,
recorded events, sealed personal data, jobs, our own packages, files and the
keys of a WSGI environment.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import pytest
from jinja2 import nodes

from huimin.audit.audit_words import SUBJECTS
from huimin.audit.event_words import EVENTS
from huimin.core.permissions import PERMISSIONS
from huimin.desk.kinds import KINDS as WAITING
from huimin.instance import Instance
from huimin.keys.personal_data import Purpose
from huimin.web.navigation import GROUPS
from tests.python_files import PACKAGE, python_files

DOTTED = re.compile(r"[a-z_]+\.[a-z_]+")
FILES = re.compile(
    "bin|conf|css|csv|db|html|js|json|jsonl|lock|md|po|sealed|sql|svg|toml|tsv|txt|xlsx|xml"
)
JOBS = ("register.check", "register.import")
# What a merchant's system is told of.
NEWS = ("claim.decided", "waiting_sale.decided", "webhook.test")
# What timers run, as timer_runs names it.
TIMERS = ("backup.rehearse", "day.anchor")
# The beginning of several endpoints.
STARTS = ("publication.open_",)


@pytest.fixture
def app(sqlite_instance: Instance) -> Any:
    from huimin.app import create_app

    return create_app(instance=sqlite_instance, testing=True)


def templates(app: Any) -> Iterator[tuple[str, nodes.Template]]:
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.endswith(".html")):
        source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)
        yield name, app.jinja_env.parse(source)


def is_known(app: Any, name: str) -> bool:
    if name in app.view_functions or name in PERMISSIONS or name in EVENTS:
        return True
    first, _, last = name.partition(".")
    if name in get_args(Purpose) or name in (*JOBS, *NEWS, *TIMERS) or first in ("huimin", "wsgi"):
        return True
    return FILES.fullmatch(last) is not None


def unbuildable(app: Any, endpoint: str, given: Iterable[str | None]) -> bool:
    """Whether no rule of the endpoint can be built of these arguments; None stands for any."""
    # The till's templates link within the till, or within its practice.
    endpoint = f"checkout{endpoint}" if endpoint.startswith(".") else endpoint
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint]
    needs = [set(rule.arguments) - set(rule.defaults or ()) for rule in rules]
    names = set(given)
    return None not in names and not any(need <= names for need in needs)


def test_python_names_what_exists(app: Any) -> None:
    found, wrong = 0, []
    for file, tree in python_files().items():
        parts = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in parts:
                continue
            if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
                found += 1
                if not is_known(app, node.value) and node.value not in STARTS:
                    wrong.append(f"{file}:{node.lineno} {node.value}")
    assert found > 300
    assert wrong == []


def test_templates_name_what_exists(app: Any) -> None:
    found, wrong = 0, []
    for name, tree in templates(app):
        for node in tree.find_all(nodes.Const):
            if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
                found += 1
                if not is_known(app, node.value):
                    wrong.append(f"{name}:{node.lineno} {node.value}")
    assert found > 200
    assert wrong == []


def test_what_python_links_to_gets_all_that_its_address_needs(app: Any) -> None:
    wrong = []
    for file, tree in python_files().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "url_for":
                continue
            endpoint = node.args[0]
            if isinstance(endpoint, ast.Constant):
                given = [one.arg for one in node.keywords]
                if unbuildable(app, endpoint.value, given):
                    wrong.append(f"{file}:{node.lineno} {ast.unparse(node)}")
            elif isinstance(endpoint, ast.JoinedStr):
                start = ast.literal_eval(endpoint.values[0])
                if not any(name.startswith(start) for name in app.view_functions):
                    wrong.append(f"{file}:{node.lineno} {start}")
    assert wrong == []


def test_what_templates_link_to_gets_all_that_its_address_needs(app: Any) -> None:
    found, wrong = 0, []
    for name, tree in templates(app):
        for call in tree.find_all(nodes.Call):
            if not isinstance(call.node, nodes.Name) or call.node.name != "url_for":
                continue
            if isinstance(call.args[0], nodes.Const):
                found += 1
                any_other = [None] if call.dyn_kwargs is not None else []
                given = [*(one.key for one in call.kwargs), *any_other]
                if unbuildable(app, call.args[0].value, given):
                    wrong.append(f"{name}:{call.lineno} {call.args[0].value} {given}")
    assert found > 200
    assert wrong == []


def test_the_links_of_tables_can_be_built(app: Any) -> None:
    links = [(endpoint, []) for _, pages in GROUPS for endpoint, _, _ in pages]
    links += [(endpoint, [argument]) for _, endpoint, argument in SUBJECTS.values() if endpoint]
    for kind in WAITING.values():
        links += [(kind.endpoint, list(kind.arguments)), (kind.step or kind.endpoint, [None])]
        links += [(kind.one, [kind.id_as])] if kind.one else []
        assert (kind.under or kind.endpoint) in {name for _, pages in GROUPS for name, *_ in pages}
    assert len(links) > 30
    assert [link for link in links if unbuildable(app, *link)] == []


def test_the_jobs_and_starts_that_are_named_here_are_used(app: Any) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in (*JOBS, *NEWS, *STARTS) if f'"{name}"' not in source] == []
    for start in STARTS:
        assert any(name.startswith(start) for name in app.view_functions)
