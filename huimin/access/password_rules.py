"""What a new password must be: long, and not one of the first guesses (NIST SP 800-63B)."""

from __future__ import annotations

import secrets

from huimin.access.passwords import LENGTH_MAX, LENGTH_MIN
from huimin.core.refusals import field_problem

COMMON = (
    "1234567890",
    "0123456789",
    "12345678910",
    "1111111111",
    "0000000000",
    "password",
    "passw0rd",
    "qwertyuiop",
    "1qaz2wsx3edc",
    "qwerty12345",
    "admin12345",
    "administrator",
    "huiminka",
    "lezhixian",
    "woaini1314520",
    "iloveyou",
)
# Without characters that look alike (l and 1, o and 0).
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LETTERS = 3, 4


def require_good_password(field: str, password: str, username: str) -> None:
    """Raise FieldProblems on `field` for a password that is easy to guess."""
    lowered = password.lower()
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise field_problem(
            field,
            "密码须为 {length_min} 到 {length_max} 个字符，可以用几个词连成一句。",
            length_min=LENGTH_MIN,
            length_max=LENGTH_MAX,
        )
    if username.lower() in lowered or len(set(lowered)) < 4:
        raise field_problem(field, "密码不能含用户名，也不能只用几个相同的字符。")
    if any(common in lowered for common in COMMON):
        raise field_problem(field, "这个密码太常见，容易被猜到，请换一个。")


def first_password() -> str:
    """A random password to hand over once, easy to read out: three groups of four."""
    return "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS)
    )
