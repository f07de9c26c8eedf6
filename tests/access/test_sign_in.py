"""Signing in and out through the pages, as a browser does it, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huimin.access.passwords import hash_password
from huimin.access.sign_in import FAILURES_MAX, LOCK_MINUTES, check_own_password
from huimin.access.sign_in import sign_in as check_password
from huimin.access.staff import disable_staff, set_password
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from tests.making.staff import PASSWORD, csrf_of, make_staff, sign_in

WRONG = "wrong-password-1"


def is_signed_in(client: Any) -> bool:
    return client.get("/reports/").status_code == 200


def rows_of(instance: Instance, statement: str) -> list[Any]:
    return instance.engine.read(lambda tx: list(tx.connection.execute(statement).fetchall()))


def value(row: Any, name: str) -> Any:
    return row[name]


def test_the_right_password_opens_the_pages_of_the_role(client: Any, instance: Instance) -> None:
    admin = make_staff(instance, "administrator")
    answer = sign_in(client, admin["username"])
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").headers["Location"] == "/today"
    assert admin["name"] in client.get("/reports/").text


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(
    client: Any, instance: Instance
) -> None:
    admin = make_staff(instance)
    answers = [sign_in(client, name, WRONG) for name in (admin["username"], "nobody-here")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all("用户名或密码不对" in answer.text for answer in answers)
    assert WRONG not in answers[0].text
    assert not is_signed_in(client)


def test_five_failures_lock_the_account_and_time_unlocks_it(
    client: Any, instance: Instance, clock: Any
) -> None:
    admin = make_staff(instance)
    for _ in range(FAILURES_MAX):
        assert sign_in(client, admin["username"], WRONG).status_code == 401
    assert sign_in(client, admin["username"]).status_code == 401
    clock.advance(minutes=LOCK_MINUTES, seconds=-1)
    assert sign_in(client, admin["username"]).status_code == 401
    clock.advance(seconds=1)
    assert sign_in(client, admin["username"]).status_code == 302
    assert is_signed_in(client)


class MeanwhileEngine:
    """The real engine; right after the first read, others act, as during the slow hash."""

    def __init__(self, engine: Any, others: Callable[[], None]) -> None:
        self._engine, self._others = engine, [others]

    def read(self, work: Any) -> Any:
        result = self._engine.read(work)
        while self._others:
            self._others.pop()()
        return result

    def write(self, work: Any, *, adds_up: bool = False) -> Any:
        return self._engine.write(work, adds_up=adds_up)


@pytest.mark.both_engines
@pytest.mark.parametrize("way", ["door", "own password"])
def test_a_lock_set_while_the_hash_is_computed_holds_for_a_right_guess(
    instance: Instance, way: str
) -> None:
    account, now = make_staff(instance), instance.clock()

    def fail(times: int) -> None:
        for _ in range(times):
            with pytest.raises(Refusal):
                check_password(instance.engine, account["username"], WRONG, now=now)

    fail(FAILURES_MAX - 1)
    engine: Any = MeanwhileEngine(instance.engine, lambda: fail(1))
    with pytest.raises((Refusal, FieldProblems)):
        if way == "door":
            check_password(engine, account["username"], PASSWORD, now=now)
        else:
            check_own_password(
                engine, account["id"], PASSWORD, field="password", now=now, origin=None
            )
    with pytest.raises(Refusal):
        check_password(instance.engine, account["username"], PASSWORD, now=now)
    assert rows_of(instance, "SELECT locked_until FROM staff")[0]["locked_until"] is not None


@pytest.mark.both_engines
def test_a_known_device_does_not_clear_a_lock_that_others_set_meanwhile(
    instance: Instance,
) -> None:
    account, now = make_staff(instance), instance.clock()

    def fail(engine: Any = instance.engine) -> None:
        with pytest.raises(Refusal):
            check_password(engine, account["username"], WRONG, now=now)

    def lock() -> None:
        for _ in range(FAILURES_MAX - 1):
            fail()

    fail()
    engine: Any = MeanwhileEngine(instance.engine, lock)
    check_password(engine, account["username"], PASSWORD, now=now, on_known_device=True)
    fail(MeanwhileEngine(instance.engine, fail))
    (row,) = rows_of(instance, "SELECT * FROM staff")
    assert (row["locked_until"] is not None, row["failed_sign_ins"]) == (True, 0)


@pytest.mark.both_engines
def test_a_success_forgets_the_failures_before_it(client: Any, instance: Instance) -> None:
    admin = make_staff(instance)
    for _ in range(2):
        for _ in range(FAILURES_MAX - 1):
            assert sign_in(client, admin["username"], WRONG).status_code == 401
        assert sign_in(client, admin["username"]).status_code == 302
        client.post("/sign-out", data={"csrf_token": csrf_of(client, "/reports/")})


def test_one_address_can_not_try_without_end(client: Any, instance: Instance) -> None:
    statuses = [sign_in(client, f"nobody{number}", WRONG).status_code for number in range(101)]
    assert statuses == [401] * 100 + [429]


def test_signing_out_ends_the_session_on_the_server(
    client: Any, instance: Instance, app: Any
) -> None:
    sign_in(client, make_staff(instance)["username"])
    stolen = client.get_cookie("session").value
    client.post("/sign-out", data={"csrf_token": csrf_of(client, "/reports/")})
    assert not is_signed_in(client)
    thief = app.test_client()
    thief.set_cookie("session", stolen)
    assert thief.get("/reports/").status_code == 302


def test_a_session_ends_by_itself(client: Any, instance: Instance, clock: Any) -> None:
    sign_in(client, make_staff(instance)["username"])
    clock.advance(hours=instance.settings.session_hours, seconds=1)
    assert not is_signed_in(client)


@pytest.mark.both_engines
@pytest.mark.parametrize("act", ["disable", "password"])
def test_a_disabled_account_or_a_new_password_ends_open_sessions_at_once(
    client: Any, instance: Instance, act: str
) -> None:
    name = make_staff(instance)["username"]
    sign_in(client, name)
    assert is_signed_in(client)

    another = hash_password("another-password-1")

    def work(tx: Any) -> Any:
        if act == "disable":
            return disable_staff(tx, name, now=instance.clock(), actor="test")
        return set_password(tx, name, another, now=instance.clock(), actor="test")

    instance.engine.write(work)
    assert not is_signed_in(client)
    assert sign_in(client, name).status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/till/terminal"])
def test_a_form_without_its_token_is_refused(client: Any, instance: Instance, path: str) -> None:
    name = make_staff(instance)["username"]
    sign_in(client, name)
    answer = client.post(path, data={"username": name, "password": PASSWORD})
    assert answer.status_code == 400
    assert is_signed_in(client)


def test_a_script_without_its_token_is_refused_in_json(client: Any, instance: Instance) -> None:
    sign_in(client, make_staff(instance, "cashier")["username"])
    answer = client.post("/till/verify", json={"card": "1"})
    assert (answer.status_code, answer.json["code"]) == (400, "csrf_failed")


@pytest.mark.parametrize(
    "target",
    [
        *("//evil.example", "https://evil.example/", "/\\evil.example", "\\/evil", ""),
        *("/\t/evil.example", "javascript:alert(1)", "reports/", "///evil.example"),
        "/%0d%0aSet-Cookie:x",
    ],
)
def test_nobody_is_sent_to_another_server(client: Any, instance: Instance, target: str) -> None:
    from urllib.parse import urlencode, urljoin, urlsplit

    query = "?" + urlencode({"next": target})
    answer = sign_in(client, make_staff(instance)["username"], query=query)
    goes_to = urlsplit(urljoin("http://localhost/sign-in", answer.headers["Location"]))
    assert (answer.status_code, goes_to.netloc) == (302, "localhost")
    assert "\n" not in answer.headers["Location"]


def test_after_signing_in_one_is_where_one_wanted_to_be(client: Any, instance: Instance) -> None:
    wanted = client.get("/reports/").headers["Location"]
    assert wanted == "/sign-in?next=/reports/"
    answer = sign_in(client, make_staff(instance)["username"], query="?next=/reports/")
    assert answer.headers["Location"] == "/reports/"


def test_the_language_form_goes_back_inside_only(client: Any) -> None:
    form = {"csrf_token": csrf_of(client), "language": "en", "back": "//evil.example"}
    assert client.post("/language", data=form).headers["Location"] == "/"
    assert "Sign in" in client.get("/sign-in").text


def test_every_answer_carries_the_headers(client: Any, instance: Instance) -> None:
    signed_in_client = client
    paths = ["/sign-in", "/nowhere", "/api/v1/terminal", "/static/huimin.css", "/healthz"]
    paths += ["/.well-known/huimin-keys.json", "/c/1"]
    answers = [client.get(path) for path in paths]
    sign_in(client, make_staff(instance)["username"])
    answers += [signed_in_client.get(path) for path in ("/reports/", "/till/", "/")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        # WebAssembly reads the camera's pictures on the till's pages; nowhere else is it allowed.
        on_till = answer.request.path.startswith("/till/")
        assert ("'wasm-unsafe-eval'" in policy) is on_till
        assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert len(answer.headers.getlist("Referrer-Policy")) == 1
        assert "Server" not in answer.headers


def test_pages_have_no_inline_script_or_style(client: Any, instance: Instance) -> None:
    import re

    pages = [client.get("/sign-in").text]
    sign_in(client, make_staff(instance)["username"])
    pages.append(client.get("/reports/").text)
    for page in pages:
        assert not re.search(r"\son\w+=", page)
        assert not re.search(r"\sstyle=|<style", page)
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_pages_are_not_kept_by_a_cache(client: Any, instance: Instance) -> None:
    sign_in(client, make_staff(instance)["username"])
    assert client.get("/reports/").headers["Cache-Control"] == "no-store"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(
    client: Any, instance: Instance
) -> None:
    answer = sign_in(client, make_staff(instance)["username"])
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if "session=" in text)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_an_answer_that_comes_late_does_not_undo_a_choice(client: Any, instance: Instance) -> None:
    sign_in(client, make_staff(instance)["username"])
    token = csrf_of(client, "/reports/")
    late = client.get("/reports/")  # asked before the choice, and it arrives after it
    client.post("/language", data={"csrf_token": token, "language": "en"})
    assert late.headers.getlist("Set-Cookie") == []
    assert 'lang="en"' in client.get("/reports/").text


def test_the_cookie_stays_on_https_where_the_address_is_https(
    make_settings: Any, clock: Any
) -> None:
    from huimin.app import create_app
    from huimin.open_instance import instance_over
    from huimin.settings import Settings
    from huimin.storage.open_engine import open_engine

    made = make_settings("sqlite", "county")
    settings = Settings.from_environment(
        made.folder, {"HUIMIN_BASE_URL": "https://card.example.org"}
    )
    instance = instance_over(settings, open_engine(settings), clock)
    try:
        client = create_app(instance=instance, testing=True).test_client()
        answer = client.get("/sign-in", base_url="https://card.example.org")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    finally:
        instance.close()


def test_the_session_changes_when_somebody_signs_in(client: Any, instance: Instance) -> None:
    csrf_of(client)
    before = client.get_cookie("session").value
    sign_in(client, make_staff(instance)["username"])
    assert client.get_cookie("session").value != before


def test_passwords_and_sessions_are_stored_as_hashes(client: Any, instance: Instance) -> None:
    sign_in(client, make_staff(instance)["username"])
    stored = rows_of(instance, "SELECT password_hash FROM staff")[0]
    assert str(value(stored, "password_hash")).startswith("$argon2id$")
    held = rows_of(instance, "SELECT id_hash FROM staff_session")[0]
    assert len(str(value(held, "id_hash"))) == 64
    with client.session_transaction() as session:
        assert session["session_id"] != value(held, "id_hash")


def test_very_long_input_is_refused_calmly(client: Any) -> None:
    assert sign_in(client, "a" * 5000, "b" * 5000).status_code == 401
    assert sign_in(client, "\0'; DROP TABLE staff--", "密码" * 20).status_code == 401
    assert client.get("/api/v1/redemptions/%00").status_code == 404
    assert client.get("/api/v1/redemptions?order_no=%00").status_code == 404
