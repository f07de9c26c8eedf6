"""Before anything is written, the clock is asked whether it can be right.

It can't when it is more than SLACK before the newest row, before what this process has written, or
before the program was made; nor when it has leapt ahead by more than SLACK of the time that really
passed, unless a time service has set it; nor when PostgreSQL's own clock says otherwise. Then every
write is refused, whatever it is about and whoever asks for it: the engine calls the check.

What can't be known: that a clock is ahead when a process starts, on a county that has been quiet.
Newer rows of other processes are read once in LEARN_SECONDS, so that no sale costs a statement.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from huimin.clock.elapsed import kernel_synchronised, since_boot
from huimin.clock.newest import newest_instant
from huimin.core.catalogue import Text, text
from huimin.core.days import CLOCK_SLACK, county_minute, instant_text
from huimin.core.refusals import Refusal
from huimin.storage.database_clock import database_now
from huimin.storage.engine import Engine, Transaction

log = structlog.get_logger(__name__)

SLACK = CLOCK_SLACK
LEARN_SECONDS = 30.0


def impossible(now: datetime, *, built: datetime, skew: timedelta) -> Text | None:
    """Why this can't be the time, whatever was recorded so far; None if it can.

    `skew` is how far it is ahead of the database server's clock.
    """
    if now < built - SLACK:
        return text("比这个程序发布的日子还早")
    if abs(skew) > SLACK:
        minutes = int(abs(skew).total_seconds() // 60)
        return text("和数据库服务器的时钟相差 {minutes} 分钟", minutes=minutes)
    return None


class ClockCheck:
    """What one process knows about its clock. `elapsed` are seconds that nobody can set."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        *,
        built: datetime,
        elapsed: Callable[[], float] = since_boot,
        synchronised: Callable[[], bool] = kernel_synchronised,
    ) -> None:
        self._engine, self._clock, self._built = engine, clock, built
        self._elapsed, self._synchronised = elapsed, synchronised
        self._newest = built
        self._skew = timedelta()
        self._learnt: float | None = None
        self._is_logged = False
        self._start = clock() - timedelta(seconds=elapsed())

    def require_right(self) -> None:
        """Raise Refusal `clock_wrong` unless the clock can be right; the log has it once until it
        is right again, however many writes are refused."""
        why = self.problem()
        is_new, self._is_logged = not self._is_logged, why is not None
        if why is not None:
            now = instant_text(self._clock())
            if is_new:
                log.error("the clock is wrong", clock=now, why=why.say("en"))
            raise Refusal("clock_wrong", clock=county_minute(now), why=why)

    def problem(self) -> Text | None:
        """Why the clock can't be right; None if it can."""
        now, elapsed = self._clock(), self._elapsed()
        if self._learnt is None or elapsed - self._learnt >= LEARN_SECONDS:
            self._learn(now)
            self._learnt = elapsed
        why = impossible(now, built=self._built, skew=self._skew)
        if why is not None:
            return why
        if now < self._newest - SLACK:
            newest = county_minute(instant_text(self._newest))
            return text("比最后一笔记录（{newest}）还早", newest=newest)
        start = now - timedelta(seconds=elapsed)
        if start - self._start > SLACK and not self._synchronised():
            minutes = int((start - self._start).total_seconds() // 60)
            return text("突然快了 {minutes} 分钟，也没有对时服务", minutes=minutes)
        self._start, self._newest = start, max(self._newest, now)
        return None

    def _learn(self, now: datetime) -> None:
        """Read what others have written since, and the database server's clock."""

        def read(tx: Transaction) -> tuple[datetime | None, datetime | None]:
            return newest_instant(tx), database_now(tx)

        newest, there = self._engine.read(read)
        self._newest = max(self._newest, newest or self._newest)
        self._skew = timedelta() if there is None else now - there
