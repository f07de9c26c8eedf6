"""The house of the application that answers this request."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from huimin.house import House


def house() -> House:
    """The opened instance: settings, database, keys, clock."""
    return cast(House, current_app.extensions["huimin"])


def house_of(app: Flask) -> House:
    """The same where no request is being answered."""
    return cast(House, app.extensions["huimin"])
