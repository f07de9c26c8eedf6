"""What a practice till has beside the till's own page: its cards, and beginning again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.till_guard import require_till
from huimin.cards.changing_code import code_of
from huimin.cards.find import card_row
from huimin.cards.token import token_of
from huimin.core.card_number import group
from huimin.core.card_token import CheckedCard
from huimin.practice.enter import ADDRESS, OWN
from huimin.storage.engine import Row
from huimin.web.current import instance, practising
from huimin.web.json_answer import json_response
from huimin.web.qr_image import qr_data_url

pages = Blueprint(OWN, __name__, url_prefix=ADDRESS)

# Kind of a practice card → what it is for, and what to do with it.
KINDS = {
    "discount": (_("普通的一张"), _("本人出示，输入 128 元，看优惠和实付。")),
    "family": (_("家人拿来用"), _("选出示的是配偶还是儿子，核对身份后再输入金额。")),
    "excluded": (_("有不参加优惠的商品"), _("输入 128 元，其中香烟 25 元填在“不参加优惠”。")),
    "changing_code": (_("手机上的动态码"), _("每次都是新码，不用核对身份；同一个码只能用一次。")),
    "cap_nearly_used": (_("额度快用完了"), _("输入 128 元：只优惠剩下的额度，看“怎么算的”。")),
    "lost": (_("已挂失的卡"), _("看怎么对顾客说，按原价收款。")),
    "suspended": (_("暂停使用的卡"), _("看怎么对顾客说，按原价收款。")),
    "not_entitled": (_("目前没有保障"), _("看怎么对顾客说：不提原因，按原价收款。")),
}


@pages.app_context_processor
def _cards() -> dict[str, Any]:
    """The cards for the till's page; None where nobody practises."""
    return {"practice_cards": list(map(_shown, _rows())) if practising() else None}


@pages.get("/code")
@require_till("till.use")
def code() -> Response:
    """A fresh changing code, as the holder's phone would show it now."""
    card = next(row for row in _rows() if row["kind"] == "changing_code")
    return json_response({"code": code_of(card, instance().key_ring, instance().clock())})


@pages.post("/again")
@require_till("till.use")
def again() -> BaseResponse:
    """The practice county has been made anew (enter.py): no sales, no cap used, no code taken."""
    return redirect(url_for("practice.till"))


def _rows() -> list[Row]:
    def query(tx: Any) -> list[Row]:
        return [
            {**card_row(tx, CheckedCard("number", one["number"])), **one}
            for one in g.practice_cards
        ]

    return instance().engine.read(query)


def _shown(card: Row) -> Row:
    name, hint = KINDS[card["kind"]]
    shown = {"kind": card["kind"], "name": name, "hint": hint, "number": group(card["number"])}
    if card["kind"] == "changing_code":
        return {**shown, "token": ""}  # asked for when it is shown
    token = token_of(card, instance().key_ring)
    return {**shown, "token": token, "image": qr_data_url(token)}
