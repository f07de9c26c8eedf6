"""Build a demo folder whole or not at all, and say what is in one that stands.

It is built beside its final place and moved there when it is finished, so that an interrupted start
leaves nothing that a second start could mistake for a county.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from huimin.cards.token import token_of
from huimin.core.identity import mask_name
from huimin.demo.county import County, build_county, queries
from huimin.demo.months import MonthsPlan, demo_days
from huimin.demo.places import STAFF
from huimin.demo.play import Played, play
from huimin.house import House, create_house, furnish
from huimin.settings import Settings
from huimin.storage.key_file import load_keys, save_keys
from huimin.storage.open_engine import open_engine

DEMO_FILE = "demo.json"
DATABASE_FILE = "huimin.db"

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
    folder = settings.folder
    if (folder / DEMO_FILE).exists() and (folder / DATABASE_FILE).exists():
        return Demo(remember_address(settings))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.ClickException(
            f"{folder} 里已有别的内容，不是演示县；请用 --folder 换一个文件夹。 / "
            f"{folder} holds something else; choose another folder with --folder."
        )
    return _build(settings, now=now, seed=seed, progress=progress)


def remember_address(settings: Settings) -> Row:
    """demo.json with the address at which it is served now; it is rewritten when that differs."""
    path = settings.folder / DEMO_FILE
    found = load_keys(path) or {}
    if found.get("base_url") != settings.base_url:
        found = {**found, "base_url": settings.base_url}
        save_keys(path, found)
    return found


def _build(
    settings: Settings, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> Demo:
    parent = settings.folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{settings.folder.name}-", dir=parent))
    try:
        beside = replace(settings, folder=making)
        create_house(beside)
        house = furnish(beside, open_engine(beside), lambda: now)
        try:
            found, played = _fill(house, now=now, seed=seed, progress=progress)
        finally:
            house.close()
        save_keys(making / DEMO_FILE, found)
        if settings.folder.exists():
            settings.folder.rmdir()  # empty, or it would have been refused
        os.replace(making, settings.folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return Demo(found, played)


def _fill(
    house: House, *, now: datetime, seed: int, progress: Callable[[int], None]
) -> tuple[Row, Played]:
    days = demo_days(now)
    county = build_county(house, days)
    progress(len(days))
    plan = MonthsPlan(county.customers, county.tills, now, seed)
    played = play(county, plan, lambda: progress(0))
    return _described(county, seed), played


def _described(county: County, seed: int) -> Row:
    """The content of demo.json. The register's people are invented, and masked all the same."""
    house = county.house
    cards = house.engine.read(queries.cards)
    return {
        "base_url": house.settings.base_url,
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
                "token": token_of(card, house.key_ring),
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
