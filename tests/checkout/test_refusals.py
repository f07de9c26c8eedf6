"""Every refusal at the till: its own code, its status, and a sentence that shames nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from huimin.cards.change_state import replace_card, report_lost, revoke_card, suspend_card
from huimin.core.catalogue import LANGUAGES
from huimin.core.refusal_kinds import KINDS
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.merchants.outlets import suspend_outlet
from huimin.merchants.terminals import disable_terminal
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.till import ApiTill, make_till

SHAMING = ("困难", "贫", "低保", "不符合", "注销", "冒用", "hardship", "poor")


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"minimum_spend_fen": 1_000})


def require_refusal(answer: Any, code: str) -> None:
    """The answer is that refusal, as RFC 9457 JSON, with a kind sentence."""
    assert answer.mimetype == "application/problem+json"
    body = answer.json
    assert (body["code"], answer.status_code) == (code, Refusal(code).status)
    assert body["status"] == answer.status_code
    assert body["cashier_message"]
    assert code not in body["cashier_message"]
    assert body["detail"]


def change(till: ApiTill, act: Callable[..., Any], **more: Any) -> None:
    till.instance.engine.write(
        lambda tx: act(
            tx,
            card_id=till.card["id"],
            now=till.instance.clock(),
            actor="test",
            reason="测试",
            **more,
        )
    )


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (suspend_card, "card_suspended"),
        (report_lost, "card_lost"),
        (revoke_card, "card_revoked"),
    ],
)
def test_a_stopped_card(till: ApiTill, act: Callable[..., Any], code: str) -> None:
    change(till, act)
    require_refusal(till.post("/cards/verify", {"card": till.card["token"]}), code)
    require_refusal(till.redeem(), code)
    assert till.ledger_rows() == 0


def test_a_replaced_copy_stops_at_once(till: ApiTill) -> None:
    change(till, replace_card, key_id=till.instance.key_ring.active_key_id)
    require_refusal(till.redeem(), "card_replaced")


def test_an_expired_card(till: ApiTill, clock: Any) -> None:
    holder = make_holder(till.instance)
    till.card = make_card(till.instance, holder, expires_on=date(2026, 10, 31))
    assert till.redeem().status_code == 201
    clock.advance(days=1)
    require_refusal(till.redeem(), "card_expired")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5120220000000054", "card_unknown"),
        ("5120220000000055", "card_number_wrong"),
        ("51202200", "card_number_wrong"),
        ("hello", "card_unreadable"),
        ("🎉", "card_unreadable"),
        ("1\x002", "card_unreadable"),
        ("HTTPS://HOST/C/12", "card_unreadable"),
        ("7" * 225, "card_signature_invalid"),
        ("9" * 4_000, "card_signature_invalid"),
    ],
)
def test_a_text_that_is_no_card(till: ApiTill, text: str, code: str) -> None:
    require_refusal(till.post("/cards/verify", {"card": text}), code)
    require_refusal(till.redeem(card=text), code)


def test_a_token_of_another_county(till: ApiTill) -> None:
    token = till.card["token"]
    changed = token[:-1] + str((int(token[-1]) + 1) % 10)
    require_refusal(till.redeem(card=changed), "card_signature_invalid")


def test_who_stands_there(till: ApiTill) -> None:
    require_refusal(till.redeem(presented_by="nobody"), "presenter_unknown")
    require_refusal(till.redeem(identity_checked=False), "identity_unchecked")


def test_what_is_bought(till: ApiTill) -> None:
    require_refusal(till.redeem(amount_fen=999), "below_minimum")
    require_refusal(till.redeem(amount_fen=5_000, excluded_fen=5_000), "nothing_eligible")


def test_no_policy(client: Any, instance: Instance) -> None:
    till = make_till(client, instance)
    verified = till.post("/cards/verify", {"card": till.card["token"]}).json
    assert verified["policy"] is None
    require_refusal(till.redeem(), "no_policy")


def test_a_terminal_that_is_switched_off(till: ApiTill) -> None:
    till.instance.engine.write(
        lambda tx: disable_terminal(
            tx, terminal_id=till.terminal["id"], now=till.instance.clock(), actor="t", reason="丢失"
        )
    )
    require_refusal(till.get("/terminal"), "terminal_disabled")
    require_refusal(till.redeem(), "terminal_disabled")


def test_an_outlet_that_is_suspended(till: ApiTill) -> None:
    till.instance.engine.write(
        lambda tx: suspend_outlet(
            tx, outlet_id=till.outlet["id"], now=till.instance.clock(), actor="t", reason="整改"
        )
    )
    require_refusal(till.redeem(), "outlet_suspended")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer hmt_x", "Basic abc", "Bearer x" * 99]
)
def test_no_key_no_answer(till: ApiTill, authorization: str) -> None:
    answer = till.client.get("/api/v1/terminal", headers={"Authorization": authorization})
    require_refusal(answer, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_typed_numbers_are_throttled_per_terminal(till: ApiTill) -> None:
    codes = [
        till.post("/cards/verify", {"card": till.card["number"]}).status_code for _ in range(62)
    ]
    assert codes[0] == 200
    assert codes[-1] == 429
    scanned = till.post("/cards/verify", {"card": till.card["token"]})
    assert scanned.status_code == 200


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_the_language_follows_the_caller(till: ApiTill, language: str) -> None:
    answer = till.post("/cards/verify", {"card": "hello"}, **{"Accept-Language": language})
    tag = {"zh-CN": "zh_Hans", "zh-TW": "zh_Hant", "en": "en"}[language]
    assert answer.json["cashier_message"] == Refusal("card_unreadable").cashier_message(tag)


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_refusal_has_words_and_shames_nobody(code: str) -> None:
    refusal = Refusal(code)
    assert 400 <= refusal.status < 600
    for language in LANGUAGES:
        assert refusal.title(language)
        assert refusal.detail(language)
        said = refusal.cashier_message(language)
        assert code not in said
        assert not any(word in said.lower() for word in SHAMING)
    assert refusal.detail("xx") == refusal.detail("zh_Hans")
