"""How old the newest backup is, for `huimin day run`, doctor and metrics."""

from __future__ import annotations

from datetime import datetime, timedelta

from huimin.core.catalogue import text
from huimin.core.days import county_minute, parse_instant
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, newest_good_run
from huimin.storage.engine import Transaction

# The names of the runs of `huimin backup` and `huimin backup rehearse` (jobs/timer_runs.py).
BACKUP, REHEARSAL = "backup", "backup.rehearse"
# A nightly backup may be two hours late; a weekly rehearsal a day.
BACKUP_AGE_MAX = timedelta(hours=26)
REHEARSAL_AGE_MAX = timedelta(days=8)


def newest_backup_at(tx: Transaction, now: datetime) -> datetime | None:
    """The instant of the copy in the newest good backup that `huimin backup` made, or None."""
    run = newest_good_run(tx, BACKUP, now)
    return None if run is None else parse_instant(run["started_at"])


def newest_rehearsal_at(tx: Transaction, now: datetime) -> datetime | None:
    """When a backup was last restored for practice and proved whole, or None."""
    run = newest_good_run(tx, REHEARSAL, now)
    return None if run is None else parse_instant(run["ended_at"])


def check_newest_backup(instance: Instance) -> Outcome:
    """The daily task: a problem where the newest backup is too old, or there is none."""
    outcome, now = Outcome(), instance.clock()
    made_at = instance.engine.read(lambda tx: newest_backup_at(tx, now))
    if made_at is None:
        outcome.problems.append(text("还没有备份：请让定时任务每晚运行 huimin backup。"))
    elif now - made_at > BACKUP_AGE_MAX:
        outcome.problems.append(
            text(
                "最近的备份是 {at} 做的，已超过 {hours} 小时，请查看定时任务。",
                at=county_minute(made_at.isoformat()),
                hours=BACKUP_AGE_MAX // timedelta(hours=1),
            )
        )
    return outcome
