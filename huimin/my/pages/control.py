"""What a holder decides: the card stops, a member of the family no longer presents it, data is to
be corrected or is taken home; and who looked at it.
"""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.core.days import county_day, parse_instant
from huimin.core.json_text import write_json
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import Refusal
from huimin.holders.change_person import end_family, person
from huimin.holders.people import presenters_of
from huimin.holders.working_days import WorkingDays
from huimin.my import queries
from huimin.my.card_sections import card_as_told
from huimin.my.family_view import end_view
from huimin.my.guards import acting_holder, require_holder, who
from huimin.my.kept_words import draft_of
from huimin.my.limits import asks, count_act, files, stops
from huimin.my.looks import in_words, looks_before
from huimin.my.near import points_near
from huimin.my.pages import pages
from huimin.my.pages.start import back_to
from huimin.my.requests import WORDS_MAX, ask_correction, request_of_holder
from huimin.my.stop import stop_own_card
from huimin.my.wall_sheet import fitting
from huimin.my.words import ABOUT, DONE
from huimin.privacy.own_file import own_file, own_text, record_download
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Answer, Form, go_on, tell
from huimin.web.language import request_language
from huimin.web.lists import Place, page_of
from huimin.web.words import OnPages

PARTS = OnPages(ABOUT)
JUST_SENT_SECONDS = 60


@pages.get("/stop")
@require_holder()
def stop() -> str:
    """What stopping the card means, and the button."""
    card_id, today = who().card_id, county_day(instance().clock())
    card = instance().engine.read(lambda tx: card_as_told(tx, card_id, today))
    return render_template("my/stop.html", card=card)


@pages.post("/stop")
@require_holder()
def stop_now() -> Response:
    """Stop it; whoever presses twice gets the same answer."""
    looking, by = who(), acting_holder()
    count_act(stops, looking.holder_id)
    card = change(lambda tx: stop_own_card(tx, looking.holder_id, **by))
    if card["state"] == "lost":
        tell(_("卡已经停用，谁拿着它都不能用了。要接着用，请看下面怎么补卡。"))
    else:
        tell(_("这张卡本来就不能用，不用再停。"))
    return back_to("card")


@pages.get("/family/<relative_id>/end")
@require_holder()
def end_presenting(relative_id: str) -> str:
    """Ask once more before a member of the family can't present the card any more."""
    return render_template("my/end_presenting.html", relative=_relative(relative_id))


@pages.post("/family/<relative_id>/end")
@require_holder()
def end_presenting_now(relative_id: str) -> Response:
    """They present it no longer, and see nothing of it. Pressed twice, it is done once."""
    looking, by = who(), acting_holder()
    count_act(stops, looking.holder_id)
    reason = REASONS["ended_by_holder"]

    def work(tx: Transaction) -> None:
        people = presenters_of(tx, looking.holder_id)
        if any(one["id"] == relative_id for one in people[1:]):
            end_view(tx, looking, relative_id, **by)
        end_family(tx, looking.holder_id, relative_id, reason=reason, **by)

    change(work)
    tell(_("好了，这位家人不能再用您的卡。以后想让他用，请打服务电话或到窗口办理。"))
    return back_to("people")


@pages.get("/requests/<request_id>", endpoint="request")
@require_holder()
def own_request(request_id: str) -> str:
    """What was asked, and the answer."""
    holder_id, secrets = who().holder_id, instance().personal_data
    asked = instance().engine.read(lambda tx: request_of_holder(tx, secrets, holder_id, request_id))
    sent = draft_of(who(), _form_of(asked)) if _is_just_sent(asked) else None
    return render_template("my/request.html", asked=asked, parts=PARTS, draft=sent)


def _form_of(asked: Row) -> str:
    """The address of the form that it was asked with."""
    if asked["purchase"]:
        return url_for("my.not_mine", purchase_id=asked["purchase"]["id"])
    return url_for("my.correction")


def _is_just_sent(asked: Row) -> bool:
    """Whether the phone may forget what it kept: an older one says nothing of a newer draft."""
    age = instance().clock() - parse_instant(asked["raised_at"])
    return age.total_seconds() < JUST_SENT_SECONDS


@pages.get("/correction")
@require_holder()
def correction() -> str:
    """What is known of the holder in masked form, and the form that asks to correct it."""
    return _correction_page(Form())


@pages.post("/correction")
@require_holder()
def ask_to_correct() -> Answer:
    """Send it to the office."""
    form, holder_id, by = Form.sent(), who().holder_id, acting_holder()
    secrets, days = instance().personal_data, instance().part(WorkingDays)
    count_act(asks, holder_id)

    def work(tx: Transaction) -> Row:
        said = {**form.texts("about", "words"), "working_days": days}
        return ask_correction(tx, secrets, holder_id, **said, **by)

    def then(asked: Row) -> Response:
        return go_on(_(DONE), "my.request", request_id=asked["id"])

    return form.carry_out(work, again=_correction_page, then=then)


@pages.get("/looks")
@require_holder()
def looks() -> str:
    """Everybody who looked, a page at a time."""
    own = {"holder_id": who().holder_id}
    place = Place(request.args.get("after", ""), request.args.get("before", ""))
    page = instance().engine.read(lambda tx: page_of(looks_before, tx, own, place))
    return render_template("my/looks.html", page=page, looks=in_words(page.rows))


@pages.post("/data")
@require_holder()
def take_data() -> FlaskResponse:
    """The holder's own data as a file: `text` to be read, or `json` for programs."""
    form, looking, by = Form.sent(), who(), acting_holder()
    count_act(files, looking.holder_id)
    wanted, secrets, now = form.act("text", "json"), instance().personal_data, by["now"]
    change(lambda tx: record_download(tx, looking.holder_id, **by))

    def query(tx: Transaction) -> Row:
        return own_file(tx, secrets, person(tx, looking.holder_id), now)

    own = instance().engine.read(query)
    if wanted == "json":
        return file_response(write_json(own).encode(), "application/json", "huimin-my-data.json")
    text = own_text(own, request_language(), now)
    return file_response(text.encode(), "text/plain; charset=utf-8", "huimin-my-data.txt")


@pages.get("/paper")
@require_holder(member=True)
def paper() -> str:
    """One page to print and pin up: where the card is taken and whom to ask; nothing of anybody."""
    holder_id, today = who().holder_id, county_day(instance().clock())

    def work(tx: Transaction) -> tuple[list[Row], Row | None]:
        code = person(tx, holder_id)["division_code"]
        # The rates of holders in general: others depend on why somebody has the card.
        points = points_near(tx, code, day=today)
        return points, queries.place_of_village(tx, code=code)

    points, place = instance().engine.read(work)
    steps = [
        _("结账前出示惠民卡，收银员扫一下，当场优惠。"),
        _("小票请收好；优惠不对，当场问，或打服务电话。"),
        _("卡丢了：打服务电话马上停用，带身份证到便民服务窗口补卡。"),
    ]
    size, shown = fitting(points, steps)
    return render_template(
        "my/paper.html", steps=steps, size=size, points=shown, place=place, today=today
    )


def _relative(relative_id: str) -> Row:
    holder_id = who().holder_id
    people = instance().engine.read(lambda tx: presenters_of(tx, holder_id))
    for one in people[1:]:
        if one["id"] == relative_id:
            return one
    raise Refusal("not_found")


def _correction_page(form: Form) -> str:
    return render_template(
        "my/correction.html",
        form=form,
        parts=PARTS,
        words_max=WORDS_MAX,
        draft=draft_of(who(), url_for("my.correction")),
    )
