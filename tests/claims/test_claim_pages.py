"""Claims in the browser's pages: the office decides with everything in sight, the till pays out."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest

from huimin.cards.change_state import report_lost
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet
from tests.making.office import OTHER_TOWN, TOWN, Office, pages_through
from tests.making.till import ApiTill, make_till


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"cap_card_day_fen": 1_500}, name="天池平价超市")


def decide(office: Office, client: Any, claim_id: str, act: str, reason: str = "") -> Any:
    return office.post(client, f"/claims/{claim_id}", act=act, reason=reason)


def test_an_administrator_sees_what_decides_and_approves(till: ApiTill, office: Office) -> None:
    till.redeem(amount_fen=10_000)
    claim = file_claim(till, cashier="收银员03", note="忘带卡").json
    client = office.client()
    page = client.get(f"/claims/{claim['id']}").text
    for part in (
        claim["claim_no"],
        claim["order_no"],
        "天池平价超市",
        "黄*平",
        "低保",
        "九二折",
        "¥128.00",
        "当天还可优惠",
        "¥7.00",
        "收银员03",
        "忘带卡",
    ):
        assert part in page, part
    assert "黄筱平" not in page
    assert "通过，补记优惠 ¥7.00" in page
    answer = decide(office, client, claim["id"], "approve")
    assert answer.status_code == 302
    page = client.get(f"/claims/{claim['id']}").text
    assert "已通过" in page and "补记优惠 ¥7.00" in page
    assert till.get(f"/claims/{claim['id']}").json["redemption"]["discount_fen"] == 700
    again = decide(office, client, claim["id"], "reject", "迟了")
    assert again.status_code == 409 and "已经处理过" in again.text


def test_a_rejection_needs_a_reason_that_the_till_reads(till: ApiTill, office: Office) -> None:
    claim = file_claim(till).json
    client = office.client()
    refused = decide(office, client, claim["id"], "reject")
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert decide(office, client, claim["id"], "reject", "金额与小票不符").status_code == 302
    assert "金额与小票不符" in client.get(f"/claims/{claim['id']}").text
    cashier = office.client("cashier", outlet_id=till.outlet["id"])
    assert "金额与小票不符" in cashier.get(f"/till/claims/{claim['id']}").text


def test_what_stands_against_it_is_said_and_can_t_be_approved(
    till: ApiTill, office: Office
) -> None:
    till.card = make_card(till.instance, make_holder(till.instance, eligibility=None))
    claim = file_claim(till).json
    client = office.client()
    page = client.get(f"/claims/{claim['id']}").text
    assert "没有登记在册的保障资格" in page and 'value="approve"' not in page
    answer = decide(office, client, claim["id"], "approve", "请通融")
    assert answer.status_code == 422 and "没有登记在册的保障资格" in answer.text
    assert till.ledger_rows() == 0


def test_a_lost_card_is_told_then_and_now(till: ApiTill, office: Office, clock: FixedClock) -> None:
    act = {"card_id": till.card["id"], "now": clock(), "actor": "test", "reason": "测试"}
    till.instance.engine.write(lambda tx: report_lost(tx, **act))
    claim = file_claim(till, refusal_code="card_lost").json
    client = office.client()
    page = client.get(f"/claims/{claim['id']}").text
    assert page.count("state-lost") == 2 and "card_lost" in page
    assert "通过也要写明理由" in page
    assert decide(office, client, claim["id"], "approve").status_code == 422
    assert decide(office, client, claim["id"], "approve", "确系本人").status_code == 302


def test_the_same_purchase_is_pointed_out(till: ApiTill, office: Office) -> None:
    sold = till.redeem(order_no="POS-77").json
    claim = file_claim(till).json
    page = office.client().get(f"/claims/{claim['id']}").text
    assert "同一天、同一金额" in page and "POS-77" in page and sold["receipt_no"] in page


def test_the_list_filters_counts_pages_and_exports(
    till: ApiTill, office: Office, clock: FixedClock
) -> None:
    first = file_claim(till, occurred_on="2026-10-20").json
    second = file_claim(till).json
    client = office.client()
    decide(office, client, first["id"], "approve", "旧卡有效")
    page = client.get("/claims/").text
    assert second["claim_no"] in page and first["claim_no"] not in page
    assert "共 1 条" in page
    every = client.get("/claims/?state=all").text
    assert first["claim_no"] in every and second["claim_no"] in every
    for query, shown in (
        (f"state=all&number={first['claim_no']}", first),
        (f"state=all&number={second['order_no']}", second),
        ("state=all&source=missed", first),
        ("state=all&source=refusal", second),
        ("state=all&last=2026-10-25", first),
        ("state=all&first=2026-10-25", second),
        ("state=approved", first),
    ):
        found = client.get(f"/claims/?{query}").text
        other = second if shown is first else first
        assert shown["claim_no"] in found and other["claim_no"] not in found, query
    assert "没有符合条件" in client.get("/claims/?state=all&outlet=nobody").text
    assert "2026-10-31" in client.get("/claims/?first=31.10.2026").text
    book = client.get("/claims/?state=all&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in rows] == [second["claim_no"], first["claim_no"]]
    assert float(rows[1][8]) == 10.24 and rows[0][8] in (None, "")
    assert "黄*平" in rows[0] and "黄筱平" not in str(rows)


@pytest.mark.both_engines
def test_pages_follow_each_other_without_a_gap(till: ApiTill, office: Office) -> None:
    filed = [file_claim(till).json["claim_no"] for _ in range(53)]
    client = office.client()
    pages = pages_through(client, "/claims/")
    assert re.findall(r">(\d{12})</a>", "".join(pages)) == filed[::-1]
    assert len(pages) == 2 and "共 53 条" in pages[0]


def test_a_registrar_reads_the_own_town_s_claims_alone(till: ApiTill, office: Office) -> None:
    claim = file_claim(till).json
    own, other = (
        office.client("registrar", division_code=TOWN),
        office.client("registrar", division_code=OTHER_TOWN),
    )
    assert claim["claim_no"] in own.get("/claims/").text
    assert 'value="approve"' not in own.get(f"/claims/{claim['id']}").text
    assert decide(office, own, claim["id"], "approve").status_code == 403
    assert claim["claim_no"] not in other.get("/claims/").text
    assert other.get(f"/claims/{claim['id']}").status_code == 404


def test_today_counts_what_waits(till: ApiTill, office: Office) -> None:
    assert "份补录登记待审核" not in office.client().get("/today").text
    file_claim(till)
    assert "份补录登记待审核" in office.client().get("/today").text
    # It waits for those who decide; a registrar of the town only reads it.
    for town in (TOWN, OTHER_TOWN):
        reader = office.client("registrar", division_code=town)
        assert "份补录登记待审核" not in reader.get("/today").text


@pytest.mark.both_engines
def test_a_cashier_files_a_forgotten_card_and_gets_the_slip(till: ApiTill, office: Office) -> None:
    cashier = office.client("cashier", outlet_id=till.outlet["id"])
    form = {
        "card": till.card["number"],
        "occurred_on": "2026-10-28",
        "order_no": "纸质小票-8",
        "amount_fen": "128.50",
        "excluded_fen": "8.5",
        "presented_by": "family_member",
    }
    bad = office.post(cashier, "/till/claims/missed", **{**form, "amount_fen": "12,x"})
    assert bad.status_code == 422 and "纸质小票-8" in bad.text and "金额写作" in bad.text
    late = office.post(cashier, "/till/claims/missed", **{**form, "occurred_on": "2026-01-01"})
    assert late.status_code == 422 and "30 天内" in late.text
    empty = office.post(cashier, "/till/claims/missed", card="", occurred_on="x", order_no="")
    assert empty.status_code == 422
    done = office.post(cashier, "/till/claims/missed", **form)
    assert done.status_code == 302
    slip = cashier.get(done.headers["Location"]).text
    assert "优惠补录单" in slip and "128.50" in slip and "2026-10-28" in slip
    assert "黄" not in slip
    assert "纸质小票-8" in cashier.get("/till/claims").text
    administrator = office.client()
    claim_id = done.headers["Location"].rpartition("/")[2]
    page = administrator.get(f"/claims/{claim_id}").text
    assert "钟点没有记录" in page and "家属" in page
    assert "当时还没有发这张卡" in page
    assert decide(office, administrator, claim_id, "approve").status_code == 422
    assert decide(office, administrator, claim_id, "approve", "旧卡有效").status_code == 302
    paid = cashier.get(f"/till/claims/{claim_id}").text
    assert "审核已通过" in paid
    receipt = re.search(r'href="(/till/receipts/[^"]+)"', paid)
    assert receipt is not None
    assert "补退顾客" in cashier.get(receipt[1]).text
    assert "¥9.60" in cashier.get("/till/claims").text


def test_another_outlet_s_cashier_sees_none_of_it(till: ApiTill, office: Office) -> None:
    claim = file_claim(till).json
    other = office.client("cashier", outlet_id=make_outlet(till.instance)["id"])
    assert claim["claim_no"] not in other.get("/till/claims").text
    assert other.get(f"/till/claims/{claim['id']}").status_code in (403, 404)


def test_the_filing_cashier_s_own_claim_is_for_another_person(
    till: ApiTill, office: Office
) -> None:
    client = office.client()
    username = office.names[client]
    claim = file_claim(till).json

    def filed_by_them(tx: Any) -> None:
        mark = "%(who)s" if tx.engine == "postgresql" else ":who"
        tx.connection.execute(f"UPDATE claim SET submitted_by = {mark}", {"who": username})

    till.instance.engine.write(filed_by_them)
    page = client.get(f"/claims/{claim['id']}").text
    assert "请由另一位管理员审批" in page and 'value="approve"' not in page
    answer = decide(office, client, claim["id"], "approve")
    assert answer.status_code == 403 and "另一位管理员" in answer.text
    assert decide(office, office.client(), claim["id"], "approve").status_code == 302
