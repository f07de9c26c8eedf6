"""Failed attempts at a door: signing in, a till's code, a manager's confirmation.

They are counted by network address and name, so that nobody's failures lock out the others behind
the same address; by address alone, so that nobody tries one password with a thousand names; and for
a known device (known_device.py) by that device alone, which strangers can't fill. Only failures
count, because a whole office signs in from one address in the morning. The lock on an account
(sign_in.py) stops guessing at one account from many addresses.
"""

from __future__ import annotations

from flask import request
from limits import RateLimitItemPerMinute

from huimin.core.client_network import network_of
from huimin.web.throttle import Throttle

failures_per_name = Throttle("failed_names", RateLimitItemPerMinute(20))
failures_per_address = Throttle("failed_tries", RateLimitItemPerMinute(100))
failures_per_device = Throttle("failed_devices", RateLimitItemPerMinute(5, multiples=15))


def require_few_failures(name: str, device: str | None = None) -> None:
    """Let a try pass at that name, or at a till's door. `device` is a device known for the name.

    Raises Refusal `too_many_requests`.
    """
    if device is not None:
        failures_per_device.require_room(f"{device} {name}")
        return
    failures_per_name.require_room(f"{asking_network()} {name}")
    failures_per_address.require_room(asking_network())


def note_failed_try(name: str, device: str | None = None) -> None:
    """Count a failure."""
    if device is not None:
        failures_per_device.note(f"{device} {name}")
        return
    failures_per_name.note(f"{asking_network()} {name}")
    failures_per_address.note(asking_network())


def asking_network() -> str:
    """Where the request comes from, as it is counted: its address, or its IPv6 network."""
    return network_of(request.remote_addr or "")
