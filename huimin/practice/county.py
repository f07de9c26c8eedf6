"""The county of a practice till: one outlet under a copy of the real one's policy, and an invented
person with a card for each answer that a till can give.

Everything is made by the use cases of the other rooms, at an instant before the practice begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from stdnum.cn import ric

from huimin.access.terminal_keys import Terminal, terminal_by_id
from huimin.cards.change_state import report_lost, suspend_card
from huimin.cards.issue import issue_card
from huimin.cards.token import token_of
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import RedemptionRequest
from huimin.core.card_token import check_card
from huimin.core.days import county_day, county_start
from huimin.core.discount import PolicyTerms
from huimin.core.identity import parse_id_number
from huimin.core.money import AMOUNT_FEN_MAX, BASIS_POINTS
from huimin.divisions.find import all_divisions
from huimin.holders.people import EligibilityDraft, FamilyDraft, HolderDraft, add_holder
from huimin.instance import Instance
from huimin.merchants.merchants import add_merchant
from huimin.merchants.outlets import add_outlet
from huimin.merchants.terminals import add_terminal
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.publish import publish
from huimin.storage.engine import Row, Transaction

ACTOR = "practice"
# On a practice receipt they stand where a real one names its outlet and its till.
OUTLET_NAME, TERMINAL_LABEL = "收银台练习（不记账）", "练习"
OTHER_OUTLET_NAME = "练习的另一家店"
# Of nobody: the organisation's part is nines.
CREDIT_CODE = "91512022999999992Y"
# No real card's number begins with it.
NOBODYS_COUNTY = "000000"
ISSUED_DAYS_AGO = 60
ENDED_DAYS_AGO = 1
# What the card with a used cap has left, and the sales at most that use it up.
LEFT_FEN, SALES_MAX = 200, 60
# The policy where the real till has none today.
USUAL = PolicyDraft(code="lianxi", name="九二折", rate_bp=800, starts_on="")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented, by the answer that their card gets (`kind`)."""

    kind: str
    name: str
    family: tuple[FamilyDraft, ...] = ()


PEOPLE = (
    Person("discount", "练小明"),
    Person("family", "练大山", (FamilyDraft("练秋菊", "配偶"), FamilyDraft("练小强", "儿子"))),
    Person("excluded", "练文华"),
    Person("changing_code", "练玉兰"),
    Person("cap_nearly_used", "练志远"),
    Person("lost", "练国庆"),
    Person("suspended", "练春生"),
    Person("not_entitled", "练秀英"),
)


@dataclass(frozen=True, slots=True)
class PracticeCounty:
    """The id of the practice terminal, and the cards: `kind` and `number`."""

    terminal_id: str
    cards: tuple[Row, ...]


def fill(instance: Instance, place: Terminal, terms: PolicyTerms | None) -> PracticeCounty:
    """Everything that must be there. `place` is the real till, `terms` its policy of today."""
    now = instance.clock()
    begun = now - timedelta(days=ISSUED_DAYS_AGO)
    instance.engine.write(lambda tx: _publish(tx, place["outlet_kind"], terms, begun))
    village, kind = _village(instance), place["outlet_kind"]
    merchant_id = instance.engine.write(lambda tx: _add_merchant(tx, begun))
    outlet = {"merchant_id": merchant_id, "kind": kind, "division_code": village}
    here = instance.engine.write(lambda tx: _open(tx, name=OUTLET_NAME, now=begun, **outlet))
    # The cap is used up elsewhere, so that the practice begins with an empty day.
    elsewhere = instance.engine.write(
        lambda tx: _open(tx, name=OTHER_OUTLET_NAME, now=begun, **outlet)
    )
    cards = [_card_of(instance, person, village, begun) for person in PEOPLE]
    by_kind = {card["kind"]: card for card in cards}
    instance.engine.write(lambda tx: _stop(tx, by_kind, now))
    if not _use_cap(instance, by_kind["cap_nearly_used"], terms, elsewhere, now):
        cards.remove(by_kind["cap_nearly_used"])
    listed = tuple({"kind": card["kind"], "number": card["number"]} for card in cards)
    return PracticeCounty(here["terminal_id"], listed)


def _publish(tx: Transaction, kind: str, terms: PolicyTerms | None, begun: datetime) -> None:
    starts_on = county_day(begun).isoformat()
    draft = replace(USUAL, starts_on=starts_on)
    if terms is not None:
        copied = ("rate_bp", "rounding_unit_fen", "minimum_spend_fen", "excluded_categories")
        caps = ("cap_redemption_fen", "cap_card_day_fen", "cap_card_month_fen")
        same: dict[str, Any] = {name: getattr(terms, name) for name in (*copied, *caps)}
        draft = replace(draft, name=terms.name, merchant_share_bp=terms.merchant_share_bp, **same)
    draft = replace(draft, scope="kind", scope_value=kind)
    at = county_start(county_day(begun))
    publish(tx, save_draft(tx, draft, now=at, actor=ACTOR)["id"], now=at, actor=ACTOR)


def _village(instance: Instance) -> str:
    divisions = instance.engine.read(all_divisions)
    return next(str(row["code"]) for row in divisions if row["level"] == "village")


def _add_merchant(tx: Transaction, begun: datetime) -> str:
    merchant = add_merchant(
        tx,
        name=OUTLET_NAME,
        credit_code=CREDIT_CODE,
        contact_name="练习",
        contact_phone="13800000000",
        now=begun,
        actor=ACTOR,
    )
    return str(merchant["id"])


def _open(tx: Transaction, *, now: datetime, **outlet: str) -> Terminal:
    """A till of an outlet of its own."""
    by: dict[str, Any] = {"now": now, "actor": ACTOR}
    wanted: dict[str, Any] = {"address": "练习", **outlet}
    opened = add_outlet(tx, **wanted, **by)
    terminal, _key = add_terminal(tx, outlet_id=opened["id"], label=TERMINAL_LABEL, **by)
    return terminal_by_id(tx, terminal["id"])


def _card_of(instance: Instance, person: Person, village: str, begun: datetime) -> Row:
    """The person's card with its `kind`, given while the person was entitled."""
    today = county_day(instance.clock())
    is_over = person.kind == "not_entitled"
    last_day = today - timedelta(days=ENDED_DAYS_AGO) if is_over else None
    entitled = EligibilityDraft("other", county_day(begun) - timedelta(days=1), "练习", last_day)
    draft = HolderDraft(
        name=person.name,
        id_number=parse_id_number(_id_number(PEOPLE.index(person)), today=today),
        division_code=village,
        family=person.family,
        eligibilities=(entitled,),
    )
    by: dict[str, Any] = {"now": begun, "actor": ACTOR}

    def work(tx: Transaction) -> Row:
        holder_id = add_holder(tx, instance.personal_data, draft, **by)
        return issue_card(
            tx,
            holder_id=holder_id,
            key_id=instance.key_ring.active_key_id,
            reason="练习",
            number_start=NOBODYS_COUNTY,
            **by,
        )

    return {**instance.engine.write(work), "kind": person.kind}


def _id_number(serial: int) -> str:
    body = f"512022{date(1956, 3, 8):%Y%m%d}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _stop(tx: Transaction, by_kind: dict[str, Row], now: datetime) -> None:
    by: dict[str, Any] = {"reason": "练习", "now": now, "actor": ACTOR}
    report_lost(tx, card_id=by_kind["lost"]["id"], **by)
    suspend_card(tx, card_id=by_kind["suspended"]["id"], **by)


def _use_cap(
    instance: Instance, card: Row, terms: PolicyTerms | None, terminal: Terminal, now: datetime
) -> bool:
    """Buy until the card has only LEFT_FEN left; False where no cap bites or it is too large."""
    if terms is None:
        return False
    caps = [cap for cap in (terms.cap_card_day_fen, terms.cap_card_month_fen) if cap]
    if not caps:
        return False
    left_to_use = min(caps) - LEFT_FEN
    checked = check_card(token_of(card, instance.key_ring), instance.key_ring.public_keys())
    for serial, discount_fen in enumerate(_parts(left_to_use, terms.cap_redemption_fen)):
        amount_fen = max(discount_fen * BASIS_POINTS // terms.rate_bp, terms.minimum_spend_fen)
        if serial >= SALES_MAX or amount_fen > AMOUNT_FEN_MAX:
            return False
        request = RedemptionRequest(
            card=checked,
            amount_fen=amount_fen,
            order_no=f"{ACTOR}-{serial}",
            presented_by=card["holder_id"],
            identity_checked=True,
        )
        instance.engine.write(partial(redeem, request=request, terminal=terminal, now=now))
    return left_to_use > 0


def _parts(total_fen: int, part_max: int | None) -> Iterator[int]:
    while total_fen > 0:
        part_fen = min(total_fen, part_max or total_fen)
        total_fen -= part_fen
        yield part_fen
