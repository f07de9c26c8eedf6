"""People and applications in the browser: one module per subject, one blueprint for all."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("holders", __name__)


from huimin.holders.pages import (  # noqa: E402
    applications,  # noqa: F401
    ending,  # noqa: F401
    endings,  # noqa: F401
    evidence,  # noqa: F401
    new_person,  # noqa: F401
    people,  # noqa: F401
    person,  # noqa: F401
    register_tokens,  # noqa: F401
    registers,  # noqa: F401
)
