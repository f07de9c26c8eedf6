"""Build the demo county: merchants, policy, staff, the register's people and their cards.

Each is made by its room's own use case, at the instant when it would have happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.resources import as_file, files

from huimin.access.passwords import hash_password
from huimin.access.staff import add_staff_with_hash
from huimin.access.terminal_keys import Terminal, terminal_of_key
from huimin.cards.issue import issue_card
from huimin.cards.token import token_of
from huimin.core.card_token import CheckedCard, check_card
from huimin.core.days import county_day, county_start, month_days, month_of
from huimin.demo import queries
from huimin.demo.payees import add_payees
from huimin.demo.places import COMPANIES, STAFF, Account
from huimin.divisions.find import all_divisions, town_of
from huimin.holders.people import eligibilities_of, presenters_of
from huimin.holders.registers.check_register import check_register
from huimin.holders.registers.import_register import import_register
from huimin.holders.registers.places import Places
from huimin.holders.registers.row_view import Circumstances
from huimin.instance import Instance
from huimin.merchants.merchants import add_merchant
from huimin.merchants.outlets import add_outlet
from huimin.merchants.terminals import add_terminal
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.publish import publish
from huimin.storage.engine import Row, Transaction

ACTOR = "demo"
POLICY = PolicyDraft(
    code="jiuerzhe",
    name="九二折",
    rate_bp=800,
    starts_on="2023-03-01",
    cap_redemption_fen=15_000,
    cap_card_day_fen=20_000,
    cap_card_month_fen=50_000,
    merchant_share_bp=6_000,
    budget_fen=2_000_000,
    offline_hours=24,
    offline_cap_redemption_fen=3_000,
    offline_cap_card_fen=6_000,
    offline_cap_terminal_fen=100_000,
    offline_bearer="merchant",
    offline_send_days=7,
    offline_two_people_fen=2_000,
)
MERCHANTS_JOINED = date(2023, 2, 13)
CARD_LEAD_DAYS = 14
# Customers, by index, whose first card expires before the current month.
EXPIRING = (27, 160)
REGISTER = "register_sample.xlsx"


@dataclass(frozen=True)
class Till:
    """A terminal: its key, and its row from `access`."""

    key: str
    terminal: Terminal
    town_code: str

    @property
    def kind(self) -> str:
        """The kind of its outlet."""
        return str(self.terminal["outlet_kind"])


@dataclass
class Customer:
    """A holder with the current card, and who may present it (ids, the holder first)."""

    holder_id: str
    town_code: str
    eligibility: str
    card: Row
    checked: CheckedCard
    presenters: list[str]


@dataclass
class County:
    """The county as built so far."""

    instance: Instance
    tills: list[Till] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)


def build_county(instance: Instance, days: Sequence[date]) -> County:
    """Everything that must exist before the first redemption on the first of `days`."""
    county = County(instance)
    merchants = _open_merchants(county)
    joined_at = county_start(MERCHANTS_JOINED) + timedelta(hours=14)
    changed_at = county_start(days[-1]) + timedelta(hours=9)
    add_payees(instance, merchants, joined_at=joined_at, changed_at=changed_at)
    _publish_policy(instance)
    _add_staff(instance)
    registered_at = county_start(days[0] - timedelta(days=CARD_LEAD_DAYS)) + timedelta(hours=9)
    import_sample_register(instance, registered_at)
    last_day_before = month_days(month_of(days[-1]))[0] - timedelta(days=1)
    _issue_cards(county, registered_at + timedelta(hours=2), last_day_before)
    return county


def checked_card(instance: Instance, card: Row) -> CheckedCard:
    """The card as a till reads it: its verified token."""
    return check_card(token_of(card, instance.key_ring), instance.key_ring.public_keys())


def _open_merchants(county: County) -> list[Row]:
    now = county_start(MERCHANTS_JOINED) + timedelta(hours=10)
    keys: list[str] = []
    merchants: list[Row] = []

    def work(tx: Transaction) -> None:
        for company in COMPANIES:
            merchant = add_merchant(
                tx,
                name=company.name,
                credit_code=company.credit_code,
                contact_name=company.contact_name,
                contact_phone=company.contact_phone,
                now=now,
                actor=ACTOR,
            )
            merchants.append(merchant)
            for place in company.places:
                outlet = add_outlet(
                    tx,
                    merchant_id=merchant["id"],
                    name=place.name,
                    kind=place.kind,
                    division_code=place.division_code,
                    address=place.address,
                    opening_hours=place.opening_hours,
                    latitude=place.location[0],
                    longitude=place.location[1],
                    now=now,
                    actor=ACTOR,
                )
                for label in place.tills:
                    _, key = add_terminal(
                        tx, outlet_id=outlet["id"], label=label, now=now, actor=ACTOR
                    )
                    keys.append(key)

    county.instance.engine.write(work)

    def tills(tx: Transaction) -> list[Till]:
        terminals = [(key, terminal_of_key(tx, key)) for key in keys]
        return [
            Till(key, terminal, town_of(terminal["outlet_division_code"]))
            for key, terminal in terminals
        ]

    county.tills = county.instance.engine.read(tills)
    return merchants


def _publish_policy(instance: Instance) -> None:
    now = county_start(date.fromisoformat(str(POLICY.starts_on))) - timedelta(days=7)

    def work(tx: Transaction) -> None:
        draft = save_draft(tx, POLICY, now=now, actor=ACTOR)
        publish(tx, draft["id"], now=now, actor=ACTOR)

    instance.engine.write(work)


def _add_staff(instance: Instance) -> None:
    now = county_start(MERCHANTS_JOINED) + timedelta(hours=11)
    hashes = {account.username: hash_password(account.password) for account in STAFF}

    def work(tx: Transaction) -> None:
        outlets = {row["name"]: row for row in queries.outlets(tx)}
        for account in STAFF:
            add_staff_with_hash(
                tx,
                username=account.username,
                name=account.name,
                role=account.role,
                password_hash=hashes[account.username],
                now=now,
                actor=ACTOR,
                **_place_of(account, outlets),
            )

    instance.engine.write(work)


def _place_of(account: Account, outlets: dict[str, Row]) -> Row:
    if account.role == "registrar":
        return {"division_code": account.place}
    if account.role == "merchant_manager":
        return {"merchant_id": str(outlets[account.place]["merchant_id"])}
    if account.role == "cashier":
        return {"outlet_id": str(outlets[account.place]["id"])}
    return {}


def import_sample_register(instance: Instance, now: datetime) -> None:
    """Import the register of invented people as an office would; its wrong rows are refused."""
    places = Places(instance.engine.read(all_divisions))
    circumstances = Circumstances(places=places, today=county_day(now), file_name=REGISTER)
    with as_file(files("huimin.demo") / REGISTER) as path:
        check = check_register(path, circumstances)
    import_register(instance.engine, instance.personal_data, check, now=now, actor=ACTOR)


def _issue_cards(county: County, now: datetime, last_day_before: date) -> None:
    """Issue a card to every holder; a few expire on `last_day_before`, before this month."""
    instance = county.instance
    # Sorted by something other than ids, which are random.
    holders = sorted(
        instance.engine.read(queries.holders),
        key=lambda row: (row["division_code"], row["birth_date"], row["name"]),
    )

    def work(tx: Transaction) -> list[Row]:
        return [
            issue_card(
                tx,
                holder_id=holder["id"],
                key_id=instance.key_ring.active_key_id,
                now=now,
                actor=ACTOR,
                reason="名册导入后首次发卡",
                expires_on=last_day_before if index in EXPIRING else None,
            )
            for index, holder in enumerate(holders)
        ]

    cards = instance.engine.write(work)
    for holder, card in zip(holders, cards, strict=True):
        county.customers.append(_customer(instance, holder, card))


def _customer(instance: Instance, holder: Row, card: Row) -> Customer:
    kinds, presenters = instance.engine.read(
        lambda tx: (eligibilities_of(tx, holder["id"]), presenters_of(tx, holder["id"]))
    )
    return Customer(
        holder_id=holder["id"],
        town_code=town_of(holder["division_code"]),
        eligibility=kinds[0]["kind"] if kinds else "other",
        card=card,
        checked=checked_card(instance, card),
        presenters=[person["id"] for person in presenters],
    )
