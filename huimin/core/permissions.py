"""Who may do what: one table of action × role. What stands in no row is allowed to nobody."""

from __future__ import annotations

ADMINISTRATOR = "administrator"
REGISTRAR = "registrar"
AUDITOR = "auditor"
MERCHANT_MANAGER = "merchant_manager"
CASHIER = "cashier"

ROLES = (ADMINISTRATOR, REGISTRAR, AUDITOR, MERCHANT_MANAGER, CASHIER)

OFFICE = frozenset({ADMINISTRATOR, REGISTRAR})
READERS = frozenset({ADMINISTRATOR, AUDITOR})
OFFICE_AND_AUDITOR = OFFICE | READERS
COUNTER = frozenset({CASHIER, MERCHANT_MANAGER})

# A registrar's actions reach the people of their own town, a manager's their own merchant, a
# cashier's their own outlet: what lies elsewhere does not exist for them (404).
PERMISSIONS: dict[str, frozenset[str]] = {
    "home.read": frozenset(ROLES),
    "account.own": frozenset(ROLES),
    "holder.read": OFFICE_AND_AUDITOR,
    "holder.write": OFFICE,
    "holder.unmask": OFFICE,
    "holder.export": OFFICE_AND_AUDITOR,
    "application.read": OFFICE_AND_AUDITOR,
    "application.decide": OFFICE,
    "register.import": frozenset({ADMINISTRATOR}),
    "card.read": OFFICE_AND_AUDITOR,
    "card.issue": OFFICE,
    "card.change": OFFICE,
    "card.print": OFFICE,
    "merchant.read": READERS,
    "merchant.write": frozenset({ADMINISTRATOR}),
    "outlet.own": frozenset({MERCHANT_MANAGER}),
    "cashier.manage": frozenset({MERCHANT_MANAGER}),
    "policy.read": READERS,
    "policy.write": frozenset({ADMINISTRATOR}),
    "till.use": COUNTER,
    "redemption.reverse": COUNTER,
    "report.read": READERS,
    "ledger.verify": READERS,
    "staff.read": READERS,
    "staff.write": frozenset({ADMINISTRATOR}),
    "audit.read": READERS,
}


def allows(role: str, action: str) -> bool:
    """True when staff of that role may do it. An action that is not in the table is a KeyError."""
    return role in PERMISSIONS[action]
