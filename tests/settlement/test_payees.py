"""Where a merchant is paid to: nobody changes it alone, and every look and change is on record."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.settlement.answer import close_due
from huimin.settlement.payee_fields import Payee, checked_payee
from tests.conftest import FixedClock
from tests.making.lost_keys import lose_the_keys
from tests.making.office import Office
from tests.making.offline import make_offline_till
from tests.reports.county import SmallCounty
from tests.settlement.county import OCTOBER, close_month, make_county, of_merchant

COMPANY = {
    "kind": "company",
    "holder_name": "时代百盛商贸有限公司",
    "account": "5100 1234 5678 9012 345",
    "bank": "四川农村商业联合银行",
    "branch": "乐至支行",
    "branch_code": "314651000012",
    "contact_name": "黄会计",
    "contact_phone": "13800001234",
}
CARD = {
    **COMPANY,
    "kind": "card",
    "holder_name": "张小三",
    "account": "6222 0210 0111 6245 702",
}
NUMBER, OTHER_NUMBER = "5100123456789012345", "6222021001116245702"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def county(instance: Instance) -> SmallCounty:
    county = make_county(instance, merchant_share_bp=0)
    county.sell(0, 0, 6_000)
    county.sell(2, 3, 2_500)
    return county


def put_in_force(office: Office, address: str, typed: dict[str, str], **more: str) -> None:
    first, second = office.client(), office.client()
    assert office.post(first, address, reason="来函", **typed).status_code == 302
    decided = office.post(second, f"{waiting(second, address)}/approve", reason="已核实", **more)
    assert decided.status_code == 302


def waiting(client: Any, address: str) -> str:
    """The address of the proposal that waits."""
    page = client.get(address).text
    before = page.partition("/approve")[0]
    return before[before.rindex(address) :]


def recorded(instance: Instance) -> list[tuple[str, str]]:
    def read(tx: Any) -> list[tuple[str, str]]:
        rows = tx.connection.execute(
            "SELECT action, old_json, new_json FROM audit_event"
            " WHERE action LIKE 'payee.%' OR action LIKE 'settlement.list%' ORDER BY id"
        ).fetchall()
        return [(row["action"], f"{row['old_json']} {row['new_json']}") for row in rows]

    return instance.engine.read(read)


@pytest.mark.both_engines
def test_one_person_proposes_another_approves_and_nobody_sees_more_than_needed(
    office: Office, instance: Instance, county: SmallCounty
) -> None:
    merchant_id = county.outlets[0]["merchant_id"]
    address = f"/settlements/payees/{merchant_id}"
    first, second, auditor = office.client(), office.client(), office.client("auditor")
    assert "还没有收款账户" in auditor.get(address).text
    assert office.post(auditor, address, reason="来函", **COMPANY).status_code == 403
    assert office.post(first, address, reason="来函", **COMPANY).status_code == 302
    twice = office.post(second, address, reason="来函", **CARD)
    assert twice.status_code == 422 and "等审批" in twice.text
    proposal = waiting(second, address)
    assert "个商户的收款账户变更待审批" in second.get("/today").text
    assert "个商户的收款账户变更待审批" not in first.get("/today").text
    own = office.post(first, f"{proposal}/approve", reason="自己批")
    assert own.status_code == 403 and "由另一位管理员审批" in own.text
    assert office.post(second, f"{proposal}/approve").status_code == 422
    page = second.get(address).text
    assert NUMBER not in page and "***2345" in page and "13800001234" not in page
    assert "换收款账户是常见的骗局" in page
    assert office.post(second, f"{proposal}/reveal").status_code == 422
    whole = office.post(second, f"{proposal}/reveal", reason="核对开户证明").text
    assert NUMBER in whole and "13800001234" in whole
    assert NUMBER not in second.get(address).text
    assert office.post(auditor, f"{proposal}/reveal", reason="看看").status_code == 403
    assert "有变更等审批" in second.get("/settlements/payees?wanted=proposed").text
    approved = office.post(second, f"{proposal}/approve", reason="打电话核实")
    assert approved.status_code == 302
    assert "payee_decided" not in second.get(address).text
    assert office.post(second, f"{proposal}/approve", reason="再批").status_code == 409
    assert "已登记" in second.get("/settlements/payees").text
    same = office.post(first, address, reason="来函", **COMPANY)
    assert same.status_code == 422 and "完全一样" in same.text
    events = recorded(instance)
    assert [action for action, _ in events] == [
        *("payee.proposed", "payee.revealed", "payee.approved")
    ]
    # Neither the record nor the table holds anything in clear.
    cipher = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT content_cipher FROM merchant_payee").fetchone()
    )["content_cipher"]
    for secret in (NUMBER, "黄会计", "13800001234", "乐至支行"):
        assert secret not in cipher and all(secret not in said for _, said in events)


def test_an_account_that_no_key_opens_is_said_so_and_takes_no_page_with_it(
    office: Office, instance: Instance, county: SmallCounty, clock: FixedClock
) -> None:
    merchant_id = county.outlets[0]["merchant_id"]
    address = f"/settlements/payees/{merchant_id}"
    put_in_force(office, address, COMPANY)
    statement = of_merchant(close_month(instance, OCTOBER), merchant_id)
    clock.advance(days=8)
    first, second = office.client(), office.client()
    assert office.post(first, address, reason="换行", **CARD).status_code == 302
    proposal = waiting(second, address)
    lose_the_keys(instance)
    page = second.get(address)
    assert page.status_code == 200 and page.text.count("现有的密钥读不出这个账户") == 4
    assert "huimin doctor" in page.text and "查看完整账号" not in page.text
    assert f"{proposal}/approve" not in page.text and f"{proposal}/reject" in page.text
    # Whoever has the page still open from before sees nothing and approves nothing unseen.
    events = recorded(instance)
    for act in ("approve", "reveal"):
        blind = office.post(second, f"{proposal}/{act}", reason="打电话核实过")
        assert blind.status_code == 409 and "请商户重新提出" in blind.text
    assert recorded(instance) == events
    paid_to = second.get(f"/settlements/{statement['id']}")
    assert paid_to.status_code == 200 and "现有的密钥读不出这个账户" in paid_to.text
    assert "还没有收款账户" not in paid_to.text
    assert accounts_of_list(office) == ["", ""]
    assert "1 个商户的收款账户现有的密钥读不出" in second.get("/settlements/unpaid").text
    # The way out without the key: turned down, proposed anew, approved by another.
    assert office.post(second, f"{proposal}/reject", reason="看不到内容").status_code == 302
    put_in_force(office, address, COMPANY, covers_unpaid="1")
    assert accounts_of_list(office) == [NUMBER, ""]
    assert "现有的密钥读不出" not in second.get(f"/settlements/{statement['id']}").text


@pytest.mark.both_engines
def test_a_settlement_is_paid_to_the_account_of_its_confirmation(
    office: Office, instance: Instance, county: SmallCounty, clock: FixedClock
) -> None:
    merchant_id = county.outlets[0]["merchant_id"]
    address = f"/settlements/payees/{merchant_id}"
    put_in_force(office, address, COMPANY)
    made = of_merchant(close_month(instance, OCTOBER), merchant_id)
    clock.advance(days=8)

    def accounts() -> list[str]:
        return accounts_of_list(office)

    assert accounts() == [NUMBER, ""]
    clock.advance(days=1)
    put_in_force(office, address, CARD)
    # The change came after the confirmation: this settlement is not led astray by it.
    assert accounts() == [NUMBER, ""]
    page = office.client().get(f"/settlements/{made['id']}").text
    assert "仍付到确认时的账户" in page and "***2345" in page and NUMBER not in page
    clock.advance(days=1)
    put_in_force(office, address, {**CARD, "branch": "城关支行"}, covers_unpaid="1")
    assert accounts() == [OTHER_NUMBER, ""]
    csv = office.post(office.client(), "/settlements/batch", format="csv").data.decode()
    assert f"{OTHER_NUMBER}\t" in csv and "张小三" in csv and csv.startswith("\ufeff结算单号")
    assert recorded(instance)[-1][0] == "settlement.list_exported"
    assert '"amount_fen": 680' in recorded(instance)[-1][1]
    assert office.client("auditor").get("/settlements/payees").status_code == 403


def accounts_of_list(office: Office) -> list[str]:
    """The account numbers of the list of payments, in its order."""
    listed = office.post(office.client(), "/settlements/batch")
    sheet = openpyxl.load_workbook(io.BytesIO(listed.data)).active
    return [row[7].value or "" for row in sheet.iter_rows(min_row=3)]


@pytest.mark.both_engines
def test_what_the_time_confirmed_is_paid_as_of_that_day_whenever_it_is_noticed(
    office: Office, instance: Instance, county: SmallCounty, clock: FixedClock
) -> None:
    merchant_id = county.outlets[0]["merchant_id"]
    address = f"/settlements/payees/{merchant_id}"
    put_in_force(office, address, COMPANY)
    made = of_merchant(close_month(instance, OCTOBER), merchant_id)
    clock.advance(days=9)
    # The time to confirm is over, which nobody has noted yet.
    put_in_force(office, address, CARD)
    page = office.client().get(f"/settlements/{made['id']}").text
    assert "仍付到确认时的账户" in page and "***2345" in page
    assert accounts_of_list(office) == [NUMBER, ""]
    clock.advance(days=1)
    instance.engine.write(lambda tx: close_due(tx, now=clock()))
    assert accounts_of_list(office) == [NUMBER, ""]


def test_a_merchant_asks_for_another_account_and_hears_of_every_change(
    office: Office, instance: Instance, county: SmallCounty
) -> None:
    merchant_id, other_id = (county.outlets[at]["merchant_id"] for at in (0, 3))
    address = f"/settlements/payees/{merchant_id}"
    manager = office.client("merchant_manager", merchant_id=merchant_id)
    stranger = office.client("merchant_manager", merchant_id=other_id)
    assert stranger.get(address).status_code == 404
    assert office.post(stranger, address, reason="换一换", **CARD).status_code == 404
    assert office.post(manager, address, reason="换银行了", **CARD).status_code == 302
    page = manager.get(address).text
    assert "等县里核实并审批" in page and "张*三" in page and OTHER_NUMBER not in page
    assert "提出更换收款账户" in manager.get("/settlements/").text
    admin = office.client()
    proposal = waiting(admin, address)
    assert office.post(manager, f"{proposal}/approve", reason="自己批").status_code == 403
    assert office.post(manager, f"{proposal}/reveal", reason="看看").status_code == 403
    assert office.post(admin, f"{proposal}/withdraw").status_code == 404
    assert office.post(admin, f"{proposal}/reject", reason="电话打不通").status_code == 302
    assert "电话打不通" in manager.get(address).text
    assert office.post(manager, address, reason="再来一次", **CARD).status_code == 302
    assert office.post(manager, f"{waiting(admin, address)}/withdraw").status_code == 302
    put_in_force(office, address, COMPANY)
    # How the county verifies would tell a swindler what to prepare for.
    assert "已核实" in admin.get(address).text and "已核实" not in manager.get(address).text
    assert "更换了；不是您知道的" in manager.get("/settlements/").text
    notices = instance.engine.read(
        lambda tx: [
            dict(row)
            for row in tx.connection.execute("SELECT kind, body FROM notice ORDER BY id").fetchall()
        ]
    )
    kinds = [notice["kind"] for notice in notices]
    assert kinds.count("payee.proposed") == 3 and kinds.count("payee.approved") == 1
    assert all(NUMBER not in notice["body"] for notice in notices)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("account", "1234567"),
        ("account", "1" * 31),
        ("account", "５１００-一二"),
        ("account", ""),
        ("kind", "gold"),
        ("holder_name", ""),
        ("bank", "行" * 61),
        ("branch_code", "12345"),
        ("contact_name", ""),
        ("contact_phone", "打我电话"),
    ],
)
def test_every_wrong_field_is_told(field: str, wrong: str) -> None:
    with pytest.raises(FieldProblems) as refused:
        checked_payee({**COMPANY, field: wrong})
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_card_has_a_check_digit_and_a_company_s_account_has_none() -> None:
    assert checked_payee(CARD).account == OTHER_NUMBER
    assert checked_payee(COMPANY).account == NUMBER
    for account in ("6222021001116245703", "62220210011162"):
        with pytest.raises(FieldProblems):
            checked_payee({**CARD, "account": account})
        assert checked_payee({**COMPANY, "account": account}).account == account


def test_what_is_sealed_comes_back_whole() -> None:
    payee = checked_payee(CARD)
    assert Payee.unsealed(payee.sealed()) == payee
    assert payee.masked().account == "*" * 15 + "5702"
    assert payee.differing(checked_payee({**CARD, "bank": "工商银行"})) == {"bank"}


def test_a_proposal_is_no_state_of_the_merchant(
    office: Office, client: Any, instance: Instance
) -> None:
    till = make_offline_till(client, instance)
    address = f"/settlements/payees/{till.outlet['merchant_id']}"
    assert office.post(office.client(), address, reason="来函", **COMPANY).status_code == 302
    (answer,) = till.send(till.item())
    assert answer["status"] == "accepted"
    listed = office.client().get("/audit/").text
    assert "提出新的收款账户" in listed and f'href="{address}"' in listed
