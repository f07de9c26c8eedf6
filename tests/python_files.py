"""The package's Python as syntax trees, for tests that hold what stands in it against the rest."""

from __future__ import annotations

import ast
import functools
import gc
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "huimin"


@functools.cache
def python_files() -> dict[str, ast.Module]:
    """Each module's tree by its path below the package; read once, and changed by nobody."""
    trees = {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    gc.freeze()  # they stay: a collection need not look at them again and again
    return trees
