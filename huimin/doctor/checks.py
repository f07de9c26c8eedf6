"""The table of checks, and how they are run: each by itself, on a snapshot of its own.

Nothing is opened for writing, so that a folder that can't be written, or a database that is served
at the moment, is looked at like any other, and stays as it is to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from huimin.core.catalogue import Text, text
from huimin.core.system_words import system_words
from huimin.doctor.address import check_address
from huimin.doctor.ages import check_anchor, check_backup, check_timers
from huimin.doctor.clock import check_clock
from huimin.doctor.disk import check_disk, check_folder
from huimin.doctor.finding import ATTENTION, BROKEN, SKIPPED, WELL, Finding, Scene
from huimin.doctor.keys import check_key_files
from huimin.doctor.messages import check_messages
from huimin.doctor.proofs import (
    check_all_settlements,
    check_chains,
    check_integrity,
    check_months,
    check_schema,
    check_sums,
)
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.open_engine import looking

log = structlog.get_logger(__name__)

OfPlace = Callable[[Scene], Iterable[Finding]]
OfTables = Callable[[Scene, Transaction], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `name` for programs, `words` for people, and what it asks.

    `of_place` looks at files and settings, `of_tables` at a snapshot of the database.
    """

    name: str
    words: Text
    of_place: OfPlace | None = None
    of_tables: OfTables | None = None


CHECKS = (
    Check("folder", text("数据文件夹"), of_place=check_folder),
    Check("disk", text("磁盘"), of_place=check_disk),
    Check("schema", text("表结构"), of_tables=check_schema),
    Check("integrity", text("数据库文件"), of_place=check_integrity),
    Check("keys", text("密钥"), of_tables=check_key_files),
    Check("clock", text("时钟"), of_tables=check_clock),
    Check("chains", text("流水的链"), of_tables=check_chains),
    # Before the sums: where rows are missing, the sums still witness them.
    Check("anchor", text("存证"), of_tables=check_anchor),
    Check("sums", text("汇总和额度"), of_tables=check_sums),
    Check("settlements", text("结算单"), of_tables=check_all_settlements),
    Check("months", text("结账月份的文件"), of_tables=check_months),
    Check("address", text("网址"), of_place=check_address),
    Check("backup", text("备份"), of_tables=check_backup),
    Check("messages", text("短信等告知"), of_tables=check_messages),
    Check("timers", text("定时任务"), of_tables=check_timers),
)


@dataclass(frozen=True, slots=True)
class Result:
    """A check and what it found."""

    check: Check
    findings: Sequence[Finding]
    skipped: bool = False

    @property
    def state(self) -> str:
        """The worst of its findings: "well", "skipped", "attention" or "broken"."""
        if self.skipped:
            return SKIPPED
        states = {finding.state for finding in self.findings}
        return next((state for state in (BROKEN, ATTENTION) if state in states), WELL)


def run_checks(scene: Scene, checks: Sequence[Check] = CHECKS) -> Iterator[Result]:
    """Every check's result, each as soon as it is there.

    Checks of tables are skipped once the schema is known not to be today's: nothing that they said
    could be relied on.
    """
    can_be_read = True
    for check in checks:
        if check.of_tables is not None and not can_be_read:
            yield Result(check, (), skipped=True)
            continue
        result = Result(check, _findings(scene, check))
        if check.name == "schema" and result.state != WELL:
            can_be_read = False
        yield result


def _findings(scene: Scene, check: Check) -> list[Finding]:
    try:
        if check.of_tables is None:
            return [] if check.of_place is None else list(check.of_place(scene))
        with looking(scene.settings) as tx:
            return list(check.of_tables(scene, tx))
    except StorageProblem as problem:
        return [Finding(BROKEN, problem.text, text("请按上面所说的做。"))]
    except OSError as error:
        words = text("{path}：{problem}。", path=error.filename or "", problem=system_words(error))
        return [Finding(BROKEN, words, text("请检查这个文件、它的磁盘和权限。"))]
    except Exception as error:
        log.exception("a check failed", check=check.name)
        words = text("检查时程序出错（{error}），详见日志。", error=type(error).__name__)
        return [Finding(BROKEN, words, text("请把日志报告给 huimin 的维护者。"))]
