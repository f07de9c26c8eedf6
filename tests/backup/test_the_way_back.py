"""The handbook's chapter on restoring, walked: what was sold after the backup is back in the books.

A sale, a backup; then two more sales online, one without network under the till's old pack and one
under a pack that it took after the backup. The county is restored. The tills send what they still
have, the shop's own list names the rest, and it is entered as claims: the sums are as before, and
no receipt number stands on two papers.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huimin.backup.make import make_backup
from huimin.checkout.offline.decide_waiting import accept_waiting
from huimin.claims.decide import approve_claim
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.reports.monthly import MonthlyReport, monthly_report
from huimin.settings import Settings
from tests.backup.conftest import OpenAgain
from tests.backup.test_restore import restore
from tests.conftest import FixedClock, WireApp
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.offline import OfflineTill, make_offline_till
from tests.making.staff import csrf_of, make_staff, sign_in

DAY = "/till/day/2026-10-31"


def report_of(instance: Instance) -> MonthlyReport:
    return instance.engine.read(lambda tx: monthly_report(tx, "2026-10"))


def differing_orders(client: Any, listing: str) -> list[str]:
    """Compare the shop's list with the ledger; the orders that the ledger lacks."""
    sent = client.post(
        f"{DAY}/comparisons",
        data={
            "csrf_token": csrf_of(client, "/till/day/"),
            "file": (io.BytesIO(listing.encode()), "list.csv"),
        },
    )
    page = client.get(sent.location).text
    return [order for order in ("1001", "1002", "1003", "off-1", "off-2") if order in page]


@pytest.mark.both_engines
def test_what_was_sold_after_the_backup_is_in_the_books_again(
    app: Any,
    instance: Instance,
    elsewhere: Settings,
    backups: Path,
    clock: FixedClock,
    open_again: OpenAgain,
    wire_app: WireApp,
) -> None:
    till = make_offline_till(app.test_client(), instance)
    cashier = make_staff(instance, "cashier", outlet_id=till.outlet["id"])["username"]
    old_pack = till.pack
    first = till.redeem(order_no="1001").json
    file = backups / "county.tar"
    clock.advance(minutes=10)
    make_backup(instance, file)

    clock.advance(minutes=10)
    lost = [till.redeem(order_no=number).json for number in ("1002", "1003")]
    other_card = make_card(instance)  # issued after the backup: known to nobody afterwards
    till.redeem(order_no="1004", card=other_card["token"], presented_by=other_card["holder_id"])
    offline = [till.item(order_no="off-1")]
    clock.advance(hours=2)
    till.take_pack()
    assert till.pack["id"] != old_pack["id"]
    offline.append(till.item(order_no="off-2"))
    listing = "\n".join(
        [
            "订单号,类型,原价,优惠,实付",
            *(f"{order},销售,128.00,10.24,117.76" for order in ("1001", "1002", "1003")),
            *(f"{order},销售,128.00,10.24,117.76" for order in ("off-1", "off-2")),
        ]
    )

    # The disk dies. The county comes back from the backup, at another place.
    clock.advance(hours=1)
    assert restore(instance, file, elsewhere).findings == []
    county = open_again(elsewhere)
    wired = wire_app(county)
    till = replace(till, client=wired.test_client(), instance=county)
    assert isinstance(till, OfflineTill)

    # What the till still has comes by itself; a sale under a pack that the county does not
    # remember waits for a person.
    answers = till.send(*offline)
    assert [answer["status"] for answer in answers] == ["accepted", "waiting"]
    waiting = county.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT id, code FROM offline_item WHERE status = 'waiting'"
        ).fetchone()
    )
    assert waiting["code"] == "offline_pack_lost"
    by: Any = {"now": county.clock(), "actor": "li"}
    county.engine.write(
        lambda tx: accept_waiting(tx, waiting["id"], reason="恢复备份前已经优惠", **by)
    )

    # The shop's own list names the rest.
    client = wired.test_client()
    sign_in(client, cashier)
    assert differing_orders(client, listing) == ["1002", "1003"]
    for order in ("1002", "1003"):
        claim = file_claim(till, order_no=order, occurred_on="2026-10-31").json
        county.engine.write(
            lambda tx, claim_id=claim["id"]: approve_claim(
                tx, claim_id, reason="恢复备份后按商户清单补录", **by
            )
        )
    assert differing_orders(client, listing) == []

    total = report_of(county).total
    assert (total.redemptions, total.discount_fen) == (5, 5 * 1_024)
    assert county.engine.read(verify_chains) == []
    assert county.engine.read(check_rollups) == []
    receipts = county.engine.read(
        lambda tx: [
            row["receipt_no"]
            for row in tx.connection.execute("SELECT receipt_no FROM ledger").fetchall()
        ]
    )
    assert first["receipt_no"] in receipts
    assert not {sale["receipt_no"] for sale in lost} & set(receipts)
    # The card that was issued after the backup is unknown, and said to be so.
    unknown = till.post("/cards/verify", {"card": other_card["token"]})
    assert unknown.json["code"] == "card_unknown"
