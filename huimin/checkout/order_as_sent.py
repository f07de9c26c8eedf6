"""The order number of a request that may be a retry from before order numbers had one form.

Then its key was kept with the number as it was sent, which may be one that is refused today. So
what was sent goes along with the body, and a number is refused only if no answer is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import (
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from huimin.checkout.api_bodies import Body, OrderNo
from huimin.core.refusals import FieldProblems
from huimin.web.problems import ORDER_FAULTS, field_problems_of

# Stands for a refused number while the other fields are checked.
PLACEHOLDER = "A"


class OrderBody(Body):
    """A body with an order number; one that was refused is kept as it was sent, with its fault."""

    order_no: OrderNo
    _sent_order_no: str = PrivateAttr("")
    _order_fault: FieldProblems | None = PrivateAttr(None)

    @property
    def sent_order_no(self) -> str:
        """The number as the till wrote it."""
        return self._sent_order_no

    def require_order(self) -> None:
        """Require a number that a list of the day can hold. Raises FieldProblems."""
        if self._order_fault is not None:
            raise self._order_fault

    @model_validator(mode="wrap")
    @classmethod
    def _keep_as_sent(cls, values: Any, handler: ModelWrapValidatorHandler[OrderBody]) -> OrderBody:
        sent = values.get("order_no") if isinstance(values, Mapping) else None
        fault = None
        try:
            body = handler(values)
        except ValidationError as error:
            if any(
                entry["loc"] != ("order_no",) or entry["type"] not in ORDER_FAULTS
                for entry in error.errors(include_url=False, include_input=False)
            ):
                raise
            fault = field_problems_of(error)
            body = handler({**values, "order_no": PLACEHOLDER})
            body.order_no = str(sent)
        body._sent_order_no, body._order_fault = str(sent), fault
        return body
