"""Prove that a restored county is whole, and what its backup says it is, before anybody uses it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from huimin.backup import queries
from huimin.backup.manifest import Manifest
from huimin.core.catalogue import Text, text
from huimin.core.chain import fold_heads
from huimin.keys.key_ring import FILE_NAME as CARD_KEYS
from huimin.keys.key_ring import KeyRing
from huimin.keys.personal_data import FILE_NAME as PERSONAL_KEYS
from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.keys.sealed_files import FOLDER as PAPERS
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.settings import Settings
from huimin.settlement.check import check_settlements
from huimin.storage.engine import Engine, StorageProblem, Transaction
from huimin.storage.open_engine import check_database

FINDINGS_MAX = 20


def prove_county(settings: Settings, engine: Engine, manifest: Manifest) -> list[Text]:
    """What is wrong, at most FINDINGS_MAX sentences; empty for a county that is whole.

    The database's structure, every chain, every sum, every settlement, the keys and the papers.
    Raises StorageProblem when the database can't be opened at all.
    """
    findings = [text("数据库：{damage}", damage=damage) for damage in check_database(settings)]
    if not findings:
        findings += engine.read(
            lambda tx: list(islice(_findings(tx, settings, manifest), FINDINGS_MAX))
        )
    return findings[:FINDINGS_MAX]


def counts_of(tx: Transaction) -> dict[str, int]:
    """How much is in the county, for people to compare: rows, people, cards, papers."""
    return {
        "ledger": int(queries.count_ledger(tx)),
        "holders": int(queries.count_holders(tx)),
        "cards": int(queries.count_cards(tx)),
        "papers": int(queries.count_papers(tx)),
    }


def heads_of(tx: Transaction) -> str:
    """One digest of all chain heads."""
    return fold_heads({row["terminal_id"]: row["hash"] for row in queries.chain_heads(tx)})


def _findings(tx: Transaction, settings: Settings, manifest: Manifest) -> Iterator[Text]:
    if counts_of(tx) != manifest.counts or heads_of(tx) != manifest.heads_sha256:
        yield text("数据库与备份清单所说的不同。")
    yield from (finding.text for finding in verify_chains(tx))
    yield from (difference.text for difference in check_rollups(tx))
    for row in queries.months_with_settlements(tx):
        yield from check_settlements(tx, row["month"])
    yield from _findings_of_keys(tx, settings)
    for row in queries.papers(tx):
        if not (settings.folder / PAPERS / row["id"]).is_file():
            yield text("缺少材料文件 {id}。", id=row["id"])


def _findings_of_keys(tx: Transaction, settings: Settings) -> Iterator[Text]:
    """Opened only where they are: a missing key file must not be made anew."""
    if (settings.folder / CARD_KEYS).exists():
        keys = {key.key_id for key in KeyRing.open(settings.folder).all_keys()}
    else:
        keys = set()
    for row in queries.signing_keys_of_cards(tx):
        if row["key_id"] not in keys:
            yield text("缺少签发密钥 {kid}。", kid=f"{row['key_id']:02x}")
    cipher = queries.any_number_cipher(tx)
    if cipher is not None and not _decrypts(settings, cipher):
        yield text("个人信息密钥解不开库里的证件号码。")


def _decrypts(settings: Settings, cipher: str) -> bool:
    if not (settings.folder / PERSONAL_KEYS).exists():
        return False
    try:
        PersonalData.open(settings.folder).decrypt(cipher, "holder.id_number")
    except (*UNREADABLE, StorageProblem):
        return False
    return True
