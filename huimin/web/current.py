"""The instance of the application that answers this request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

from flask import Flask, current_app, g, request

from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.storage.engine import StorageProblem, Transaction

T = TypeVar("T")


def instance() -> Instance:
    """The current instance (settings, database, keys, clock), or that of the practice county."""
    if practising():
        return cast("Instance", g.practice)
    return instance_of(current_app)


def practising() -> bool:
    """Whether this request is one of a practice till (huimin/practice), which leaves no trace."""
    return "practice" in g


def change(work: Callable[[Transaction], T], *, adds_up: bool = False) -> T:
    """Run a use case for this request; the audit record gets the request's network address.

    `adds_up` is that of `Engine.write`.
    """
    origin = request.remote_addr
    return instance().engine.write(lambda tx: work(tx.coming_from(origin)), adds_up=adds_up)


def tidy(work: Callable[[Transaction], object]) -> None:
    """Put in order what a page is about to show; where nothing can be written (a standby, a wrong
    clock, a full disk) it is shown as it is.
    """
    with suppress(StorageProblem, Refusal):
        change(work)


def instance_of(app: Flask) -> Instance:
    """The instance of an application, outside a request."""
    return cast("Instance", app.extensions["huimin"])
