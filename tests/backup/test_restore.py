"""A county comes back from its backup whole and proved, and begins an epoch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.access import queries
from huimin.backup.age_file import Lock
from huimin.backup.make import make_backup
from huimin.backup.manifest import Manifest
from huimin.backup.read_archive import read_first, unpack
from huimin.backup.rehearse import rehearse
from huimin.backup.restore import Restored, restore_county
from huimin.instance import Instance
from huimin.keys.sealed_files import FOLDER as PAPERS
from huimin.ledger.epochs import current_epoch
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.reports.monthly import monthly_report
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from tests.backup.conftest import OpenAgain
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal
from tests.making.staff import make_staff


def fill(instance: Instance) -> tuple[dict[str, Any], str]:
    """Sales and a return, somebody signed in, a till's code, files of the folder; card and key."""
    make_policy(instance)
    card = make_card(instance, make_holder(instance))
    terminal, key = make_terminal(instance, make_outlet(instance))
    sale = make_redemption(instance, card, key)
    make_redemption(instance, card, key, amount_fen=3_000)
    make_reversal(instance, sale["id"], key, 2_800)
    make_join_code(instance, terminal)
    staff = make_staff(instance, "auditor")
    session = {
        "id_hash": "h",
        "id": "s",
        "staff_id": staff["id"],
        "created_at": "2026-10-31T01:00:00.000Z",
        "expires_at": "2026-10-31T13:00:00.000Z",
    }
    instance.engine.write(
        lambda tx: queries.insert_session(tx, address=None, user_agent=None, **session)
    )
    folder = instance.settings.folder
    for name in ("months/2026-10/draft/报表.xlsx", "practice/x/huimin.db", "refused/list.xlsx"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / PAPERS).mkdir()
    (folder / PAPERS / "paper.new").write_bytes(b"sealed")
    (folder / ".half-made").write_bytes(b"")
    return card, key


def restore(
    instance: Instance, file: Path, settings: Settings, lock: Lock | None = None
) -> Restored:
    return restore_county(
        settings,
        file,
        lock=lock,
        say=lambda line: None,
        now=instance.clock() + timedelta(minutes=1),
        actor="cli:test",
    )


def test_a_county_comes_back_whole_and_gives_no_number_twice(
    instance: Instance, elsewhere: Settings, backups: Path, open_again: OpenAgain
) -> None:
    card, key = fill(instance)
    file = backups / "county.tar"
    made = make_backup(instance, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backups.iterdir()] == ["county.tar"]
    # Sold after the backup: the numbers that must not come again.
    after = [make_redemption(instance, card, key) for _ in range(2)]
    report = instance.engine.read(lambda tx: monthly_report(tx, "2026-10")).total

    restored = restore(instance, file, elsewhere)
    assert (restored.findings, restored.epoch) == ([], 2)
    assert restored.ended is not None
    assert (restored.ended.sessions, restored.ended.join_codes) == (1, 1)
    county = open_again(elsewhere)
    engine = county.engine
    assert engine.read(current_epoch) == 2
    assert engine.read(verify_chains) == []
    assert engine.read(check_rollups) == []
    total = engine.read(lambda tx: monthly_report(tx, "2026-10")).total
    assert report.redemptions - total.redemptions == 2
    assert made.manifest.counts == {"ledger": 3, "holders": 1, "cards": 1, "papers": 0}

    again = [make_redemption(county, card, key) for _ in range(2)]
    given_out = {sale["receipt_no"] for sale in after}
    assert not given_out & {sale["receipt_no"] for sale in again}
    assert engine.read(verify_chains) == []
    # All files of the folder but what is made anew by itself.
    kept = {str(path.relative_to(elsewhere.folder)) for path in elsewhere.folder.rglob("*.*")}
    assert {"months/2026-10/draft/报表.xlsx", "evidence/paper.new", "card_keys.json"} <= kept
    assert not any(name.startswith(("practice", "refused", ".")) for name in kept)
    assert elsewhere.folder.stat().st_mode & 0o077 == 0

    with pytest.raises(StorageProblem, match="已有文件"):
        restore(instance, file, elsewhere)


def test_the_rehearsal_does_it_all_and_leaves_nothing(
    instance: Instance, backups: Path, tmp_path: Path
) -> None:
    fill(instance)
    lock = Lock(passphrase="一个口令", work_factor=4)
    file = backups / "county.tar.gz.age"
    make_backup(instance, file, lock=lock, packed=True)
    place = tmp_path / "place"
    place.mkdir()
    by: Any = {"now": instance.clock(), "actor": "cli:test"}
    with pytest.raises(StorageProblem, match="口令"):
        rehearse(instance.settings, file, lock=None, place=place, say=lambda line: None, **by)
    restored = rehearse(
        instance.settings, file, lock=lock, place=place, say=lambda line: None, **by
    )
    assert (restored.findings, restored.epoch) == ([], 2)
    assert list(place.iterdir()) == []
    assert instance.engine.read(current_epoch) == 1


def test_what_does_not_prove_itself_is_not_put_in_place(
    instance: Instance, elsewhere: Settings, backups: Path
) -> None:
    """A county whose key file was exchanged before the backup."""
    fill(instance)
    keys = instance.settings.folder / "personal_keys.json"
    first = keys.read_text()
    keys.write_text(first.replace('"1"', '"2"'))
    file = backups / "county.tar"
    make_backup(instance, file)
    restored = restore(instance, file, elsewhere)
    assert [finding.say() for finding in restored.findings] == [
        "个人信息密钥解不开库里的证件号码。"
    ]
    assert restored.epoch is None
    assert not elsewhere.folder.exists()
    # Nothing of it is in the way of a good backup.
    keys.write_text(first)
    good = backups / "good.tar"
    make_backup(instance, good)
    assert restore(instance, good, elsewhere).epoch == 2


def test_a_backup_says_what_it_is(sqlite_instance: Instance, backups: Path, tmp_path: Path) -> None:
    fill(sqlite_instance)
    file = backups / "county.tar"
    made = make_backup(sqlite_instance, file)
    about = read_first(file, None)
    assert about == made.manifest.about
    assert (about.engine, about.epoch, about.made_at) == (
        "sqlite",
        1,
        "2026-10-31T02:00:00.000Z",
    )
    assert about.settings["HUIMIN_COUNTY_NAME"] == "乐至县"
    assert not any("PASSWORD" in name or "SECRET" in name for name in about.settings)
    target = tmp_path / "unpacked"
    target.mkdir()
    manifest: Manifest = unpack(file, target, None)
    assert manifest == made.manifest
    assert {member.name for member in manifest.members} >= {"huimin.db", "card_keys.json"}
