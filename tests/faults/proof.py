"""What must hold after every fault: each answer is one row, no row is there twice, all adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.faults.tills import Counterfoil, Request, Tills
from tests.run_command import in_this_process

PROOFS = (["check"], ["ledger", "verify"], ["ledger", "rebuild", "--check"])
ROWS = "SELECT id, reverses_id, order_no, receipt_no, sequence, hash FROM ledger"


def settle(tills: Tills, requests: Sequence[Request], settings: Settings) -> None:
    """Compare, send these again (what nobody answered twice), and compare once more.

    The server runs and nobody sells. Raises AssertionError for whatever a till or an auditor
    would find wrong.
    """
    compare(tills.requests, settings)
    tills.send_again([request for request in requests if not request.is_answered])
    tills.send_again(requests)
    compare(tills.requests, settings)
    assert not tills.wrong, tills.wrong[:5]
    unlike = [request.key for request in tills.requests if len(request.bodies) != 1]
    assert not unlike, f"answered in more than one way, or never: {unlike[:5]}"


def compare(requests: Iterable[Request], settings: Settings) -> None:
    """Raise AssertionError unless the ledger has each answered request once, as it was answered,
    each other one at most once, and nothing else."""
    instance = open_instance(settings)
    try:
        rows = instance.engine.read(lambda tx: tx.connection.execute(ROWS).fetchall())
    finally:
        instance.close()
    by_act: dict[str, list[Counterfoil]] = defaultdict(list)
    for row in rows:
        counterfoil = Counterfoil(row["id"], row["receipt_no"], row["sequence"], row["hash"])
        by_act[row["reverses_id"] or row["order_no"]].append(counterfoil)
    lost, doubled = [], []
    for request in requests:
        recorded = by_act.pop(str(request.reverses_id or request.order_no), [])
        if not request.counterfoils <= set(recorded):
            lost.append(request.key)
        if len(recorded) > 1:
            doubled.append(request.key)
    assert not lost, f"lost: {lost[:5]}"
    assert not doubled, f"recorded twice: {doubled[:5]}"
    assert not by_act, f"rows that nobody asked for: {list(by_act)[:5]}"


def prove(settings: Settings) -> None:
    """The proofs of an auditor, beside the running server: the file, the chains, the sums."""
    variables = settings.environment()
    for proof in PROOFS:
        answer = in_this_process(proof, variables)
        assert answer.returncode == 0, (proof, answer.stdout, answer.stderr)
