"""The demo's merchants have bank accounts, one of them a change that waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from huimin.instance import Instance
from huimin.settlement.payee_fields import Payee
from huimin.settlement.payees import approve_payee, propose_payee
from huimin.storage.engine import Row, Transaction

PROPOSER, APPROVER = "demo", "demo-2"
BANK, OTHER_BANK = "四川农村商业联合银行", "中国工商银行"


def add_payees(
    instance: Instance, merchants: Sequence[Row], *, joined_at: datetime, changed_at: datetime
) -> None:
    """An account for each merchant but the last, and a change of the first one's."""

    def work(tx: Transaction) -> None:
        for place, merchant in enumerate(merchants[:-1]):
            row = _propose(tx, instance, merchant, BANK, f"5100{place:015d}", joined_at)
            approve_payee(
                tx,
                instance.personal_data,
                row["id"],
                reason="核对开户许可证",
                covers_unpaid=False,
                now=joined_at,
                actor=APPROVER,
            )
        _propose(tx, instance, merchants[0], OTHER_BANK, "2308001234567890128", changed_at)

    instance.engine.write(work)


def _propose(
    tx: Transaction,
    instance: Instance,
    merchant: Row,
    bank: str,
    account: str,
    now: datetime,
) -> Row:
    payee = Payee(
        kind="company",
        holder_name=merchant["name"],
        account=account,
        bank=bank,
        branch="乐至支行",
        branch_code="",
        contact_name=merchant["contact_name"],
        contact_phone=merchant["contact_phone"],
    )
    return propose_payee(
        tx,
        instance.personal_data,
        merchant["id"],
        payee,
        reason="商户来函，附开户许可证",
        side="county",
        now=now,
        actor=PROPOSER,
    )
