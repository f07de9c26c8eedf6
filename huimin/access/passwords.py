"""Staff passwords as argon2id hashes."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from huimin.core.refusals import Refusal, field_problem
from huimin.storage.giving_way import behind_the_tills

LENGTH_MIN, LENGTH_MAX = 10, 200

hasher = PasswordHasher()
# A hash takes a tenth of a second of several cores and 64 MB: whoever floods the door with
# passwords must not take the machine from the tills, nor all threads of the server. It is computed
# behind the tills: beside it, one sale in ten took longer than 0.1 s.
HASHES_AT_ONCE, CHECKS_MAX = 2, 12
_hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)
_checking = threading.BoundedSemaphore(CHECKS_MAX)
# Checked when the user name is unknown, so that the answer takes as long as for a known one.
# A constant, because computing it at start would cost every command a tenth of a second.
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$v1QIMNSF4RNg+MXp27jxyQ"
    "$+FE6NczW/+/U2D/EuYnXmI1yAsCa+vbf6VkMNLAJcUs"
)


def share_with(processes: int) -> None:
    """Take only this process's share of what the server may hash at a time. Call it at the start.

    Of several processes each may do at least one: a machine has a core for each of them.
    """
    global _hashing, _checking
    _hashing = threading.BoundedSemaphore(max(1, HASHES_AT_ONCE // processes))
    _checking = threading.BoundedSemaphore(max(1, CHECKS_MAX // processes))


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises FieldProblems when its length is out of range."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise field_problem(
            "password",
            "密码须为 {length_min} 到 {length_max} 个字符。",
            length_min=LENGTH_MIN,
            length_max=LENGTH_MAX,
        )
    return behind_the_tills(lambda: hasher.hash(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed.

    Raises Refusal `too_many_requests` while too many others are checked.
    """
    if not _checking.acquire(blocking=False):
        raise Refusal("too_many_requests")
    try:
        with _hashing:
            return behind_the_tills(lambda: hasher.verify(password_hash, password[:LENGTH_MAX]))
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _checking.release()
