"""How the county of version 1 beside this file was made, by the code of its own commit.

It runs in a tree of commit 0e981a6 and writes here. It can't run with the code of today (`house` is
a name of then), and need not run again:

    git archive 0e981a6 | tar -x -C OLD
    cd OLD && PYTHONPATH=. python …/tests/storage/county_v1/make.py

`rows.sql.xz` holds an INSERT for each row, in the order of schema.sql's tables, in the SQL that
both engines share; `reports.json.xz` each month's report as that code drew it. People and keys are
invented.
"""

from __future__ import annotations

import io
import json
import lzma
import os
import re
import shutil
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from huimin.house import create_house, open_house
from huimin.reports.period import checked_period
from huimin.reports.template_example import example_template
from pyotp import TOTP

from huimin.app import create_app
from huimin.audit.lookups import LookupLog
from huimin.cards.change_state import replace_card, report_lost, revoke_card, suspend_card
from huimin.cards.changing_code import code_of
from huimin.claims.decide import approve_claim, reject_claim
from huimin.core.days import county_day
from huimin.holders.applications import approve_application, submit_application
from huimin.ledger.prove import verify_chains
from huimin.notices.post import Notice, post_notice
from huimin.reports.closed_month import report_in_force
from huimin.reports.exports import export_report
from huimin.settings import Settings
from huimin.settlement.answer import answer_dispute, confirm, dispute
from huimin.settlement.pay import record_payment, take_back_payment
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.holders import make_holder
from tests.making.merchants import credit_code, make_merchant, make_outlet, make_terminal
from tests.making.months import close_month, give_back, prepare, reopen
from tests.making.months import draft as draft_month
from tests.making.office import Office
from tests.making.offline import OFFLINE, OfflineTill
from tests.making.policies import make_policy
from tests.making.registers import register_row, write_xlsx
from tests.making.sales import make_redemption, make_reversal
from tests.making.staff import csrf_of, make_staff, sign_in

HERE = Path(__file__).resolve().parent
AUGUST, SEPTEMBER, OCTOBER = "2026-08", "2026-09", "2026-10"
TODAY = date(2026, 10, 25)
TOWNS = ("512022001001", "512022002004", "512022101000", "512022102000")
KINDS = ("dibao", "tekun", "major_illness", "disability")


class OldCounty:
    """Three months of a county with 24 people, two merchants, and all that happens there."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(datetime(2026, 8, 3, 1, 0, tzinfo=UTC))
        settings = Settings.from_environment(folder, {})
        create_house(settings)
        self.house = open_house(settings, self.clock)
        self.client = create_app(house=self.house, testing=True).test_client()
        make_policy(self.house, merchant_share_bp=6_667, cap_redemption_fen=5_000, **OFFLINE)
        self.cards = [self._card(number) for number in range(24)]
        self.tills: list[OfflineTill] = []
        for number, merchant in enumerate(("测试商贸有限公司", "另一家商贸有限公司")):
            self._merchant(merchant, ("supermarket", "pharmacy", "hospital")[number : number + 2])

    def _card(self, number: int) -> dict[str, Any]:
        holder = make_holder(
            self.house,
            name=f"黄筱{'一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯'[number]}",
            eligibility=KINDS[number % len(KINDS)],
            division_code=TOWNS[number % len(TOWNS)],
        )
        return make_card(self.house, holder, expires_on="2029-12-31")

    def _merchant(self, name: str, kinds: tuple[str, ...]) -> None:
        merchant = make_merchant(self.house, name=name)
        for kind in kinds:
            outlet = make_outlet(
                self.house, kind, name=f"{name[:2]}{kind}店", merchant_id=merchant["id"]
            )
            terminal, key = make_terminal(self.house, outlet)
            card = self.cards[len(self.tills)]
            till = OfflineTill(self.client, self.house, outlet, terminal, key, card)
            till.take_pack()
            self.tills.append(till)

    def sell(self, card: int, till: int, amount_fen: int, **over: Any) -> dict[str, Any]:
        return make_redemption(
            self.house,
            self.cards[card % 20],
            self.tills[till % len(self.tills)].key,
            amount_fen=amount_fen,
            **over,
        )

    def write(self, work: Any, *arguments: Any, **given: Any) -> Any:
        given = {"now": self.clock(), "actor": "test", **given}
        return self.house.engine.write(lambda tx: work(tx, *arguments, **given))

    def month(self, first: datetime) -> None:
        """Sales of three weeks, some with excluded goods, and goods that come back."""
        self.clock.now = first
        for number in range(30):
            self.clock.advance(hours=15, minutes=7)
            excluded = 2_000 if number % 5 == 0 else 0
            sale = self.sell(number * 7, number, 3_000 + 997 * number, excluded_fen=excluded)
            till = self.tills[number % len(self.tills)]
            if number % 6 == 1:
                make_reversal(self.house, sale["id"], till.key, 1_500)
            elif number % 10 == 4:
                make_reversal(self.house, sale["id"], till.key)

    def offline(self) -> None:
        """Packs are taken again; sales made without network come in, one twice, one of no card."""
        for till in self.tills:
            till.take_pack()
        self.clock.advance(hours=2)
        first = self.tills[0].item()
        self.tills[0].send(first, self.tills[0].item(presented_by="family_member"))
        self.tills[0].send(first, self.tills[0].item(card="1" * 225))
        self.tills[1].send(self.tills[1].item(discount_fen=5_000, payable_fen=7_800))

    def claims(self) -> None:
        """Three purchases that missed their discount: given, refused, and still open."""
        clerk = {"actor": "clerk"}
        filed = [file_claim(self.tills[number], amount_fen=8_800 + number) for number in range(3)]
        ids = [answer.json["id"] for answer in filed]
        self.write(approve_claim, ids[0], reason="小票已核对", **clerk)
        self.write(reject_claim, ids[1], reason="超过期限", **clerk)

    def changes_of_cards(self) -> None:
        key_id = self.house.key_ring.active_key_id
        for work, number in ((suspend_card, 20), (report_lost, 21), (revoke_card, 22)):
            self.write(work, card_id=self.cards[number]["id"], reason="测试")
        self.write(replace_card, card_id=self.cards[23]["id"], key_id=key_id, reason="损坏")

    def settle(self, month: str) -> None:
        """One merchant disputes, is answered and agrees; the other agrees and is paid in parts."""
        query = f"SELECT id, merchant_id, due_fen FROM settlement WHERE month = '{month}'"
        rows = self.house.engine.read(
            lambda tx: tx.connection.execute(
                f"{query} AND voided_at IS NULL ORDER BY id"
            ).fetchall()
        )
        first, second = rows
        self.write(dispute, first["id"], {1: "少了一笔"}, merchant_id=first["merchant_id"])
        (asked,) = self.house.engine.read(
            lambda tx: tx.connection.execute("SELECT id FROM settlement_dispute").fetchall()
        )
        self.write(answer_dispute, first["id"], asked["id"], outcome="explained", answer="核对无误")
        for row in rows:
            self.write(confirm, row["id"], merchant_id=row["merchant_id"])
        day = self.clock().date()
        for number, fen in enumerate((100, 50)):
            paid = {"amount_fen": fen, "paid_on": day, "bank_reference": f"B{number}"}
            self.write(record_payment, second["id"], **paid)
        query = "SELECT id FROM settlement_payment ORDER BY id DESC LIMIT 1"
        last = self.house.engine.read(lambda tx: tx.connection.execute(query).fetchone())
        self.write(take_back_payment, second["id"], last["id"], reason="记错了")

    def office(self) -> None:
        """People of the office sign in, look at pages and at a person; a shop closes its day."""
        for role in ("administrator", "registrar", "auditor", "merchant_manager", "cashier"):
            browser = self.client.application.test_client()
            sign_in(browser, make_staff(self.house, role)["username"])
            browser.get("/holders/")
            csrf_of(browser, "/account")
        self.client.get("/open/digests/2026-08-10.json")
        holder = {"holder_id": make_holder(self.house, name="钱守仁")["id"]}
        submitted = self.write(submit_application, **holder)
        self.write(approve_application, submitted["id"], actor="other")

    def shop_day(self) -> None:
        """A card is looked at, an order given up, and a cashier closes the day against the list."""
        till = self.tills[0]
        till.post("/cards/verify", {"card": till.card["token"]})
        till.post("/cancellations", {"order_no": "late-1", "reason": "没有收到结果"})
        sale = self.sell(0, 0, 12_800, order_no="day-1")
        cashier = make_staff(self.house, "cashier", outlet_id=till.outlet["id"])["username"]
        browser = self.client.application.test_client()
        sign_in(browser, cashier)
        fen = [sale[f"{name}_fen"] / 100 for name in ("amount", "discount", "payable")]
        listing = (
            "订单号,类型,原价,优惠,实付\n" + f"day-1,销售,{fen[0]:.2f},{fen[1]:.2f},{fen[2]:.2f}"
        )
        day = f"/till/day/{county_day(self.clock())}"
        form = {"csrf_token": csrf_of(browser, "/till/day/")}
        upload = {**form, "file": (io.BytesIO(listing.encode()), "list.csv")}
        path, _, query = browser.post(f"{day}/comparisons", data=upload).location.partition("?")
        assert browser.post(f"{path}/close?{query}", data=form).status_code == 302

    def papers(self) -> None:
        """What lies beside the rows: a register, evidence, drafts, prints, templates, notices."""
        office = Office(self.client.application, self.house)
        admin, clerk = office.client(), office.client("registrar")
        folder = self.house.settings.folder
        register = write_xlsx(folder / "register.xlsx", [register_row()]).read_bytes()
        form = {"csrf_token": csrf_of(admin, "/account")}
        upload = {**form, "register": (io.BytesIO(register), "register.xlsx")}
        checked = admin.post("/registers/", data=upload, content_type="multipart/form-data")
        self.house.jobs.wait()
        assert office.post(admin, f"{checked.location}/import").status_code == 302
        self.house.jobs.wait()
        (folder / "register.xlsx").unlink()
        person = f"/holders/{self.cards[0]['holder_id']}"
        evidence = {**form, "evidence": (io.BytesIO(b"%PDF-1.4\n1 0 obj\n%%EOF\n"), "proof.pdf")}
        assert admin.post(f"{person}/evidence", data=evidence).status_code == 302
        draft = {"name": "赵小兰", "act": "draft"}
        assert office.post(clerk, "/holders/new", **draft).status_code == 302
        joining = {
            "merchant_name": "乐至惠民超市有限公司",
            "credit_code": credit_code(77),
            "contact_name": "刘店长",
            "contact_phone": "028-23330000",
            "outlet_name": "惠民超市一店",
            "outlet_kind": "supermarket",
            "division_code": TOWNS[0],
            "address": "帅乡大道 1 号",
            "opening_hours": "8:00-21:00",
        }
        assert office.post(admin, "/join", **joining).status_code == 302
        assert office.post(admin, f"/cards/{self.cards[0]['id']}/print").status_code == 200
        template = {**form, "template": (io.BytesIO(example_template()), "official.xlsx")}
        assert admin.post("/reports/templates/", data=template).status_code == 302
        assert admin.get("/reach/").status_code == 200
        till = self.tills[0]
        sold = self.sell(0, 0, 6_600)
        accept = {"Accept": "text/plain"}
        assert till.get(f"/redemptions/{sold['id']}/receipt", **accept).status_code == 200
        code = code_of(till.card, self.house.key_ring, self.clock())
        assert till.post("/cards/verify", {"card": code}).status_code == 200
        office.post(admin, "/account/second-factor")
        shown = re.search(r"<code>([A-Z2-7 ]{20,})</code>", admin.get("/account").text)
        totp = TOTP(shown[1].replace(" ", ""))
        on = office.post(admin, "/account/second-factor/confirm", code=totp.at(self.clock()))
        assert on.status_code == 200
        notice = Notice("month.drafted", "old", "八月已核对", "请填报。", {"month": AUGUST})
        target = ("webhook", "https://office.example")
        self.house.engine.write(lambda tx: post_notice(tx, notice, [target], now=self.clock()))

    def live(self) -> None:
        self.month(datetime(2026, 8, 5, 1, 0, tzinfo=UTC))
        self.office()
        self.offline()
        self.claims()
        self.clock.now = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
        close_month(self.house, AUGUST)
        self.settle(AUGUST)
        self.month(datetime(2026, 9, 5, 1, 0, tzinfo=UTC))
        self.clock.now = datetime(2026, 10, 2, 2, 0, tzinfo=UTC)
        version = draft_month(self.house, SEPTEMBER)["version"]
        prepare(self.house, SEPTEMBER, version)
        give_back(self.house, SEPTEMBER, version)
        version = close_month(self.house, SEPTEMBER)["version"]
        reopen(self.house, SEPTEMBER, version)
        self.clock.advance(hours=1)
        close_month(self.house, SEPTEMBER)
        self.month(datetime(2026, 10, 3, 1, 0, tzinfo=UTC))
        self.shop_day()
        self.papers()
        self.changes_of_cards()
        self.house.part(LookupLog).flush()


def dumped(house: Any) -> str:
    """Every row as an INSERT, tables in schema.sql's order, rows in that of their entry."""
    lines = []
    tables = [
        line.split()[2]
        for line in Path("schema.sql").read_text().splitlines()
        if line.startswith("CREATE TABLE ")
    ]
    for table in tables:
        if table == "schema_migration":
            continue
        query = f"SELECT * FROM {table} ORDER BY rowid"
        rows = house.engine.read(lambda tx, query=query: tx.connection.execute(query).fetchall())
        for row in rows:
            values = ", ".join(_literal(value) for value in row.values())
            lines.append(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values});\n")
    return "".join(lines)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def main() -> None:
    folder = Path(tempfile.mkdtemp()) / "county"
    county = OldCounty(folder)
    county.live()
    house = county.house
    assert list(house.engine.read(verify_chains)) == []
    reports = {}
    for month in (AUGUST, SEPTEMBER, OCTOBER):
        period = checked_period(month)
        report, _ = house.engine.read(
            lambda tx, period=period: report_in_force(tx, period, today=TODAY)
        )
        reports[month] = json.loads(export_report(report, "json", house.settings.county_name))
    _write("rows.sql.xz", dumped(house))
    _write("reports.json.xz", json.dumps(reports, ensure_ascii=False))
    house.close()
    for name in ("card_keys.json", "personal_keys.json"):
        shutil.copy(folder / name, HERE / name)
        os.chmod(HERE / name, 0o644)
    shutil.rmtree(folder.parent)
    print({path.name: path.stat().st_size for path in HERE.iterdir()})


def _write(name: str, text: str) -> None:
    (HERE / name).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
