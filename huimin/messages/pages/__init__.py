"""Messages to holders in the browser: the log, whom the office tells, and one person's."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("messages", __name__, url_prefix="/messages")


from huimin.messages.pages import log, person, to_tell  # noqa: E402, F401
