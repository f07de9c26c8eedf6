"""Where the card is open: the holder ends a sign-in, or all others."""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.my.device import end_device
from huimin.my.guards import acting_holder, let_out, require_holder, who
from huimin.my.pages import pages
from huimin.my.pages.start import back_to
from huimin.my.sessions import end_one, end_others
from huimin.web.current import change
from huimin.web.forms import Form, tell


@pages.post("/sessions")
@require_holder()
def end_sessions() -> Response:
    """End one sign-in by its id, all others, or the phone that shows the code."""
    form, looking, by = Form.sent(), who(), acting_holder()
    act, session_id = form.act("one", "others", "phone"), form.text("session")
    if act == "phone":
        change(lambda tx: end_device(tx, looking, **by))
        tell(_("那台手机不再显示动态码了。"))
    elif act == "others":
        change(lambda tx: end_others(tx, looking, **by))
        tell(_("别处的登录都已结束。"))
    else:
        change(lambda tx: end_one(tx, looking, session_id, **by))
        if session_id == looking.session_id:
            return let_out(redirect(url_for("my.start")))
        tell(_("那一次登录已结束。"))
    return back_to("sessions")
