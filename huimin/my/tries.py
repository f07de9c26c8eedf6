"""Failed tries at the door of "my card", per card and per network address.

Only failures count. Per card and address, so that a stranger elsewhere does not lock a holder out;
per card from everywhere, so that many addresses together come nowhere near a code of eight digits;
and per address, so that nobody tries one code with thousands of cards. A card that does not exist
is counted like any other.
"""

from __future__ import annotations

from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from huimin.access.tries import asking_network
from huimin.web.throttle import Throttle

_of_card_here = Throttle("my_card_here", RateLimitItemPerHour(10))
_of_card = Throttle("my_card", RateLimitItemPerHour(60))
# A mobile network's address is shared: one stranger there must not shut the door for a village.
_of_address = Throttle("my_address", RateLimitItemPerHour(300))
# Whatever is asked below /my/: by who is signed in, and by address for who is not. A person presses
# a few buttons a minute; many people may stand behind one address of a mobile network.
_asked_by_person = Throttle("my_asked", RateLimitItemPerMinute(120))
_asked_from_address = Throttle("my_asked_from", RateLimitItemPerMinute(600))
# Codes by message cost the county money, and the person a phone that rings.
_sent_to_card = Throttle("my_sent", RateLimitItemPerHour(3))
_sent_from_address = Throttle("my_sent_from", RateLimitItemPerHour(20))


def require_few_failures(card: str) -> None:
    """Let a try at that card pass. Raises Refusal `too_many_requests`."""
    _of_card_here.require_room(f"{asking_network()} {card}")
    _of_card.require_room(card)
    _of_address.require_room(asking_network())


def note_failure(card: str) -> None:
    """Count a failure."""
    _of_card_here.note(f"{asking_network()} {card}")
    _of_card.note(card)
    _of_address.note(asking_network())


def count_asked_code(card: str) -> None:
    """Count somebody who asks for a code by message. Raises Refusal `too_many_requests`."""
    _sent_from_address.count(asking_network())
    _sent_to_card.count(card)


def count_request(person_id: str | None) -> None:
    """Count a request of somebody who is signed in, or of a stranger by where it comes from.

    Raises Refusal `too_many_requests`.
    """
    if person_id is not None:
        _asked_by_person.count(person_id)
    else:
        _asked_from_address.count(asking_network())
