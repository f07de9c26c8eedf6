"""What a backup says of itself: which county, when, by which program, and every member's SHA-256.

`about.json` is the file's first member, so that a wrong file is refused before anything is read;
`manifest.json` the last, because only then the sums are known.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from huimin.backup.refused_file import not_ours

FORMAT, FORMAT_VERSION = "huimin-backup", 1
ABOUT, MANIFEST = "about.json", "manifest.json"
# Engine → the member that is the database.
DATABASES = {"sqlite": "huimin.db", "postgresql": "huimin.pgdump"}


@dataclass(frozen=True, slots=True)
class About:
    """A backup's own words about itself; `made_at` is the instant of its copy."""

    id: str
    made_at: str
    program: str
    schema_version: int
    schema_fingerprint: str
    engine: str
    epoch: int
    county_mark: str
    county_name: str
    settings: dict[str, str]
    format: str = FORMAT
    format_version: int = FORMAT_VERSION

    @property
    def database(self) -> str:
        """The name of the member that is the database."""
        return DATABASES[self.engine]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole backup: what it is, all its members, and how much is in it for people to compare."""

    about: About
    members: tuple[Member, ...]
    counts: dict[str, int]
    heads_sha256: str


def about_bytes(about: About) -> bytes:
    """The first member."""
    return _written(asdict(about))


def manifest_bytes(manifest: Manifest) -> bytes:
    """The last member."""
    return _written(asdict(manifest))


def read_about(content: bytes) -> About:
    """Raises StorageProblem for what is no backup, or one of a newer program."""
    return _about(_parsed(content))


def read_manifest(content: bytes) -> Manifest:
    """Raises StorageProblem for what is none."""
    values = _parsed(content)
    try:
        members = tuple(Member(**member) for member in values["members"])
        counts = {str(name): int(count) for name, count in values["counts"].items()}
        return Manifest(_about(values["about"]), members, counts, str(values["heads_sha256"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise not_ours() from error


def _about(values: dict[str, Any]) -> About:
    if values.get("format") != FORMAT:
        raise not_ours()
    if values.get("format_version") != FORMAT_VERSION:
        raise not_ours(newer=True)
    try:
        about = About(**values)
    except TypeError as error:
        raise not_ours() from error
    kinds = {"schema_version": int, "epoch": int, "settings": dict}
    if about.engine not in DATABASES or any(
        type(value) is not kinds.get(name, str)
        for name, value in asdict(about).items()
        if name != "format_version"
    ):
        raise not_ours()
    return about


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise not_ours() from error
    if not isinstance(values, dict):
        raise not_ours()
    return values


def _written(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=1).encode()
