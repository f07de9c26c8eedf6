"""What a holder takes home is theirs alone; what they read of the card is right."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from huimin.audit.lookups import LookupLog
from huimin.audit.record import record
from huimin.core.json_text import write_json
from huimin.holders.person_page import note_view
from huimin.instance import Instance
from huimin.my.left import what_is_left
from huimin.my.looks import in_words, looks_before
from huimin.my.near import points_near
from huimin.my.one_time_codes import give_code
from huimin.my.purchases import purchases_before
from huimin.privacy.own_file import own_file, own_text, record_download
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import make_staff
from tests.privacy.everything import make_everything


def test_the_file_has_what_is_theirs_and_nothing_of_others(instance: Instance) -> None:
    made = make_everything(instance)
    make_policy(instance)
    card = make_card(instance, made.holder_id)
    _terminal, key = make_terminal(instance, make_outlet(instance, name="天池平价超市"))
    make_redemption(instance, card, key, cashier="收银员王敏")
    by: Any = {"now": instance.clock(), "actor": f"holder:{made.holder_id}"}
    secrets = instance.personal_data

    def work(tx: Any) -> dict[str, Any]:
        holder = tx.connection.execute("SELECT * FROM holder").fetchall()
        own = next(dict(row) for row in holder if row["id"] == made.holder_id)
        return own_file(tx, secrets, own, by["now"])

    instance.engine.write(lambda tx: record_download(tx, made.holder_id, **by))
    own = instance.engine.read(work)
    text = own_text(own, "zh_Hans", instance.clock())
    for part in ("黄筱平", "张小梅", "低保", "¥128.00", "¥10.24", card["number"], "是我女儿黄筱的"):
        assert part in text, part
    stored = write_json(own)
    hidden = (made.number, made.member_number, "13800001111", "邻居说", "收银员王敏", '"test"')
    for part in hidden:
        assert part not in text and part not in stored, part
    sale = json.loads(stored)["redemptions_and_reversals"][0]
    assert (sale["discount_fen"], sale["outlet_name"]) == (1_024, "天池平价超市")
    assert (sale["presenter_kind"], sale["presenter_name"]) == ("holder", "黄筱平")
    recorded = instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT actor FROM audit_event WHERE action = 'holder.downloaded'"
        ).fetchall()
    )
    assert [row["actor"] for row in recorded] == [by["actor"]]


def test_who_looked_is_told_by_post_and_town_and_why(instance: Instance) -> None:
    make_policy(instance)
    holder = make_holder(instance)
    card = make_card(instance, holder)
    registrar = make_staff(instance, "registrar", division_code="512022002000", name="李登记")
    terminal, key = make_terminal(instance, make_outlet(instance, name="天池平价超市"))
    now, secrets = instance.clock(), instance.personal_data

    def work(tx: Any) -> None:
        note_view(tx, holder["id"], now=now, actor=registrar["username"])
        why = {"reason": "核对电话", "now": now, "actor": registrar["username"]}
        record(tx, "holder.unmasked", holder["id"], **why)
        record(tx, "holder.changed", holder["id"], **why)
        record(tx, "card.refusal_explained", card["id"], now=now, actor="cli:root")
        give_code(tx, secrets, holder["id"], now=now, actor=registrar["username"])

    instance.engine.write(work)
    log = instance.part(LookupLog)
    for _ in range(3):
        log.note(at=now, outcome="found", card_id=card["id"], terminal_id=terminal["id"])
    log.flush()
    rows = instance.engine.read(lambda tx: looks_before(tx, {"holder_id": holder["id"]}))
    looks = [(look.who.say(), look.what, look.reason, look.times) for look in in_words(rows)]
    assert looks == [
        ("天池平价超市的收银台", "till_look", None, 3),
        ("南塔街道的登记员", "holder.my_code_given", None, 1),
        ("县里管理系统的人", "card.refusal_explained", None, 1),
        ("南塔街道的登记员", "holder.unmasked", "核对电话", 1),
        ("南塔街道的登记员", "holder.viewed", None, 1),
    ]
    other = make_holder(instance)
    assert instance.engine.read(lambda tx: looks_before(tx, {"holder_id": other["id"]})) == []
    assert key


def test_what_is_left_follows_each_policy_and_purchases_name_who_presented(
    instance: Instance,
) -> None:
    make_policy(instance, cap_card_day_fen=2_000)
    make_policy(
        instance,
        code="yaodian",
        rate_bp=1_000,
        scope="kind",
        scope_value="pharmacy",
        cap_card_month_fen=3_000,
    )
    card = make_card(instance)
    _terminal, key = make_terminal(instance)
    member = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT id FROM family_member").fetchone()["id"]
    )
    make_redemption(instance, card, key, presented_by=member)
    make_redemption(instance, card, key, amount_fen=10_000)
    own = {"holder_id": card["holder_id"]}
    left = instance.engine.read(lambda tx: what_is_left(tx, card["holder_id"], instance.clock()))
    assert [(one.outlet_kinds, one.rate_bp, one.day_fen, one.month_fen) for one in left] == [
        (("supermarket", "hospital", "school", "other"), 800, 176, None),
        (("pharmacy",), 1_000, 3_000, 3_000),
    ]
    rows = instance.engine.read(lambda tx: purchases_before(tx, own))
    assert [(row["member_name"], row["amount_fen"]) for row in rows] == [
        (None, 10_000),
        ("张小梅", 12_800),
    ]


def test_the_nearest_come_first_and_the_own_town_before_what_is_nowhere(
    instance: Instance,
) -> None:
    make_policy(instance)
    place = {"latitude": "30.28", "longitude": "105.03"}
    far = {"latitude": "30.48", "longitude": "105.03"}
    names = ("远处的店", "近处的店")
    for name, point in zip(names, (far, place), strict=True):
        make_outlet(instance, name=name, **point)
    make_outlet(instance, name="别的镇的店", division_code="512022001000")
    make_outlet(instance, name="本镇的店", division_code="512022002000")

    def near() -> list[str]:
        code = "512022002004"
        rows = instance.engine.read(lambda tx: points_near(tx, code, day=date(2026, 10, 31)))
        assert {row["rate_bp"] for row in rows} == {800}
        return [row["name"] for row in rows]

    instance.engine.write(
        lambda tx: tx.connection.execute(
            "UPDATE division SET latitude_microdegrees = 30281000, "
            "longitude_microdegrees = 105030000 WHERE code = '512022002004'"
        )
    )
    assert near() == ["近处的店", "远处的店", "本镇的店", "别的镇的店"]
