"""Words of messages on pages: states, channels, and why one did not arrive."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from huimin.notices.delivery_problem import problem_words
from huimin.web.language import request_language

STATES = {
    "waiting": _("等待发送"),
    "sent": _("已发送"),
    "failed": _("没有送到"),
    "to_tell": _("等人告知"),
    "told": _("已经告知"),
    "dropped": _("不用再说"),
}
COLOURS = {
    "waiting": "waiting",
    "sent": "done",
    "failed": "stop",
    "to_tell": "waiting",
    "told": "done",
    "dropped": "suspended",
}
CHANNELS = {"file": _("短信（文件）"), "webhook": _("短信（网关）"), "paper": _("名单")}


def problem_text(problem: str | None) -> str | None:
    """Why a message did not arrive, in the reader's language."""
    return None if problem is None else problem_words(problem, request_language())
