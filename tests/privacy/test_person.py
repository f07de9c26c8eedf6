"""A person's data is handed to them whole, and erased so that nothing of it is left in any file."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest

from huimin.audit.record import record
from huimin.cards.change_state import revoke_card
from huimin.holders.applications import submit_application
from huimin.holders.change_person import change_details, unmask
from huimin.holders.drafts import drafts_of, save_draft
from huimin.holders.evidence import add_evidence, new_files
from huimin.holders.people import FamilyDraft, add_family_member, holder_by_id
from huimin.holders.working_days import package_working_days
from huimin.instance import Instance
from huimin.ledger.cancel_order import cancel_order
from huimin.ledger.prove import verify_chains
from huimin.my.requests import ask_correction
from huimin.privacy.erased_list import FILE_NAME
from huimin.privacy.files import names_person
from huimin.reports.monthly import monthly_report
from huimin.storage.append_only import APPEND_ONLY_TABLES
from tests.making.cards import make_card
from tests.making.claims import make_claim
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.registers import write_xlsx
from tests.making.sales import make_redemption, make_reversal
from tests.privacy.everything import PAPER, PHONES, Everything, make_everything

NAME = "黄筱平"


class Lived(Everything):
    """A person of whom everything is recorded, with a card that was used."""

    card: dict[str, Any]
    household_id: str


def live(instance: Instance) -> Lived:
    """Somebody applies, buys, gives back, is written about, and stands in two families."""
    made = make_everything(instance)
    lived = Lived(**vars(made))
    by: Any = {"now": instance.clock(), "actor": "test"}
    _terminal, key = make_terminal(instance, make_outlet(instance)["id"])
    make_policy(instance)
    lived.card = make_card(instance, lived.holder_id)
    sale = make_redemption(instance, lived.card, key)
    make_reversal(instance, sale["id"], key, 1_000)
    other = make_holder(instance, name="李大山", family=[FamilyDraft(NAME, "妻子", lived.number)])
    lived.household_id = other["id"]

    def work(tx: Any) -> None:
        holder = holder_by_id(tx, lived.holder_id)
        assert holder is not None
        secrets = instance.personal_data
        changed = {"name": NAME, "phone": PHONES, "division_code": "512022001000"}
        change_details(tx, secrets, holder, reason=f"{NAME}搬到镇上", **changed, **by)
        unmask(tx, secrets, holder, reason="电话 13900002222 打不通", **by)
        record(tx, "list.exported", "x", reason=f"给{NAME}看", **by)
        # Of another person, and of staff with the same name, whose record stays.
        record(tx, "holder.verified", other["id"], reason=f"和{NAME}同住", **by)
        record(tx, "staff.add", "s", new={"name": "黄筱"}, **by)

    instance.engine.write(work)
    refused = instance.settings.folder / "refused"
    refused.mkdir()
    write_xlsx(refused / "低保 待修改.xlsx", [["姓名", "身份证号码"], [NAME, lived.number]])
    write_xlsx(refused / "别人.xlsx", [["姓名", "身份证号码"], ["王五", "1"]])
    return lived


def revoke(instance: Instance, card_id: str) -> None:
    by: Any = {"now": instance.clock(), "actor": "test"}
    instance.engine.write(lambda tx: revoke_card(tx, card_id=card_id, reason=f"{NAME}去世", **by))


def places_with(folder: Path, texts: tuple[str, ...]) -> list[str]:
    """The files of the folder in which one of the texts stands, packed or not."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if content.startswith(b"PK"):
            with zipfile.ZipFile(path) as book:
                content = b"".join(book.read(name) for name in book.namelist())
        found += [f"{path.name}: {text}" for text in texts if text.encode() in content]
    return found


def figures(instance: Instance) -> Any:
    """What must not change: the ledger, the proof of its chains, and the month's report."""

    def read(tx: Any) -> Any:
        rows = tx.connection.execute("SELECT * FROM ledger ORDER BY id").fetchall()
        return rows, verify_chains(tx), monthly_report(tx, "2026-10")

    return instance.engine.read(read)


def test_erased_nothing_is_left_in_any_file_and_sums_and_chains_stay(
    sqlite_instance: Instance, run_cli: Any
) -> None:
    lived, folder = live(sqlite_instance), sqlite_instance.settings.folder
    revoke(sqlite_instance, lived.card["id"])
    before = figures(sqlite_instance)
    texts = (NAME, lived.number, lived.member_number, *PHONES.split("/"))
    assert places_with(folder, texts)

    erase = ["privacy", "erase", lived.holder_id, "--reason", "本人要求"]
    dry = run_cli([*erase, "--dry-run"], folder)
    assert dry.returncode == 0 and "黄*平" in dry.stdout and NAME not in dry.stdout, dry.stderr
    assert "待修改的工作簿  1" in dry.stdout and "名册工作的文件  1" in dry.stdout
    assert places_with(folder, texts), "a dry run changes nothing"
    done = run_cli([*erase, "--yes"], folder)
    assert done.returncode == 0, done.stderr
    assert "空闲部分" not in done.stderr

    assert places_with(folder, texts) == []
    assert not list((folder / "evidence").iterdir()) and not list((folder / "jobs").iterdir())
    assert [path.name for path in (folder / "refused").iterdir()] == ["别人.xlsx"]
    assert figures(sqlite_instance) == before
    assert json.loads((folder / FILE_NAME).read_text())["holder_id"] == lived.holder_id
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    check_rows(sqlite_instance, lived)
    # At seven in the morning it is still the day before in UTC, which is nobody's day here.
    sqlite_instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE holder SET erased_at = '2026-11-29T23:00:00.000Z'")
    )
    again = run_cli([*erase, "--yes"], folder)
    assert again.returncode == 2 and "已经在 2026-11-30 删除" in again.stderr


def test_what_is_added_while_the_question_is_asked_goes_too(
    sqlite_instance: Instance, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived, folder = live(sqlite_instance), sqlite_instance.settings.folder
    secrets, by = sqlite_instance.personal_data, {"now": sqlite_instance.clock(), "actor": "test"}

    def meanwhile(*_: Any, **__: Any) -> bool:
        """Others work on: a member, a paper, a form, a reason, a workbook."""

        def work(tx: Any) -> None:
            member = FamilyDraft(NAME[::-1], "儿子", id_number())
            add_family_member(tx, secrets, lived.holder_id, member, now=by["now"])
            save_draft(tx, secrets, staff_id=lived.staff_id, values={"name": NAME}, now=by["now"])
            record(tx, "list.exported", "y", reason=f"又给{NAME}看", **by)

        with new_files(secrets, folder) as store:
            stored = store(f"{NAME}.pdf", PAPER)
            sqlite_instance.engine.write(
                lambda tx: add_evidence(tx, stored, holder_id=lived.holder_id, **by)
            )
        sqlite_instance.engine.write(work)
        write_xlsx(folder / "refused" / "又一册.xlsx", [["姓名"], [NAME]])
        return True

    monkeypatch.setattr(click, "confirm", meanwhile)
    erase = ["privacy", "erase", lived.holder_id, "--reason", "本人要求", "--end-cards"]
    done = run_cli(erase, folder)
    assert done.returncode == 0, done.stderr
    assert places_with(folder, (NAME, NAME[::-1], lived.number)) == []
    assert not list((folder / "evidence").iterdir())
    drafts = sqlite_instance.engine.read(lambda tx: drafts_of(tx, secrets, staff_id=lived.staff_id))
    assert drafts == []


def test_whoever_was_changed_while_the_question_was_asked_is_not_erased(
    sqlite_instance: Instance, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts with the new name would be left: it was not looked for."""
    lived, folder = live(sqlite_instance), sqlite_instance.settings.folder
    secrets, by = sqlite_instance.personal_data, {"now": sqlite_instance.clock(), "actor": "test"}

    def meanwhile(*_: Any, **__: Any) -> bool:
        def work(tx: Any) -> None:
            holder = holder_by_id(tx, lived.holder_id)
            changed = {"name": "黄平", "phone": PHONES, "division_code": "512022001000"}
            change_details(tx, secrets, holder, reason="更正姓名", **changed, **by)

        sqlite_instance.engine.write(work)
        return True

    erase = ["privacy", "erase", lived.holder_id, "--reason", "本人要求", "--end-cards"]
    with monkeypatch.context() as patched:
        patched.setattr(click, "confirm", meanwhile)
        refused = run_cli(erase, folder)
    assert refused.returncode == 2 and "刚刚有改动" in refused.stderr
    card = sqlite_instance.engine.read(
        lambda tx: tx.connection.execute("SELECT state FROM card").fetchone()
    )
    assert card["state"] == "active", "nothing was begun"
    assert run_cli([*erase, "--yes"], folder).returncode == 0
    assert places_with(folder, ("黄平",)) == []


def check_rows(instance: Instance, lived: Lived) -> None:
    """The acts stay on record, without texts; another's texts lose the name alone."""

    def rows(sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = instance.engine.read(
            lambda tx: tx.connection.execute(sql).fetchall()
        )
        return found

    actions = [r["action"] for r in rows("SELECT action FROM audit_event ORDER BY id")]
    assert {"holder.changed", "holder.unmasked", "card.revoked", "holder.erased"} <= set(actions)
    own = f"SELECT * FROM audit_event WHERE subject_id = '{lived.holder_id}'"
    assert {r["reason"] for r in rows(own)} == {None, "本人要求"}
    others = f"SELECT reason FROM audit_event WHERE subject_id = '{lived.household_id}'"
    assert "和＊＊同住" in {r["reason"] for r in rows(others)}
    assert rows("SELECT new_json FROM audit_event WHERE action = 'staff.add'")[-1]["new_json"] == (
        '{"name": "黄筱"}'
    )
    household = f"SELECT * FROM holder_name_gram WHERE holder_id = '{lived.household_id}'"
    assert {r["gram"] for r in rows(household)} >= {"李大山"} and "黄筱" not in str(rows(household))
    for table in ("audit_event", "card_event", "reach_contact"):
        assert table in APPEND_ONLY_TABLES
        triggers = rows(f"SELECT name FROM sqlite_master WHERE tbl_name = '{table}'")
        assert {f"{table}_refuses_update", f"{table}_refuses_delete"} <= {
            r["name"] for r in triggers
        }


def test_a_workbook_that_is_damaged_goes_too() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("sheet", "何某" * 50)
    assert not names_person(packed.getvalue(), [NAME])
    content = bytearray(packed.getvalue())
    at = content.index(b"sheet") + len("sheet")
    content[at : at + 4] = b"\xff" * 4
    assert names_person(bytes(content), [NAME])


def test_what_is_still_open_keeps_a_person(sqlite_instance: Instance, run_cli: Any) -> None:
    lived, folder = live(sqlite_instance), sqlite_instance.settings.folder
    _terminal, key = make_terminal(sqlite_instance, make_outlet(sqlite_instance, name="二店")["id"])
    make_claim(sqlite_instance, lived.card, key)
    by: Any = {"now": sqlite_instance.clock(), "actor": "test"}
    sqlite_instance.engine.write(
        lambda tx: submit_application(tx, holder_id=lived.holder_id, source="form", **by)
    )
    asked: Any = {"about": "name", "words": "写错了", "working_days": package_working_days(), **by}
    secrets = sqlite_instance.personal_data
    sqlite_instance.engine.write(lambda tx: ask_correction(tx, secrets, lived.holder_id, **asked))
    before = figures(sqlite_instance)
    erase = ["privacy", "erase", lived.holder_id, "--yes", "--reason"]
    refused = run_cli([*erase, "本人要求"], folder)
    assert refused.returncode == 2
    for words in ("请先注销", "还没有审批", "申请还没有审批", "1 件持卡人诉求没有答复"):
        assert words in refused.stderr
    ended = run_cli([*erase, "本人要求", "--end-cards"], folder)
    assert ended.returncode == 2 and "请先注销" not in ended.stderr
    named = run_cli([*erase, f"{NAME}本人要求"], folder)
    assert named.returncode == 2 and "不要写" in named.stderr
    assert figures(sqlite_instance) == before
    assert lived.read()["found"] == lived.holder_id
    assert run_cli(["privacy", "erase", lived.holder_id, "--yes"], folder).returncode == 2
    assert run_cli(["privacy", "erase", "nobody", "--yes"], folder).returncode == 2


def test_after_a_restore_they_are_erased_again(sqlite_instance: Instance, run_cli: Any) -> None:
    lived, folder = live(sqlite_instance), sqlite_instance.settings.folder
    backup = folder.parent / "backup.db"
    with (
        closing(sqlite3.connect(backup)) as copy,
        closing(sqlite3.connect(sqlite_instance.settings.database_path)) as now,
    ):
        now.backup(copy)
    erase = ["privacy", "erase", lived.holder_id, "--reason", "本人要求", "--yes", "--end-cards"]
    assert run_cli(erase, folder).returncode == 0

    restored = folder.parent / "restored"
    restored.mkdir()
    shutil.copy(backup, restored / "huimin.db")
    for name in ("card_keys.json", "personal_keys.json"):
        shutil.copy(folder / name, restored / name)
    assert places_with(restored, (NAME,))
    again = ["privacy", "erase", "--again", "--yes"]
    assert "有 0 个" in run_cli(again, restored).stdout, "the list is in the old folder"
    done = run_cli([*again, "--list", folder / FILE_NAME], restored)
    assert done.returncode == 0 and "有 1 个" in done.stdout, done.stderr
    assert places_with(restored, (NAME, lived.number, *PHONES.split("/"))) == []
    assert "有 0 个" in run_cli(again, restored).stdout


def test_the_export_is_whole_readable_and_on_record(instance: Instance, run_cli: Any) -> None:
    lived = live(instance)
    folder, out = instance.settings.folder, instance.settings.folder.parent / "me.zip"
    address = instance.settings.database_url
    more = {"HUIMIN_DATABASE_URL": address} if address else {}
    export = ["privacy", "export", "--out", out, "--reason", "本人申请"]
    done = run_cli([*export, lived.card["number"]], folder, **more)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(out) as book:
        data, words = json.loads(book.read("data.json")), book.read("data.txt").decode("utf-8-sig")
        papers = [book.read(name) for name in book.namelist() if name.startswith("papers/")]
    assert papers == [PAPER]
    person = data["person"][0]
    assert (person["name"], person["id_number"], person["phone"]) == (NAME, lived.number, PHONES)
    assert [m["id_number"] for m in data["family"]] == [lived.member_number, None]
    assert [c["note"] for c in data["contacts"]] == ["黄筱平的邻居说她搬走了", None]
    assert [(m["kind"], m["content"]) for m in data["messages"]] == [("dispute_answered", {})]
    said = [(r["words"], r["answer"]) for r in data["requests"]]
    assert said == [("13900002222 是我女儿黄筱的", "13900002222 是黄筱平登记的")]
    assert [r["kind"] for r in data["redemptions_and_reversals"]] == ["redemption", "reversal"]
    assert lived.number in words and "== 惠民卡 (1) ==" in words and "_cipher" not in words
    events = [e["action"] for e in data["audit_record"]]
    assert "holder.exported" in events
    there = run_cli([*export, lived.holder_id], folder, **more)
    assert there.returncode == 2 and "已经存在" in there.stderr


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_erased_on_postgresql_too(instance: Instance, run_cli: Any) -> None:
    lived = live(instance)
    before = figures(instance)
    address = str(instance.settings.database_url)
    erase = ["privacy", "erase", lived.holder_id, "--reason", "本人要求", "--yes", "--end-cards"]
    done = run_cli(erase, instance.settings.folder, HUIMIN_DATABASE_URL=address)
    assert done.returncode == 0, done.stderr
    assert figures(instance) == before
    assert tables_with(instance, (NAME, lived.number)) == []


def tables_with(instance: Instance, texts: tuple[str, ...]) -> list[str]:
    """The tables of which a row has one of the texts."""

    def read(tx: Any) -> list[str]:
        listed = tx.connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE'"
        ).fetchall()
        found = []
        for row in listed:
            content = str(tx.connection.execute(f"SELECT * FROM {row['table_name']}").fetchall())
            found += [row["table_name"] for text in texts if text in content]
        return found

    return instance.engine.read(read)


def test_what_tills_and_merchants_wrote_of_a_person_goes_too(
    sqlite_instance: Instance, run_cli: Any
) -> None:
    lived, folder = live(sqlite_instance), sqlite_instance.settings.folder
    revoke(sqlite_instance, lived.card["id"])
    said = f"{NAME}（电话 13900002222）"
    terminal = sqlite_instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT id AS terminal_id, outlet_id FROM terminal"
        ).fetchone()
    )
    now = sqlite_instance.clock()
    sqlite_instance.engine.write(
        lambda tx: cancel_order(tx, terminal, "A-1", reason=f"{said}不要了", now=now)
    )
    # A dispute and a refused offline sale, without the month and the pack that they need.
    with closing(sqlite3.connect(folder / "huimin.db")) as database, database:
        database.execute(
            "INSERT INTO settlement_dispute (id, settlement_id, line_no, state, text, raised_at,"
            " raised_by, answer, answered_at, answered_by)"
            " VALUES ('d', 's', 1, 'explained', ?, '', '', ?, '', '')",
            (f"{said}的这笔", f"已问{NAME}"),
        )
        bought = json.dumps({"items": [{"name": f"{NAME}的药"}]}, ensure_ascii=False)
        database.execute("INSERT INTO waiting_sale VALUES ('w', ?, '{}', 0, NULL)", (bought,))
    before = figures(sqlite_instance)
    done = run_cli(["privacy", "erase", lived.holder_id, "--reason", "本人要求", "--yes"], folder)
    assert done.returncode == 0, done.stderr
    assert places_with(folder, (NAME, lived.number, *PHONES.split("/"))) == []
    assert figures(sqlite_instance) == before

    def left(tx: Any) -> Any:
        return tx.connection.execute(
            "SELECT reason, text, answer, purchase_json"
            " FROM cancelled_order, settlement_dispute, waiting_sale"
        ).fetchone()

    assert sqlite_instance.engine.read(left) == {
        "reason": "＊＊（电话 ＊＊）不要了",
        "text": "＊＊（电话 ＊＊）的这笔",
        "answer": "已问＊＊",
        "purchase_json": '{"items": [{"name": "＊＊的药"}]}',
    }
