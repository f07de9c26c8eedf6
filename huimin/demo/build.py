"""Build a demo folder whole or not at all, and say what is in one that stands.

It is built beside its final place and moved there when it is finished, so that an interrupted start
leaves nothing that a second start could mistake for a county; of a PostgreSQL database, which can't
be moved, the tables are taken out again.
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
from typing import Any

from huimin.cards.token import token_of
from huimin.core.days import month_of
from huimin.core.identity import mask_name
from huimin.demo import queries
from huimin.demo.close_month import close_month
from huimin.demo.county import County, build_county
from huimin.demo.months import MonthsPlan, demo_days
from huimin.demo.places import STAFF
from huimin.demo.play import Played, play
from huimin.demo.standing import DEMO_FILE, standing_demo
from huimin.divisions.load import load_divisions
from huimin.instance import Instance, instance_over
from huimin.settings import Settings
from huimin.storage.key_file import save_keys
from huimin.storage.open_engine import create_database, open_engine
from huimin.storage.unmade import unmake

Row = dict[str, Any]


@dataclass(frozen=True)
class Demo:
    """What demo.json says, and what was played when it was built just now."""

    found: Row
    played: Played | None = None


def open_demo(
    settings: Settings, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> Demo:
    """The demo in the settings' folder; it is built when there is none.

    `progress` is told how many days the plan has, then 0 after each of them. Raises
    click.ClickException for a folder that holds something else.
    """
    found = standing_demo(settings)
    if found is not None:
        return Demo(remember_address(settings, found))
    return _build(settings, now=now, seed=seed, progress=progress)


def remember_address(settings: Settings, found: Row) -> Row:
    """demo.json with the address at which it is served now; it is rewritten when that differs."""
    if found.get("base_url") != settings.base_url:
        found = {**found, "base_url": settings.base_url}
        save_keys(settings.folder / DEMO_FILE, found)
    return found


def _build(
    settings: Settings, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> Demo:
    parent = settings.folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{settings.folder.name}-", dir=parent))
    try:
        beside = replace(settings, folder=making)
        create_database(beside)
        with _unmade_on_failure(beside):
            found, played = _filled(beside, now=now, seed=seed, progress=progress)
            save_keys(making / DEMO_FILE, found)
            if settings.folder.exists():
                settings.folder.rmdir()  # empty, or it would have been refused
            os.replace(making, settings.folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return Demo(found, played)


@contextmanager
def _unmade_on_failure(settings: Settings) -> Iterator[None]:
    """A PostgreSQL database can't be moved into its place; what is half made is taken out again."""
    try:
        yield
    except BaseException:
        if settings.database_url:
            unmake(settings.database_url)
        raise


def _filled(
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
    close_month(instance, month_of(days[0]), now=now)
    return _described(county, seed), played


def _described(county: County, seed: int) -> Row:
    """The content of demo.json. The register's people are invented, and masked all the same."""
    instance = county.instance
    cards = instance.engine.read(queries.cards)
    return {
        "base_url": instance.settings.base_url,
        "note": "演示数据：人员、商户和密码都是虚构的，请勿用于真实业务。",
        "seed": seed,
        "staff": [
            {"role": each.role, "username": each.username, "password": each.password}
            for each in STAFF
        ],
        "terminals": [
            {
                "outlet": till.terminal["outlet_name"],
                "kind": till.kind,
                "key": till.key,
            }
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
    }


def curl_line(found: Row) -> str:
    """A line to paste into a shell: who is this card, asked by the first terminal."""
    body = json.dumps({"card": found["cards"][0]["token"]})
    return (
        f"curl -s {found['base_url']}/api/v1/cards/verify "
        f"-H 'Authorization: Bearer {found['terminals'][0]['key']}' "
        f"-H 'Content-Type: application/json' -d '{body}'"
    )
