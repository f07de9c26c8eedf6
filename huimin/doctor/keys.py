"""The key files: there, readable, whole, and the ones with which this county's data was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from huimin.cards.find import has_cards, newest_signing_key
from huimin.cards.published_keys import live_cards_by_key
from huimin.core.catalogue import Text, text
from huimin.doctor.finding import BROKEN, Finding, Scene
from huimin.holders.people import has_holders, keys_fit
from huimin.keys.key_file import load_keys, require_key_file
from huimin.keys.key_ring import FILE_NAME as CARD_KEYS
from huimin.keys.key_ring import read_ring
from huimin.keys.personal_data import FILE_NAME as PERSONAL_KEYS
from huimin.keys.personal_data import PersonalData
from huimin.settings import SECRET_FILE, secret_key_in
from huimin.storage.engine import StorageProblem, Transaction


def check_key_files(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """All that `keys_problem` finds, and every signing key of a live card that the ring lacks."""
    problem = keys_problem(tx, scene.settings.folder, secret=not scene.settings.secret_key)
    if problem is not None:
        yield Finding(BROKEN, problem, _restore())
        return
    ring = read_ring(scene.settings.folder / CARD_KEYS)
    for key_id, count in live_cards_by_key(tx).items():
        if key_id not in ring:
            yield Finding(BROKEN, _lost(key_id, count), _restore())


def keys_problem(tx: Transaction, folder: Path, *, secret: bool) -> Text | None:
    """What is wrong with the key files, or None; a few rows are looked at, however many there are.

    `secret` says whether the sessions' key is in the folder as well.
    """
    try:
        if has_cards(tx):
            require_key_file(folder / CARD_KEYS)
        ring = read_ring(folder / CARD_KEYS)
        if has_holders(tx):
            require_key_file(folder / PERSONAL_KEYS)
        personal = PersonalData.in_file(folder)
        if secret and load_keys(folder / SECRET_FILE) is not None:
            secret_key_in(folder)
    except StorageProblem as problem:
        return problem.text
    newest = newest_signing_key(tx)
    if newest is not None and newest not in ring:
        return _lost(newest, 1)
    if personal is not None and not keys_fit(tx, personal):
        return text(
            "个人信息密钥文件 {path} 不是这个县的：解不开数据库里的身份证号。",
            path=folder / PERSONAL_KEYS,
        )
    return None


def _lost(key_id: int, count: int) -> Text:
    return text(
        "密钥文件里缺少 {key_id:02x}，它签发的 {count} 张卡无法验证。", key_id=key_id, count=count
    )


def _restore() -> Text:
    return text("请从备份恢复密钥文件；不要另建新的。")
