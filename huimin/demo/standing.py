"""What stands already where a demo shall be: this folder's demo, nothing, or something to leave be.

A folder and a database belong together when the folder's terminal keys are known in the database;
a county that this folder did not make is never filled, served or changed as a demo.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from huimin.access.terminal_keys import hash_key
from huimin.demo import queries
from huimin.settings import Settings, variable
from huimin.storage.engine import Transaction
from huimin.storage.key_file import load_keys
from huimin.storage.open_engine import open_engine
from huimin.storage.unmade import is_unmade

DEMO_FILE = "demo.json"
URL = variable("database_url")

Row = dict[str, Any]


def standing_demo(settings: Settings) -> Row | None:
    """What demo.json says of the demo that stands there; None where one can be built.

    Raises click.ClickException for a folder or a database that holds something else.
    """
    found = load_keys(settings.folder / DEMO_FILE)
    if found is None:
        _require_empty_folder(settings.folder)
    if settings.database_url:
        return _on_postgresql(settings, found)
    if found is not None and not settings.database_path.exists():
        raise click.ClickException(
            f"{settings.folder} 里没有演示县的数据库文件；它若在 PostgreSQL 里，请设置 {URL}，"
            f"否则请用 --folder 换一个文件夹。 / "
            f"{settings.folder} holds no database file of its demo: set {URL} if it stands in "
            "PostgreSQL, or else choose another folder with --folder."
        )
    return found


def _on_postgresql(settings: Settings, found: Row | None) -> Row | None:
    unmade = is_unmade(str(settings.database_url))
    if found is None and unmade:
        return None
    if found is not None and not unmade and made_by(settings, found):
        return found
    if found is not None and unmade:
        raise click.ClickException(
            f"{settings.folder} 的演示县不在 {URL} 指的数据库里；请用 --folder 换一个文件夹。 / "
            f"The demo of {settings.folder} stands in another database than {URL} names; choose "
            "another folder with --folder."
        )
    raise click.ClickException(
        f"{URL} 指的数据库里已有别的县的数据，不是 {settings.folder} 的演示县，未作改动；请换一个空"
        f"数据库。 / The database that {URL} names holds a county that is not the demo of "
        f"{settings.folder} and was left alone; give an empty one."
    )


def made_by(settings: Settings, found: Row) -> bool:
    """True when the database knows the keys of every terminal of that demo.json."""
    hashes = [hash_key(str(each["key"])) for each in found.get("terminals", [])]

    def all_known(tx: Transaction) -> bool:
        return bool(hashes) and all(queries.terminal_known(tx, key_hash=each) for each in hashes)

    engine = open_engine(settings)
    try:
        return engine.read(all_known)
    finally:
        engine.close()


def _require_empty_folder(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.ClickException(
            f"{folder} 里已有别的内容，不是演示县；请用 --folder 换一个文件夹。 / "
            f"{folder} holds something else; choose another folder with --folder."
        )
