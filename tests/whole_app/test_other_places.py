"""What lies elsewhere does not exist: every route that takes an id, asked for another place's.

A registrar is shown another town's people, a manager and a cashier another merchant's shop, a till
another outlet's sales: always 404, the same as for an id that nobody has. A route with an argument
that is not known here fails, so that nobody forgets to say whose it is.
"""

from __future__ import annotations

import io
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image
from werkzeug.routing import Rule

from huimin.access.join_codes import join, make_join_code
from huimin.access.sessions import sessions_of
from huimin.cards.print_log import record_run
from huimin.closing.close_day import keep_comparison
from huimin.closing.listing import Listing
from huimin.core.permissions import allows
from huimin.holders.applications import submit_application
from huimin.holders.drafts import save_draft
from huimin.holders.evidence import add_evidence, stored_file
from huimin.holders.working_days import package_working_days
from huimin.instance import Instance
from huimin.keys.sealed_files import write_new
from huimin.merchants.joining import ask_to_join
from huimin.my.requests import ask_correction
from huimin.notices.merchant_webhook import set_webhook, tell_merchant, try_news
from huimin.settlement.payee_fields import Payee
from huimin.settlement.payees import propose_payee
from huimin.storage.ids import new_id
from tests.making.cards import make_card
from tests.making.claims import make_claim
from tests.making.holders import make_holder
from tests.making.merchants import credit_code, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.settlements import make_settlement
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.whole_app.test_access_table import action_of, is_api, rules_of

HERE, ELSEWHERE = "512022002004", "512022001001"
# Arguments that name no row of anybody.
NO_IDS = {
    "act": "suspend",
    "action": "suspend",
    "month": "2026-10",
    "version": "1",
    "form": "csv",
    "group": "new",
    "day": "2026-10-31",
    "date": "2026-10-31",
    "filename": "huimin.css",
    "name": "access",
    "path": "x",
    "digits": "1",
    "receipt_no": "0",
    "hash_prefix": "0" * 16,
}
# What belongs to no town and no merchant: only roles that see the whole county come to it.
OF_THE_COUNTY = {
    "alert_id",
    "complaint_id",
    "delivery_id",
    "ending_id",
    "good_id",
    "job_id",
    "list_id",
    "price_id",
    "rating_id",
    "message_id",
    "recipient_id",
    "code",
    "policy_id",
    "register_id",
    "template_id",
    "token_id",
    "waiting_id",
}
FORM = {
    "reason": "走错了门",
    "name": "张三",
    "relation": "daughter",
    "family_name": "张小梅",
    "kind": "dibao",
    "since": "2026-01-01",
    "ends_on": "2026-12-31",
    "amount": "1.00",
    "decision": "approve",
}
ROLES_OF_A_PLACE = ("registrar", "merchant_manager", "cashier")


class Place:
    """A town with its people and a merchant with its shop; `ids` by the names of arguments."""

    def __init__(self, instance: Instance, division: str) -> None:
        town = division[:9] + "000"
        now = {"now": instance.clock(), "actor": "test"}
        holder = make_holder(instance, division_code=division)
        card = make_card(instance, holder)
        self.outlet = make_outlet(instance, division_code=division)
        self.terminal, self.key = make_terminal(instance, self.outlet)
        self.sale = make_redemption(instance, card, self.key)
        self.claim = make_claim(instance, card, self.key)
        self.staff = {
            "registrar": make_staff(instance, "registrar", division_code=town),
            "merchant_manager": make_staff(
                instance, "merchant_manager", merchant_id=self.outlet["merchant_id"]
            ),
            "cashier": make_staff(instance, "cashier", outlet_id=self.outlet["id"]),
        }
        folder = instance.settings.folder
        photo = io.BytesIO()
        Image.new("RGB", (8, 8)).save(photo, "PNG")
        write = partial(write_new, instance.personal_data, folder)
        stored = stored_file("证明.png", photo.getvalue(), write)

        def fill(tx: Any) -> dict[str, str]:
            add_evidence(tx, stored, holder_id=holder["id"], **now)
            asked = submit_application(tx, holder_id=holder["id"], **now)
            run = record_run(
                tx,
                [card["id"]],
                layout="sheet",
                pdf_sha256="0" * 64,
                reason="打印",
                again=False,
                **now,
            )
            code = make_join_code(tx, self.terminal["id"], side="county", **now)
            _, device = join(tx, code, user_agent=None, before=None, now=now["now"])
            draft = save_draft(
                tx,
                instance.personal_data,
                staff_id=self.staff["registrar"]["id"],
                values={"name": "张三"},
                now=instance.clock(),
            )
            family = tx.connection.execute(
                "SELECT id FROM family_member WHERE holder_id = ?", (holder["id"],)
            ).fetchone()
            eligibility = tx.connection.execute(
                "SELECT id FROM eligibility WHERE holder_id = ?", (holder["id"],)
            ).fetchone()
            comparison = keep_comparison(
                tx,
                self.outlet,
                date.fromisoformat(NO_IDS["day"]),
                Listing((), (), ()),
                file_name="清单.csv",
                file_sha256="0" * 64,
                **now,
            )
            set_webhook(
                tx,
                self.outlet["merchant_id"],
                "https://pos.invalid/",
                settings=instance.settings,
                **now,
            )
            delivery = tell_merchant(
                tx, self.outlet["merchant_id"], try_news(), now=instance.clock()
            )
            payee = propose_payee(
                tx,
                instance.personal_data,
                self.outlet["merchant_id"],
                Payee("company", "公司", "12345678", "银行", "", "", "会计", "13800001234"),
                reason="来函",
                side="merchant",
                **now,
            )
            asked_for = ask_correction(
                tx,
                instance.personal_data,
                holder["id"],
                about="phone",
                words="换了号码",
                working_days=package_working_days(),
                **now,
            )
            return {
                "request_id": asked_for["id"],
                "relative_id": family["id"],
                "payee_id": payee["id"],
                "application_id": asked["id"],
                "own_delivery_id": str(delivery),
                "comparison_id": comparison,
                "print_run_id": run,
                "draft_id": draft,
                "device_id": device,
                "member_id": family["id"],
                "eligibility_id": eligibility["id"],
            }

        self.ids = {
            **instance.engine.write(fill),
            "holder_id": holder["id"],
            "town_code": town,
            "card_id": card["id"],
            "file_id": stored.id,
            "merchant_id": self.outlet["merchant_id"],
            "outlet_id": self.outlet["id"],
            "terminal_id": self.terminal["id"],
            "staff_id": self.staff["cashier"]["id"],
            "redemption_id": self.sale["id"],
            "ledger_id": self.sale["id"],
            "purchase_id": self.sale["id"],
            "claim_id": self.claim["id"],
            "settlement_id": make_settlement(instance, self.outlet["merchant_id"])["id"],
        }


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


@pytest.fixture
def places(sqlite_instance: Instance) -> tuple[Place, Place]:
    make_policy(sqlite_instance)
    return Place(sqlite_instance, HERE), Place(sqlite_instance, ELSEWHERE)


def address(rule: Rule, ids: dict[str, str]) -> str:
    _, _, path = rule.rule.partition("/")
    built = "/" + path
    for name in rule.arguments:
        for converter in ("", "string:", "path:"):
            built = built.replace(f"<{converter}{name}>", ids[name])
    assert "<" not in built, rule.rule
    return built


def body_of(rule: Rule) -> dict[str, Any]:
    """A form as a page sends it, or what the till's script sends."""
    return (
        {"json": {"reason": "走错了门"}} if rule.rule.startswith("/till/") else {"data": dict(FORM)}
    )


def names_ids(rule: Rule) -> bool:
    return bool(set(rule.arguments) - set(NO_IDS) - OF_THE_COUNTY)


def test_every_argument_is_known_here(app: Any, places: tuple[Place, Place]) -> None:
    known = {*places[0].ids, *NO_IDS, *OF_THE_COUNTY, "session_id"}
    unknown = {
        (rule.rule, name)
        for rule, _ in rules_of(app)
        for name in rule.arguments
        if name not in known
    }
    assert unknown == set(), "say in Place.ids whose these are, or in NO_IDS that they are no ids"


def test_what_is_of_the_county_is_for_roles_of_the_county(app: Any) -> None:
    for rule, method in rules_of(app):
        action = action_of(app, rule)
        if action is not None and set(rule.arguments) & OF_THE_COUNTY:
            let_in = [role for role in ROLES_OF_A_PLACE if allows(role, action)]
            assert let_in == [], f"{method} {rule.rule}"


@pytest.mark.parametrize("role", ROLES_OF_A_PLACE)
def test_another_place_is_not_found(
    app: Any, sqlite_instance: Instance, places: tuple[Place, Place], role: str
) -> None:
    here, elsewhere = places
    client = app.test_client()
    sign_in(client, here.staff[role]["username"])
    if role == "cashier":
        client.get("/till/")
    headers = {"X-CSRFToken": csrf_of(client, "/account"), "Idempotency-Key": "key-1"}
    session = sqlite_instance.engine.read(
        lambda tx: sessions_of(tx, elsewhere.staff[role]["id"], sqlite_instance.clock())
    )
    assert session == []
    other = app.test_client()
    sign_in(other, elsewhere.staff[role]["username"])
    session = sqlite_instance.engine.read(
        lambda tx: sessions_of(tx, elsewhere.staff[role]["id"], sqlite_instance.clock())
    )
    theirs = {**NO_IDS, **elsewhere.ids, "session_id": session[0]["id"]}
    mine = {**NO_IDS, **here.ids}
    asked = 0
    for rule, method in rules_of(app):
        action = action_of(app, rule)
        if action is None or not allows(role, action) or not names_ids(rule):
            continue
        nobodys = {**NO_IDS, **{name: new_id() for name in (*theirs, "session_id")}, **NO_IDS}
        for ids in (theirs, nobodys):
            answer = client.open(
                address(rule, ids), method=method, headers=headers, **body_of(rule)
            )
            assert answer.status_code == 404, f"{role} {method} {rule.rule}: {answer.status}"
        if method == "GET":
            own = client.get(address(rule, mine))
            # The county of a practice till has nothing of the real one.
            wanted = 404 if rule.endpoint.startswith("practice.") else 200
            assert own.status_code == wanted, f"{role} {rule.rule}: {own.status}"
        asked += 1
    assert asked >= {"registrar": 18, "merchant_manager": 4, "cashier": 2}[role]


def test_a_thing_of_ones_own_leads_to_no_part_of_another_s(
    app: Any, places: tuple[Place, Place]
) -> None:
    """The person is of the own town, the family member or paper in the address is not."""
    here, elsewhere = places
    client = app.test_client()
    sign_in(client, here.staff["registrar"]["username"])
    headers = {"X-CSRFToken": csrf_of(client, "/account")}
    asked = 0
    for rule, method in rules_of(app):
        parts = set(rule.arguments) & {"member_id", "eligibility_id", "file_id"}
        if not parts:
            continue
        mixed = {**NO_IDS, **here.ids, **{name: elsewhere.ids[name] for name in parts}}
        answer = client.open(address(rule, mixed), method=method, headers=headers, **body_of(rule))
        assert answer.status_code == 404, f"{method} {rule.rule}: {answer.status}"
        asked += 1
    assert asked >= 4


def test_another_outlet_s_sales_are_not_found_by_a_till(
    app: Any, places: tuple[Place, Place]
) -> None:
    here, elsewhere = places
    client = app.test_client()
    headers = {"Authorization": f"Bearer {here.key}", "Idempotency-Key": "k"}
    asked = 0
    for rule, method in rules_of(app):
        if not is_api(rule) or not names_ids(rule):
            continue
        where = address(rule, {**NO_IDS, **elsewhere.ids})
        answer = client.open(where, method=method, headers=headers, json={"reason": "退货"})
        assert answer.status_code == 404, f"{method} {rule.rule}: {answer.status}"
        asked += 1
    assert asked >= 2
    listed = client.get("/api/v1/redemptions?order_no=none", headers=headers)
    assert elsewhere.sale["id"] not in listed.text


def test_lists_show_the_own_place_alone(app: Any, places: tuple[Place, Place]) -> None:
    here, elsewhere = places
    pages = {
        "registrar": ("/holders/", "/cards/", "/cards/print", "/applications/?state="),
        "merchant_manager": ("/my-merchant/",),
    }
    for role, addresses in pages.items():
        client = app.test_client()
        sign_in(client, here.staff[role]["username"])
        for one in addresses:
            text = client.get(one).text
            assert any(own in text for own in here.ids.values()), f"{role} {one}"
            assert not [name for name, its in elsewhere.ids.items() if its in text], f"{role} {one}"


def test_no_id_can_be_guessed_from_another() -> None:
    made = [int(new_id().replace("-", ""), 16) for _ in range(2_000)]
    tails = [value & (2**62 - 1) for value in made]
    assert len({tail >> 42 for tail in tails}) > 1_900
    steps = [abs(later - earlier) for earlier, later in pairwise(made)]
    assert min(steps) > 2**40


def test_ask_to_join_shows_nobody_s_application(app: Any, sqlite_instance: Instance) -> None:
    form = {
        "merchant_name": "新来的商户",
        "credit_code": credit_code(99_999),
        "contact_name": "赵敏",
        "contact_phone": "13800000001",
        "outlet_name": "新来的店",
        "outlet_kind": "pharmacy",
        "division_code": HERE,
        "address": "南塔路 1 号",
    }
    row = sqlite_instance.engine.write(
        lambda tx: ask_to_join(tx, form, now=sqlite_instance.clock())
    )
    for path in ("/join", "/join/thanks"):
        assert row["id"] not in app.test_client().get(path).text
