"""The proofs that read everything: the file, the chains, the sums, the settlements, the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from huimin.core.catalogue import Text, text
from huimin.doctor.finding import ATTENTION, BROKEN, Finding, Scene
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.months.files import check_all_files
from huimin.settlement.check import check_settlements
from huimin.settlement.find_settlements import months_settled
from huimin.storage.engine import Transaction
from huimin.storage.open_engine import sqlite_damage, version_behind

# As many findings of one kind are named; the rest is counted.
NAMED_MAX = 5


def check_schema(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """A database of an older version. Raises StorageProblem for tables of no version."""
    steps = version_behind(tx, scene.settings)
    if steps:
        yield Finding(
            BROKEN,
            text("数据库比程序旧 {steps} 个版本。", steps=steps),
            text("请先备份，再运行 huimin migrate。"),
        )


def check_integrity(scene: Scene) -> Iterator[Finding]:
    """Damage inside the SQLite file."""
    return _named(map(_as_it_is, sqlite_damage(scene.settings)), text("请从备份恢复数据库。"))


def check_chains(_: Scene, tx: Transaction) -> Iterator[Finding]:
    """Chains that do not hold."""
    remedy = text("请停下服务，保留这个文件，和备份、存证对照（huimin ledger verify）。")
    return _named((finding.text for finding in verify_chains(tx)), remedy)


def check_sums(_: Scene, tx: Transaction) -> Iterator[Finding]:
    """Roll-ups and counters that are not the sums of their rows."""
    remedy = text(
        "流水的链和存证都没有问题时，请运行 huimin ledger rebuild，由流水重算；"
        "有问题就先处理它们，汇总是少了哪些流水的另一份凭据。"
    )
    return _named((difference.text for difference in check_rollups(tx)), remedy)


def check_all_settlements(_: Scene, tx: Transaction) -> Iterator[Finding]:
    """Settlements that do not tie with the report and the ledger."""
    remedy = text("请不要付款，先运行 huimin settlement check 核对，并报告给 huimin 的维护者。")
    for month in months_settled(tx, None):
        yield from _named(check_settlements(tx, month), remedy)


def check_months(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """Files of closed months that are not those that were signed, or are missing."""
    for one in check_all_files(tx, scene.settings.folder):
        facts = {"month": one.month, "version": one.version, "form": one.form}
        if one.in_folder == "differs":
            words = text("{month} 第 {version} 版的 {form} 文件和签批的不同。", **facts)
            yield Finding(BROKEN, words, _files_again(one.month))
        elif one.in_folder == "missing":
            words = text("{month} 第 {version} 版的 {form} 文件不在文件夹里。", **facts)
            state = ATTENTION if one.remade_same else BROKEN
            yield Finding(state, words, _files_again(one.month))


def _files_again(month: str) -> Text:
    return text("请运行 huimin month files {month} 补写；补不了的从备份恢复。", month=month)


def _named(problems: Iterable[Text], remedy: Text) -> Iterator[Finding]:
    words = list(problems)
    for one in words[:NAMED_MAX]:
        yield Finding(BROKEN, one, remedy)
    if len(words) > NAMED_MAX:
        more = text("另有 {count} 处。", count=len(words) - NAMED_MAX)
        yield Finding(BROKEN, more, remedy)


def _as_it_is(damage: str) -> Text:
    return text("数据库文件：{damage}", damage=damage)
