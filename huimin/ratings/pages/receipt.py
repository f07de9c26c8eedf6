"""The page behind a receipt's QR code: what was recorded, that it is unaltered, and how it was.

Nobody signs in. Whoever holds the receipt may judge the sale once; later the page shows what was
answered and what became of it, and the words to the browser that wrote them. It never shows a name,
a card, or the photo that was sent.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.wrappers import Response

from huimin.access.tries import asking_network
from huimin.checkout.receipts.proof import proof_file, proof_of_row, row_of_receipt
from huimin.core.refusals import FieldProblems, Refusal
from huimin.holders.working_days import WorkingDays
from huimin.keys.sealed_files import new_sealed_files
from huimin.pictures.take_photo import FILE_BYTES_MAX
from huimin.ratings.complaints import SHOWN, due_day, steps_of
from huimin.ratings.judgement import GIVEN, STARS, WORDS_MAX, read_judgement, written
from huimin.ratings.own_words import remember_own, wrote
from huimin.ratings.pages import pages
from huimin.ratings.rate import object_to_rating, rate, rating_of, words_of
from huimin.ratings.words import GIVEN_WORDS, RESULT_WORDS, STARS_WORDS
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, is_shown_again, tell
from huimin.web.photos import sent_photo
from huimin.web.throttle import Throttle
from huimin.web.uploads import takes_files

# A person looks at a few; guessing hashes would take millions.
looks_per_address = Throttle("receipt_looks", RateLimitItemPerMinute(60))
# A receipt is judged once: what comes more often is a refused form, or no person. Many people may
# stand behind one address of a mobile network.
answers_per_receipt = Throttle("rating_answers", RateLimitItemPerHour(20))
answers_per_address = Throttle("ratings_from", RateLimitItemPerMinute(20))
PHOTO = "photo"
OBJECT = "object"


def holds_receipt() -> bool:
    """Whether the request's address is that of a receipt: only then may its body be large."""
    arguments = request.view_args or {}
    try:
        instance().engine.read(lambda tx: row_of_receipt(tx, **arguments))
    except (Refusal, TypeError):
        return False
    return True


@pages.get("/r/<receipt_no>/<hash_prefix>")
def receipt(receipt_no: str, hash_prefix: str) -> str:
    """Amount, outlet, time, chain hash, what was returned; and the judgement, or its form."""
    looks_per_address.count(asking_network())
    return _page(receipt_no, hash_prefix, Form())


@pages.get("/r/<receipt_no>/<hash_prefix>/proof")
def proof_download(receipt_no: str, hash_prefix: str) -> Response:
    """The file that proves the receipt to be in a published day, for any tool that reads it."""
    looks_per_address.count(asking_network())
    name, text = instance().engine.read(lambda tx: proof_file(tx, receipt_no, hash_prefix))
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post("/r/<receipt_no>/<hash_prefix>")
@takes_files(FILE_BYTES_MAX, known=holds_receipt)
def answer(receipt_no: str, hash_prefix: str) -> Answer:
    """Judge the sale. Whoever presses twice, or comes second, sees what was answered."""
    answers_per_address.count(asking_network())
    sale = instance().engine.read(lambda tx: row_of_receipt(tx, receipt_no, hash_prefix))
    form = Form.sent()
    if is_shown_again():
        return _page(receipt_no, hash_prefix, form.shown_again())
    if form.text("act") == OBJECT:
        return _object(sale, hash_prefix)
    try:
        answers_per_receipt.count(sale["id"])
        _judge(sale, form)
    except FieldProblems as problems:
        return _page(receipt_no, hash_prefix, form.refused(problems)), 422
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise
        if refusal.code != "rating_exists":
            return _page(receipt_no, hash_prefix, form.refused(refusal)), refusal.status
        tell(_("这张小票已经评价过了，下面是当时的回答。"))
        return _to_judgement(sale, hash_prefix, is_own=_wrote_the_same(sale, form))
    tell(_("已收到您的评价，谢谢。"))
    return _to_judgement(sale, hash_prefix, is_own=True)


def _wrote_the_same(sale: Row, form: Form) -> bool:
    """Whether these are the words that are there: sent again, as the first answer got lost."""
    rating = instance().engine.read(lambda tx: rating_of(tx, sale["id"]))
    words = words_of(instance().personal_data, rating) if rating is not None else None
    return bool(words) and words == written(form.text("words"))


def _object(sale: Row, hash_prefix: str) -> Answer:
    """Somebody else judged this receipt, and the discount was not given as promised."""
    answers_per_receipt.count(sale["id"])
    now = instance().clock()
    due_on = _due_on(now)
    change(lambda tx: object_to_rating(tx, sale, due_on=due_on, now=now))
    tell(_("已收到，县里会核实这笔消费。"))
    return _to_judgement(sale, hash_prefix)


def _due_on(now: datetime) -> date:
    days = instance().settings.complaint_working_days
    return due_day(now, instance().part(WorkingDays), days)


def _to_judgement(sale: Row, hash_prefix: str, *, is_own: bool = False) -> Response:
    number = sale["receipt_no"]
    address = url_for("ratings.receipt", receipt_no=number, hash_prefix=hash_prefix)
    response = redirect(f"{address}#judged", 303)
    if is_own:
        remember_own(response, sale["id"], address)
    return response


def _judge(sale: Row, form: Form) -> None:
    """Write the judgement down; a photo is drawn anew first, outside the transaction."""
    opened = instance()
    if opened.engine.read(lambda tx: rating_of(tx, sale["id"])) is not None:
        raise Refusal("rating_exists")
    judgement = read_judgement(form.text("given"), form.text("stars"), form.text("words"))
    photo = sent_photo(PHOTO)
    now = opened.clock()
    due_on = _due_on(now)
    with new_sealed_files(opened.personal_data, opened.settings.folder) as files:
        picture_id = None if photo is None else files.write(photo.content)
        change(
            lambda tx: rate(
                tx,
                opened.personal_data,
                sale,
                judgement,
                photo=photo,
                picture_id=picture_id,
                due_on=due_on,
                now=now,
            )
        )


def _page(receipt_no: str, hash_prefix: str, form: Form) -> str:
    secrets = instance().personal_data

    def query(tx: Transaction) -> dict[str, Any]:
        row = row_of_receipt(tx, receipt_no, hash_prefix)
        rating = rating_of(tx, row["id"])
        complaint_id = None if rating is None else rating["complaint_id"]
        steps = steps_of(tx, secrets, complaint_id) if complaint_id else []
        is_own = wrote(row["id"])
        return {
            "proof": proof_of_row(tx, row),
            "rating": rating,
            "is_own": is_own,
            "words": words_of(secrets, rating) if rating is not None and is_own else None,
            "steps": [step for step in steps if step["kind"] in SHOWN],
        }

    return render_template(
        "ratings/receipt.html",
        hash_prefix=hash_prefix,
        form=form,
        given_choices=[(given, GIVEN_WORDS[given]) for given in GIVEN],
        stars_choices=[(str(number), STARS_WORDS[str(number)]) for number in reversed(STARS)],
        given_words=GIVEN_WORDS,
        result_words=RESULT_WORDS,
        words_max=WORDS_MAX,
        photo_bytes_max=FILE_BYTES_MAX,
        **instance().engine.read(query),
    )
