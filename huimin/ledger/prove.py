"""Verify the ledger: every terminal's chain from its first row to its head.

A row that was changed, dropped, swapped or added by other means than huimin breaks its chain. The
first break is reported, because nothing after it can be relied on. The gap that a restore from a
backup leaves in a chain is on record (epochs.py), and no break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from huimin.core.catalogue import Text, Words, sentence
from huimin.core.chain import GENESIS, row_hash
from huimin.core.days import CLOCK_SLACK, parse_instant
from huimin.ledger import queries
from huimin.ledger.epochs import gaps_of
from huimin.ledger.read import chain_rows
from huimin.storage.engine import Row, Transaction
from huimin.storage.giving_way import give_way

BREAKS = Words(
    "ledger_break",
    {
        "row_changed": "该行内容与其哈希不符（被改动过）",
        "row_missing": "该行之前缺少流水（被删除过）",
        "link_broken": "该行与上一行的哈希不衔接（被改动或调换过）",
        "tail_missing": "链尾的流水缺失（最后的流水被删除过）",
        "head_changed": "链头记录与最后一行不符（链头被改动过）",
    },
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The first break in a terminal's chain."""

    terminal_id: str
    sequence: int
    code: str
    receipt_no: str | None = None
    row_id: str | None = None

    @property
    def text(self) -> Text:
        """The finding in words."""
        where = sentence("收银终端 {terminal_id} 第 {sequence} 行：{what}")
        if self.receipt_no:
            where = sentence("收银终端 {terminal_id} 第 {sequence} 行：收据号 {receipt_no}，{what}")
        return Text(where, {**asdict(self), "what": BREAKS.text(self.code)})


class ChainBroken(Exception):
    """A chain does not hold; `finding` says where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class BackInTime:
    """A row with an earlier instant than `before`, one in front of it in its chain."""

    terminal_id: str
    sequence: int
    receipt_no: str
    recorded_at: str
    before: str

    @property
    def seconds(self) -> float:
        """How far back it goes."""
        return (parse_instant(self.before) - parse_instant(self.recorded_at)).total_seconds()

    @property
    def text(self) -> Text:
        """The row in words."""
        return Text(
            sentence(
                "收银终端 {terminal_id} 第 {sequence} 行：收据号 {receipt_no}，"
                "入账时间 {recorded_at} 早于前面的 {before}（服务器的时钟错过）"
            ),
            asdict(self),
        )


def verify_chains(
    tx: Transaction, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """The first break in each terminal's chain; an empty list proves the whole ledger.

    Before each terminal, `progress` is called with the number verified and the total.
    """
    findings = []
    terminals = list(queries.terminals_with_rows(tx))
    for done, terminal in enumerate(terminals):
        if progress is not None:
            progress(done, len(terminals))
        finding = verify_chain(tx, terminal["terminal_id"])
        if finding is not None:
            findings.append(finding)
    return findings


def verify_chain(tx: Transaction, terminal_id: str) -> Finding | None:
    """The first break in the terminal's chain, or None."""
    gaps = gaps_of(tx, terminal_id)
    sequence, previous_hash = 0, GENESIS
    try:
        for row in proved_rows(tx, terminal_id):
            sequence, previous_hash = row["sequence"], row["hash"]
    except ChainBroken as broken:
        return broken.finding
    head = queries.chain_head_of(tx, terminal_id=terminal_id)
    if head is not None:
        sequence = _beyond(gaps, sequence, head["sequence"])
    if head is None or head["sequence"] < sequence:
        return Finding(terminal_id, sequence, "head_changed")
    if head["sequence"] > sequence:
        return Finding(terminal_id, sequence + 1, "tail_missing")
    if head["hash"] != previous_hash:
        return Finding(terminal_id, sequence, "head_changed")
    return None


def proved_rows(
    tx: Transaction, terminal_id: str, *, after: int = 0, previous_hash: str = GENESIS
) -> Iterator[Row]:
    """The terminal's rows behind the place `after`, whose row has that hash; each is proved first.

    Raises ChainBroken at the first that does not hold.
    """
    gaps, sequence = gaps_of(tx, terminal_id), after
    for row in chain_rows(tx, terminal_id, after):
        give_way()
        sequence = _beyond(gaps, sequence, row["sequence"])
        code = _fault(row, sequence, previous_hash)
        if code is not None:
            raise ChainBroken(
                Finding(terminal_id, row["sequence"], code, row["receipt_no"], row["id"])
            )
        yield row
        sequence, previous_hash = row["sequence"], row["hash"]


def rows_back_in_time(tx: Transaction) -> list[BackInTime]:
    """The rows that go back in time, to more than five minutes before the latest row so far.

    Nobody can mend them, and the chain holds: they say that the server's clock was wrong. Two sales
    of a till at once may be written in the other order; a wrong clock is wrong by more.
    """
    rows = [
        BackInTime(**row)
        for terminal in queries.terminals_with_rows(tx)
        for row in queries.rows_before_earlier_ones(tx, terminal_id=terminal["terminal_id"])
    ]
    return [row for row in rows if row.seconds > CLOCK_SLACK.total_seconds()]


def row_holds(tx: Transaction, row: Row) -> bool:
    """Whether the row is as written: its hash, and its link to the previous row."""
    before_hash, place = GENESIS, row["sequence"] - 1
    back = {after: sequence for sequence, after in gaps_of(tx, row["terminal_id"]).items()}
    while place in back:
        place = back[place]
    if place > 0:
        before = queries.row_of_place(tx, terminal_id=row["terminal_id"], sequence=place)
        before_hash = "" if before is None else before["hash"]
    return _fault(row, row["sequence"] - 1, before_hash) is None


def _beyond(gaps: Mapping[int, int], sequence: int, place: int) -> int:
    """The place before `place`, where the chain stood at `sequence`: beyond the gaps on record."""
    while place > sequence and sequence in gaps:
        sequence = gaps[sequence]
    return sequence


def _fault(row: Row, sequence: int, previous_hash: str) -> str | None:
    if row_hash(row) != row["hash"]:
        return "row_changed"
    if row["sequence"] != sequence + 1:
        return "row_missing"
    if row["previous_hash"] != previous_hash:
        return "link_broken"
    return None
