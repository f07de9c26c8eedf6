"""The basket of goods, kept by administrators."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.core.days import county_day
from huimin.shelf_prices.basket import LENGTHS, add_good, all_goods, end_good
from huimin.shelf_prices.pages import pages
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on


@pages.get("/prices/basket")
@require("price.basket")
def basket() -> str:
    """The goods, and the form for another."""
    return _basket_page(Form())


@pages.post("/prices/basket")
@require("price.basket")
def put_in() -> Answer:
    """Put a good into the basket."""
    form, by = Form.sent(), acting()
    return form.carry_out(
        lambda tx: add_good(tx, form.texts(*LENGTHS), starts_on=form.day("starts_on"), **by),
        again=_basket_page,
        then=lambda _id: go_on(_("已放进篮子。"), "shelf_prices.basket"),
    )


@pages.post("/prices/basket/<good_id>/end")
@require("price.basket")
def take_out(good_id: str) -> Answer:
    """Take a good out; its prices stay."""
    by = acting()

    def then(_done: None) -> Response:
        return go_on(_("已停用，今天是最后一天；以前的价格还在。"), "shelf_prices.basket")

    return Form.sent().carry_out(
        lambda tx: end_good(tx, good_id, **by), again=_basket_page, then=then
    )


def _basket_page(form: Form) -> str:
    today = county_day(instance().clock()).isoformat()
    goods = instance().engine.read(all_goods)
    return render_template(
        "shelf_prices/basket.html", form=form, goods=goods, today=today, lengths=LENGTHS
    )
