"""收银台练习: the till's own answers, of an invented county, without a trace in the real one."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from huimin.audit.lookups import LookupLog
from huimin.audit.refused_attempts import RefusedAttempts
from huimin.instance import Instance
from huimin.practice.folder import PRACTICE_FOLDER
from tests.making.cards import make_card
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.making.staff import csrf_of

HERE = "/till/practice/"


@pytest.fixture
def outlet(instance: Instance) -> dict[str, Any]:
    make_policy(instance, cap_card_month_fen=3_000, cap_redemption_fen=1_500)
    outlet = make_outlet(instance)
    make_terminal(instance, outlet)
    return outlet


@pytest.fixture
def cashier(app: Any, instance: Instance, outlet: dict[str, Any]) -> Any:
    return Office(app, instance).client("cashier", outlet_id=outlet["id"])


class Practice:
    """A till page at which somebody practises, and its cards: kind → token ("" asks for a code)."""

    def __init__(self, client: Any) -> None:
        self.client, self.serial = client, 0
        self.page = client.get(HERE).text
        self.token = re.search(r'csrf-token" content="([^"]+)', self.page)[1]  # type: ignore[index]
        self.cards = dict(
            re.findall(r'data-practice-kind="(\w+)".*?data-practice-card="(\d*)"', self.page, re.S)
        )

    def post(self, path: str, body: Any, key: str = "") -> Any:
        headers = {"X-CSRFToken": self.token, **({"Idempotency-Key": key} if key else {})}
        return self.client.post(HERE + path, json=body, headers=headers)

    def code(self, kind: str) -> str:
        return self.cards[kind] or str(self.client.get(HERE + "code").json["code"])

    def verify(self, kind: str) -> Any:
        return self.post("verify", {"card": self.code(kind)})

    def buy(self, kind: str, *, presenter: int = 0, **over: Any) -> Any:
        card, self.serial = self.code(kind), self.serial + 1
        verified = self.post("verify", {"card": card}).json
        order = f"W-{self.serial}"
        body = {
            "card": card,
            "amount_fen": 12_800,
            "order_no": order,
            "identity_checked": True,
            "presented_by": verified["may_present"][presenter]["id"],
            **over,
        }
        return self.post("redeem", body, f"practice-key-{order}").json


def everything(instance: Instance) -> tuple[dict[str, list[Any]], dict[str, bytes]]:
    """Every row of every table, and every file beside the database, but for the practice's."""
    folder: Path = instance.settings.folder
    with closing(sqlite3.connect(folder / "huimin.db")) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and PRACTICE_FOLDER not in path.relative_to(folder).parts
        and not path.name.startswith("huimin.db")
    }
    return rows, files


def test_each_practice_card_gets_its_answer(cashier: Any, outlet: dict[str, Any]) -> None:
    practice = Practice(cashier)
    assert practice.page.count("practice-banner") == 1 and "练习 · 收银台" in practice.page
    assert outlet["name"] not in practice.page and "收银台练习（不记账）" in practice.page
    assert practice.buy("discount")["discount_fen"] == 1_024
    family = practice.verify("family").json["may_present"]
    assert [person["relation"] for person in family][1:] == ["配偶", "儿子"]
    assert practice.buy("family", presenter=2)["discount_fen"] == 1_024
    assert practice.buy("excluded", excluded_fen=2_500)["discount_fen"] == 824
    near = practice.buy("cap_nearly_used")
    assert near["discount_fen"] == 200 and "到了本月上限" in str(near["explanation"])
    proven = practice.verify("changing_code").json
    assert proven["identity_needed"] is False
    bought = practice.buy("changing_code", identity_checked=False)
    assert bought["discount_fen"] == 1_024
    for kind, code in (("lost", "card_lost"), ("suspended", "card_suspended")):
        refused = practice.verify(kind).json
        assert refused["code"] == code and refused["cashier_message"]
    refused = practice.verify("not_entitled").json
    assert refused["code"] == "not_entitled" and "保障" not in refused["cashier_message"]
    back = {"reason": "顾客退货"}
    returned = practice.post(f"redemptions/{bought['id']}/reverse", back, "practice-back-1").json
    assert returned["left_fen"] == 0
    today = cashier.get(HERE + "today").json["sums"]
    assert today["redemptions"] == 5
    assert cashier.get("/till/today").json["sums"]["redemptions"] == 0
    paper = practice.post(f"receipts/{near['id']}/prints", {"width": 80}).json["paper"]
    assert "收银台练习（不记账）" in unescape(paper)


def test_practice_leaves_no_trace_in_the_county(
    cashier: Any, app: Any, instance: Instance, outlet: dict[str, Any]
) -> None:
    real = make_card(instance)
    csrf_of(cashier, "/till/")
    instance.part(LookupLog).flush()
    before = everything(instance)
    practice = Practice(cashier)
    for kind in practice.cards:
        practice.verify(kind)
        practice.post("quote", {"card": practice.code(kind), "amount_fen": 12_800})
    sold = practice.buy("discount")
    practice.post("cancellations", {"order_no": sold["order_no"], "reason": "输错"})
    practice.post("receipts/" + sold["id"] + "/prints", {"width": 80})
    for shown in (real["token"], real["number"]):
        refused = practice.post("verify", {"card": shown})
        assert refused.json["code"] == "practice_card_only"
        assert "练习" in refused.json["detail"] and "什么也没有记" in refused.json["detail"]
        assert practice.post("quote", {"card": shown, "amount_fen": 100}).status_code == 422
    # Far more typed numbers than a till may try.
    typed = [practice.post("verify", {"card": real["number"]}).status_code for _ in range(65)]
    assert typed[-1] == 429
    for name in ("offline-pack", "offline-redemptions", "set-up", "shell", "service-worker.js"):
        assert cashier.get(HERE + name).status_code == 404, name
    again = cashier.post(HERE + "again", data={"csrf_token": practice.token})
    assert again.status_code == 302 and again.location == HERE
    assert cashier.get(HERE + "today").json["sums"]["redemptions"] == 0
    instance.part(LookupLog).flush()
    instance.part(RefusedAttempts).flush()
    assert everything(instance) == before
    # At the real till a practice card is nobody's, and the throttle there is untouched.
    headers = {"X-CSRFToken": practice.token}
    at_the_till = cashier.post("/till/verify", json={"card": real["number"]}, headers=headers)
    assert at_the_till.status_code == 200
    number = re.search(r"<summary>(0000[ \d]+)</summary>", practice.page)[1]  # type: ignore[index]
    unknown = cashier.post("/till/verify", json={"card": number}, headers=headers)
    assert unknown.json["code"] == "card_unknown"


def test_a_device_practises_and_nobody_else_does(
    app: Any, instance: Instance, outlet: dict[str, Any]
) -> None:
    office = Office(app, instance)
    _terminal, _key = make_terminal(instance, outlet)
    device = app.test_client()
    token = csrf_of(device, "/till/set-up")
    joined = device.post(
        "/till/set-up",
        json={"code": make_join_code(instance, _terminal["id"])},
        headers={"X-CSRFToken": token},
    )
    assert joined.status_code == 200
    assert Practice(device).buy("discount")["discount_fen"] == 1_024
    assert app.test_client().get(HERE).location.startswith("/sign-in")
    for client in (office.client("auditor"), office.client("registrar")):
        assert client.get(HERE).status_code == client.get(HERE + "code").status_code == 403
    # Of two tills it must be said which one it is.
    assert office.client("cashier", outlet_id=outlet["id"]).get(HERE).location == "/till/"
    folders = [path.name for path in (instance.settings.folder / PRACTICE_FOLDER).iterdir()]
    assert len(folders) == 1 and folders[0].endswith(_terminal["id"])


def test_beginning_again_is_never_seen_half_done(
    cashier: Any, instance: Instance, outlet: dict[str, Any]
) -> None:
    practice = Practice(cashier)
    (folder,) = (instance.settings.folder / PRACTICE_FOLDER).iterdir()
    # As another request of the till finds it while this one removes it, and after a crash.
    (folder / "cards.json").unlink()
    assert Practice(cashier).verify("discount").status_code == 200
    leftover = folder.parent / ".half-built"
    leftover.mkdir()
    yesterday = instance.clock().timestamp() - 86_401
    os.utime(leftover, (yesterday, yesterday))
    practice.client.post(HERE + "again", data={"csrf_token": practice.token})
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
