"""What scripts look up on their pages is there: ids, and data attributes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from tests.scripts import (
    MY,
    OFFICE,
    PACKAGE,
    TILL,
    code_of,
    markup_of,
    modules_of,
    pages_with_scripts,
)

BY_ID = re.compile(r'(?:byId|getElementById)\(\s*"([\w-]+)"')
# The id that a selector begins with, or has in it.
SELECTED = re.compile(r'querySelector(?:All)?\(\s*"[^"]*#([\w-]+)')
ALL_LOOKUPS = re.compile(r"(?:byId|getElementById)\(\s*([^)\s]+)")
# Sections and the element that takes the focus; typed, as every id of the till (page.d.ts).
SHOWN = re.compile(r'\bshow\(\s*"([\w-]+)",\s*"([\w-]+)"')
DATA_SELECTED = re.compile(r"\[data-([\w-]+)")
DATA_READ = re.compile(r"\bdataset\.(\w+)(?!\w|\s*=[^=])")
DATA_WRITTEN = re.compile(r"\bdataset\.(\w+)\s*=[^=]")
TAKEN = re.compile(r"const \{([^}]*)\} = [^;]*\bdataset;")
# These scripts look on many pages for what templates or the cells of a list may hold.
ON_MANY_PAGES, CELLS = (
    ("early_press.js", "forms.js", "my.js", "draft.js"),
    PACKAGE / "web" / "cells.py",
)


@pytest.fixture
def app(sqlite_instance: Instance) -> Any:
    from huimin.app import create_app

    return create_app(instance=sqlite_instance, testing=True)


def kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: "-" + letter.group().lower(), name)


def ids_in(code: str) -> set[str]:
    shown = {name for pair in SHOWN.findall(code) for name in pair}
    return {*BY_ID.findall(code), *SELECTED.findall(code), *shown}


def data_in(code: str) -> set[str]:
    names = {*DATA_READ.findall(code)} - {*DATA_WRITTEN.findall(code)}
    for group in TAKEN.findall(code):
        names |= {part.split("=")[0].strip() for part in group.split(",")}
    return {kebab(name) for name in names} | {*DATA_SELECTED.findall(code)}


def test_what_a_script_looks_up_stands_on_each_of_its_pages(app: Any) -> None:
    pages = pages_with_scripts(app)
    assert {path.name for _, path in pages} >= {"main.js", "set_up.js", "job.js", "forms.js"}
    everything = markup_of(app, *app.jinja_env.list_templates(extensions=["html"]))
    everything.read(CELLS.read_text(encoding="utf-8"))
    found, missing = 0, []
    for template, entry in pages:
        markup = everything if entry.name in ON_MANY_PAGES else markup_of(app, template)
        for name, code in modules_of(entry).items():
            ids, data = ids_in(code), data_in(code)
            found += len(ids) + len(data)
            missing += [f"{template}: {name} #{one}" for one in ids - set(markup.ids)]
            missing += [f"{template}: {name} [data-{one}]" for one in data - markup.data]
    assert found > 150
    assert missing == []


def test_every_script_belongs_to_a_page(app: Any) -> None:
    used = {name for _, entry in pages_with_scripts(app) for name in modules_of(entry)}
    scripts = {path.name for folder in (TILL, OFFICE, MY) for path in folder.glob("*.js")}
    assert scripts - used == {"service_worker.js"}


# How elements are typed in page.d.ts → their tags.
TAGS = {
    "Sections": {"section"},
    "Forms": {"form"},
    "Inputs": {"input"},
    "Buttons": {"button"},
    "Details": {"details"},
    "FieldSets": {"fieldset"},
    "Videos": {"video"},
}


def typed_ids() -> dict[str, set[str]]:
    text = (TILL.parent / "page.d.ts").read_text(encoding="utf-8")
    unions = re.findall(r"^type (\w+) =([^;]*);", text, re.MULTILINE)
    return {name: set(re.findall(r'"([\w-]+)"', union)) for name, union in unions}


def test_the_elements_that_are_typed_are_of_that_kind(app: Any) -> None:
    till_pages = [name for name, path in pages_with_scripts(app) if path.parent == TILL]
    ids, typed = markup_of(app, *till_pages).ids, typed_ids()
    assert set(typed) == {*TAGS, "Others"}
    for kind, tags in TAGS.items():
        assert {one: ids.get(one) for one in typed[kind] if ids.get(one) not in tags} == {}
    special = set().union(*TAGS.values())
    assert {
        one: ids.get(one) for one in typed["Others"] if ids.get(one, "section") in special
    } == {}


def test_no_id_is_typed_in_vain_and_none_is_looked_up_untyped() -> None:
    code = {path.name: code_of(path) for path in TILL.glob("*.js")}
    whole = "".join(code.values())
    unused = {one for ids in typed_ids().values() for one in ids if f'"{one}"' not in whole}
    assert unused == set()
    # byId takes an id by its type wherever it is no literal; nothing else looks up by id, but for
    # the self-check, which is no module.
    assert {name for name, text in code.items() if "getElementById" in text} == {
        "elements.js",
        "self_check.js",
        "words.js",
    }


def test_a_wrong_name_would_be_found() -> None:
    code = Path(TILL / "sale.js").read_text(encoding="utf-8")
    assert "confirm" in ids_in(code) and "done" in ids_in(code)
    assert "confrm" in ids_in(code.replace('byId("confirm")', 'byId("confrm")', 1))
    assert data_in("field.dataset.sentAt; x.dataset.kind = 1; y('[data-one]')") == {
        "sent-at",
        "one",
    }
