"""The holder of the demo county whose "my card" can be tried says that one of the purchases was not
theirs, so that the office has something to answer and the holder an answer to wait for.
"""

from __future__ import annotations

from huimin.core.days import county_day
from huimin.demo import queries
from huimin.holders.working_days import WorkingDays
from huimin.instance import Instance
from huimin.my.purchases import purchases_before
from huimin.my.requests import dispute_purchase
from huimin.storage.engine import Transaction

WORDS = "那天我在家里，没有去过这家店，请帮我查一查。"
LOOKED_AT = 20


def ask_about_a_purchase(instance: Instance) -> None:
    """Dispute the oldest of the last purchases that is not given back; nothing without any."""
    secrets, now = instance.personal_data, instance.clock()
    today, days = county_day(now).isoformat(), instance.part(WorkingDays)

    def work(tx: Transaction) -> None:
        holder = queries.holder_to_try(tx, today=today)
        if holder is None:
            return
        rows = purchases_before(tx, {"holder_id": holder["id"]}, "", LOOKED_AT)
        left = [row["id"] for row in rows if row["left_fen"] > 0]
        if left:
            dispute_purchase(
                tx,
                secrets,
                holder["id"],
                left[-1],
                words=WORDS,
                working_days=days,
                now=now,
                actor=f"holder:{holder['id']}",
            )

    instance.engine.write(work)
