"""Make anchors: one for each county day that is over, from which the tree grows, or one when asked.

The rows of a day are those between two anchors' heads in each chain, in the order of terminals and
places: what a day's anchor covers is decided by it once and for all, whatever clock was wrong. Rows
are read from the last heads on, in parts, so that a day costs its own rows and no till waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from huimin.anchors import queries
from huimin.anchors.county_key import Signer, origin_of
from huimin.anchors.note import AnchorText, Head, TreeHead, checkpoint_text, read_anchor_text
from huimin.core.chain import GENESIS
from huimin.core.days import CLOCK_SLACK, county_day, instant_text, parse_instant
from huimin.core.merkle import Frontier, leaf_hash
from huimin.instance import Instance
from huimin.ledger.prove import proved_rows
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.open_engine import value_in_main_file

# A sale that was recorded in the day's last second may be committed a moment later.
SETTLED_AFTER = timedelta(minutes=10)
# Of a longer pause, or of the history before the first anchor, the older days go into one.
CATCH_UP_DAYS = 62
CHUNK = 2_000
SUM_OF_HEADS = "SELECT COALESCE(SUM(sequence), 0) FROM chain_head"


@dataclass(frozen=True)
class SignedAnchor:
    """An anchor as it was written down."""

    id: str
    day: str | None
    note: str
    checkpoint: str | None
    sha256: str
    anchor: AnchorText


@dataclass(frozen=True)
class Base:
    """The state from which the tree grows: the last day's anchor, or nothing."""

    frontier: Frontier
    heads: dict[str, Head]


Cuts = dict[str, dict[str, Head]]


def last_day(now: datetime) -> date:
    """The latest county day that is over and settled: yesterday, ten minutes after midnight."""
    return county_day(now - SETTLED_AFTER) - timedelta(days=1)


def make_day_anchors(instance: Instance) -> list[SignedAnchor]:
    """Make the anchors that are missing up to yesterday, the oldest first.

    Raises ChainBroken where a new row does not hold: what is broken is not signed.
    """
    read = instance.engine.read
    now = instance.clock()
    base = read(base_of)
    days = read(lambda tx: _days_due(tx, last_day(now)))
    if not days:
        return []
    cuts: Cuts = {day: {} for day in days}
    for terminal_id in read(_terminals):
        before = base.heads.get(terminal_id)
        of_chain = partial(_cuts, terminal_id=terminal_id, before=before, days=days)
        for day, head in read(of_chain).items():
            cuts[day][terminal_id] = head
    anchors: list[SignedAnchor] = []
    for day in days:
        heads = {**base.heads, **cuts[day]}
        tree = _grow(instance, base, heads)
        if not heads:
            continue
        anchor = _write(instance, base, day, tree, tuple(heads[key] for key in sorted(heads)), now)
        if anchor is None:  # another process was faster: its anchors are as good
            return anchors
        anchors.append(anchor)
        base = Base(Frontier(tree.size, list(tree.roots)), heads)
    return anchors


def make_anchor_now(instance: Instance) -> SignedAnchor:
    """An anchor of the chains as they are; the tree in it is that of the last day."""
    now = instance.clock()

    def state(tx: Transaction) -> tuple[Base, tuple[Head, ...]]:
        base = base_of(tx)
        heads = (_head_now(tx, terminal, base.heads.get(terminal)) for terminal in _terminals(tx))
        return base, tuple(head for head in heads if head is not None)

    anchor = None
    while anchor is None:  # the timer may let the tree grow meanwhile, once
        base, heads = instance.engine.read(state)
        anchor = _write(instance, base, None, base.frontier, heads, now)
    return anchor


def note_of_day(tx: Transaction, day: str) -> str | None:
    """The signed anchor of a county day, or None."""
    row = queries.anchor_of_day(tx, day=day)
    return None if row is None else row["note"]


def heads_of_day(tx: Transaction, day: str) -> tuple[Head, ...]:
    """Where the chains stood at the end of a day that has an anchor, by terminal."""
    return anchor_of(queries.anchor_of_day(tx, day=day)).heads


def checkpoint_of_day(tx: Transaction, day: str) -> str | None:
    """What everybody may read of a county day's anchor, signed, or None."""
    row = queries.anchor_of_day(tx, day=day)
    return None if row is None else row["checkpoint"]


def newest_checkpoint(tx: Transaction) -> str | None:
    """The checkpoint of the latest day's anchor, or None."""
    row = queries.newest_day_anchor(tx)
    return None if row is None else row["checkpoint"]


def base_of(tx: Transaction) -> Base:
    """The state from which the tree grows."""
    row = queries.newest_day_anchor(tx)
    return Base(Frontier(), {}) if row is None else base_at(row)


def base_at(row: Row) -> Base:
    """The state that the anchor of a day describes."""
    anchor = anchor_of(row)
    roots = [bytes.fromhex(root) for root in row["frontier"].split()]
    return Base(Frontier(row["size"], roots), {head.terminal_id: head for head in anchor.heads})


def anchor_of(row: Row) -> AnchorText:
    """What an anchor that we keep says; its signature is not looked at."""
    return read_anchor_text(f"{row['note'].rpartition(chr(10) * 2)[0]}\n")


def _days_due(tx: Transaction, last: date) -> list[str]:
    before = queries.last_day_before(tx, day=last.isoformat())
    if before is not None:
        first = date.fromisoformat(before) + timedelta(days=1)
    else:
        recorded = queries.first_recorded(tx)
        if recorded is None:
            return []
        first = county_day(parse_instant(recorded))
    first = max(first, last - timedelta(days=CATCH_UP_DAYS - 1))
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def _terminals(tx: Transaction) -> list[str]:
    return [row["terminal_id"] for row in queries.terminals_of_ledger(tx)]


def _cuts(
    tx: Transaction, *, terminal_id: str, before: Head | None, days: Sequence[str]
) -> dict[str, Head]:
    """Day → the chain's head at its end, for the days on which it moved; every row is proved."""
    rows, last_of_day = 0 if before is None else before.rows, {}
    start = (0, GENESIS) if before is None else (before.sequence, before.hash)
    for row in proved_rows(tx, terminal_id, after=start[0], previous_hash=start[1]):
        rows += 1
        day = county_day(parse_instant(row["recorded_at"])).isoformat()
        last_of_day[max(day, days[0])] = Head(
            terminal_id, rows, row["sequence"], row["hash"], row["recorded_at"]
        )
    cuts: dict[str, Head] = {}
    furthest: Head | None = None
    for day in days:
        head = last_of_day.get(day)
        if head is not None and (furthest is None or head.sequence > furthest.sequence):
            furthest = head
        if furthest is not None:
            cuts[day] = furthest
    return cuts


def _grow(instance: Instance, base: Base, heads: dict[str, Head]) -> Frontier:
    """The tree with the rows between two states, in the order of terminals and places."""
    tree = Frontier(base.frontier.size, list(base.frontier.roots))
    for terminal_id in sorted(heads):
        before = base.heads.get(terminal_id)
        after, upto = 0 if before is None else before.sequence, heads[terminal_id].sequence
        for row_hash in _hashes(instance, terminal_id, after, upto):
            tree.append(leaf_hash(bytes.fromhex(row_hash)))
    return tree


def _hashes(instance: Instance, terminal_id: str, after: int, upto: int) -> Iterator[str]:
    while after < upto:
        stretch = {"terminal_id": terminal_id, "after": after, "upto": upto, "row_limit": CHUNK}
        rows = instance.engine.read(partial(queries.chain_hashes, **stretch))
        if not rows:
            return
        yield from (row["hash"] for row in rows)
        after = rows[-1]["sequence"]


def _head_now(tx: Transaction, terminal_id: str, before: Head | None) -> Head | None:
    row = queries.last_row_of_chain(tx, terminal_id=terminal_id)
    if row is None:
        return None
    stretch = {"after": 0 if before is None else before.sequence, "upto": row["sequence"]}
    more = queries.rows_between(tx, terminal_id=terminal_id, **stretch)
    return Head(terminal_id, (0 if before is None else before.rows) + int(more), **row)


def _write(
    instance: Instance,
    base: Base,
    day: str | None,
    tree: Frontier,
    heads: tuple[Head, ...],
    now: datetime,
) -> SignedAnchor | None:
    """Sign and write down one anchor; None if the tree has grown otherwise meanwhile."""
    in_file = value_in_main_file(instance.settings, SUM_OF_HEADS)

    def work(tx: Transaction) -> SignedAnchor | None:
        # Of one size there is one tree, however many days ended with it.
        if base_of(tx).frontier.size != base.frontier.size:
            return None
        signer = Signer(origin_of(tx, instance.settings), instance.key_ring)
        head = TreeHead(signer.name, tree.size, tree.root.hex())
        previous = queries.newest_sha256(tx, latest=instant_text(now + CLOCK_SLACK))
        anchor_text = AnchorText(head, day, instant_text(now), previous, in_file, heads)
        note = signer.sign(anchor_text.text)
        new_anchor = SignedAnchor(
            id=new_id(),
            day=day,
            note=note,
            checkpoint=None if day is None else signer.sign(checkpoint_text(head, day)),
            sha256=hashlib.sha256(note.encode()).hexdigest(),
            anchor=anchor_text,
        )
        written = queries.insert_anchor(
            tx,
            id=new_anchor.id,
            day=day,
            made_at=anchor_text.made_at,
            size=tree.size,
            root=head.root,
            frontier=" ".join(root.hex() for root in tree.roots),
            checkpoint=new_anchor.checkpoint,
            note=note,
            sha256=new_anchor.sha256,
        )
        if written is None:
            return None
        if tree.blocks:
            blocks = tree.blocks.items()
            queries.insert_blocks(
                tx, [{"id": new_id(), "number": n, "hash": block.hex()} for n, block in blocks]
            )
        return new_anchor

    return instance.engine.write(work)
