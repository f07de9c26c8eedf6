"""Which SQL statements run while something is asked: a page's cost must not grow with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from huimin.storage import named_queries


@contextmanager
def statements_told() -> Iterator[list[str]]:
    """The texts of the named statements that run inside, in order, on whichever engine."""
    told: list[str] = []
    rows = named_queries._rows

    def telling(tx: Any, sql: str, parameters: Any) -> Any:
        told.append(sql)
        return rows(tx, sql, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(named_queries, "_rows", telling)
        yield told
