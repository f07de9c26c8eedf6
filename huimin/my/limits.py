"""How often a holder may ask, stop and take away, by card's holder and by network address."""

from __future__ import annotations

from limits import RateLimitItemPerHour

from huimin.access.tries import asking_network
from huimin.web.forms import is_shown_again
from huimin.web.throttle import Throttle

asks = Throttle("my_asks", RateLimitItemPerHour(12))
stops = Throttle("my_stops", RateLimitItemPerHour(12))
files = Throttle("my_files", RateLimitItemPerHour(6))
# A whole village may stand behind one address.
acts_from = Throttle("my_acts_from", RateLimitItemPerHour(300))


def count_act(kind: Throttle, holder_id: str) -> None:
    """Count one act of a holder, before its work. Raises Refusal `too_many_requests`.

    A form that is only shown once more is none.
    """
    if is_shown_again():
        return
    acts_from.count(asking_network())
    kind.count(holder_id)
