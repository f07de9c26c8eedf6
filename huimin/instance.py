"""The instance that every entry point (server, command, demo, test) opens once and closes once.

The clock is part of it, so that no rule reads the time by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from huimin.access.accepted_keys import AcceptedKeys
from huimin.alerts.note_misses import note_misses
from huimin.apart.readers import Readers
from huimin.audit.lookups import LookupLog
from huimin.audit.refused_attempts import RefusedAttempts
from huimin.cards.deny_list import DenyLists
from huimin.cards.find import has_cards
from huimin.cards.key_ring import FILE_NAME as CARD_KEYS
from huimin.cards.key_ring import KeyRing
from huimin.divisions.load import load_divisions
from huimin.holders.people import has_holders
from huimin.holders.personal_data import FILE_NAME as PERSONAL_KEYS
from huimin.holders.personal_data import PersonalData
from huimin.holders.working_days import WorkingDays, open_working_days
from huimin.jobs.jobs import Jobs
from huimin.settings import Settings
from huimin.storage.counters import Counters
from huimin.storage.engine import Engine
from huimin.storage.key_file import require_key_file
from huimin.storage.open_engine import create_database, open_engine


def system_clock() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


@dataclass
class Instance:
    """An opened instance: settings, database, keys, clock."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    key_ring: KeyRing
    personal_data: PersonalData
    lookups: LookupLog
    refused_attempts: RefusedAttempts
    jobs: Jobs
    deny_lists: DenyLists
    working_days: WorkingDays
    counters: Counters
    readers: Readers = field(default_factory=Readers)
    accepted_keys: AcceptedKeys = field(default_factory=AcceptedKeys)

    def close(self) -> None:
        """Write everything queued, then close the database. May be called twice."""
        self.jobs.close()
        self.lookups.close()
        self.refused_attempts.close()
        self.engine.close()
        self.counters.close()


def open_instance(settings: Settings, clock: Callable[[], datetime] = system_clock) -> Instance:
    """Open the database, then the key files, so that a folder without a database gets no keys.

    Raises StorageProblem, and SettingsProblem for an invalid calendar.
    """
    engine = open_engine(settings)
    try:
        return instance_over(settings, engine, clock)
    except BaseException:
        engine.close()
        raise


def instance_over(settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> Instance:
    """An instance with an engine that is already open.

    Raises StorageProblem when the database's keys are missing, and SettingsProblem for an invalid
    calendar.
    """
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # New keys with old data would verify no card and decrypt no number, and hide the loss.
    if engine.read(has_cards):
        require_key_file(settings.folder / CARD_KEYS)
    if engine.read(has_holders):
        require_key_file(settings.folder / PERSONAL_KEYS)
    return Instance(
        settings=settings,
        engine=engine,
        clock=clock,
        key_ring=KeyRing.open(settings.folder),
        personal_data=PersonalData.open(settings.folder),
        lookups=LookupLog(engine),
        counters=Counters(settings.folder),
        refused_attempts=RefusedAttempts(engine, after=note_misses),
        jobs=Jobs(engine, clock),
        deny_lists=DenyLists(),
        working_days=open_working_days(settings.folder, settings.working_days),
    )


def create_instance(settings: Settings) -> None:
    """Create the database and load the county's divisions. Raises StorageProblem if it exists."""
    create_database(settings)
    engine = open_engine(settings)
    try:
        engine.write(load_divisions)
    finally:
        engine.close()
