"""A row written while a month is being closed is in the frozen report or in the next month."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

from huimin.claims.decide import approve_claim
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.months.approve import approve_close, files_to_approve
from huimin.months.closes import closes_of_month
from huimin.reports.monthly import monthly_report
from tests.conftest import FixedClock
from tests.making.claims import make_claim
from tests.making.months import NOVEMBER, OCTOBER, ZHAO, draft, give_back, prepare, review
from tests.reports.county import SmallCounty, frozen_report, make_small_county

CLAIMS = 24


def make_claims(county: SmallCounty) -> list[str]:
    """Claims of October, at three tills, with amounts that are told apart in any sum."""
    return [
        make_claim(
            county.instance,
            county.cards[number % 4],
            county.keys[number % 3],
            occurred_on=date(2026, 10, 25),
            amount_fen=10_000 + 1_000 * number,
        )["id"]
        for number in range(CLAIMS)
    ]


def approve_late(instance: Instance, claim_id: str) -> None:
    given: dict[str, Any] = {"reason": "旧卡", "now": instance.clock(), "actor": "li"}
    instance.engine.write(lambda tx: approve_claim(tx, claim_id, **given))


def sign_until_closed(instance: Instance) -> None:
    """As three people would: refused because figures changed, it is checked and signed anew."""
    while True:
        version = draft(instance)["version"]
        try:
            prepare(instance, version=version)
            review(instance, version=version)
            given: dict[str, Any] = {"signer": ZHAO, "now": instance.clock()}
            files = instance.engine.read(
                lambda tx: files_to_approve(tx, instance.settings.folder, OCTOBER, version, **given)  # noqa: B023
            )
            instance.engine.write(
                lambda tx: approve_close(tx, OCTOBER, version, files=files, **given)  # noqa: B023
            )
            return
        except Refusal as why:
            if why.code != "month_figures_changed":
                raise
            states = instance.engine.read(lambda tx: closes_of_month(tx, OCTOBER))
            if states[0]["state"] != "draft":
                give_back(instance, version=version)


def test_every_row_is_in_the_frozen_report_or_in_the_next_month(
    instance: Instance, clock: FixedClock
) -> None:
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    county = make_small_county(instance)
    county.sell(0, 0, 10_000)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    claims = make_claims(county)
    failures: list[BaseException] = []
    begun = threading.Barrier(3)

    def decide(share: list[str]) -> None:
        try:
            begun.wait()
            for claim_id in share:
                approve_late(instance, claim_id)
        except BaseException as error:
            failures.append(error)

    shares = (claims[::2], claims[1::2])
    threads = [threading.Thread(target=decide, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    begun.wait()
    sign_until_closed(instance)
    for thread in threads:
        thread.join()
    assert failures == []
    frozen = instance.engine.read(lambda tx: frozen_report(tx, OCTOBER))
    now = instance.engine.read(lambda tx: monthly_report(tx, OCTOBER))
    november = instance.engine.read(lambda tx: monthly_report(tx, NOVEMBER))
    assert frozen is not None
    assert frozen.total == now.total
    late = sum(row.redemptions for row in november.adjustments)
    assert frozen.total.redemptions + late == CLAIMS + 1
    amounts = 10_000 + sum(10_000 + 1_000 * number for number in range(CLAIMS))
    assert frozen.total.amount_fen + november.total.amount_fen == amounts
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []


def test_only_one_of_two_approvals_closes_the_month(instance: Instance, clock: FixedClock) -> None:
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    county = make_small_county(instance)
    county.sell(0, 0, 10_000)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    draft(instance)
    prepare(instance)
    review(instance)
    given: dict[str, Any] = {"signer": ZHAO, "now": instance.clock()}
    files = instance.engine.read(
        lambda tx: files_to_approve(tx, instance.settings.folder, OCTOBER, 1, **given)
    )
    ends: list[str] = []
    begun = threading.Barrier(4)

    def sign() -> None:
        begun.wait()
        try:
            instance.engine.write(lambda tx: approve_close(tx, OCTOBER, 1, files=files, **given))
            ends.append("closed")
        except Refusal as why:
            ends.append(why.code)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["closed", *["month_step_wrong"] * 3]
