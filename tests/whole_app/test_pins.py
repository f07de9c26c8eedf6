"""The pinned requirements install on a machine whose registry has newer releases than these."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.python_files import python_files

TOP = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?==", re.MULTILINE)


def pins_of(path: Path) -> dict[str, set[str]]:
    return {
        canonicalize_name(name): set(filter(None, extras.split(",")))
        for name, extras in PIN.findall(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_a_package_wanted_with_an_extra_is_pinned_with_it(file: str) -> None:
    # pip takes coverage and coverage[toml] for two things: with --require-hashes it refuses a newer
    # coverage[toml] although coverage itself is pinned.
    pins, missing, asked = pins_of(TOP / file), [], 0
    for name in pins:
        try:
            wishes = distribution(name).requires or []
        except PackageNotFoundError:  # a package of another platform
            continue
        for wish in map(Requirement, wishes):
            applies = wish.marker is None or any(
                wish.marker.evaluate({"extra": extra}) for extra in {"", *pins[name]}
            )
            wished = canonicalize_name(wish.name)
            if applies and wished in pins:
                asked += 1
                missing += [(name, str(wish))] if wish.extras - pins[wished] else []
    assert asked > 20
    assert missing == []


def imported_by_the_package() -> set[str]:
    """The top names of what huimin's modules import, or take files from, wherever they do it."""
    names = set()
    for tree in python_files().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).partition(".")[0])
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "resources.files":
                names |= {argument.value for argument in node.args if hasattr(argument, "value")}
    return names - set(sys.stdlib_module_names) - {"huimin"}


def declared(*, for_tests: bool) -> set[str]:
    """The packages that pyproject.toml names; the extras of tests and developers if wanted."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra, more in project["optional-dependencies"].items():
        lines += more if for_tests or extra not in ("test", "dev") else []
    return {canonicalize_name(Requirement(line).name) for line in lines}


def test_what_the_package_imports_it_names_itself() -> None:
    # A package that only another one asks for goes away, or changes, when that one likes.
    named = declared(for_tests=True)
    homes = packages_distributions()
    unnamed = {
        name
        for name in imported_by_the_package()
        if not named & {canonicalize_name(home) for home in homes.get(name, [name])}
    }
    # Halves of Flask and of pydantic: those hand them out and choose the version that fits.
    assert unnamed - {"werkzeug", "jinja2", "markupsafe", "pydantic_core"} == set()


def test_what_the_package_names_it_imports() -> None:
    homes = packages_distributions()
    imported = {
        canonicalize_name(home)
        for name in imported_by_the_package()
        for home in homes.get(name, [name])
    }
    # zoneinfo of the standard library reads it where the system has no time zones (Windows).
    assert declared(for_tests=False) - imported - {"tzdata"} == set()
