"""The entitlement decides, the card only proves: verify, quote, redeem, offline, returns, the pack.

Claims are in tests/claims/test_decide.py. The clock stands at 10:00 of 2026-10-31 in the county.
"""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

import pytest

from huimin.audit.lookups import LookupLog
from huimin.holders.change_person import end_eligibility, grant_eligibility
from huimin.holders.entitled_days import last_stretch
from huimin.holders.people import EligibilityDraft, eligibilities_of
from huimin.instance import Instance
from huimin.ledger.rollups import check_rollups
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.offline import OfflineTill, make_offline_till
from tests.making.till import ApiTill, make_till

YESTERDAY, TODAY, TOMORROW = date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1)
LONG_AGO = date(2023, 3, 1)
pytestmark = pytest.mark.both_engines


def card_of(instance: Instance, *entitled: tuple[str, date, date | None]) -> dict[str, Any]:
    """A card of a holder with these eligibilities: kind, first and last day."""
    drafts = tuple(EligibilityDraft(kind, first, "名册", last) for kind, first, last in entitled)
    return make_card(instance, make_holder(instance, eligibilities=drafts))


def end_on(instance: Instance, card: dict[str, Any], last: date) -> None:
    """End every eligibility of the card's holder on that day."""
    by: Any = {"now": instance.clock(), "actor": "test", "reason": "不再享受"}

    def work(tx: Any) -> None:
        for row in eligibilities_of(tx, card["holder_id"]):
            end_eligibility(tx, card["holder_id"], row["id"], ends_on=last, **by)

    instance.engine.write(work)


def codes_at(till: ApiTill) -> list[str | None]:
    """What verify, quote and redeem answer: a refusal's code, or None."""
    answers = (
        till.post("/cards/verify", {"card": till.card["token"]}),
        till.post("/quotes", {"card": till.card["token"], "amount_fen": 12_800}),
        till.redeem(),
    )
    return [answer.json.get("code") for answer in answers]


def kinds_in_ledger(instance: Instance) -> list[str]:
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT eligibility FROM ledger ORDER BY id").fetchall()
    )
    assert instance.engine.read(lambda tx: list(check_rollups(tx))) == []
    return [row["eligibility"] for row in rows]


@pytest.mark.parametrize(
    "entitled",
    [
        (),
        (("dibao", LONG_AGO, YESTERDAY),),
        (("dibao", TOMORROW, None),),
        (("dibao", LONG_AGO, YESTERDAY), ("orphan", TOMORROW, None)),
    ],
    ids=["never", "until yesterday", "from tomorrow", "a gap today"],
)
def test_a_card_alone_gets_nothing(client: Any, instance: Instance, entitled: Any) -> None:
    till = make_till(client, instance, policy={})
    till.card = card_of(instance, *entitled)
    assert codes_at(till) == ["not_entitled"] * 3
    answer = till.redeem()
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert "保障" not in answer.json["cashier_message"]
    assert till.ledger_rows() == 0
    instance.part(LookupLog).flush()
    looks = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT outcome FROM card_lookup").fetchall()
    )
    assert [row["outcome"] for row in looks] == ["not_entitled"]


def test_it_ends_by_the_date_alone(client: Any, instance: Instance, clock: FixedClock) -> None:
    till = make_till(client, instance, policy={})
    till.card = card_of(instance, ("disability", LONG_AGO, TODAY))
    clock.now = clock.now.replace(hour=15, minute=59)  # a minute before the county's midnight
    assert codes_at(till) == [None] * 3
    clock.advance(minutes=1)
    assert codes_at(till) == ["not_entitled"] * 3
    assert kinds_in_ledger(instance) == ["disability"]


def test_a_sale_is_counted_under_what_the_person_has_that_day(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_till(client, instance, policy={})
    till.card = card_of(instance, ("dibao", LONG_AGO, TODAY), ("disability", TOMORROW, None))
    sale = till.redeem().json
    clock.advance(days=1)
    assert till.redeem().status_code == 201
    # What is returned afterwards is taken from the kind under which it was given.
    assert till.reverse(sale["id"], "back").status_code == 201
    end_on(instance, till.card, TOMORROW)
    clock.advance(days=1)
    last = till.get("/redemptions?order_no=order-2").json
    assert till.redeem().json["code"] == "not_entitled"
    assert till.reverse(last["id"], "back-2").status_code == 201
    assert kinds_in_ledger(instance) == ["dibao", "disability", "dibao", "disability"]


def denied(till: OfflineTill) -> set[str]:
    text = till.pack["deny_list"]["copies"]
    ids = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return {ids[place : place + 7].hex() for place in range(0, len(ids), 7)}


def test_the_pack_denies_whoever_is_without_on_its_first_day(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    after = date(2026, 11, 2)
    names = {
        card_of(instance, *entitled)["copy_id"]: name
        for name, entitled in {
            "never": (),
            "ended": (("dibao", LONG_AGO, YESTERDAY),),
            "ends today": (("dibao", LONG_AGO, TODAY),),
            "ends tomorrow": (("dibao", LONG_AGO, TOMORROW),),
            "renewed without a gap": (("dibao", LONG_AGO, TODAY), ("dibao", TOMORROW, None)),
            "gap tomorrow": (("dibao", LONG_AGO, TODAY), ("dibao", after, None)),
            "begins tomorrow": (("dibao", TOMORROW, None),),
            "another goes on": (("dibao", LONG_AGO, TODAY), ("tekun", LONG_AGO, None)),
        }.items()
    }
    till = make_offline_till(client, instance)  # valid for 24 hours: today and tomorrow
    gone = {"never", "ended", "begins tomorrow"}
    assert {names[copy] for copy in denied(till)} == gone
    # Nothing is written that night: what ends by the date alone is denied all the same.
    etag = till.take_pack().headers["ETag"]
    clock.advance(days=1)
    assert till.take_pack(etag).status_code == 200
    gone = {"never", "ended", "ends today", "gap tomorrow"}
    assert {names[copy] for copy in denied(till)} == gone


def test_the_pack_hears_of_a_change_within_half_a_minute(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance)
    etag = till.take_pack().headers["ETag"]
    end_on(instance, till.card, YESTERDAY)
    clock.advance(seconds=30)
    assert till.take_pack(etag).status_code == 200
    assert denied(till) == {till.card["copy_id"]}
    granted = EligibilityDraft("dibao", TODAY, "名册")
    instance.engine.write(
        lambda tx: grant_eligibility(tx, till.card["holder_id"], granted, now=clock(), actor="test")
    )
    clock.advance(seconds=30)
    till.take_pack()
    assert denied(till) == set()


def test_a_sale_without_network_is_judged_on_its_own_day(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance)
    till.card = card_of(instance, ("orphan", LONG_AGO, TODAY))
    sale = till.item()
    clock.now = clock.now.replace(hour=16)  # the next county day
    late = till.item()
    entered, refused = till.send(sale, late)
    assert (entered["status"], refused["status"]) == ("accepted", "refused")
    assert refused["code"] == "not_entitled" and refused["bearer"] == "merchant"
    assert kinds_in_ledger(instance) == ["orphan"]


def test_the_last_stretch_without_a_gap() -> None:
    assert last_stretch([]) == ("", "")
    assert last_stretch([("2026-01-01", None)]) == ("2026-01-01", "9999-12-31")
    spans = [
        ("2024-01-01", "2024-12-31"),
        ("2025-01-01", "2025-06-30"),
        ("2025-03-01", "2025-04-01"),
    ]
    assert last_stretch(spans) == ("2024-01-01", "2025-06-30")
    assert last_stretch([*spans, ("2025-07-02", "2025-12-31")]) == ("2025-07-02", "2025-12-31")
