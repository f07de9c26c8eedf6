"""Opens the instance: the one place that knows every part which an instance is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from huimin.access.accepted_keys import AcceptedKeys
from huimin.alerts.note_misses import note_misses
from huimin.apart.readers import Readers
from huimin.audit.lookups import LookupLog
from huimin.audit.refused_attempts import RefusedAttempts
from huimin.cards.deny_list import DenyLists
from huimin.cards.find import has_cards
from huimin.checkout.once import KeysInProgress
from huimin.clock.check import ClockCheck
from huimin.clock.program import built_at
from huimin.divisions.load import DivisionRow, load_divisions
from huimin.holders.people import has_holders
from huimin.holders.working_days import WorkingDays, open_working_days
from huimin.instance import Instance
from huimin.jobs.jobs import Jobs
from huimin.keys.key_file import require_key_file
from huimin.keys.key_ring import FILE_NAME as CARD_KEYS
from huimin.keys.key_ring import KeyRing
from huimin.keys.personal_data import FILE_NAME as PERSONAL_KEYS
from huimin.keys.personal_data import PersonalData
from huimin.messages.gateway import CodeSweeps
from huimin.reports.month_so_far import SameDaysBefore
from huimin.settings import Settings
from huimin.storage.counters import Counters
from huimin.storage.engine import Engine
from huimin.storage.open_engine import create_database, is_read_only, open_engine
from huimin.storage.open_engine import open_for_command as engine_for_command
from huimin.storage.places import Places


def system_clock() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def open_instance(settings: Settings, clock: Callable[[], datetime] = system_clock) -> Instance:
    """Open the database, then the key files, so that a folder without a database gets no keys.

    Raises StorageProblem, and SettingsProblem for an invalid calendar.
    """
    engine = open_engine(settings)
    try:
        return instance_over(settings, engine, clock, check_clock=clock is system_clock)
    except BaseException:
        engine.close()
        raise


def open_for_command(settings: Settings) -> Instance:
    """As `open_instance`, for one command. Where the SQLite county can't be written, what only
    reads works all the same, and a write raises StorageProblem."""
    if not is_read_only(settings):
        return open_instance(settings)
    engine = engine_for_command(settings)
    if not all((settings.folder / name).exists() for name in (CARD_KEYS, PERSONAL_KEYS)):
        engine.write(lambda tx: None)  # refused, as the keys would have to be made first
    with ExitStack() as opening:
        # What several processes agree on for a moment concerns nobody who only reads.
        own = opening.enter_context(TemporaryDirectory(prefix="huimin-"))
        instance = instance_over(settings, engine, system_clock, shared=Path(own))
        instance.closing.push(opening.pop_all())
        return instance


def instance_over(
    settings: Settings,
    engine: Engine,
    clock: Callable[[], datetime],
    *,
    check_clock: bool = False,
    shared: Path | None = None,
) -> Instance:
    """An instance with an engine that is already open.

    With `check_clock` nothing is written while the clock can't be right: an invented one is not
    asked. What processes share is in `shared`, normally the county's folder.

    Raises StorageProblem when the database's keys are missing, and SettingsProblem for an invalid
    calendar.
    """
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # New keys with old data would verify no card and decrypt no number, and hide the loss.
    if engine.read(has_cards):
        require_key_file(settings.folder / CARD_KEYS)
    if engine.read(has_holders):
        require_key_file(settings.folder / PERSONAL_KEYS)
    key_ring, personal_data = KeyRing.open(settings.folder), PersonalData.open(settings.folder)
    working_days = open_working_days(settings.folder, settings.working_days)
    with ExitStack() as opening:
        counters = opening.enter_context(closing(Counters(shared or settings.folder)))
        places = opening.enter_context(closing(Places(shared or settings.folder)))
        opening.callback(engine.close)
        lookups = LookupLog(engine)
        refused_attempts = RefusedAttempts(engine, counters, after=note_misses)
        jobs = Jobs(engine, clock)
        for writes_later in (refused_attempts, lookups, jobs):
            opening.callback(writes_later.close)
        checks: dict[type, Any] = {}
        if check_clock:
            checked = checks[ClockCheck] = ClockCheck(engine, clock, built=built_at())
            engine.before_write = checked.require_right
        return Instance(
            settings=settings,
            engine=engine,
            clock=clock,
            key_ring=key_ring,
            personal_data=personal_data,
            jobs=jobs,
            counters=counters,
            parts={
                AcceptedKeys: AcceptedKeys(counters, clock),
                CodeSweeps: CodeSweeps(),
                DenyLists: DenyLists(),
                KeysInProgress: KeysInProgress(places),
                LookupLog: lookups,
                Places: places,
                RefusedAttempts: refused_attempts,
                SameDaysBefore: SameDaysBefore(),
                WorkingDays: working_days,
                **checks,
            },
            readers=Readers(places),
            closing=opening.pop_all(),
        )


def create_instance(settings: Settings, divisions: Iterable[DivisionRow] | None = None) -> None:
    """Create the database and load the county's divisions: those of `read_divisions`, or the
    package's own county. Raises StorageProblem if it exists."""
    create_database(settings)
    engine = open_engine(settings)
    try:
        engine.write(lambda tx: load_divisions(tx, divisions))
    finally:
        engine.close()
