"""What a check finds, and what can be done about it; a check that finds nothing is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huimin.core.catalogue import Text
from huimin.settings import Settings

WELL, SKIPPED, ATTENTION, BROKEN = "well", "skipped", "attention", "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, in words, with its remedy.

    `state` is "broken" for what makes the county's data doubtful or keeps tills from selling, and
    "attention" for what will, one day, if nobody looks after it.
    """

    state: str
    words: Text
    remedy: Text


@dataclass(frozen=True, slots=True)
class Scene:
    """What the checks look at: the settings of this process, and what time it is (aware, UTC)."""

    settings: Settings
    now: datetime
