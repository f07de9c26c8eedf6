"""HUIMIN_READ_ONLY: what a standby shows, and that nothing is written there, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from huimin.instance import Instance
from huimin.open_instance import open_instance
from huimin.settings import Settings
from huimin.storage.engine import ReadOnly, StorageProblem
from tests.conftest import FixedClock, RunCli, WireApp
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.staff import make_staff, sign_in


@pytest.fixture
def standby(settings: Settings) -> Iterator[Settings]:
    """The settings of a county whose PostgreSQL database takes no writes, as a standby's."""
    if settings.database_url:
        _set_read_only(settings.database_url, "on")
    yield replace(settings, read_only=True, metrics=True)
    if settings.database_url:
        _set_read_only(settings.database_url, "off")


def _set_read_only(url: str, value: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        (name,) = connection.execute("SELECT current_database()").fetchone() or ("",)
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')


@pytest.mark.both_engines
def test_a_standby_shows_and_writes_nothing(
    instance: Instance,
    wire_app: WireApp,
    settings: Settings,
    clock: FixedClock,
    request: pytest.FixtureRequest,
    run_cli: RunCli,
) -> None:
    make_policy(instance)
    make_staff(instance, "administrator", username="zhang")
    card = make_card(instance, make_holder(instance))
    _, key = make_terminal(instance, make_outlet(instance))
    client = wire_app(instance).test_client()
    assert sign_in(client, "zhang").status_code == 302
    session = client.get_cookie("session").value
    instance.close()

    standby: Settings = request.getfixturevalue("standby")
    opened = open_instance(standby, clock)
    request.addfinalizer(opened.close)
    client = wire_app(opened).test_client()
    # Whoever signed in at the primary is known here too: the folder has the same secret key.
    client.set_cookie("session", session)
    page = client.get("/reports/")
    assert page.status_code == 200
    assert "备用服务" in page.text
    assert client.get("/registers/").status_code == 200
    assert client.get("/public/").status_code == 200
    assert client.get("/.well-known/huimin-keys.json").status_code == 200
    assert client.get("/healthz").status_code == 200
    # A balancer sends no till here, and the service manager takes it for alive.
    assert client.get("/livez").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert [problem["check"] for problem in ready.json["problems"]] == ["writes"]
    # Which is as it should be: no alert calls somebody for it.
    told = client.get("/metrics").text
    assert 'huimin_ready{check="schema"} 1.0' in told
    assert 'huimin_ready{check="writes"}' not in told

    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post("/api/v1/cards/verify", json={"card": card["token"]}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (503, "read_only")
    assert int(answer.headers["Retry-After"]) > 0
    page = wire_app(opened).test_client().post("/sign-in", data={"username": "zhang"})
    assert page.status_code == 503
    assert "备用服务" in page.text
    with pytest.raises(ReadOnly):
        opened.engine.write(lambda tx: None)

    variables = {**standby.environment()}
    assert run_cli(["check"], standby.folder, **variables).returncode == 0
    for command in (["migrate"], ["init"], ["staff", "disable", "zhang"]):
        answer = run_cli(command, standby.folder, **variables)
        assert (answer.returncode, "HUIMIN_READ_ONLY" in answer.stderr) == (2, True), command


def test_a_server_that_is_read_only_says_which_setting_serves_it(
    make_settings: Callable[[str, str], Settings],
) -> None:
    settings = make_settings("postgresql", "county")
    assert settings.database_url is not None
    _set_read_only(settings.database_url, "on")
    with pytest.raises(StorageProblem, match="HUIMIN_READ_ONLY=1"):
        open_instance(settings)
    _set_read_only(settings.database_url, "off")
