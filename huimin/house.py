"""What every entry point (server, command, demo, test) works with, opened once and closed once.

The clock lives here, so that no rule below reads the time by itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from huimin.settings import Settings
from huimin.storage.engine import Engine
from huimin.storage.open_engine import create_database, open_engine

if TYPE_CHECKING:
    from huimin.audit.lookups import LookupLog
    from huimin.cards.key_ring import KeyRing
    from huimin.holders.personal_data import PersonalData


def system_clock() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


@dataclass
class House:
    """The opened instance: settings, database, keys, and the clock."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    key_ring: KeyRing
    personal_data: PersonalData
    lookups: LookupLog

    def close(self) -> None:
        """Write what still waits, then close the database. May be called twice."""
        if self.lookups is not None:
            self.lookups.close()
        self.engine.close()


def open_house(settings: Settings, clock: Callable[[], datetime] = system_clock) -> House:
    """Open the database first and the key files after it.

    A folder that has no database thus gets no keys either. Raises StorageProblem.
    """
    engine = open_engine(settings)
    try:
        return furnish(settings, engine, clock)
    except BaseException:
        engine.close()
        raise


def furnish(settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> House:
    """A house around an engine that is open already."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_ring = _room("huimin.cards.key_ring", "KeyRing")
    personal_data = _room("huimin.holders.personal_data", "PersonalData")
    lookups = _room("huimin.audit.lookups", "LookupLog")
    return House(
        settings=settings,
        engine=engine,
        clock=clock,
        key_ring=key_ring and key_ring.open(settings.folder),
        personal_data=personal_data and personal_data.open(settings.folder),
        lookups=lookups and lookups(engine),
    )


def create_house(settings: Settings) -> None:
    """Create the database and load the county's divisions. Raises StorageProblem where one is."""
    create_database(settings)
    load_divisions = _room("huimin.divisions.load", "load_divisions")
    if load_divisions is not None:
        engine = open_engine(settings)
        try:
            engine.write(load_divisions)
        finally:
            engine.close()


def _room(module: str, attribute: str) -> Any:
    """TOLERANCE while the rooms are being built: None for what does not exist yet."""
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("huimin."):
            raise
        return None
