"""The scripts of the pages as text, for tests that hold the names in them against the real ones."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import meta

PACKAGE = Path(__file__).resolve().parents[1] / "huimin"
TILL, OFFICE, MY = (PACKAGE / room / "static" for room in ("checkout", "web", "my"))
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
IMPORT = re.compile(r'(?:from |\bimport\()"\./([\w.]+)"')
NAMED_SCRIPT = re.compile(r"url_for\('(?:till_files\.|my_files\.)?static', filename='(\w+\.js)'\)")
JINJA = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def code_of(path: Path) -> str:
    """A script without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def modules_of(entry: Path) -> dict[str, str]:
    """A page's script and all that it imports, by name; without their comments."""
    found: dict[str, str] = {}
    waiting = [entry.name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = code_of(entry.parent / name)
            waiting += IMPORT.findall(found[name])
    return found


def pages_with_scripts(app: Any) -> list[tuple[str, Path]]:
    """Each template that names a script, with the script."""
    found = []
    for name in app.jinja_env.list_templates():
        for script in NAMED_SCRIPT.findall(source_of(app, name)):
            folder = next(one for one in (TILL, MY, OFFICE) if (one / script).is_file())
            found.append((name, folder / script))
    return found


def source_of(app: Any, template: str) -> str:
    source: str = app.jinja_env.loader.get_source(app.jinja_env, template)[0]
    return source


def markup_of(app: Any, *templates: str) -> Markup:
    """What these pages can hold: the templates, and all that they extend, include and import."""
    found, waiting = Markup(), list(templates)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            source = source_of(app, name)
            waiting += filter(None, meta.find_referenced_templates(app.jinja_env.parse(source)))
            found.read(source)
    return found


class Markup(HTMLParser):
    """What templates hold: ids with their elements, and names of data attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, str] = {}
        self.data: set[str] = set()

    def read(self, source: str) -> None:
        # As text, because a macro may be given its attributes.
        self.data |= set(re.findall(r"\bdata-([\w-]+)", source))
        self.feed(JINJA.sub("", source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs).get("id")
        if given:
            self.ids[given] = tag
