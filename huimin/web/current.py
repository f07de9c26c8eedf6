"""The house of the application that answers this request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, current_app, request

from huimin.house import House
from huimin.storage.engine import Transaction

T = TypeVar("T")


def house() -> House:
    """The opened instance: settings, database, keys, clock."""
    return cast(House, current_app.extensions["huimin"])


def change(work: Callable[[Transaction], T]) -> T:
    """Run a use case for this request: what it records says which address it came from."""
    origin = request.remote_addr
    return house().engine.write(lambda tx: work(tx.coming_from(origin)))


def house_of(app: Flask) -> House:
    """The same where no request is being answered."""
    return cast(House, app.extensions["huimin"])
