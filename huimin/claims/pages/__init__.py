"""Claims in the browser: the till files them and pays them out, the office decides."""

from __future__ import annotations

from flask import Blueprint
from pydantic import ValidationError

from huimin.web.problems import answer_validation_error

pages = Blueprint("claims", __name__)
pages.register_error_handler(ValidationError, answer_validation_error)

from huimin.claims.pages import office, till  # noqa: E402, F401
