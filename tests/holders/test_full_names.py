"""Full names for a session: with one reason on record, where people must be known."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from huimin.audit.record import events_of
from huimin.holders.applications import submit_application
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.holders.test_endings import draft_of_register
from tests.holders.test_register_pages import register, village_code
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.holders import make_holder
from tests.making.office import OTHER_TOWN, TOWN, Office, first_id
from tests.making.offline import OfflineTill, make_offline_till, note_refused_attempt
from tests.making.registers import register_row
from tests.making.staff import sign_in

OWN, FAMILY, STRANGER = "欧阳慧敏", "王大力强", "司马大青"
PHONE = "13711112222"
SHOWN = "正在显示完整姓名"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def people(instance: Instance) -> dict[str, dict[str, Any]]:
    """One of the own town with a card and an application, one there without, one of another."""
    own = make_holder(instance, name=OWN, family=((FAMILY, "配偶"),), phone=PHONE)
    other = make_holder(instance, name=STRANGER, division_code="512022001001")
    card = make_card(instance, own)
    now = instance.clock()
    instance.engine.write(
        lambda tx: submit_application(tx, holder_id=own["id"], now=now, actor="somebody")
    )
    without = make_holder(instance, name="无卡的人")
    return {"own": own, "other": other, "card": card, "without": without}


def show(office: Office, client: Any, reason: str = "下村核对名册", **form: str) -> Any:
    return office.post(client, "/names", act="show", reason=reason, **form)


def pages_of(people: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Each page that shows somebody's name, and the name."""
    return {
        "/holders/": OWN,
        "/applications/?state=": OWN,
        "/cards/": OWN,
        "/cards/print": OWN,
        f"/holders/{people['own']['id']}": FAMILY,
        f"/cards/{people['card']['id']}": OWN,
        f"/reach/{TOWN}/people?reason=no_card": "无卡的人",
    }


def test_one_reason_shows_the_names_of_the_own_town_until_the_session_ends(
    office: Office, instance: Instance, people: dict[str, Any]
) -> None:
    client = office.client("registrar")
    for address, name in pages_of(people).items():
        page = client.get(address).text
        assert name not in page and SHOWN not in page, address
    assert show(office, client, "  ").status_code == 422
    assert OWN not in client.get("/holders/").text
    answer = show(office, client, back="/holders/?division=")
    assert answer.headers["Location"] == "/holders/?division="
    for address, name in pages_of(people).items():
        page = client.get(address).text
        assert name in page and SHOWN in page, address
        title = page.partition("<title>")[2].partition("</title>")[0]
        assert name not in title, address
        assert PHONE not in page and people["own"]["id_number_hash"] not in page
    found = office.post(client, "/holders/", text="王大力").headers["Location"]
    assert FAMILY in client.get(found).text
    # A download stays masked, and so does another session, of the same person too.
    sheet = client.get("/holders/?format=xlsx").data
    cells = [
        cell for row in openpyxl.load_workbook(io.BytesIO(sheet)).active.values for cell in row
    ]
    assert "欧**敏" in cells and OWN not in cells
    second = office.app.test_client()
    sign_in(second, office.names[client])
    assert OWN not in second.get("/holders/").text
    # By a press, or with the session.
    office.post(client, "/names", act="mask")
    assert OWN not in client.get("/holders/").text and SHOWN not in client.get("/holders/").text
    show(office, client)
    office.post(client, "/sign-out")
    sign_in(client, office.names[client])
    assert OWN not in client.get("/holders/").text


def test_it_is_recorded_by_whom_why_and_for_what(
    office: Office, instance: Instance, people: dict[str, Any]
) -> None:
    registrar, administrator = office.client("registrar"), office.client("administrator")
    show(office, registrar, "核对名册")
    show(office, administrator, "抽查档案")
    office.post(administrator, "/names", act="mask")

    def recorded(client: Any) -> list[tuple[str, Any, Any]]:
        name = office.names[client]

        def query(tx: Any) -> list[tuple[str, Any, Any]]:
            (row,) = [r for r in _staff(tx) if r["username"] == name]
            return [
                (one["action"], one["reason"], json.loads(one["new_json"] or "null"))
                for one in events_of(tx, "staff", row["id"])
                if "names" in one["action"]
            ]

        return instance.engine.read(query)

    assert recorded(registrar) == [("staff.names_shown", "核对名册", {"division_code": TOWN})]
    assert recorded(administrator) == [
        ("staff.names_shown", "抽查档案", {"scope": "county"}),
        ("staff.names_masked", None, None),
    ]
    page = office.client("auditor").get("/audit/").text
    assert "开始显示完整姓名" in page and "核对名册" in page


def _staff(tx: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in tx.connection.execute("SELECT id, username FROM staff")]


def test_an_administrator_sees_every_town_and_nobody_else_asks(
    office: Office, people: dict[str, Any]
) -> None:
    administrator = office.client("administrator")
    assert STRANGER not in administrator.get("/holders/").text
    show(office, administrator)
    page = administrator.get("/holders/").text
    assert STRANGER in page and OWN in page
    # A registrar who enters somebody like one of another town learns no more than before.
    registrar = office.client("registrar", division_code=OTHER_TOWN)
    show(office, registrar)
    entered = office.post(
        registrar,
        "/holders/new",
        name=OWN,
        id_number="512022195603080010",
        division_code="512022001001",
        kind="dibao",
        since="2026-03-01",
        act="enter",
    )
    assert f"/holders/{people['own']['id']}" not in entered.text
    auditor = office.client("auditor")
    assert auditor.get("/names").status_code == 403
    assert show(office, auditor).status_code == 403
    assert OWN not in auditor.get("/holders/").text


@pytest.fixture
def sold_to(client: Any, instance: Instance, clock: FixedClock) -> OfflineTill:
    """A till that sold to OWN: offline, sent too late, and five times a day; and a claim."""
    card = make_card(instance, make_holder(instance, name=OWN, division_code=village_code()))
    till = make_offline_till(client, instance)
    till.card = card
    late = till.item(order_no="late-1")
    clock.advance(days=32)
    assert till.send(late)[0]["status"] == "waiting"
    for _ in range(5):
        clock.advance(minutes=2)
        assert till.redeem(amount_fen=1_000).status_code == 201
    assert file_claim(till).status_code == 201
    note_refused_attempt(instance, till.terminal, card, "card_lost")
    return till


def test_work_lists_show_them_too_and_their_downloads_never(
    office: Office, sold_to: OfflineTill, tmp_path: Path
) -> None:
    client = office.client("administrator")
    registrar = office.client("registrar", division_code=village_code()[:9] + "000")
    ending = draft_of_register(office, client, register(tmp_path, register_row(kind="低保")))
    lists = ["/claims/", "/alerts/", "/offline/?status=waiting", "/attempts/"]
    ones = [
        address + first_id(client.get(listed).text, address)
        for address, listed in zip(("/claims/", "/alerts/", "/offline/"), lists, strict=False)
    ]
    pages = [*lists, *ones, ending, "/today"]
    for address in pages:
        page = client.get(address).text
        assert "欧**敏" in page and OWN not in page, address
    claim = [lists[0], ones[0], lists[3], "/today"]
    elsewhere = office.client("registrar", division_code=OTHER_TOWN)
    for one in (client, registrar, elsewhere, second := office.client("administrator")):
        show(office, one)
    office.post(second, "/names", act="mask")
    for reader, own in ((client, pages), (registrar, claim)):
        for address in own:
            page = reader.get(address).text
            assert OWN in page, address
            assert OWN not in page.partition("<title>")[2].partition("</title>")[0], address
    for address in pages:
        assert OWN not in second.get(address).text, address
        assert OWN not in elsewhere.get(address).text, address
    for address in (*lists, ending):
        mark = "&" if "?" in address else "?"
        sheet = client.get(f"{address}{mark}format=xlsx").data
        rows = openpyxl.load_workbook(io.BytesIO(sheet)).active.values
        cells = [cell for row in rows for cell in row]
        assert "欧**敏" in cells and OWN not in cells, address
