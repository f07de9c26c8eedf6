"""Whose page a form was sent from: it stands sealed in each form of a signed-in person.

Two people may use one phone, and a registrar may open two people's cards in two tabs: the cookie is
then that of who came last, while a page of the first one is still open. What is pressed there is
never done for the other (guards.py). The seal outlives the session and its cookie.
"""

from __future__ import annotations

from flask import g, request

from huimin.my.sessions import SignedIn
from huimin.web.current import instance

# In a form; and what a script sends of it.
FIELD, HEADER = "form_owner", "X-Form-Owner"
_OF = "owner "


def seal_owner(looking: SignedIn | None) -> str:
    """As it stands in that person's forms; "" in nobody's."""
    if looking is None:
        return ""
    if "my_form_owner" not in g:
        text = _OF + looking.person_id
        g.my_form_owner = looking, instance().personal_data.encrypt(text, "kept_form")
    whose, sealed = g.my_form_owner
    return str(sealed) if whose is looking else ""


def owner_of_form() -> str | None:
    """The id of the person whose page sent this request; None where it does not say."""
    sealed = request.form.get(FIELD) or request.headers.get(HEADER, "")
    try:
        owner = instance().personal_data.decrypt(sealed, "kept_form")
    except Exception:  # whatever was sent in its place
        return None
    return owner.removeprefix(_OF) if owner.startswith(_OF) else None
