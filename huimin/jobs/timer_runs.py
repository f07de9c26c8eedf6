"""What timers did, one row a run, so that doctor, metrics and people see what ran last and when.

`what` names the work: "day" and "day.TASK" for `huimin day run` and each of its tasks, "month" for
`huimin month run`, "backup", "backup.rehearse". A run that was cut off has no row: the age of the
newest one tells. Sentences hold no personal data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from huimin.core.catalogue import SOURCE, Text, text
from huimin.core.days import CLOCK_SLACK, instant_text
from huimin.core.refusals import FieldProblems, Refusal
from huimin.core.system_words import system_words
from huimin.jobs import queries
from huimin.storage.engine import Engine, Row, StorageProblem, Transaction
from huimin.storage.ids import new_id

log = structlog.get_logger(__name__)


@dataclass
class Outcome:
    """What one run did, in sentences; `problems` are what somebody must look at."""

    done: list[Text] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)
    failed: bool = False

    @property
    def word(self) -> str:
        """ "well", "attention" (somebody must look), or "failed" (a part did not end)."""
        if self.failed:
            return "failed"
        return "attention" if self.problems else "well"

    def try_part(self, what: str | Text, work: Callable[[], object]) -> None:
        """Do a part of the run; what it raises becomes a problem and stops nothing else."""
        try:
            work()
        except Refusal as error:
            self._note(text("{what}：{problem}", what=what, problem=error.text))
        except FieldProblems as error:
            for one in error.problems:
                self._note(text("{what}：{problem}", what=what, problem=one.text))
        except StorageProblem as error:
            self._note(text("{what}：{problem}", what=what, problem=error.text))
        except OSError as error:
            why, place = system_words(error), error.filename
            if place:
                self._note(text("{what}：{place}（{why}）", what=what, place=place, why=why))
            else:
                self._note(text("{what}：{problem}", what=what, problem=why))
        except Exception as error:
            log.exception("a part of a timer's run failed", part=str(what))
            name = type(error).__name__
            self._note(text("{what}：程序错误（{error}），详见日志。", what=what, error=name))

    def _note(self, problem: Text) -> None:
        self.failed = True
        self.problems.append(problem)

    def add(self, other: Outcome) -> None:
        """Count what another run did as a part of this one."""
        self.done += other.done
        self.problems += other.problems
        self.failed = self.failed or other.failed


def note_run(
    engine: Engine,
    what: str,
    outcome: Outcome,
    *,
    started_at: datetime,
    ended_at: datetime,
    language: str = SOURCE,
) -> None:
    """Write a run down, its sentences in that language, problems first."""
    lines = [one.say(language) for one in (*outcome.problems, *outcome.done)]
    engine.write(
        lambda tx: queries.insert_timer_run(
            tx,
            id=new_id(),
            what=what,
            started_at=instant_text(started_at),
            ended_at=instant_text(ended_at),
            outcome=outcome.word,
            detail="\n".join(lines),
        )
    )


def newest_run(tx: Transaction, what: str, now: datetime) -> Row | None:
    """{what, started_at, ended_at, outcome, detail} of the newest run of that work, or None.

    Runs later than `now` are of a time when the clock was wrong, and would be the newest for years.
    """
    row: Row | None = queries.newest_timer_run(tx, what=what, latest=_latest(now))
    return row


def newest_good_run(tx: Transaction, what: str, now: datetime) -> Row | None:
    """The newest run of that work until `now` that did not fail, or None: how long ago it last came
    through."""
    row: Row | None = queries.newest_good_timer_run(tx, what=what, latest=_latest(now))
    return row


def _latest(now: datetime) -> str:
    return instant_text(now + CLOCK_SLACK)
