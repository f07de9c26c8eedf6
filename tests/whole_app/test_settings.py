"""Settings: names, defaults, checks, and that secrets are not shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from huimin.settings import Settings, SettingsProblem


def test_the_defaults_need_no_environment() -> None:
    settings = Settings.from_environment(environment={})
    assert settings.folder == Path("huimin-data")
    assert settings.database_url is None
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.county_name, settings.help_line, settings.card_years) == ("乐至县", "12345", 3)


def test_the_folder_of_the_command_goes_before_the_environment() -> None:
    environment = {"HUIMIN_FOLDER": "/there"}
    assert Settings.from_environment(environment=environment).folder == Path("/there")
    assert Settings.from_environment("/here", environment).folder == Path("/here")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUIMIN_PORT", "65536"),
        ("HUIMIN_PORT", "-1"),
        ("HUIMIN_PORT", "８０"),
        ("HUIMIN_PORT", "NaN"),
        ("HUIMIN_CARD_YEARS", "0"),
        ("HUIMIN_CARD_YEARS", "21"),
        ("HUIMIN_BASE_URL", "huimin.example.org"),
        ("HUIMIN_DATABASE_URL", "sqlite:///x"),
        ("HUIMIN_METRICS", "yes"),
        ("HUIMIN_COUNTY_NAME", " "),
    ],
)
def test_a_value_that_can_not_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsProblem) as caught:
        Settings.from_environment(environment={name: value})
    assert caught.value.name == name
    assert name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "password", ["p%zzleak", "pa/leak", "pa@leak", "p?leak", "p#leak", "p:leak"]
)
def test_a_database_address_that_a_password_ends_too_early_is_refused_without_it(
    password: str, run_cli: Callable[..., Any]
) -> None:
    answer = run_cli(["check"], HUIMIN_DATABASE_URL=f"postgresql://u:{password}@127.0.0.1:1/x")
    assert answer.returncode == 2
    assert "HUIMIN_DATABASE_URL" in answer.stderr and "%40" in answer.stderr
    assert "leak" not in answer.stderr + answer.stdout


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgres://localhost",
        "postgresql:///huimin?host=/run/postgresql",
        "postgresql://huimin@%2Frun%2Fpostgresql/huimin",
        "postgresql://huimin:p%40%2Fss@[::1]:5432/huimin?sslmode=require&connect_timeout=3",
        "postgresql://huimin@one:5432,two:5433/huimin?target_session_attrs=read-write",
    ],
)
def test_a_database_address_of_any_form_that_the_driver_knows_is_taken(url: str) -> None:
    settings = Settings.from_environment(environment={"HUIMIN_DATABASE_URL": url})
    assert settings.database_url == url
    conninfo_to_dict(url)


def test_the_public_address_follows_the_listening_one_unless_it_was_set() -> None:
    plain = Settings.from_environment(environment={})
    assert plain.listening_at(None, 9000).base_url == "http://127.0.0.1:9000"
    named = Settings.from_environment(environment={"HUIMIN_BASE_URL": "https://x.example/"})
    assert named.listening_at(None, 9000).base_url == "https://x.example"
    assert named.secure_cookies and not plain.secure_cookies


def test_another_process_reads_the_same_settings() -> None:
    settings = Settings.from_environment(
        "/here",
        {"HUIMIN_METRICS": "1", "HUIMIN_PORT": "9000", "HUIMIN_DATABASE_URL": "postgresql://a/b"},
    )
    assert Settings.from_environment(environment=settings.environment()) == settings


def test_the_list_shows_every_setting_and_no_secret(run_cli: Callable[..., Any]) -> None:
    secret = "a-secret-of-the-county"
    answer = run_cli(
        ["settings"],
        HUIMIN_SECRET_KEY=secret,
        HUIMIN_DATABASE_URL=f"postgresql://huimin:{secret}@localhost/huimin",
        HUIMIN_COUNTY_NAME="某县",
    )
    assert answer.returncode == 0
    assert secret not in answer.stdout
    assert answer.stdout.count("******") == 2
    assert "某县" in answer.stdout
    for name, _, meaning in Settings.from_environment(environment={}).listed():
        assert name in answer.stdout and meaning in answer.stdout
