"""The holder of the demo county whose "my card" can be tried, with a code to sign in.

Each time the demo is opened there is a fresh code, because a code works once.
"""

from __future__ import annotations

from datetime import timedelta

from huimin.core.days import county_day
from huimin.demo import queries
from huimin.instance import Instance
from huimin.my.one_time_codes import give_code
from huimin.storage.engine import Row, Transaction

ACTOR = "demo"
# Longer than a real one: somebody may come back to a demo after a weekend.
CODE_LASTS = timedelta(days=30)


def holder_to_try(instance: Instance) -> Row | None:
    """Card number, the last four of the ID number, and a fresh code; None where no card is left."""
    secrets, now = instance.personal_data, instance.clock()
    today = county_day(now).isoformat()

    def work(tx: Transaction) -> Row | None:
        person = queries.holder_to_try(tx, today=today)
        if person is None:
            return None
        code = give_code(tx, secrets, person["id"], lasts=CODE_LASTS, now=now, actor=ACTOR)
        number = secrets.value(person, "holder.id_number") or ""
        return {"number": person["number"], "last_four": number[-4:], "code": code}

    return instance.engine.write(work)
