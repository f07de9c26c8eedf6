"""The map of the house is true: every room is on it, and every place that it names exists."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import huimin
from huimin.handbook.render import text_file

PACKAGE = Path(huimin.__file__).resolve().parent
REPOSITORY = PACKAGE.parent
TEXT = text_file("inside", "en").read_text(encoding="utf-8")
NAMED = re.findall(r"`([^`]+)`", TEXT)
PLACES = sorted({one for one in NAMED if re.fullmatch(r"[\w/]+\.py:\w+", one)})
PATHS = sorted({one for one in NAMED if re.fullmatch(r"[\w/]+(/|\.\w+)", one)})
# Folders without rules of their own: a room's pages, and what is not Python.
INSIDE_A_ROOM = {"pages", "templates", "static", "__pycache__"}


def rooms() -> list[str]:
    folders = {path.parent for kind in ("*.py", "*.sql") for path in PACKAGE.rglob(kind)}
    return sorted(
        f"{folder.relative_to(PACKAGE)}/"
        for folder in folders - {PACKAGE}
        if not INSIDE_A_ROOM & set(folder.relative_to(PACKAGE).parts)
    )


def names_in(file: Path) -> set[str]:
    """What a module defines at its top: functions, classes, tables."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_every_room_has_its_line() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("| `")]
    first_cells = [line.split("|")[1] for line in lines]
    assert [room for room in rooms() if sum(f"`{room}`" in cell for cell in first_cells) != 1] == []


@pytest.mark.parametrize("place", PLACES)
def test_every_function_class_and_table_exists(place: str) -> None:
    file, name = place.split(":")
    assert (PACKAGE / file).is_file(), file
    assert name in names_in(PACKAGE / file), place


def test_every_path_and_command_exists() -> None:
    wanted = [path for path in PATHS if not (PACKAGE / path).exists()]
    # A few stand beside the package, and what recurs is in some room.
    wanted = [path for path in wanted if not (REPOSITORY / path).exists()]
    assert [path for path in wanted if not list(PACKAGE.rglob(path.strip("/")))] == []
    modules = re.findall(r"python -m ([\w.]+)", TEXT)
    assert modules and all(find_spec(module) for module in modules)


def test_the_ten_rules_of_a_newcomer_are_there() -> None:
    rules = re.findall(r"(?m)^\| \*\*(.+?)\*\*", TEXT)
    asked = ["8 %", "caps", "exclusions", "who may do what", "sums", "chain"]
    assert rules == [*asked, "exactly once", "offline", "suppression", "locks"]
