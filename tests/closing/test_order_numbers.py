"""Every order number that the API takes agrees with itself when the statement is sent back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from huimin.checkout.day_statement import COLUMNS, SUMS, statement_csv
from huimin.checkout.once import fingerprint
from huimin.checkout.requests import RedemptionRequest
from huimin.checkout.statement_xlsx import statement_xlsx
from huimin.claims.requests import ClaimRequest
from huimin.closing.listing import read_listing
from huimin.closing.match import match
from huimin.core.card_token import check_card
from huimin.core.order_number import NoOrderNumber, checked_order
from huimin.instance import Instance
from tests.making.till import ApiTill, make_till

ODD = "=+-@'\"`,;\t|0123456789eE.:/ 　％Ａ１_x0041年月日total合计\u202e\u200b\u2800\u0301ﷺ🎉"
orders = st.text(alphabet=st.sampled_from(ODD), min_size=1, max_size=8) | st.text(
    min_size=1, max_size=20
)


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def taken(text: str) -> str | None:
    """What the API makes of it; None if it refuses it."""
    try:
        return checked_order(text)
    except NoOrderNumber:
        return None


def day_of(order_nos: list[str]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for number, order_no in enumerate(order_nos, start=1):
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {"kind": "redemption", "order_no": order_no, "receipt_no": f"2026103100000{number}"}
        row |= {"channel": "online", "sequence": number, "rate_bp": 800, "terminal_id": "t"}
        row |= {
            "recorded_at": "2026-10-31T02:00:00.000Z",
            "occurred_at": "2026-10-31T02:00:00.000Z",
        }
        row |= {"excluded_fen": 0, "eligible_fen": 1_000, "amount_fen": 1_000 + number}
        row |= {"discount_fen": 80, "payable_fen": 920 + number, "merchant_share_fen": 80}
        rows.append(row | {"government_share_fen": 0})
    sums = {name: sum(row[name] for row in rows) for name in SUMS}
    return {
        "outlet": {"id": "o", "name": "示范点"},
        "day": "2026-10-31",
        "rows": rows,
        "sums": {"redemptions": len(rows), "reversals": 0, **sums},
        "sha256": "0" * 64,
    }


# Many numbers in a statement: to write and read a workbook takes longer than all that is in it.
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(orders, min_size=1, max_size=24))
@example(["A;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"])
@example(["_x0041_", "A", "0012", "20261031004217000001", 'a"b', "a,b"])
@example(["  S1  ", "Ｓ２", "s 3", "ﷺ"])
def test_a_statement_sent_back_agrees_with_itself(texts: list[str]) -> None:
    order_nos = sorted({order_no for order_no in map(taken, texts) if order_no})
    assume(order_nos)
    assert [checked_order(order_no) for order_no in order_nos] == order_nos
    statement = day_of(order_nos)
    with TemporaryDirectory() as folder:
        for name, content in (
            ("s.csv", b"\xef\xbb\xbf" + statement_csv(statement).encode()),
            ("s.xlsx", statement_xlsx(statement, "乐至县")),
        ):
            path = Path(folder) / name
            path.write_bytes(content)
            result = match(statement["rows"], read_listing(path))
            assert (result.differences, result.agreed) == ((), len(order_nos)), name


@pytest.mark.parametrize(
    "order_no",
    [
        *(
            "1E001",
            "1e5",
            "12E-3",
            "1.5E+10",
            "１Ｅ００１",
            "=1+2",
            "＝1+2",
            "+1",
            "-1",
            "@a",
            "  =1",
        ),
        *(
            "a\u202eb",
            "a\u200bb",
            "a\u2066b",
            "\u3164",
            "a\ufe0fb",
            "a\u00adb",
            "a\u2800",
            "   ",
            "''",
        ),
        *("10-31", "2026/10/31", "2026-7", "1.50", "1,234", "5%", "(5)", "¥5", "3:15", "TRUE"),
        *("MAR1", "Dec-12", "1-Mar", "1mar", "March 5", "SEPT2", "May 5, 2026", "2026-Mar"),
        *("3月1日", "Jan-5", "合计", "Total:", "1 1/2", "ﷺ" * 20),
    ],
)
def test_what_no_list_could_hold_is_refused_with_a_sentence(till: ApiTill, order_no: str) -> None:
    body = till.body(order_no=order_no)
    refused = till.post("/redemptions", body, "k-1")
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_input"), order_no
    (problem,) = refused.json["errors"]
    assert problem["field"] == "order_no" and problem["message"] != "格式不对。"
    assert till.ledger_rows() == 0


@pytest.mark.parametrize("sent", ["  S1  ", "Ｓ１", "S1\u3000", "'S1"])
def test_width_and_spaces_do_not_make_another_order(till: ApiTill, sent: str) -> None:
    made = till.redeem("k-1", order_no=sent).json
    assert made["order_no"] == "S1"
    for text in (sent, "S1"):
        assert (
            till.client.get(
                "/api/v1/redemptions", query_string={"order_no": text}, headers=till.headers()
            ).json["id"]
            == made["id"]
        )
    assert till.redeem("k-2", order_no="S1").json["code"] == "order_exists"
    gone = till.post("/cancellations", {"order_no": sent, "reason": "没有答复"}).json
    assert gone["redemption"]["id"] == made["id"]


def keep_as_version_1(till: ApiTill, act: str, request: Any, key: str) -> None:
    """That version 1 answered a request under a key."""
    row = (till.terminal["id"], key, fingerprint(act, request), '{"id": "first"}', "2026-10-30")

    def work(tx: Any) -> None:
        mark = "?" if tx.engine == "sqlite" else "%s"
        tx.connection.execute(
            "INSERT INTO idempotency_key (terminal_id, key, fingerprint, response_json, created_at)"
            f" VALUES ({', '.join([mark] * len(row))})",
            row,
        )

    till.instance.engine.write(work)


@pytest.mark.both_engines
def test_a_retry_of_before_the_upgrade_hears_the_first_answer(
    till: ApiTill, subtests: pytest.Subtests
) -> None:
    card = check_card(till.card["token"], till.instance.key_ring.public_keys())
    for place, order_no in enumerate(["1E001", "  S1  ", "A\u202e1", "=1+2", "''"]):
        with subtests.test(order_no=order_no):
            key = f"019a38f0-0016-7000-8000-abcdef00000{place}".upper()
            body = till.body(order_no=order_no)
            who = {"presented_by": body["presented_by"], "identity_checked": True}
            sold = RedemptionRequest(card, body["amount_fen"], order_no=order_no, **who)
            keep_as_version_1(till, "redeem", sold, key)
            for again in (key, key.lower()):
                told = till.post("/redemptions", body, again)
                assert (told.status_code, told.json) == (201, {"id": "first"}), again
                assert told.headers["Idempotent-Replayed"] == "true"
            other = till.post("/redemptions", {**body, "amount_fen": 100}, key)
            assert other.json["code"] == "idempotency_mismatch"
            filed = {"card": till.card["token"], "order_no": order_no, "amount_fen": 500}
            claim = ClaimRequest(card, order_no, 500)
            keep_as_version_1(till, "claim", claim, f"claim-{place}")
            assert till.post("/claims", filed, f"claim-{place}").json == {"id": "first"}
    assert till.ledger_rows() == 0


def test_a_key_and_ids_are_the_same_in_capitals(till: ApiTill) -> None:
    key = "019a38f0-0016-7000-8000-abcdef000000"
    body = till.body(order_no="K-1")
    first = till.post("/redemptions", {**body, "presented_by": body["presented_by"].upper()}, key)
    again = till.post("/redemptions", body, key.upper())
    assert (first.status_code, again.json) == (201, first.json)
    shouted = first.json["id"].upper()
    assert till.get(f"/redemptions/{shouted}").json["id"] == first.json["id"]
    assert till.reverse(shouted, key.replace("a", "b")).status_code == 201


@pytest.mark.parametrize(
    "order_no",
    [
        *("W-20261031-0007", "0012", "20261031004217000001", "🎉-1", "1001-2", "A1E001", "12/A"),
        *("MARKET0123", "DECHANG0012", "MAYI0001", "decade", "March", "MAR1234567", "JUN-A1"),
    ],
)
def test_usual_order_numbers_stay_as_they_are(till: ApiTill, order_no: str) -> None:
    made = till.redeem("k-1", order_no=order_no, shop_order_no="小票 0099").json
    assert made["order_no"] == order_no
    told = till.get(f"/redemptions/{made['id']}").json
    assert told["shop_order_no"] == "小票 0099"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-28 10:00", "5 PM", "上午3:00", "3时", "下午3时20分", "−1", "①", "A²"),
        *("共计", "累计", "sum", "Grand Total"),
    ],
)
def test_what_a_list_could_not_have_is_no_order_number(text: str) -> None:
    assert taken(text) is None


@pytest.mark.parametrize("text", ["5P", "5PM", "SUM1", "A-10:00", "20261128-1000", "午3"])
def test_what_only_looks_like_a_time_or_a_sum_is_taken(text: str) -> None:
    assert taken(text) == text
