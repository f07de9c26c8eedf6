"""Why a notice could not be delivered, in one sentence without address, password or content."""

from __future__ import annotations


class DeliveryProblem(Exception):
    """The sentence is kept with the delivery and shown on its page."""
