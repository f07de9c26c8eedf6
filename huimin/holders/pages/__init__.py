"""People and applications in the browser: one module per subject, one blueprint for all."""

from __future__ import annotations

from flask import Blueprint

from huimin.access.guards import member

pages = Blueprint("holders", __name__)


def own_division() -> str | None:
    """The division whose people the reader may see: a registrar's town; None for the county."""
    return member().division_code if member().role == "registrar" else None


from huimin.holders.pages import (  # noqa: E402
    applications,  # noqa: F401
    evidence,  # noqa: F401
    new_person,  # noqa: F401
    people,  # noqa: F401
    person,  # noqa: F401
    registers,  # noqa: F401
)
