"""Judgements at the office: the list, and the photo that somebody sent with one."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import acting, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import record
from huimin.core.refusals import Refusal
from huimin.ratings.find_ratings import (
    RatingCriteria,
    outlets_with_ratings,
    rating_by_id,
    ratings_before,
)
from huimin.ratings.judgement import GIVEN
from huimin.ratings.pages import pages
from huimin.ratings.rate import words_of
from huimin.ratings.words import GIVEN_WORDS, STATE_WORDS
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Form
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.photos import photo_answer


@pages.get("/ratings/")
@require("rating.read")
def ratings() -> str | BaseResponse:
    """Every judgement, the latest first; nobody's name is with it."""
    return list_answer(_list(), rows_of(ratings_before, _criteria))


@pages.get("/ratings/<rating_id>/photo")
@require("rating.read")
def photo(rating_id: str) -> Response:
    """The photo that came with a judgement; that it was looked at is recorded."""
    by = acting()

    def work(tx: Transaction) -> str:
        picture_id = rating_by_id(tx, rating_id)["picture_id"]
        if picture_id is None:
            raise Refusal("not_found")
        record(tx, "rating.photo_read", rating_id, **by)
        return str(picture_id)

    return photo_answer(change(work))


def _list() -> ListPage:
    columns = [
        column.minute(_("评价时间"), "answered_at", sort="-at"),
        Column(_("示范点"), "outlet_name"),
        column.word(_("优惠给了没有"), "given", GIVEN_WORDS),
        Column(_("星"), "stars", _stars, "nowrap", sort="-stars", place="figure"),
        Column(_("留言"), _words),
        Column(_("照片"), lambda row: None, _photo_link, only="page"),
        Column(_("收据号"), "receipt_no", _receipt_link, "nowrap"),
        Column(_("投诉"), _complaint_word, _complaint_link),
    ]
    filters = [
        Filter("outlet", _("示范点"), instance().engine.read(outlets_with_ratings)),
        Filter("given", _("优惠给了没有"), [(given, GIVEN_WORDS[given]) for given in GIVEN]),
        Filter("month", _("月份"), type="month"),
    ]
    nothing = _("还没有人评价。顾客扫小票上的二维码就能评价。")
    return ListPage("ratings.ratings", _("评价"), columns, filters, Empty(nothing), order="-at")


def _criteria(form: Form) -> RatingCriteria:
    return RatingCriteria(
        outlet_id=form.optional("outlet"),
        given=form.optional("given"),
        month=form.optional("month"),
    )


def _words(row: Row) -> str | None:
    words = words_of(instance().personal_data, row)
    return _("现有的密钥读不出这段话。") if row["words_cipher"] and words is None else words


def _stars(row: Row) -> Markup:
    return cells.stars(row["stars"])


def _photo_link(row: Row) -> str | Markup:
    return cells.link(_("看照片"), "ratings.photo", row["id"]) if row["picture_id"] else ""


def _receipt_link(row: Row) -> Markup:
    receipt = {name: row[name] for name in ("receipt_no", "hash_prefix")}
    address = url_for("ratings.receipt", **receipt)
    return Markup('<a href="{}">{}</a>').format(address, row["receipt_no"])


def _complaint_word(row: Row) -> str | None:
    return STATE_WORDS[row["complaint_state"]] if row["complaint_id"] else None


def _complaint_link(row: Row) -> str | Markup:
    if not row["complaint_id"]:
        return ""
    return cells.link(_complaint_word(row), "ratings.complaint", row["complaint_id"])
