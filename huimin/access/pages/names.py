"""Full names for this session: asked for with a reason, and taken back by a press."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.full_names import mask_names, show_names
from huimin.access.guards import acting, member, require
from huimin.access.pages import pages
from huimin.storage.engine import Transaction
from huimin.web.forms import Answer, Form, tell
from huimin.web.own_address import inside


@pages.get("/names")
@require("holder.names")
def full_names() -> str:
    """What is shown then and what is not, and the reason."""
    return _page(Form({"back": request.args.get("back", "")}))


@pages.post("/names")
@require("holder.names")
def change_names() -> Answer:
    """Show them, with a reason, or mask them again."""
    form, user, session_id, by = Form.sent(), member(), str(session["session_id"]), acting()

    def work(tx: Transaction) -> bool:
        if form.act("show", "mask") == "mask":
            mask_names(tx, session_id, user, **by)
            return False
        show_names(tx, session_id, user, reason=form.text("reason"), **by)
        return True

    def then(is_shown: bool) -> Response:
        tell(
            _("从现在起名单里显示完整姓名，退出登录就恢复隐去。")
            if is_shown
            else _("姓名已恢复隐去。")
        )
        return redirect(inside(form.text("back")) or url_for("access.home"))

    return form.carry_out(work, again=_page, then=then)


def _page(form: Form) -> str:
    return render_template("access/names.html", form=form)
