"""Write prices down in a shop, on a phone: the outlet, then one good after the other."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.core.days import county_day
from huimin.core.money import money_text
from huimin.core.refusals import Refusal
from huimin.keys.sealed_files import new_sealed_files
from huimin.pictures.take_photo import FILE_BYTES_MAX
from huimin.shelf_prices.basket import goods_on
from huimin.shelf_prices.pages import pages
from huimin.shelf_prices.record_price import (
    outlet_in,
    outlets,
    record_price,
    seen_at,
    typed_price,
)
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.photos import sent_photo
from huimin.web.uploads import takes_files

PHOTO = "photo"


@pages.get("/prices/record")
@require("price.record")
def choose_outlet() -> str | Response:
    """In which shop one stands."""
    outlet_id = request.args.get("outlet", "")
    if outlet_id:
        return redirect(url_for("shelf_prices.record", outlet_id=outlet_id))
    rows = instance().engine.read(outlets)
    choices = [(row["id"], f"{row['name']}（{row['town_name'] or '—'}）") for row in rows]
    return render_template("shelf_prices/choose_outlet.html", form=Form(), outlets=choices)


@pages.get("/prices/record/<outlet_id>")
@require("price.record")
def record(outlet_id: str) -> str:
    """The basket, with what was written down here today."""
    day = county_day(instance().clock())

    def query(tx: Transaction) -> dict[str, Any]:
        outlet = outlet_in(tx, outlet_id)
        return {"outlet": outlet, "goods": goods_on(tx, day), "seen": seen_at(tx, outlet_id, day)}

    return render_template("shelf_prices/outlet.html", **instance().engine.read(query))


@pages.get("/prices/record/<outlet_id>/<good_id>")
@require("price.record")
def price_form(outlet_id: str, good_id: str) -> str:
    """The form for one good."""
    return _form_page(outlet_id, good_id, Form())


@pages.post("/prices/record/<outlet_id>/<good_id>")
@require("price.record")
@takes_files(FILE_BYTES_MAX)
def write_down(outlet_id: str, good_id: str) -> Answer:
    """Write the price down; a photo is drawn anew first, outside the transaction."""
    form, by, opened = Form.sent(), acting(), instance()

    def keep() -> int:
        # Before work on a photo: whether there is such a thing here at all.
        opened.engine.read(lambda tx: _here(tx, outlet_id, good_id))
        price_fen, photo = typed_price(form.text("price_yuan")), sent_photo(PHOTO)
        with new_sealed_files(opened.personal_data, opened.settings.folder) as files:
            picture_id = None if photo is None else files.write(photo.content)
            change(
                lambda tx: record_price(
                    tx,
                    good_id=good_id,
                    outlet_id=outlet_id,
                    price_fen=price_fen,
                    photo=photo,
                    picture_id=picture_id,
                    **by,
                )
            )
        return price_fen

    def then(price_fen: int) -> Response:
        words = _("已记下 {price}。下一种。", price=money_text(price_fen))
        return go_on(words, "shelf_prices.record", outlet_id=outlet_id)

    return form.attempt(
        keep,
        again=lambda refused: _form_page(outlet_id, good_id, refused),
        then=then,
        refusals=True,
    )


def _form_page(outlet_id: str, good_id: str, form: Form) -> str:
    outlet, good = instance().engine.read(lambda tx: _here(tx, outlet_id, good_id))
    return render_template(
        "shelf_prices/price.html",
        form=form,
        outlet=outlet,
        good=good,
        photo_bytes_max=FILE_BYTES_MAX,
    )


def _here(tx: Transaction, outlet_id: str, good_id: str) -> tuple[Row, Row]:
    """An outlet that takes part, and a good of today's basket. Raises Refusal `not_found`."""
    day = county_day(instance().clock())
    good = next((row for row in goods_on(tx, day) if row["id"] == good_id), None)
    if good is None:
        raise Refusal("not_found")
    return outlet_in(tx, outlet_id), good
