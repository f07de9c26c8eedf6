"""Build a demo folder completely or not at all, or open an existing one.

It is built in a temporary folder and moved into place when finished, so that an interrupted start
leaves nothing that looks like a county. A PostgreSQL database can't be moved, so its tables are
dropped again on failure.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from huimin.access.trial_accounts import DEMO_FILE
from huimin.anchors.daily import anchor_day
from huimin.cards.token import token_of
from huimin.core.catalogue import say
from huimin.core.days import county_day, instant_text, month_of
from huimin.core.identity import mask_name
from huimin.demo import queries
from huimin.demo.asked import ask_about_a_purchase
from huimin.demo.close_month import close_month
from huimin.demo.county import County, build_county
from huimin.demo.existing import existing_demo
from huimin.demo.holder import holder_to_try
from huimin.demo.months import MonthsPlan, demo_days
from huimin.demo.places import STAFF
from huimin.demo.play import Played, play
from huimin.divisions.load import load_divisions
from huimin.holders.second_phones import find_second_phones
from huimin.instance import Instance
from huimin.keys.key_file import save_keys
from huimin.open_instance import instance_over
from huimin.publication.digest import publish_digests
from huimin.publication.results import publish_results
from huimin.settings import Settings
from huimin.storage.engine import Row
from huimin.storage.open_engine import create_database, drop_tables, open_engine


@dataclass(frozen=True)
class Demo:
    """The content of demo.json, and what was played if it has just been built."""

    manifest: Row
    played: Played | None = None


def open_demo(
    settings: Settings, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> Demo:
    """The demo in the settings' folder, built if there is none.

    `progress` is called with the number of days in the plan, then with 0 after each. Raises
    click.ClickException for a folder that holds something else.
    """
    manifest = existing_demo(settings)
    if manifest is not None:
        find_second_phones(settings)
        manifest = {**manifest, "holder": _catch_up(settings, now)}
        save_keys(settings.folder / DEMO_FILE, manifest)
        return Demo(remember_address(settings, manifest))
    return _build(settings, now=now, seed=seed, progress=progress)


def _catch_up(settings: Settings, now: datetime) -> Row | None:
    """Make the anchors and digests of the days since, for no timer runs in a demo; and give a
    fresh code to the holder to try."""
    instance = instance_over(settings, open_engine(settings), lambda: now)
    try:
        _publish_days(instance)
        return holder_to_try(instance)
    finally:
        instance.close()


def _publish_days(instance: Instance) -> None:
    anchor_day(instance)
    publish_digests(instance)
    publish_results(instance)


def remember_address(settings: Settings, manifest: Row) -> Row:
    """Update demo.json with the address at which it is served now."""
    if manifest.get("base_url") != settings.base_url:
        manifest = {**manifest, "base_url": settings.base_url}
        save_keys(settings.folder / DEMO_FILE, manifest)
    return manifest


def _build(
    settings: Settings, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> Demo:
    parent = settings.folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{settings.folder.name}-", dir=parent))
    try:
        temporary_settings = replace(settings, folder=temporary)
        create_database(temporary_settings)
        with _cleared_on_failure(temporary_settings):
            manifest, played = _built_in(temporary_settings, now=now, seed=seed, progress=progress)
            save_keys(temporary / DEMO_FILE, manifest)
            if settings.folder.exists():
                settings.folder.rmdir()  # it is empty: anything else was refused
            os.replace(temporary, settings.folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Demo(manifest, played)


@contextmanager
def _cleared_on_failure(settings: Settings) -> Iterator[None]:
    """Drop the tables of a half-built PostgreSQL demo."""
    try:
        yield
    except BaseException:
        if settings.database_url:
            drop_tables(settings)
        raise


def _built_in(
    settings: Settings, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> tuple[Row, Played]:
    instance = instance_over(settings, open_engine(settings), lambda: now)
    try:
        instance.engine.write(load_divisions)
        return _fill(instance, now=now, seed=seed, progress=progress)
    finally:
        instance.close()


def _fill(
    instance: Instance, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> tuple[Row, Played]:
    days = demo_days(now)
    county = build_county(instance, days)
    progress(len(days))
    plan = MonthsPlan(county.customers, county.tills, now, seed)
    played = play(county, plan, lambda: progress(0))
    _publish_days(instance)
    close_month(instance, month_of(days[0]), now=now)
    ask_about_a_purchase(instance)
    return _described(county, seed), played


def _described(county: County, seed: int) -> Row:
    """The content of demo.json. Its people are invented, but masked all the same."""
    instance = county.instance
    today = county_day(instance.clock()).isoformat()
    cards = instance.engine.read(lambda tx: list(queries.cards(tx, today=today)))
    return {
        "base_url": instance.settings.base_url,
        "note": say("演示数据：人员、商户和密码都是虚构的，请勿用于真实业务。"),
        "seed": seed,
        # What happens from now on is the visitors' doing (huimin/tour).
        "built_at": instant_text(instance.clock()),
        "staff": [
            {"role": each.role, "username": each.username, "password": each.password}
            for each in STAFF
        ],
        "terminals": [
            {"outlet": till.terminal["outlet_name"], "kind": till.kind, "key": till.key}
            for till in county.tills
        ],
        "cards": [
            {
                "number": card["number"],
                "token": token_of(card, instance.key_ring),
                "state": card["state"],
                "holder": mask_name(card["holder_name"]),
            }
            for card in cards
        ],
        "holder": holder_to_try(instance),
    }


def curl_line(manifest: Row) -> str:
    """A shell command that verifies the first card at the first terminal."""
    body = json.dumps({"card": manifest["cards"][0]["token"]})
    return (
        f"curl -s {manifest['base_url']}/api/v1/cards/verify "
        f"-H 'Authorization: Bearer {manifest['terminals'][0]['key']}' "
        f"-H 'Content-Type: application/json' -d '{body}'"
    )
