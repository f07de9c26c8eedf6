"""What the commands say: a backup that was made, a rehearsal, a county that is back."""

from __future__ import annotations

from pathlib import Path

from huimin.access.after_restore import Ended
from huimin.backup.make import Backup
from huimin.backup.restore import Restored
from huimin.core.catalogue import Text, text
from huimin.core.days import county_minute
from huimin.settings import Settings

MEGABYTE = 1024 * 1024


def backup_words(new_backup: Backup, removed: list[Path]) -> list[Text]:
    """What `huimin backup` did."""
    lines = [
        text(
            "已备份：{path}（{megabytes} MB，流水 {rows} 行，持卡人 {people} 人，已核对）。",
            path=new_backup.path,
            megabytes=-(-new_backup.size_bytes // MEGABYTE),
            rows=new_backup.manifest.counts["ledger"],
            people=new_backup.manifest.counts["holders"],
        )
    ]
    lines += [text("已按保留规则删除：{path}", path=path) for path in removed]
    return lines


def proved_words(file: Path, restored: Restored) -> Text:
    """A rehearsal that found nothing."""
    return text(
        "演练成功：{path}（{at} 的备份）能完整恢复，流水 {rows} 行，链、汇总、结算、密钥都已证明。",
        path=file,
        at=county_minute(restored.manifest.about.made_at),
        rows=restored.manifest.counts["ledger"],
    )


def epoch_words(epoch: int, ended: Ended) -> list[Text]:
    """An epoch that began, and what it ended."""
    return [
        text("数据纪元 {epoch} 开始：备份以后给出过的收据号不会再给出。", epoch=epoch),
        text(
            "已结束 {sessions} 个登录、{join_codes} 个收银终端加入码、{recovery_codes} "
            "个两步验证恢复码，因为备份以后可能已用过。",
            sessions=ended.sessions,
            join_codes=ended.join_codes,
            recovery_codes=ended.recovery_codes,
        ),
    ]


def restored_words(settings: Settings, restored: Restored) -> list[Text]:
    """What `huimin restore` did, and what is to be done next."""
    about = restored.manifest.about
    at = county_minute(about.made_at)
    lines = [
        text("已恢复到 {folder}：{at} 的备份，已逐项证明。", folder=settings.folder, at=at),
    ]
    if restored.epoch is not None and restored.ended is not None:
        lines += epoch_words(restored.epoch, restored.ended)
    lines += [
        text(
            "{outlet} {code}（{label}）备份时还有 {count} 笔没有送来。",
            outlet=row["outlet_name"],
            code=row["code"],
            label=row["label"],
            count=row["unsent_count"],
        )
        for row in restored.unsent
    ]
    lines.append(text("接下来要补回 {at} 以后的交易：见操作手册《备份与恢复》。", at=at))
    return lines
