"""The short form of kill.py and disk.py: each fault once, over one county; nothing is timed."""

from __future__ import annotations

from huimin.instance import Instance
from tests.faults import disk, kill
from tests.faults.attack import attack
from tests.faults.proof import prove
from tests.faults.served_county import fill_county


def test_what_was_answered_is_recorded_once_whatever_dies(sqlite_instance: Instance) -> None:
    tills = fill_county(sqlite_instance, tills=4, cards_each=4)
    sqlite_instance.close()
    with attack(sqlite_instance.settings, tills, seed=16, calm_seconds=0.5) as begun:
        begun.round("a worker", kill.a_worker)
        begun.round("I/O errors", disk.io_errors)
        begun.round("everything", kill.everything)
        prove(sqlite_instance.settings)
