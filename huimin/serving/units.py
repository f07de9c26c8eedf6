"""The units for systemd: the server and its timers, with the real paths, user and settings.

They are files of the package (units/), whose {places} are filled in here. Secrets are never written
into a unit, which everybody may read.
"""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from dataclasses import dataclass, fields
from pathlib import Path

from huimin.settings import Settings, variable

UNITS = Path(__file__).resolve().parent / "units"
COMMON = "common.conf"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the county lives on this machine: its folder, its backups, and who serves it."""

    folder: Path
    backups: Path
    user: str
    command: str


def units(settings: Settings, place: Place) -> dict[str, str]:
    """File name → content of every unit: the server's first, then its timers'."""
    known = {
        "command": place.command,
        "folder": _quoted(str(place.folder)).replace("$", "$$"),
        "backups": _quoted(str(place.backups)).replace("$", "$$"),
        "user": place.user,
        "environment": "\n".join(_environment(settings)),
    }
    common = (UNITS / COMMON).read_text(encoding="utf-8")
    written = {}
    for path in sorted(UNITS.iterdir(), key=lambda path: (path.stem != "huimin", path.name)):
        if path.name == COMMON:
            continue
        text = path.read_text(encoding="utf-8")
        both = "{backups}" in text
        own = [_quoted(str(one)) for one in (place.folder, *([place.backups] if both else []))]
        places = " ".join([*own, *_outside_folders(settings, path.name)])
        word = " and the backups" if both else ""
        written[path.name] = text.format(
            common=common.format(places=places, places_word=word, **known), **known
        )
    return written


def _outside_folders(settings: Settings, unit: str) -> list[str]:
    """What a unit writes outside of the county's folder by the settings.

    With a dash, so that the unit starts all the same while another host's folder is away; the
    task then names it.
    """
    folders = {
        "huimin.service": [settings.message_folder],
        "huimin-day.service": [settings.message_folder, settings.anchor_folder],
    }
    return [f"-{_quoted(str(Path(one).absolute()))}" for one in folders.get(unit, []) if one]


def this_command() -> str:
    """How this very program is called, in full."""
    called = Path(sys.argv[0])
    if called.name == "huimin" and os.access(called, os.X_OK):
        return _quoted(str(called.resolve()))
    return f"{_quoted(sys.executable)} -m huimin"


def this_user() -> str:
    """The name of who runs this program, or their number where they have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def secrets_set(settings: Settings) -> list[str]:
    """The variables that hold a secret, as far as they are set: they belong into a file."""
    return [
        variable(entry.name)
        for entry in fields(settings)
        if entry.metadata["secret"] and getattr(settings, entry.name)
    ]


def _environment(settings: Settings) -> list[str]:
    """A line for each setting that is not as it is by default; the folder is in the command."""
    usual, lines = Settings.from_environment(environment={}), []
    values = settings.environment()
    for entry in fields(settings):
        name = variable(entry.name)
        if entry.name == "folder" or entry.metadata["secret"] or name not in values:
            continue
        if getattr(settings, entry.name) != getattr(usual, entry.name):
            lines.append(f"Environment={_quoted(f'{name}={values[name]}')}")
    return lines


def _quoted(text: str) -> str:
    """One word of a unit: % is a specifier there, and blanks and quotes need their own.

    In a command a $ is doubled as well.
    """
    doubled = text.replace("%", "%%")
    if shlex.quote(text) == text:
        return doubled
    escaped = doubled.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
