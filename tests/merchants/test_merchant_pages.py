"""Merchants in the browser: enrolled, joined, changed, stopped; and what a manager may do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from tests.making.merchants import TIANCHI_STREET, make_outlet
from tests.making.office import Office, first_id
from tests.making.staff import csrf_of, make_staff, sign_in


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def good_code() -> str:
    from stdnum.cn import uscc

    body = "91512022MA62K0A10"
    return body + uscc.calc_check_digit(body)


def joining(**over: str) -> dict[str, str]:
    return {
        "merchant_name": "乐至惠民超市有限公司",
        "credit_code": good_code(),
        "contact_name": "刘店长",
        "contact_phone": "028-23330000",
        "outlet_name": "惠民超市一店",
        "outlet_kind": "supermarket",
        "division_code": TIANCHI_STREET,
        "address": "帅乡大道 1 号",
        "opening_hours": "8:00-21:00",
        **over,
    }


@pytest.mark.both_engines
def test_a_merchant_joins_and_sells(office: Office, instance: Instance) -> None:
    anybody = office.app.test_client()
    token = csrf_of(anybody, "/join")
    wrong = anybody.post("/join", data={"csrf_token": token, **joining(credit_code="123")})
    assert wrong.status_code == 422 and 'id="problem-credit_code"' in wrong.text
    assert "刘店长" in wrong.text
    assert anybody.post("/join", data={"csrf_token": token, **joining()}).status_code == 302
    again = anybody.post("/join", data={"csrf_token": token, **joining()})
    assert "已经收到" in again.text
    admin = office.client()
    assert "家商户申请加入" in admin.get("/today").text
    page = admin.get("/merchants/applications").text
    application = first_id(page, "/merchants/applications/")
    base = f"/merchants/applications/{application}"
    assert office.post(admin, base, act="reject").status_code == 422
    done = office.post(admin, base, act="approve")
    outlet = done.headers["Location"]
    assert "8:00-21:00" in admin.get(outlet).text
    assert office.post(admin, base, act="approve").status_code == 422
    shown = office.post(admin, f"{outlet}/terminals", label="1 号收银台")
    key = re.search(r"<code>(hmt_[\w-]+)</code>", shown.text)
    assert key is not None and "data:image/svg+xml" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    terminal = instance.engine.read(lambda tx: terminal_of_key(tx, key.group(1)))
    assert terminal["terminal_label"] == "1 号收银台"
    page = admin.get(outlet).text
    assert key.group(1) not in page
    place = first_id(page, f"{outlet}/terminals/")
    assert office.post(admin, f"{outlet}/terminals/{place}/disable").status_code == 422
    new_key = renew(office, admin, instance, f"{outlet}/terminals/{place}/rekey", key.group(1))
    off = office.post(admin, f"{outlet}/terminals/{place}/disable", reason="换机")
    assert off.status_code == 302
    with pytest.raises(Refusal, match="terminal_disabled"):
        instance.engine.read(lambda tx: terminal_of_key(tx, new_key))
    gone = office.post(admin, f"{outlet}/terminals/{place}/rekey", reason="再换")
    assert gone.status_code == 422 and "已经停用" in gone.text and "hmt_" not in gone.text


def renew(office: Office, admin: Any, instance: Instance, path: str, old_key: str) -> str:
    """Another key for a terminal, through its page; the old one stops at once."""
    assert office.post(admin, path).status_code == 422
    assert (
        instance.engine.read(lambda tx: terminal_of_key(tx, old_key))["terminal_code"] == "000001"
    )
    shown = office.post(admin, path, reason="密钥抄丢了")
    found = re.search(r"<code>(hmt_[\w-]+)</code>", shown.text)
    assert found is not None and "data:image/svg+xml" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    new_key = found.group(1)
    with pytest.raises(Refusal, match="unauthorized"):
        instance.engine.read(lambda tx: terminal_of_key(tx, old_key))
    assert (
        instance.engine.read(lambda tx: terminal_of_key(tx, new_key))["terminal_code"] == "000001"
    )
    assert "更换收银终端的密钥" in admin.get("/audit/?action=terminal.rekeyed").text
    elsewhere = path.replace("/terminals/", "x/terminals/")
    assert office.post(admin, elsewhere, reason="测试").status_code == 404
    auditor = office.client("auditor")
    assert office.post(auditor, path, reason="测试").status_code == 403
    assert (
        instance.engine.read(lambda tx: terminal_of_key(tx, new_key))["terminal_code"] == "000001"
    )
    return new_key


def test_the_public_form_is_throttled(office: Office) -> None:
    anybody = office.app.test_client()
    token = csrf_of(anybody, "/join")
    codes = [
        anybody.post("/join", data={"csrf_token": token, "merchant_name": "x"}).status_code
        for _ in range(21)
    ]
    assert codes[:20] == [422] * 20 and codes[20] == 429


@pytest.mark.both_engines
def test_lists_filter_and_changes_are_recorded(office: Office, instance: Instance) -> None:
    outlet = make_outlet(instance, name="天池药房", kind="pharmacy")
    make_outlet(instance, name="城南超市", kind="supermarket")
    admin = office.client()
    only = admin.get("/outlets/?kind=pharmacy").text
    assert "天池药房" in only and "城南超市" not in only
    assert "天池药房" in admin.get("/outlets/?text=药房").text
    assert "天池药房" not in admin.get("/outlets/?text=%25").text
    assert "天池药房" in admin.get("/outlets/?silent=1").text
    for path in ("/outlets/?format=xlsx", "/merchants/?format=xlsx"):
        assert admin.get(path).data[:2] == b"PK"
    base = f"/outlets/{outlet['id']}"
    changed = {"name": "天池大药房", "kind": "pharmacy", "address": "天池街道新址 2 号"}
    bad = office.post(admin, base, act="change", **changed, division_code="1")
    assert bad.status_code == 422 and "天池大药房" in bad.text
    good = office.post(admin, base, act="change", **changed, division_code=TIANCHI_STREET)
    assert good.status_code == 302
    listed = admin.get("/outlets/?text=新址").text
    assert "天池街道新址 2 号" in listed and "天池街道 天池街道" not in listed
    assert office.post(admin, base, act="suspend").status_code == 422
    assert office.post(admin, base, act="suspend", reason="整改").status_code == 302
    page = admin.get(base).text
    assert "天池大药房" in page and "整改" in page and "恢复这个示范点" in page
    merchant = f"/merchants/{outlet['merchant_id']}"
    assert office.post(admin, merchant, act="end", reason="停业").status_code == 302
    assert "已终止" in admin.get(base).text
    auditor = office.client("auditor")
    assert auditor.get(merchant).status_code == 200
    assert office.post(auditor, merchant, act="resume", reason="x").status_code == 403


def test_a_merchant_is_enrolled_once(office: Office) -> None:
    admin = office.client()
    form = {"name": "某公司", "credit_code": good_code()}
    made = office.post(admin, "/merchants/new", **form)
    assert made.status_code == 302
    assert office.post(admin, "/merchants/new", **form).status_code == 422
    outlet = {"name": "一店", "kind": "school", "address": "x", "division_code": TIANCHI_STREET}
    added = office.post(admin, made.headers["Location"] + "/outlets/new", **outlet)
    assert added.status_code == 302
    assert "一店" in admin.get(made.headers["Location"]).text


@pytest.mark.both_engines
def test_a_manager_looks_after_own_cashiers_alone(office: Office, instance: Instance) -> None:
    own, other = make_outlet(instance), make_outlet(instance)
    stranger = make_staff(instance, "cashier", outlet_id=other["id"])
    manager = office.client("merchant_manager", merchant_id=own["merchant_id"])
    page = manager.get("/my-merchant/").text
    assert own["name"] in page
    assert stranger["username"] not in page
    form = {"username": "newcashier", "name": "小周"}
    refused = office.post(manager, "/my-merchant/cashiers", **form, outlet_id=other["id"])
    assert refused.status_code == 422
    shown = office.post(manager, "/my-merchant/cashiers", **form, outlet_id=own["id"])
    password = re.search(r"newcashier <code>([a-z0-9-]+)</code>", shown.text)
    assert password is not None
    cashier = office.app.test_client()
    assert sign_in(cashier, "newcashier", password.group(1)).status_code == 302
    staff_id = first_id(manager.get("/my-merchant/").text, "/my-merchant/cashiers/")
    base = "/my-merchant/cashiers"
    off = office.post(manager, f"{base}/{staff_id}/switch/disable", reason="离职")
    assert off.status_code == 302
    for path in ("password", "switch/disable"):
        answer = office.post(manager, f"{base}/{stranger['id']}/{path}", reason="x")
        assert answer.status_code == 404, path
    assert manager.get("/merchants/").status_code == 403
