"""Whether the machine's clock can be right: it is never before what it has already written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from huimin.clock.newest import newest_instant
from huimin.core.catalogue import text
from huimin.core.days import CLOCK_SLACK, instant_text
from huimin.doctor.finding import BROKEN, Finding, Scene
from huimin.storage.engine import Transaction


def behind(tx: Transaction, now: datetime) -> timedelta:
    """How far the clock is behind the newest row; zero when it is not."""
    newest = newest_instant(tx)
    return timedelta() if newest is None else max(timedelta(), newest - now)


def check_clock(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """A clock that is behind what was written by it."""
    late = behind(tx, scene.now)
    if late > CLOCK_SLACK:
        yield Finding(
            BROKEN,
            text(
                "这台机器的时钟是 {now}，比数据库里最新的记录还早 {minutes} 分钟。",
                now=instant_text(scene.now),
                minutes=int(late.total_seconds() // 60),
            ),
            text("请对时（timedatectl、chrony）后再开始服务。"),
        )
