"""Pages: the policies' time line, drafts, dry runs, approval, publication."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("policies", __name__)

from huimin.policies.pages import draft_form, policies  # noqa: E402, F401
