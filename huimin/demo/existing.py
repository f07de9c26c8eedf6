"""Find out what is already where a demo is to be: this folder's demo, nothing, or something else.

A folder and a database belong together if the database knows the folder's terminal keys; a county
that does not belong to the folder is never filled, served or changed as a demo.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from huimin.access.terminal_keys import hash_key
from huimin.access.trial_accounts import DEMO_FILE
from huimin.command_line import CommandProblem, echo
from huimin.demo import queries
from huimin.keys.key_file import load_keys
from huimin.settings import Settings, variable
from huimin.storage.engine import Row, Transaction
from huimin.storage.open_engine import holds_no_tables, migrate_database, open_engine

URL = variable("database_url")


def existing_demo(settings: Settings) -> Row | None:
    """The demo.json of the existing demo, brought up to date; None if one can be built.

    Raises click.ClickException for a folder or a database that holds something else, and
    StorageProblem for a database of no known version.
    """
    manifest = load_keys(settings.folder / DEMO_FILE)
    if manifest is None:
        _require_empty_folder(settings.folder)
    if settings.database_url:
        return _on_postgresql(settings, manifest)
    if manifest is not None and not settings.database_path.exists():
        raise CommandProblem(
            "{folder} 里没有演示县的数据库文件；它若在 PostgreSQL 里，请设置 {url}，"
            "否则请用 --folder 换一个文件夹。",
            folder=settings.folder,
            url=URL,
        )
    if manifest is not None:
        migrate_database(settings, partial(echo, err=True))
    return manifest


def _on_postgresql(settings: Settings, manifest: Row | None) -> Row | None:
    is_empty = holds_no_tables(settings)
    if manifest is None and is_empty:
        return None
    if manifest is not None and not is_empty and is_made_by(settings, manifest):
        return manifest
    if manifest is not None and is_empty:
        raise CommandProblem(
            "{folder} 的演示县不在 {url} 指的数据库里；请用 --folder 换一个文件夹。",
            folder=settings.folder,
            url=URL,
        )
    raise CommandProblem(
        "{url} 指的数据库里已有别的县的数据，不是 {folder} 的演示县，未作改动；请换一个空数据库。",
        folder=settings.folder,
        url=URL,
    )


def is_made_by(settings: Settings, manifest: Row) -> bool:
    """Whether the database knows every terminal key in that demo.json."""
    hashes = [hash_key(str(each["key"])) for each in manifest.get("terminals", [])]

    def all_known(tx: Transaction) -> bool:
        return bool(hashes) and all(queries.terminal_known(tx, key_hash=each) for each in hashes)

    engine = open_engine(settings)
    try:
        return engine.read(all_known)
    finally:
        engine.close()


def _require_empty_folder(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandProblem(
            "{folder} 里已有别的内容，不是演示县；请用 --folder 换一个文件夹。", folder=folder
        )
