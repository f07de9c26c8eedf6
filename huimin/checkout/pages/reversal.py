"""Taking a sale back from the page, with the manager's word where the merchant wants it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from huimin.access.till_guard import require_till
from huimin.audit.record import record
from huimin.checkout import queries
from huimin.checkout.api_bodies import ReversalBody
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.once import fingerprint
from huimin.checkout.pages import pages
from huimin.checkout.pages.at_till import answer_once, staff_id_here, terminal_here
from huimin.checkout.pages.set_up import ManagerBody, manager_here
from huimin.checkout.reverse import reverse
from huimin.storage.engine import Transaction
from huimin.web.current import instance


class TillReversalBody(ReversalBody):
    """What goes back, and the manager's word. It is looked at and never stored."""

    manager: ManagerBody | None = None


@pages.post("/redemptions/<redemption_id>/reverse")
@require_till("redemption.reverse")
def reverse_now(redemption_id: str) -> Response:
    """Take back a sale of this outlet, whole or in part."""
    body = TillReversalBody.model_validate(request.get_json())
    terminal, now, origin = terminal_here(), instance().clock(), request.remote_addr
    asked, staff_id = body.to_request(), staff_id_here()
    rule = _rule(body, terminal)

    def work(tx: Transaction) -> dict[str, Any]:
        done = reverse(
            tx, redemption_id, asked, terminal=terminal, now=now, staff_id=staff_id, rule=rule
        )
        if rule.manager_username is not None:
            record(
                tx.coming_from(origin),
                "redemption.reversal_confirmed",
                redemption_id,
                now=now,
                actor=rule.manager_username,
                reason=asked.reason,
                new={name: done[name] for name in ("receipt_no", "amount_fen", "discount_fen")},
            )
        return done

    return answer_once(terminal, fingerprint(f"reverse {redemption_id}", asked), work)


def _rule(body: TillReversalBody, terminal: dict[str, Any]) -> ManagerRule:
    """Who confirms. A repeat of what was done needs nobody: a code counts only once."""
    key = request.headers.get("Idempotency-Key", "")
    if body.manager is None or _answered(terminal["terminal_id"], key):
        return ManagerRule()
    manager = manager_here(body.manager, terminal)
    return ManagerRule(manager.id, manager.username)


def _answered(terminal_id: str, key: str) -> bool:
    return (
        instance().engine.read(lambda tx: queries.kept_answer(tx, terminal_id=terminal_id, key=key))
        is not None
    )
