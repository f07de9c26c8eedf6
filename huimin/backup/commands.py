"""`huimin backup` and `huimin restore`: make a backup, rehearse one, bring one back."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from huimin.backup.keep import Keep, backups_in, name_at, no_longer_kept, parse_keep
from huimin.backup.locks import closing_lock, opening_lock
from huimin.backup.make import Backup, make_backup, sweep_half_made
from huimin.backup.newest import BACKUP, REHEARSAL
from huimin.backup.rehearse import newest_in, rehearse
from huimin.backup.restore import Restored, go_on_from, restore_county
from huimin.backup.words import backup_words, epoch_words, proved_words, restored_words
from huimin.command_line import (
    EXIT_FOUND,
    acting,
    actor,
    confirm,
    echo,
    format_option,
    language,
    pass_instance,
    pass_settings,
    print_json,
)
from huimin.core.days import COUNTY_ZONE
from huimin.core.refusals import Refusal, field_problem
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, note_run
from huimin.settings import Settings
from huimin.storage.engine import ReadOnly, StorageProblem

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="口令所在的文件（第一行），给定时任务用。",
)
identity_option = click.option(
    "--identity",
    "identity_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="age 私钥文件（AGE-SECRET-KEY-1…）。",
)


class BackupGroup(click.Group):
    """`huimin backup FILE` is `huimin backup make FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=BackupGroup)
def backup() -> None:
    """备份全县数据；huimin backup FILE 就是 huimin backup make FILE。"""


@backup.command()
@click.argument("target", callback=lambda _context, _parameter, value: _target(value))
@click.option(
    "--keep",
    "rule",
    metavar="7d4w12m",
    help="存到文件夹时，只留最近 7 天、4 周、12 个月各自最新的一份。",
)
@click.option("--gzip", "packed", is_flag=True, help="压缩：文件小得多，时间长得多。")
@click.option("--passphrase", "asks", is_flag=True, help="加密，口令当场输入。")
@passphrase_option
@click.option("--recipient", "recipients", multiple=True, help="加密给这个 age 公钥；可以写几次。")
@format_option
@pass_instance
def make(
    instance: Instance,
    target: Path,
    rule: str | None,
    packed: bool,
    asks: bool,
    passphrase_file: Path | None,
    recipients: tuple[str, ...],
    form: str,
) -> None:
    """做一份备份，收银不停；TARGET 是新文件，或一个文件夹（按时间起名）。"""
    keep = None if rule is None else _keep(rule)
    lock = closing_lock(asks, passphrase_file, recipients)
    into_folder = target.is_dir()
    if keep is not None and not into_folder:
        raise field_problem("--keep", "--keep 要与文件夹一起用，文件夹须已存在。")
    began, mark = instance.clock(), instance.key_ring.county_mark
    if into_folder:
        name = name_at(mark, began, packed=packed, encrypted=lock is not None)
        folder, target = target, target / name
        sweep_half_made(folder, began)
    try:
        new_backup = make_backup(instance, target, lock=lock, packed=packed)
        removed = _remove_old(folder, mark, keep, began) if into_folder and keep else []
    except StorageProblem as problem:
        _note(instance, BACKUP, began, Outcome(problems=[problem.text], failed=True))
        raise
    done = backup_words(new_backup, removed)
    if form == "json":
        print_json(_answer_of(new_backup, removed))
    else:
        for line in done:
            echo(line)
    # Last: whatever keeps it from being put on record, the backup is there.
    _note(instance, BACKUP, began, Outcome(done=done))


@backup.command("rehearse")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--in",
    "place",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="在哪个文件夹里临时恢复；默认是系统的临时文件夹。",
)
@passphrase_option
@identity_option
@pass_instance
def rehearse_backup(
    instance: Instance,
    source: Path,
    place: Path | None,
    passphrase_file: Path | None,
    identity_file: Path | None,
) -> None:
    """恢复演练：在临时处恢复备份（或文件夹里最新的一份）并证明，再清除；有问题退出码为 1。"""
    began, outcome = instance.clock(), Outcome()
    try:
        mark = instance.key_ring.county_mark
        file = newest_in(source, mark, now=began) if source.is_dir() else source
        lock = opening_lock(file, passphrase_file, identity_file)
        restored = rehearse(
            instance.settings, file, lock=lock, place=place, say=echo, now=began, actor=actor()
        )
    except StorageProblem as problem:
        _note(instance, REHEARSAL, began, Outcome(problems=[problem.text], failed=True))
        raise
    outcome.problems = restored.findings
    outcome.failed = bool(restored.findings)
    if not restored.findings:
        outcome.done.append(proved_words(file, restored))
    for line in outcome.done:
        echo(line)
    _note(instance, REHEARSAL, began, outcome)
    _print_findings(restored)


@backup.command("begin-epoch")
@click.argument("at", metavar="YYYY-MM-DDTHH:MM")
@click.option("--yes", is_flag=True, help="不再确认。")
@pass_instance
def begin_epoch_of(instance: Instance, at: str, yes: bool) -> None:
    """数据库由别的办法（按时间点恢复、磁盘快照）退回到某时（本地时间）以后，开始新的数据纪元。"""
    by = acting(instance)
    try:
        # The pattern has no zone: one that is typed would be passed over.
        backup_at = datetime.strptime(at, "%Y-%m-%dT%H:%M").replace(tzinfo=COUNTY_ZONE)
    except ValueError:
        raise field_problem("AT", "时间请写成 2026-10-31T01:30。") from None
    if backup_at > by["now"]:
        raise field_problem("AT", "这个时间还没有到。")
    if not yes:
        confirm("只在数据库退回过去以后用。确定开始新的数据纪元吗？")
    epoch, ended = instance.engine.write(
        lambda tx: go_on_from(tx, backup_id="by other means", backup_at=backup_at, **by)
    )
    for line in epoch_words(epoch, ended):
        echo(line)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--despite-findings", is_flag=True, help="查出问题也恢复（没有更好的备份时）。")
@passphrase_option
@identity_option
@pass_settings
def restore(
    settings: Settings,
    file: Path,
    despite_findings: bool,
    passphrase_file: Path | None,
    identity_file: Path | None,
) -> None:
    """把备份恢复到一个空的数据文件夹（--folder），证明完整后开始新的数据纪元。"""
    lock = opening_lock(file, passphrase_file, identity_file)
    restored = restore_county(
        settings,
        file,
        lock=lock,
        say=echo,
        despite_findings=despite_findings,
        # There is no instance yet whose clock could be asked.
        now=datetime.now(UTC),
        actor=actor(),
    )
    if restored.epoch is None:
        _print_findings(restored)
    for finding in restored.findings:
        echo(finding, err=True)
    for line in restored_words(settings, restored):
        echo(line)


def _target(written: str) -> Path:
    """A name that ends with a slash is a folder; where it is not there, its disk may be away."""
    target = Path(written)
    if written.endswith(os.sep) and not target.is_dir():
        raise field_problem(
            "TARGET", "文件夹 {folder} 不存在，请先建好，或挂上磁盘。", folder=target
        )
    return target


def _keep(rule: str) -> Keep:
    try:
        return parse_keep(rule)
    except ValueError:
        raise field_problem("--keep", "请写成 7d4w12m：天、周、月各留几份。") from None


def _remove_old(folder: Path, mark: str, keep: Keep, now: datetime) -> list[Path]:
    removed = []
    for old in no_longer_kept(backups_in(folder, mark, now=now), keep):
        old.path.unlink(missing_ok=True)
        removed.append(old.path)
    return removed


def _note(instance: Instance, what: str, began: datetime, outcome: Outcome) -> None:
    try:
        note_run(
            instance.engine,
            what,
            outcome,
            started_at=began,
            ended_at=instance.clock(),
            language=instance.settings.language,
        )
    except ReadOnly:
        echo("这里是只读的，这次运行没有记下来，主服务上的体检看不到它。", err=True)
    except Refusal as refusal:  # the clock can't be right: just then a backup may be wanted
        echo(refusal.page_detail(language()), err=True)
        echo("所以这次运行没有记下来，体检看不到它。", err=True)
        sys.exit(EXIT_FOUND)


def _answer_of(new_backup: Backup, removed: list[Path]) -> dict[str, Any]:
    about = new_backup.manifest.about
    return {
        "path": str(new_backup.path),
        "size_bytes": new_backup.size_bytes,
        "id": about.id,
        "made_at": about.made_at,
        "counts": new_backup.manifest.counts,
        "removed": [str(path) for path in removed],
    }


def _print_findings(restored: Restored) -> None:
    for finding in restored.findings:
        echo(finding, err=True)
    if restored.findings:
        echo("备份里有上面这些问题，没有恢复。", err=True)
        sys.exit(EXIT_FOUND)
