"""Who may do what: one table of action × role. What stands in no row is allowed to nobody."""

from __future__ import annotations

ADMINISTRATOR = "administrator"
REGISTRAR = "registrar"
AUDITOR = "auditor"
MERCHANT_MANAGER = "merchant_manager"
CASHIER = "cashier"

ROLES = (ADMINISTRATOR, REGISTRAR, AUDITOR, MERCHANT_MANAGER, CASHIER)

PERMISSIONS: dict[str, frozenset[str]] = {
    "home.read": frozenset(ROLES),
    "holder.read": frozenset({ADMINISTRATOR, REGISTRAR, AUDITOR}),
    "holder.write": frozenset({ADMINISTRATOR, REGISTRAR}),
    "card.issue": frozenset({ADMINISTRATOR, REGISTRAR}),
    "card.change": frozenset({ADMINISTRATOR, REGISTRAR}),
    "merchant.read": frozenset({ADMINISTRATOR, AUDITOR}),
    "merchant.write": frozenset({ADMINISTRATOR}),
    "policy.read": frozenset({ADMINISTRATOR, AUDITOR}),
    "policy.write": frozenset({ADMINISTRATOR}),
    "till.use": frozenset({CASHIER, MERCHANT_MANAGER}),
    "redemption.reverse": frozenset({CASHIER, MERCHANT_MANAGER}),
    "report.read": frozenset({ADMINISTRATOR, AUDITOR}),
    "ledger.verify": frozenset({ADMINISTRATOR, AUDITOR}),
    "staff.write": frozenset({ADMINISTRATOR}),
}


def allows(role: str, action: str) -> bool:
    """True when staff of that role may do it. An action that is not in the table is a KeyError."""
    return role in PERMISSIONS[action]
