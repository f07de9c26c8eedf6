"""The tree grows by a day at a time; every receipt is proved by itself, also with other tools."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huimin.anchors.county_key import AnchorRefused, open_anchor, published_verifiers
from huimin.anchors.daily import anchor_day, newest_anchor
from huimin.anchors.make import checkpoint_of_day, make_anchor_now, make_day_anchors, note_of_day
from huimin.anchors.prove import ProofWrong, anchored_day, check_proof, proof_of
from huimin.instance import Instance
from huimin.ledger.epochs import begin_epoch
from huimin.ledger.read import row_by_id
from tests.anchors.ledger_days import open_shop, sell_many
from tests.conftest import FixedClock


def checked_elsewhere(proof: str, verifier_key: str) -> str:
    """The row's hash, if the proof holds: written from the specifications alone, for RFC 6962,
    C2SP's signed notes, checkpoints and proofs, and shares no code with huimin.
    """
    head, checkpoint = proof.split("\n\n", 1)
    heading, extra, index_line, *path = head.split("\n")
    assert heading == "c2sp.org/tlog-proof@v1"
    row_hash = re.search(rb'"row_sha256":"([0-9a-f]{64})"', base64.b64decode(extra.split()[1]))
    assert row_hash is not None
    text, signatures = checkpoint.rsplit("\n\n", 1)
    name, key_id, key = verifier_key.split("+", 2)
    dash, signer, signature = signatures.strip().split(" ")
    raw = base64.b64decode(signature)
    assert (dash, signer, raw[:4].hex()) == ("—", name, key_id)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])
    public.verify(raw[4:], (text + "\n").encode())
    _, size, root = text.split("\n")[:3]
    # The walk of RFC 9162, section 2.1.3.2, which is not how huimin computes it.
    number, last = int(index_line.split()[1]), int(size) - 1
    computed = hashlib.sha256(b"\0" + bytes.fromhex(row_hash[1].decode())).digest()
    for sibling in map(base64.b64decode, path):
        assert last > 0
        if number & 1 or number == last:
            computed = hashlib.sha256(b"\1" + sibling + computed).digest()
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            computed = hashlib.sha256(b"\1" + computed + sibling).digest()
        number, last = number >> 1, last >> 1
    assert (last, computed) == (0, base64.b64decode(root))
    return row_hash[1].decode()


def test_days_make_a_tree_in_which_every_receipt_is_proved_by_itself(
    instance: Instance, clock: FixedClock
) -> None:
    read = instance.engine.read
    assert make_day_anchors(instance) == []
    shop = open_shop(instance)
    for first, second in ((3, 0), (1, 299), (0, 0), (500, 2)):
        for till, count in ((0, first), (1, second)):
            if count:
                shop.sell(till)
                sell_many(shop, till, count - 1)
        clock.advance(days=1)
    assert all(read(lambda tx, row=row: proof_of(tx, row)) is None for row in shop.rows()[:3])
    made = make_day_anchors(instance)
    assert [(one.day, one.anchor.tree.size) for one in made] == [
        ("2026-10-31", 3),
        ("2026-11-01", 303),
        ("2026-11-02", 303),
        ("2026-11-03", 805),
    ]
    assert [one.anchor.previous for one in made[1:]] == [one.sha256 for one in made[:-1]]
    assert make_day_anchors(instance) == []
    (key,) = read(lambda tx: published_verifiers(tx, instance.key_ring, instance.settings))
    assert key.name == instance.settings.base_url.removeprefix("http://") + "/ledger"
    rows = shop.rows()
    indexes = set()
    # A prime, so that the sample meets every place in a block of 256; and both ends.
    sample = [*rows[::13], *rows[:3], *rows[-3:]]
    for row in sample:
        proof = read(lambda tx, row=row: proof_of(tx, row))
        assert proof is not None
        assert checked_elsewhere(proof, key.text) == row["hash"]
        proved = read(lambda tx, proof=proof: check_proof(tx, instance.key_ring, proof))
        day = read(lambda tx, row=row: anchored_day(tx, row))
        assert (proved.receipt_no, proved.day) == (row["receipt_no"], day)
        assert day == row["business_day"]
        indexes.add(proved.index)
        others = [one["hash"] for one in rows if one is not row and one["hash"] in proof]
        assert others == []
    assert len(indexes) == len({row["id"] for row in sample})


def test_the_tree_goes_on_under_another_name_over_the_gap_that_a_restore_leaves(
    instance: Instance, clock: FixedClock
) -> None:
    shop, read = open_shop(instance), instance.engine.read
    shop.sell(0, 2)
    clock.advance(days=1)
    make_day_anchors(instance)
    shop.sell(0)
    by = {"now": clock.now, "actor": "cli:test"}
    instance.engine.write(
        lambda tx: begin_epoch(tx, backup_id="b", backup_at=clock.now, **by)  # type: ignore[arg-type]
    )
    shop.sell(0, 2)
    clock.advance(days=1)
    (made,) = make_day_anchors(instance)
    assert (made.anchor.tree.size, made.anchor.tree.origin[-9:]) == (5, "/ledger/2")
    (head,) = made.anchor.heads
    assert head.rows == 5 and head.sequence > 100_000
    # What was published before the restore, or under another public address, is proved on.
    moved = replace(instance.settings, base_url="https://moved.example")
    keys = read(lambda tx: published_verifiers(tx, instance.key_ring, moved))
    origin = made.anchor.tree.origin
    assert [key.name for key in keys] == [origin[:-2], origin, "moved.example/ledger/2"]
    for row in shop.rows():
        proof: str = read(lambda tx, row=row: proof_of(tx, row)) or ""
        (key,) = (key for key in keys if f"— {key.name} " in proof)
        assert checked_elsewhere(proof, key.text) == row["hash"]


def test_a_proof_that_was_changed_proves_nothing(instance: Instance, clock: FixedClock) -> None:
    shop, read = open_shop(instance), instance.engine.read
    shop.sell(0, 3)
    clock.advance(days=1)
    make_day_anchors(instance)
    row = shop.rows()[1]
    proof: str = read(lambda tx: proof_of(tx, row)) or ""
    other: str = read(lambda tx: proof_of(tx, shop.rows()[0])) or ""
    extra = proof.split("\n")[1]
    for changed in (
        proof.replace("index 1", "index 2"),
        proof.replace("index 1", "index 7"),
        proof.replace(extra, other.split("\n")[1]),
        proof.replace(extra, "extra e30="),
        proof.replace("\n3\n", "\n4\n"),
        proof.partition("\n\n")[0],
        "",
    ):
        with pytest.raises((ProofWrong, AnchorRefused)):
            read(lambda tx, changed=changed: check_proof(tx, instance.key_ring, changed))


def test_a_clock_that_was_wrong_for_a_while_leaves_no_row_out(
    instance: Instance, clock: FixedClock
) -> None:
    shop, read = open_shop(instance), instance.engine.read
    right = clock.now
    shop.sell(0)
    clock.now = right + timedelta(days=400)
    shop.sell(0)
    shop.sell(1)
    clock.now = right + timedelta(minutes=9)
    shop.sell(0)
    clock.now = right + timedelta(days=1)
    (made,) = make_day_anchors(instance)
    # The first till's row of next year stands between two of today; the other's is its last.
    assert made.anchor.tree.size == 3
    unproved = [
        row["terminal_id"]
        for row in shop.rows()
        if read(lambda tx, row=row: anchored_day(tx, row)) is None
    ]
    assert unproved == [shop.terminals[1]]
    assert read(lambda tx: newest_anchor(tx, instance.clock()))["day"] == "2026-10-31"  # type: ignore[index]


def test_a_long_history_goes_into_a_first_anchor_and_a_day_is_over_ten_minutes_after_midnight(
    instance: Instance, clock: FixedClock
) -> None:
    shop = open_shop(instance)
    shop.sell(0)
    clock.advance(days=300)
    shop.sell(0)
    clock.now = clock.now.replace(hour=16, minute=9)
    made = make_day_anchors(instance)
    assert len(made) == 62 and made[0].anchor.tree.size == 1
    assert made[-1].day == "2027-08-26" and made[-1].anchor.tree.size == 1
    clock.advance(minutes=1)
    assert [(one.day, one.anchor.tree.size) for one in make_day_anchors(instance)] == [
        ("2027-08-27", 2)
    ]


def test_an_anchor_of_now_says_where_chains_stand_and_leaves_the_tree_to_the_days(
    instance: Instance, clock: FixedClock
) -> None:
    shop, read = open_shop(instance), instance.engine.read
    shop.sell(0, 2)
    now = make_anchor_now(instance)
    opened = read(lambda tx: open_anchor(tx, instance.key_ring, now.note))
    assert opened == now.anchor
    assert (opened.day, opened.tree.size) == (None, 0)
    (head,) = opened.heads
    last = shop.rows()[-1]
    assert (head.rows, head.sequence, head.hash) == (2, 2, last["hash"])
    assert (opened.in_file is None) == (instance.engine.name == "postgresql")
    clock.advance(days=1)
    (day,) = make_day_anchors(instance)
    assert day.anchor.previous == now.sha256
    assert read(lambda tx: note_of_day(tx, "2026-10-31")) == day.note
    checkpoint = read(lambda tx: checkpoint_of_day(tx, "2026-10-31"))
    assert checkpoint is not None and shop.terminals[0] not in checkpoint
    assert checkpoint.split("\n")[1:4] == ["2", day.note.split("\n")[2], "day 2026-10-31"]


def test_the_daily_task_signs_nothing_that_is_broken_or_disagrees(
    instance: Instance, clock: FixedClock, drop_triggers: Any
) -> None:
    shop = open_shop(instance)
    shop.sell(0, 2)
    clock.advance(days=1)
    assert anchor_day(instance).problems == []
    shop.sell(0)
    clock.advance(days=1)
    change = "UPDATE ledger SET cashier = 'x' WHERE sequence = {}"
    drop_triggers()
    instance.engine.write(lambda tx: tx.connection.execute(change.format(3)))
    broken = anchor_day(instance)
    assert [one.say() for one in broken.problems][-1] == "流水链断了，没有做存证。"
    mend = "UPDATE ledger SET cashier = NULL, hash = 'x' WHERE sequence = 2"
    instance.engine.write(lambda tx: tx.connection.execute(mend))
    disagreeing = anchor_day(instance)
    assert "哈希也重算过" in disagreeing.problems[0].say()
    assert "没有做新的存证" in disagreeing.problems[-1].say()
    assert (
        instance.engine.read(lambda tx: newest_anchor(tx, instance.clock()))["day"] == "2026-10-31"
    )  # type: ignore[index]
    assert instance.engine.read(lambda tx: row_by_id(tx, shop.rows()[0]["id"])) is not None


@pytest.fixture
def drop_triggers(instance: Instance) -> Any:
    def drop() -> None:
        def work(tx: Any) -> None:
            suffix = "" if tx.engine == "sqlite" else " ON ledger"
            tx.connection.execute(f"DROP TRIGGER ledger_refuses_update{suffix}")

        instance.engine.write(work)

    return drop
