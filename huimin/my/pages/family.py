"""The holder lets a member of the family look at the card, and ends it."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.my.family_view import allow_view, end_view
from huimin.my.guards import acting_holder, require_holder, who
from huimin.my.pages import pages
from huimin.my.pages.start import back_to
from huimin.web.current import change
from huimin.web.forms import Form, tell


@pages.post("/family")
@require_holder()
def choose_family() -> Response:
    """Switch it on or off for one person. Raises Refusal `not_found`, and FieldProblems."""
    form, looking, by = Form.sent(), who(), acting_holder()
    member_id = form.text("member")
    if form.act("allow", "end") == "allow":
        change(lambda tx: allow_view(tx, looking, member_id, **by))
        tell(_("已经打开：这位家人可以到服务窗口领自己的登录码，看这张卡的简单情况。"))
    else:
        change(lambda tx: end_view(tx, looking, member_id, **by))
        tell(_("已经关上：这位家人不能再看了。"))
    return back_to("family")
