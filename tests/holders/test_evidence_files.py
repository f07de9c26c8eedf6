"""Evidence that is refused, or whose row a crash prevented, leaves no file on the disk."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from huimin.holders.applications import submit_application
from huimin.holders.evidence import (
    FILES_MAX,
    add_evidence,
    new_files,
    read_evidence,
    remove_evidence,
    stored_file,
    sweep_files,
)
from huimin.instance import Instance
from huimin.keys.sealed_files import drop_file, write_new
from huimin.privacy.export import export_person, write_export
from tests.making.holders import make_holder
from tests.making.staff import csrf_of, make_staff, sign_in

PDF = b"%PDF-1.4\n%%EOF\n"


def files(instance: Instance) -> list[Path]:
    folder = instance.settings.folder / "evidence"
    return sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def clerk(client: Any, instance: Instance) -> Any:
    sign_in(client, make_staff(instance, "administrator")["username"])
    return client


def upload(client: Any, holder_id: str, content: bytes = PDF) -> int:
    data = {"csrf_token": csrf_of(client, "/account"), "evidence": (BytesIO(content), "证明.pdf")}
    return int(client.post(f"/holders/{holder_id}/evidence", data=data).status_code)


def test_the_twenty_first_paper_leaves_nothing(clerk: Any, instance: Instance) -> None:
    holder = make_holder(instance)
    assert [upload(clerk, holder["id"]) for _ in range(FILES_MAX)] == [302] * FILES_MAX
    before = files(instance)
    assert len(before) == FILES_MAX and not any(path.suffix for path in before)
    assert upload(clerk, holder["id"]) == 422
    assert upload(clerk, "nobody") == 404
    assert upload(clerk, holder["id"], b"MZ") == 422
    assert files(instance) == before


def test_one_bad_paper_of_two_with_a_new_person_leaves_nothing(
    clerk: Any, instance: Instance
) -> None:
    data = {
        "csrf_token": csrf_of(clerk, "/account"),
        "name": "张三",
        "evidence": [(BytesIO(PDF), "a.pdf"), (BytesIO(b"MZ"), "b.pdf")],
    }
    assert clerk.post("/holders/new", data=data).status_code == 422
    assert files(instance) == []


@pytest.mark.parametrize("lost", ["damaged", "cut short", "its key", "the file"])
def test_a_paper_that_nothing_opens_is_said_in_words_and_its_pages_stand(
    clerk: Any, instance: Instance, tmp_path: Path, lost: str
) -> None:
    holder = make_holder(instance)
    applied = instance.engine.write(
        lambda tx: submit_application(tx, holder_id=holder["id"], now=instance.clock(), actor="t")
    )
    assert upload(clerk, holder["id"]) == 302
    (file,) = files(instance)
    sealed = file.read_bytes()
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    changed = {"damaged": damaged, "cut short": b"", "its key": b"\0\x63" + sealed[2:]}
    if lost == "the file":
        file.unlink()
    else:
        file.write_bytes(changed[lost])
    for address in (f"/holders/{holder['id']}", f"/applications/{applied['id']}"):
        page = clerk.get(address)
        assert page.status_code == 200 and "证明.pdf" in page.text
    paper = f"/holders/{holder['id']}/evidence/{file.name}"
    for address in (paper, f"{paper}/picture"):
        answer = clerk.get(address)
        assert answer.status_code == 404 and "这份材料现在打不开" in answer.text
    read = "SELECT * FROM audit_event WHERE action = 'holder.evidence_read'"
    assert instance.engine.read(lambda tx: tx.connection.execute(read).fetchall()) == []
    # A person's whole file goes without it, as without one that was removed.
    by: Any = {"now": instance.clock(), "actor": "t"}
    secrets, whole = instance.personal_data, tmp_path / "whole.zip"
    exported = instance.engine.write(
        lambda tx: export_person(tx, secrets, holder, reason="本人要求", **by)
    )
    folder = instance.settings.folder
    write_export(whole, exported, secrets, folder, language="zh_Hans", now=by["now"])
    with ZipFile(whole) as book:
        assert book.namelist() == ["data.json", "data.txt"]


def test_what_a_crash_left_is_swept_and_what_has_a_row_stays(instance: Instance) -> None:
    holder, folder, secrets = make_holder(instance), instance.settings.folder, instance
    by: Any = {"now": instance.clock(), "actor": "t"}
    write = partial(write_new, instance.personal_data, folder)
    lost, committed, removed, fresh = (stored_file("a.pdf", PDF, write) for _ in range(4))
    for one in (committed, removed):
        instance.engine.write(
            lambda tx, one=one: add_evidence(tx, one, holder_id=holder["id"], **by)  # type: ignore[misc]
        )
    instance.engine.write(
        lambda tx: remove_evidence(
            tx, holder_id=holder["id"], file_id=removed.id, reason="传错了", **by
        )
    )
    (folder / "evidence" / removed.id).write_bytes(b"left")  # its name was settled long ago
    drop_file(folder, "no-such-file")
    (folder / "evidence" / f".{lost.id}.new.x1").write_bytes(b"half")
    old = (instance.clock() - timedelta(hours=2)).timestamp()
    for path in files(instance):
        if fresh.id not in path.name:
            os.utime(path, (old, old))
    now = instance.clock().timestamp()
    os.utime(folder / "evidence" / f"{fresh.id}.new", (now, now))
    assert sweep_files(instance.engine, folder, instance.clock()) >= 3
    assert {path.name for path in files(instance)} == {committed.id, f"{fresh.id}.new"}
    row, content = instance.engine.write(
        lambda tx: read_evidence(
            tx,
            secrets.personal_data,
            folder,
            holder_id=holder["id"],
            file_id=committed.id,
            **by,
        )
    )
    assert (content, row["id"]) == (PDF, committed.id)


def test_whatever_breaks_the_block_takes_the_files_along(instance: Instance) -> None:
    folder = instance.settings.folder
    with pytest.raises(ZeroDivisionError), new_files(instance.personal_data, folder) as store:
        store("a.pdf", PDF)
        store("b.pdf", PDF)
        assert len(files(instance)) == 2
        raise ZeroDivisionError
    assert files(instance) == []
