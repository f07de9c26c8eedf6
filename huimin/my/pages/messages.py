"""The holder chooses what they are told on their phone."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.messages.choices import choice_of, choose
from huimin.my.guards import acting_holder, require_holder, who
from huimin.my.pages import pages
from huimin.my.pages.start import back_to
from huimin.storage.engine import Transaction
from huimin.web.current import change
from huimin.web.forms import Form, tell
from huimin.web.language import request_language

# What each button changes.
ACTS = {
    "by_phone": {"by_phone": True},
    # Who wants no messages on the phone wants none of purchases.
    "not_by_phone": {"by_phone": False, "purchases": False},
    "purchases": {"by_phone": True, "purchases": True},
    "no_purchases": {"purchases": False},
}


@pages.post("/messages")
@require_holder()
def choose_messages() -> Response:
    """Keep what was pressed; messages then come in the language in which this page is read."""
    form, looking, by = Form.sent(), who(), acting_holder()
    pressed, language = ACTS[form.act(*ACTS)], request_language()

    def work(tx: Transaction) -> None:
        before = choice_of(tx, looking.holder_id)
        choose(tx, looking.holder_id, replace(before, language=language, **pressed), **by)

    change(work)
    tell(_("已经保存。"))
    return back_to("messages")
