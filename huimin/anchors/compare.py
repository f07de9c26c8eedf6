"""Compare an anchor with the ledger: what was rewritten, cut, or lost, each by its own name.

The signature proves that the county made the anchor; the ledger must still lead to every head in
it. Where rows are missing, what is left tells how: the database wrote the anchor down when it made
it, so one that doesn't know it is older than it (a stale copy, or a lost write-ahead log), and one
that does had rows taken away. Nothing is told apart by guess: where it can't be told, the name
says both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from huimin.anchors import queries
from huimin.anchors.note import AnchorText, Head
from huimin.core.catalogue import Text, sentence
from huimin.core.days import county_minute
from huimin.storage.engine import Row, Transaction

SENTENCES = {
    "rewritten": sentence(
        "存证 {anchor}：收银终端 {terminal_id} 第 {sequence} 行与存证不符："
        "流水被改写过，哈希也重算过{since}。"
    ),
    "tail_cut": sentence(
        "存证 {anchor}：收银终端 {terminal_id} 第 {sequence} 行不在了，现在到第 {last} 行为止："
        "链尾的流水被删掉，链头也退了回去{since}。"
    ),
    "place_taken": sentence(
        "存证 {anchor}：收银终端 {terminal_id} 第 {sequence} 行是 {recorded_at} 才写的："
        "原来的行丢了，同一个位置又写了后来的行（恢复过旧的副本，或删过链尾）。"
    ),
    "stale": sentence(
        "存证 {anchor}：数据库比存证旧，停在 {as_of}，{count} 台收银终端缺了以后的行：恢复了旧的"
        "副本，或丢了预写日志。"
    ),
    "log_lost": sentence(
        "存证 {anchor}：数据库只有存证时主文件里的内容，停在 {as_of}，{count} 台收银终端缺了以后的"
        "行：丢了预写日志（-wal 文件）。"
    ),
    "restored": sentence(
        "存证 {anchor}：之后从 {backup_at} 的备份恢复过（第 {epoch} 期），"
        "备份以后的行不在了，有记录。"
    ),
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One way in which the ledger is not what an anchor says; of one terminal, or of all (None)."""

    code: str
    anchor: str
    terminal_id: str | None = None
    sequence: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def explained(self) -> bool:
        """Whether it is on record, so that nobody needs to look."""
        return self.code == "restored"

    @property
    def text(self) -> Text:
        """The disagreement in words."""
        named = {
            "anchor": self.anchor,
            "terminal_id": self.terminal_id,
            "sequence": self.sequence,
        }
        return Text(SENTENCES[self.code], {"since": "", **named, **self.facts})

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = {"terminal_id": self.terminal_id, "sequence": self.sequence}
        return {"code": self.code, "anchor": self.anchor, **named, **self.facts}


@dataclass(frozen=True, slots=True)
class _Lost:
    """A head of an anchor that the chain does not have, and what stands in its place, if a row."""

    head: Head
    row: Row | None


def compare(
    tx: Transaction, anchor: AnchorText, *, name: str, is_known: bool
) -> list[Disagreement]:
    """How the ledger disagrees with an anchor whose signature was verified.

    `is_known`: whether the database holds the anchor itself, as it did when the anchor was made.
    """
    rewritten, lost, agreeing = [], [], []
    for head in anchor.heads:
        row = queries.row_of_place(tx, terminal_id=head.terminal_id, sequence=head.sequence)
        if row is not None and row["hash"] == head.hash:
            agreeing.append(head)
        elif row is None or row["recorded_at"] > anchor.made_at:
            lost.append(_Lost(head, row))
        else:
            facts = {"recorded_at": county_minute(row["recorded_at"])}
            rewritten.append(
                Disagreement("rewritten", name, head.terminal_id, head.sequence, facts)
            )
    return rewritten + (_of_lost(tx, anchor, name, is_known, lost, agreeing) if lost else [])


def _of_lost(
    tx: Transaction,
    anchor: AnchorText,
    name: str,
    is_known: bool,
    lost: Sequence[_Lost],
    agreeing: Sequence[Head],
) -> list[Disagreement]:
    restored = _restored(tx, anchor, name, is_known, lost)
    if restored is not None:
        return [restored]
    # A copy of an instant has all rows until then and none after.
    newest_agreeing = max((head.recorded_at for head in agreeing), default="")
    is_copy = not is_known and all(one.head.recorded_at >= newest_agreeing for one in lost)
    if not is_copy:
        return [_of_chain(tx, one, name) for one in lost]
    sold_since = [_of_chain(tx, one, name) for one in lost if one.row is not None]
    as_of = _newest_row(tx, anchor)
    facts = {"count": len(lost), "as_of": county_minute(as_of) if as_of else "—"}
    log_lost = anchor.in_file is not None and anchor.in_file == queries.sum_of_heads(tx)
    return [Disagreement("log_lost" if log_lost else "stale", name, facts=facts), *sold_since]


def _of_chain(tx: Transaction, one: _Lost, name: str) -> Disagreement:
    head = one.head
    if one.row is not None:
        facts = {"recorded_at": county_minute(one.row["recorded_at"])}
        return Disagreement("place_taken", name, head.terminal_id, head.sequence, facts)
    last = queries.last_row_of_chain(tx, terminal_id=head.terminal_id)
    place = 0 if last is None else last["sequence"]
    return Disagreement("tail_cut", name, head.terminal_id, head.sequence, {"last": place})


def _restored(
    tx: Transaction, anchor: AnchorText, name: str, is_known: bool, lost: Iterable[_Lost]
) -> Disagreement | None:
    """That the anchor was made in the time which a restore on record lost, and lacks only that."""
    if is_known:
        return None
    for epoch in queries.epochs(tx):
        if not epoch["backup_at"] <= anchor.made_at <= epoch["began_at"]:
            continue
        stood = {
            row["terminal_id"]: row["sequence"]
            for row in queries.epoch_heads(tx, epoch=epoch["number"])
        }
        if all(one.head.sequence > stood.get(one.head.terminal_id, 0) for one in lost):
            backup_at = county_minute(epoch["backup_at"])
            facts = {"epoch": epoch["number"], "backup_at": backup_at}
            return Disagreement("restored", name, facts=facts)
    return None


def _newest_row(tx: Transaction, anchor: AnchorText) -> str:
    """When the newest row from before the anchor was recorded; "" if there is none."""
    times = (
        queries.last_recorded(tx, terminal_id=one.terminal_id, until=anchor.made_at)
        for one in anchor.heads
    )
    return max((at for at in times if at is not None), default="")
