"""The public page behind a receipt's code: it proves the sale, and tells nobody who it was."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.instance import Instance
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={}, name="天池平价超市")


def path_of(sold: dict[str, Any]) -> str:
    return f"/r/{sold['receipt_no']}/{sold['chain']['hash'][:16]}"


def test_it_tells_the_sale_and_nobody_s_name(till: ApiTill) -> None:
    sold = till.redeem(cashier="收银员03").json
    answer = till.client.get(path_of(sold))
    assert answer.status_code == 200
    page = answer.text
    for part in ("¥128.00", "¥117.76", "天池平价超市", "2026-10-31 10:00", sold["chain"]["hash"]):
        assert part in page
    assert "与县里的记账一致" in page and "没有退货" in page
    for secret in ("黄", till.card["number"], till.card["holder_id"], sold["order_no"], "员03"):
        assert secret not in page.replace(sold["receipt_no"], "").replace(
            sold["chain"]["hash"], ""
        ).replace("2026-10-31", "")
    wide = sold["receipt_no"].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    typed = f"/r/{wide[:8]} {wide[8:]}/{sold['chain']['hash'][:16].upper()}"
    assert till.client.get(typed).status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.both_engines
def test_it_says_what_was_returned(till: ApiTill) -> None:
    sold = till.redeem().json
    back = till.reverse(sold["id"], "back-1", amount_fen=2_800).json
    page = till.client.get(path_of(sold)).text
    assert "已部分退货" in page and "¥28.00" in page and "¥25.76" in page
    till.reverse(sold["id"], "back-2")
    assert "已全部退货" in till.client.get(path_of(sold)).text
    slip = till.client.get(path_of(back)).text
    assert "退还顾客" in slip and sold["receipt_no"] in slip and "与县里的记账一致" in slip


@pytest.mark.parametrize("change", ["hash", "number", "short", "long", "odd"])
def test_number_and_hash_must_belong_together(till: ApiTill, change: str) -> None:
    sold, other = till.redeem().json, till.redeem().json
    prefix = sold["chain"]["hash"][:16]
    path = {
        "hash": f"/r/{sold['receipt_no']}/{other['chain']['hash'][:16]}",
        "number": f"/r/{other['receipt_no']}/{prefix}",
        "short": f"/r/{sold['receipt_no']}/{prefix[:15]}",
        "long": f"/r/{sold['receipt_no']}/{sold['chain']['hash']}",
        "odd": f"/r/{sold['receipt_no']}/%ED%A0%80乐",
    }[change]
    answer = till.client.get(path)
    assert answer.status_code == 404
    assert "¥" not in answer.text


def test_a_printer_s_capital_letters_do_not_matter(till: ApiTill) -> None:
    sold = till.redeem().json
    assert (
        till.client.get(f"/r/{sold['receipt_no']}/{sold['chain']['hash'][:16].upper()}").status_code
        == 200
    )


def test_a_changed_row_is_told(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={})
    sold, later = till.redeem().json, till.redeem().json

    def tamper(tx: Any) -> None:
        table = " ON ledger" if tx.engine == "postgresql" else ""
        tx.connection.execute(f"DROP TRIGGER ledger_refuses_update{table}")
        tx.connection.execute(
            "UPDATE ledger SET amount_fen = 99999, payable_fen = 98975 WHERE id = "
            + ("%(id)s" if tx.engine == "postgresql" else ":id"),
            {"id": sold["id"]},
        )

    instance.engine.write(tamper)
    page = till.client.get(path_of(sold)).text
    assert "与记账对不上" in page and "一致" not in page
    assert "与县里的记账一致" in till.client.get(path_of(later)).text


def test_guessing_is_throttled(till: ApiTill) -> None:
    sold = till.redeem().json
    answers = [till.client.get(f"/r/{sold['receipt_no']}/{n:016x}").status_code for n in range(61)]
    assert set(answers[:60]) == {404}
    assert answers[60] == 429
    assert till.client.get(path_of(sold)).status_code == 429
