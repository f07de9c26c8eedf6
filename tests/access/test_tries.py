"""Failures at the door: nobody's lock out the others, and known devices get in."""

from __future__ import annotations

import os
import threading
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from huimin.access import passwords
from huimin.access.second_factor import new_secret, switch_on
from huimin.access.sign_in import FAILURES_MAX
from huimin.access.tries import failures_per_address, failures_per_name
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from tests.making.staff import make_staff, sign_in

WRONG = "wrong-password-1"
# What the throttles allow in a minute.
PER_NAME, PER_ADDRESS = failures_per_name._limit, failures_per_address._limit


def from_address(app: Any, address: str) -> Any:
    """A browser there."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def tries(client: Any, count: int, username: str = "nobody") -> list[int]:
    return [sign_in(client, username, WRONG).status_code for _ in range(count)]


def test_twenty_wrong_passwords_do_not_lock_out_the_office(app: Any, instance: Instance) -> None:
    careless, other = make_staff(instance)["username"], make_staff(instance)["username"]
    office = from_address(app, "10.0.0.1")
    assert tries(office, PER_NAME, careless) == [401] * PER_NAME
    assert tries(office, 1, careless) == [429]
    assert sign_in(from_address(app, "10.0.0.1"), other).status_code == 302


def test_known_devices_get_in_whatever_strangers_try(
    app: Any, instance: Instance, clock: Any
) -> None:
    user, colleague = make_staff(instance)["username"], make_staff(instance)["username"]
    own = from_address(app, "10.0.0.1")
    assert sign_in(own, user).status_code == 302
    own.delete_cookie("session")
    strangers = [from_address(app, f"192.0.2.{number}") for number in range(FAILURES_MAX)]
    assert [sign_in(each, user, WRONG).status_code for each in strangers] == [401] * FAILURES_MAX
    spraying = from_address(app, "10.0.0.1")
    for number in range(PER_ADDRESS):
        sign_in(spraying, f"guess{number}", WRONG)
    # The name is locked and the address is full: a strange browser gets in nowhere …
    assert sign_in(strangers[0], user).status_code == 401
    assert sign_in(from_address(app, "10.0.0.1"), user).status_code == 429
    # … this one is known for this name, and for no other.
    assert sign_in(own, user).status_code == 302
    own.delete_cookie("session")
    assert sign_in(own, colleague).status_code == 429
    assert sign_in(strangers[0], user).status_code == 401, "the lock holds for everybody else"


def test_a_known_device_has_a_limit_of_its_own(app: Any, instance: Instance, clock: Any) -> None:
    user = make_staff(instance)["username"]
    own = from_address(app, "10.0.0.1")
    sign_in(own, user)
    own.delete_cookie("session")
    assert tries(own, FAILURES_MAX, user) == [401] * FAILURES_MAX
    assert sign_in(own, user).status_code == 429
    clock.advance(minutes=30)
    assert sign_in(own, user).status_code == 302


@pytest.mark.parametrize("cookie", ["", "x", "WyJhIixbImIiXV0.forged", "e30.e30"])
def test_nobody_makes_a_device_known(app: Any, instance: Instance, cookie: str) -> None:
    user = make_staff(instance)["username"]
    tries(from_address(app, "192.0.2.1"), FAILURES_MAX, user)
    stranger = from_address(app, "10.0.0.1")
    stranger.set_cookie("huimin_known", cookie, path="/sign-in")
    assert sign_in(stranger, user).status_code == 401


def test_a_password_alone_makes_no_device_known_where_a_code_is_asked(
    app: Any, instance: Instance
) -> None:
    user = make_staff(instance)
    cipher = instance.personal_data.encrypt(new_secret(), "staff.totp")
    instance.engine.write(
        lambda tx: switch_on(tx, user, cipher=cipher, step=0, now=instance.clock())
    )
    client = from_address(app, "10.0.0.1")
    assert sign_in(client, user["username"]).location.endswith("/sign-in/code")
    assert client.get_cookie("huimin_known", path="/sign-in") is None


def test_neighbours_in_an_ipv6_network_count_as_one(app: Any, instance: Instance) -> None:
    answers = [
        tries(from_address(app, f"2001:db8::{number + 1:x}"), 1)[0] for number in range(PER_NAME)
    ]
    assert answers == [401] * PER_NAME
    assert tries(from_address(app, "2001:db8::ffff"), 1) == [429]
    assert tries(from_address(app, "2001:db8:0:1::1"), 1) == [401]


def test_nobody_says_where_they_come_from(app: Any, instance: Instance) -> None:
    # Without HUIMIN_PROXIES the header is anybody's word.
    client = from_address(app, "10.0.0.1")
    for number in range(PER_NAME):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
        assert tries(client, 1) == [401]
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.99"
    assert tries(client, 1) == [429]


def test_two_servers_of_a_county_count_together(app: Any, instance: Instance) -> None:
    from huimin.app import create_app
    from huimin.open_instance import open_instance

    second = open_instance(instance.settings, instance.clock)
    try:
        other = create_app(instance=second, testing=True)
        answers = [
            tries(from_address(each, "10.0.0.1"), 1)[0]
            for _ in range(PER_NAME)
            for each in (app, other)
        ]
        assert answers.count(401) == PER_NAME and answers.count(429) == PER_NAME
    finally:
        second.close()


def test_a_flood_of_passwords_takes_few_threads() -> None:
    # As many checks as are let in at once are under way: one more is refused without a wait.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_checking", passwords.threading.BoundedSemaphore(1))
        passwords._checking.acquire()
        with pytest.raises(Refusal) as caught:
            passwords.matches(passwords.NOBODYS_HASH, WRONG)
        assert caught.value.code == "too_many_requests"
        passwords._checking.release()
        assert not passwords.matches(passwords.NOBODYS_HASH, WRONG)


class WatchedHasher(PasswordHasher):
    """Hashes, and notes how far others come first meanwhile."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.priorities: list[int] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self._note()
        return super().verify(hash, password)

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._note()
        return super().hash(password, salt=salt)

    def _note(self) -> None:
        self.priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))


def test_a_password_is_computed_behind_the_tills(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = WatchedHasher()
    monkeypatch.setattr(passwords, "hasher", hasher)
    assert passwords.matches(passwords.hash_password("a long password"), "a long password")
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert len(hasher.priorities) == 2 and min(hasher.priorities) > own
