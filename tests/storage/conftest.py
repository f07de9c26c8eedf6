"""Places for databases of any age, on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huimin.settings import Settings


@pytest.fixture
def empty_place(
    engine_name: str, request: pytest.FixtureRequest, folder: Path
) -> Iterator[Callable[[str], Settings]]:
    """`empty_place(name)`: settings of a place where a database can be made."""
    urls: list[str] = []

    def make(name: str) -> Settings:
        if engine_name == "sqlite":
            return Settings.from_environment(folder / name, {})
        urls.append(request.getfixturevalue("postgresql_server").fresh())
        return Settings.from_environment(folder / name, {"HUIMIN_DATABASE_URL": urls[-1]})

    yield make
    for url in urls:
        request.getfixturevalue("postgresql_server").drop(url)
