"""The holder's purchases, each with its receipt, and "this was not me"."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.holders.working_days import WorkingDays
from huimin.my.guards import acting_holder, require_holder, who
from huimin.my.kept_words import draft_of
from huimin.my.limits import asks, count_act
from huimin.my.pages import pages
from huimin.my.purchases import purchase_of, purchases_before
from huimin.my.requests import WORDS_MAX, dispute_purchase
from huimin.my.words import DONE
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.lists import Place, page_of

PAGE_ROWS = 20


@pages.get("/purchases")
@require_holder()
def purchases() -> str:
    """Every purchase, a page at a time."""
    own = {"holder_id": who().holder_id}
    place = Place(request.args.get("after", ""), request.args.get("before", ""), PAGE_ROWS)
    page = instance().engine.read(lambda tx: page_of(purchases_before, tx, own, place))
    return render_template("my/purchases.html", page=page)


@pages.get("/purchases/<purchase_id>")
@require_holder()
def purchase(purchase_id: str) -> str:
    """One purchase."""
    return render_template("my/purchase.html", purchase=_own(purchase_id))


@pages.get("/purchases/<purchase_id>/not-mine")
@require_holder()
def not_mine(purchase_id: str) -> str:
    """What follows, and the form."""
    return _not_mine_page(purchase_id, Form())


@pages.post("/purchases/<purchase_id>/not-mine")
@require_holder()
def dispute(purchase_id: str) -> Answer:
    """Ask the office; a second press leads to the same request."""
    form, holder_id, by = Form.sent(), who().holder_id, acting_holder()
    secrets, days = instance().personal_data, instance().part(WorkingDays)
    count_act(asks, holder_id)

    def work(tx: Transaction) -> Row:
        words = form.text("words")
        return dispute_purchase(
            tx, secrets, holder_id, purchase_id, words=words, working_days=days, **by
        )

    def then(asked: Row) -> Response:
        return go_on(_(DONE), "my.request", request_id=asked["id"])

    return form.carry_out(
        work, again=lambda refused: _not_mine_page(purchase_id, refused), then=then
    )


def _own(purchase_id: str) -> Row:
    holder_id = who().holder_id
    return instance().engine.read(lambda tx: purchase_of(tx, holder_id, purchase_id))


def _not_mine_page(purchase_id: str, form: Form) -> str:
    return render_template(
        "my/not_mine.html",
        form=form,
        purchase=_own(purchase_id),
        words_max=WORDS_MAX,
        draft=draft_of(who(), url_for("my.not_mine", purchase_id=purchase_id)),
        back=url_for("my.purchase", purchase_id=purchase_id),
    )
