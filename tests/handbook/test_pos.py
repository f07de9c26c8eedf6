"""The page for makers of tills says what the program does: its examples, its codes, its client."""

from __future__ import annotations

import ast
import re
from typing import Any

import huimin.client
from huimin.core.refusal_kinds import KINDS
from huimin.handbook.pos_page import pos_page
from huimin.handbook.render import text_file
from tests.handbook.pos_examples import (
    EXAMPLES,
    LANGUAGES,
    example_names,
    run_examples,
    with_examples,
)

TEXTS = {language: text_file("pos", language).read_text("utf-8") for language in LANGUAGES}
TEXT = TEXTS["en"]


def test_every_example_is_what_the_program_answers() -> None:
    stale = "run python -m tests.handbook.pos_examples, read what has changed, and commit the page"
    answers = run_examples()
    assert set(example_names("en").values()) == set(EXAMPLES.values())
    for language, page in TEXTS.items():
        assert with_examples(page, example_names(language), answers) == page, stale


def test_the_table_of_refusals_is_the_program_s() -> None:
    for language, page in TEXTS.items():
        assert pos_page(language) == page, "run python -m huimin.handbook.pos_page"
        for code in ("card_expired", "cap_reached", "order_exists", "order_cancelled"):
            assert f"| `{code}` |" in page and code in KINDS


def test_the_page_names_every_call_of_the_api(client: Any) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    of_registers = [path for path in paths if path.startswith("/api/v1/registers")]
    page = text_file("register-api", "en").read_text(encoding="utf-8")
    in_page = [re.search(re.sub(r"\{[^}]+\}", "[0-9a-f-]+", path), page) for path in of_registers]
    assert all(in_page)
    missing = [
        path
        for path in paths
        if path not in of_registers
        and re.sub(r"\{[^}]+\}", "{}", path.removeprefix("/api/v1"))
        not in re.sub(r"\{[^}]+\}|<[^>]+>", "{}", TEXT)
    ]
    assert [path for path in missing if f"`{path}`" not in TEXT and _spoken(path) not in TEXT] == []


def _spoken(path: str) -> str:
    """A path with what an example put into its braces."""
    return path.partition("{")[0]


def test_the_python_on_the_page_uses_what_the_client_has() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    tree = ast.parse(code)
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "huimin.client"
        for alias in node.names
    }
    assert imported and all(hasattr(huimin.client, name) for name in imported)
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "till"
    }
    assert called and all(hasattr(huimin.client.Client, name) for name in called)
