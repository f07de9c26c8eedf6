"""Shelf prices are written down by a phone and compared; an outlet that stands out is told."""

from __future__ import annotations

import io
from typing import Any

import pytest

from huimin.alerts.find_alerts import AlertCriteria, alerts_before, look_at
from huimin.alerts.note_prices import spread_of
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.keys.sealed_files import FOLDER, read_file
from huimin.privacy.retention import keep_no_longer
from huimin.shelf_prices.basket import end_good
from huimin.shelf_prices.compare import basket_of_month, months_of_good, outlets_of_month
from tests.conftest import FixedClock
from tests.making.merchants import make_outlet
from tests.making.photos import PLACE, bomb, phone_photo
from tests.making.shelf_prices import make_good, make_price
from tests.making.staff import csrf_of, make_staff, sign_in


def rows(instance: Instance, table: str) -> list[dict[str, Any]]:
    sql = f"SELECT * FROM {table}"
    return instance.engine.read(lambda tx: [dict(r) for r in tx.connection.execute(sql)])


@pytest.mark.parametrize(
    ("prices", "out"),
    [
        ([1000, 1000, 1000, 1000], None),  # four outlets are too few
        ([1000, 1000, 1000, 1000, 1100], []),  # a tenth is not too far
        ([1000, 1000, 1000, 1000, 1101], [1101]),
        ([1000, 1000, 1000, 1000, 899], [899]),  # far too cheap stands out as well
        ([900, 950, 1000, 1050, 1100], []),
        ([900, 950, 1000, 1050, 1900], [1900]),
        ([900, 1300, 1000, 1500, 1100, 1201], []),  # where all differ, nobody does
    ],
)
def test_who_stands_out(prices: list[int], out: list[int] | None) -> None:
    spread = spread_of(prices)
    found = None if spread is None else [each for each in prices if spread.stands_out(each)]
    assert found == out


def test_an_outlier_is_told_once_until_it_is_seen_again(
    instance: Instance, clock: FixedClock
) -> None:
    good = make_good(instance)
    outlets = [make_outlet(instance, name=f"平价超市{n}店") for n in range(6)]
    make_price(instance, good, outlets[0], 8_990)
    for outlet in outlets[1:5]:
        make_price(instance, good, outlet, 6_990)

    def alerts() -> list[Any]:
        return instance.engine.read(lambda tx: alerts_before(tx, AlertCriteria()))

    (alert,) = alerts()
    assert (alert["rule"], alert["outlet_name"], alert["till_label"]) == (
        "shelf_price",
        "平价超市0店",
        None,
    )
    assert alert["numbers"]["median_fen"] == 6_990 and alert["numbers"]["outlets"] == 5
    by: Any = {"now": clock(), "actor": "a"}
    instance.engine.write(lambda tx: look_at(tx, alert["id"], note="换价签", **by))
    make_price(instance, good, outlets[5], 6_990)
    assert [each["state"] for each in alerts()] == ["looked_at"]
    make_price(instance, good, outlets[0], 9_090)
    assert [each["state"] for each in alerts()] == ["open"]


def test_outlets_and_months_are_compared(instance: Instance, clock: FixedClock) -> None:
    good, other = make_good(instance), make_good(instance, name="大米")
    outlets = [make_outlet(instance, name=f"平价超市{n}店") for n in range(5)]
    for outlet, price in zip(outlets, (1000, 1010, 990, 1000, 1000), strict=True):
        make_price(instance, good, outlet, price)
    clock.advance(days=1)
    for outlet, price in zip(outlets, (1050, 1060, 1050, 1050, 1500), strict=True):
        make_price(instance, good, outlet, 9_999)  # mistyped, and written down again
        make_price(instance, good, outlet, price)
    make_price(instance, other, outlets[0], 500)

    def read(tx: Any) -> Any:
        return (
            basket_of_month(tx, "2026-11"),
            outlets_of_month(tx, good, "2026-11"),
            months_of_good(tx, good, "2026-11"),
        )

    basket, priced, months = instance.engine.read(read)
    oil, rice = basket
    assert (oil.median_fen, oil.lowest_fen, oil.highest_fen) == (1050, 1050, 1500)
    assert (oil.change_bp, oil.outlets, oil.standing_out) == (500, 5, 1)
    assert (rice.change_bp, rice.outlets, rice.standing_out) == (None, 1, 0)
    assert [(each.off_bp, each.stands_out) for each in priced[:2]] == [(4286, True), (95, False)]
    assert [(each.month, each.median_fen) for each in months] == [
        ("2026-10", 1000),
        ("2026-11", 1050),
    ]


def test_a_good_ends_and_its_prices_stay(instance: Instance, clock: FixedClock) -> None:
    good, outlet = make_good(instance), make_outlet(instance)
    with pytest.raises(FieldProblems):
        make_good(instance)  # there is one
    make_price(instance, good, outlet, 6_990)
    by: Any = {"now": clock(), "actor": "a"}
    instance.engine.write(lambda tx: end_good(tx, good, **by))
    clock.advance(days=1)
    with pytest.raises(Refusal):
        make_price(instance, good, outlet, 6_990)
    make_good(instance)  # the same again, from another day on
    assert len(rows(instance, "shelf_price")) == 1
    for sql in ("UPDATE shelf_price SET price_fen = 1", "DELETE FROM shelf_price"):
        with pytest.raises(Exception, match="append-only"):
            instance.engine.write(lambda tx, sql=sql: tx.connection.execute(sql))


@pytest.mark.both_engines
def test_a_volunteer_writes_prices_down_and_sees_nothing_else(
    app: Any, instance: Instance, clock: FixedClock
) -> None:
    administrator, volunteer = make_staff(instance), make_staff(instance, "price_recorder")
    office, phone = app.test_client(), app.test_client()
    sign_in(office, administrator["username"])
    sign_in(phone, volunteer["username"])
    good = {"name": "菜籽油", "specification": "纯香 5 升", "unit": "桶", "starts_on": "2026-10-31"}
    form = {"csrf_token": csrf_of(office, "/prices/basket"), **good}
    assert office.post("/prices/basket", data={**form, "unit": ""}).status_code == 422
    assert office.post("/prices/basket", data=form).status_code == 302
    outlet, gone = make_outlet(instance, name="天池平价超市"), make_outlet(instance)
    home = phone.get("/", follow_redirects=True)
    assert home.status_code == 200 and "天池平价超市" in home.text
    (stored,) = rows(instance, "basket_good")
    path = f"/prices/record/{outlet['id']}/{stored['id']}"

    def write_down(path: str, photo: bytes = b"", **typed: str) -> Any:
        form: dict[str, Any] = {"csrf_token": csrf_of(phone, "/prices/record"), **typed}
        if photo:
            form["photo"] = (io.BytesIO(photo), "IMG_0002.jpg")
        return phone.post(path, data=form, content_type="multipart/form-data")

    for wrong in ("", "0", "abc", "-1", "200000"):
        assert write_down(path, price_yuan=wrong).status_code == 422
    assert write_down(path, bomb(), price_yuan="69.9").status_code == 422
    assert rows(instance, "shelf_price") == []
    assert write_down(path, phone_photo(), price_yuan="69.9").status_code == 302
    assert "今天记了 1／1 种" in phone.get(f"/prices/record/{outlet['id']}").text
    (price,) = rows(instance, "shelf_price")
    assert (price["price_fen"], price["seen_on"]) == (6_990, "2026-10-31")
    kept = read_file(instance.personal_data, instance.settings.folder, price["picture_id"])
    assert PLACE not in kept
    instance.engine.write(
        lambda tx: tx.connection.execute(
            f"UPDATE outlet SET state = 'suspended' WHERE id = '{gone['id']}'"
        )
    )
    for foreign in (path[:-4] + "0000", f"/prices/record/{gone['id']}/{stored['id']}"):
        assert write_down(foreign, price_yuan="69.9").status_code == 404
    for closed in ("/prices/", "/prices/basket", "/holders/", "/complaints/", "/today"):
        assert phone.get(closed).status_code == 403
    assert phone.get(f"/prices/seen/{price['id']}/photo").status_code == 403
    photo = office.get(f"/prices/seen/{price['id']}/photo")
    assert photo.data == kept
    for page in ("/prices/", f"/prices/goods/{stored['id']}", "/prices/seen"):
        assert "¥69.90" in office.get(page).text
    assert phone.post(path, data={"price_yuan": "1"}).status_code == 400
    # After three years the photo goes; the price stays.
    clock.advance(days=1_096)
    keep_no_longer(instance)
    sign_in(office, administrator["username"])
    assert office.get(f"/prices/seen/{price['id']}/photo").status_code == 404
    assert "¥69.90" in office.get("/prices/seen").text
    assert list((instance.settings.folder / FOLDER).iterdir()) == []
