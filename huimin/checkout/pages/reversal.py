"""Taking a sale back from the page, with the manager's word where the merchant wants it."""

from __future__ import annotations

from flask import Response

from huimin.access.terminal_keys import Terminal
from huimin.access.till_guard import current_terminal, require_till
from huimin.checkout import queries
from huimin.checkout.api_bodies import ReversalBody
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.pages import pages
from huimin.checkout.pages.set_up import ManagerBody, confirming_manager
from huimin.checkout.till_edge import key_of_request, reversal_response
from huimin.web.current import instance
from huimin.web.json_body import json_body


class TillReversalBody(ReversalBody):
    """What goes back, and the manager's word. It is looked at and never stored."""

    manager: ManagerBody | None = None


@pages.post("/redemptions/<redemption_id>/reverse")
@require_till("redemption.reverse")
def reverse_now(redemption_id: str) -> Response:
    """Take back a sale of this outlet, whole or in part."""
    body, key = json_body(TillReversalBody), key_of_request()
    rule = _rule(body.manager, current_terminal(), key)
    return reversal_response(redemption_id, body, key, rule=rule, status=200)


def _rule(manager: ManagerBody | None, terminal: Terminal, key: str) -> ManagerRule:
    """Who confirms. A repeat of what was done needs nobody: a code counts only once."""
    terminal_id = terminal["terminal_id"]
    if manager is None or instance().engine.read(
        lambda tx: queries.kept_answer(tx, terminal_id=terminal_id, key=key)
    ):
        return ManagerRule()
    confirmed_by = confirming_manager(manager, terminal)
    return ManagerRule(confirmed_by.id, confirmed_by.username)
