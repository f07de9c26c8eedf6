"""The cashiers that a merchant's manager administers, in the merchant's own outlets only."""

from __future__ import annotations

from typing import Any

from huimin.access.staff import add_staff_with_hash
from huimin.access.staff_changes import change_staff, reset_password, switch_staff
from huimin.core.permissions import MERCHANT_SIDE
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.merchants.outlets import outlet_by_id
from huimin.storage.engine import Row, Transaction


def cashiers_of(tx: Transaction, merchant_id: str | None) -> list[Row]:
    """The cashiers of a merchant's outlets, by outlet and user name."""
    return list(queries.cashiers_of_merchant(tx, merchant_id=merchant_id or "", outlet_id=None))


def add_cashier(tx: Transaction, *, merchant_id: str | None, outlet_id: str, **account: Any) -> Row:
    """Add a cashier (`account` as for add_staff_with_hash), who must change the first password.

    Raises FieldProblems.
    """
    _require_own_outlet(tx, merchant_id, outlet_id)
    account |= {"role": "cashier", "must_change_password": 1, "outlet_id": outlet_id}
    return add_staff_with_hash(tx, **account)


def change_cashier(
    tx: Transaction, *, merchant_id: str | None, staff_id: str, outlet_id: str, **changed: Any
) -> None:
    """Change an own cashier's name or outlet (`changed` as for change_staff).

    Raises FieldProblems, or Refusal `not_found`.
    """
    _own(tx, merchant_id, staff_id)
    _require_own_outlet(tx, merchant_id, outlet_id)
    change_staff(tx, staff_id, role="cashier", place=outlet_id, **changed)


def switch_cashier(
    tx: Transaction, *, merchant_id: str | None, staff_id: str, **changed: Any
) -> None:
    """Switch an own cashier off or on, as switch_staff does. Raises Refusal `not_found`."""
    _own(tx, merchant_id, staff_id)
    switch_staff(tx, staff_id, side=MERCHANT_SIDE, **changed)


def reset_cashier(
    tx: Transaction, *, merchant_id: str | None, staff_id: str, **changed: Any
) -> None:
    """Give an own cashier a new first password. Raises Refusal `not_found`."""
    _own(tx, merchant_id, staff_id)
    reset_password(tx, staff_id, **changed)


def _require_own_outlet(tx: Transaction, merchant_id: str | None, outlet_id: str) -> None:
    outlet = outlet_by_id(tx, outlet_id)
    if outlet is None or outlet["merchant_id"] != merchant_id:
        raise field_problem("outlet_id", "请选择本商户的示范点。")


def _own(tx: Transaction, merchant_id: str | None, staff_id: str) -> Any:
    row = queries.cashier_of_merchant(tx, staff_id=staff_id, merchant_id=merchant_id or "")
    if row is None:
        raise Refusal("not_found")
    return row
