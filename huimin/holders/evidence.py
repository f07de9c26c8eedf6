"""Papers that prove an entitlement: checked by content, stored encrypted, never executed.

How a file and its row stay together is in keys/sealed_files.py; photos of other rooms stand in the
same folder (pictures/) and are swept with the papers.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Unpack

from PIL import Image

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.json_text import read_json
from huimin.core.refusals import Refusal, field_problem
from huimin.holders import queries
from huimin.keys.personal_data import PersonalData
from huimin.keys.sealed_files import (
    FOLDER,
    NEW,
    new_sealed_files,
    readable_file,
    settle,
)
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.new_file import clean_file_name

FILE_BYTES_MAX = 10 * 1024 * 1024
FILES_MAX = 20
PIXELS_MAX = 60_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
SWEPT_AFTER = timedelta(hours=1)
LOOKS_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file whose row is still to be written."""

    id: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str


# Stores a file by its name and content.
StoreFile = Callable[[str, bytes], StoredFile]


def stored_file(file_name: str, content: bytes, write: Callable[[bytes], str]) -> StoredFile:
    """Check a PDF, JPEG or PNG and store it by `write`, which gives its id.

    It is called outside a transaction, so that the only writer never waits for a large file. Raises
    FieldProblems on `evidence`.
    """
    media_type, file_id = checked_type(content), write(content)
    digest = hashlib.sha256(content).hexdigest()
    return StoredFile(file_id, clean_file_name(file_name), media_type, len(content), digest)


@contextmanager
def new_files(personal_data: PersonalData, folder: Path) -> Iterator[StoreFile]:
    """A function that stores files, (name, content) → StoredFile, whose rows the block commits.

    When the block raises, the files are gone again.
    """
    with new_sealed_files(personal_data, folder) as new:
        yield lambda file_name, content: stored_file(file_name, content, new.write)


def sweep_files(engine: Engine, folder: Path, now: datetime) -> int:
    """Delete what a crash left: files that never got a row, and those whose row was removed.

    Files of the last SWEPT_AFTER may still get theirs. Returns how many are gone.
    """
    if not (folder / FOLDER).is_dir():
        return 0
    removed = engine.read(queries.removed_evidence)
    swept = sum(_is_gone(folder / FOLDER / row["id"]) for row in removed)
    before = (now - SWEPT_AFTER).timestamp()
    unfinished = [*(folder / FOLDER).glob(f"*{NEW}"), *(folder / FOLDER).glob(".*")]
    for path in unfinished:
        if path.stat().st_mtime > before:
            continue
        file_id = path.name.removesuffix(NEW)
        if path.name.endswith(NEW) and engine.read(
            lambda tx, file_id=file_id: queries.evidence_has_row(tx, id=file_id)  # type: ignore[misc]
        ):
            settle(folder, file_id)
        else:
            swept += _is_gone(path)
    return swept


def add_evidence(tx: Transaction, stored: StoredFile, *, holder_id: str, **by: Unpack[By]) -> None:
    """Write the row of a stored file. Raises FieldProblems at FILES_MAX files."""
    if len(queries.evidence_of(tx, holder_id=holder_id)) >= FILES_MAX:
        raise field_problem(
            "evidence", "每人最多 {files_max} 份材料，请先移除不用的。", files_max=FILES_MAX
        )
    queries.insert_evidence(
        tx,
        holder_id=holder_id,
        uploaded_at=instant_text(by["now"]),
        uploaded_by=by["actor"],
        **asdict(stored),
    )
    new = {"file": stored.id, "media_type": stored.media_type, "sha256": stored.sha256}
    record(tx, "holder.evidence_added", holder_id, new=new, **by)


def read_evidence(
    tx: Transaction,
    personal_data: PersonalData,
    folder: Path,
    *,
    holder_id: str,
    file_id: str,
    **by: Unpack[By],
) -> tuple[Row, bytes]:
    """The row and the content; the access is recorded. Raises Refusal `not_found`,
    `paper_unreadable`."""
    row = _evidence_of(tx, holder_id, file_id)
    content = _content_of(personal_data, folder, file_id)
    record(tx, "holder.evidence_read", holder_id, new={"file": file_id}, **by)
    return row, content


def look_at_evidence(
    tx: Transaction,
    personal_data: PersonalData,
    folder: Path,
    *,
    holder_id: str,
    file_id: str,
    **by: Unpack[By],
) -> tuple[Row, bytes]:
    """The same for the picture on a page, recorded once in LOOKS_APART. Raises Refusal
    `not_found`, `paper_unreadable`."""
    row = _evidence_of(tx, holder_id, file_id)
    since = instant_text(by["now"] - LOOKS_APART)
    seen = queries.looks_since(tx, holder_id=holder_id, actor=by["actor"], since=since)
    if not any(read_json(look["new_json"]).get("file") == file_id for look in seen):
        record(tx, "holder.evidence_read", holder_id, new={"file": file_id}, **by)
    return row, _content_of(personal_data, folder, file_id)


def _content_of(personal_data: PersonalData, folder: Path, file_id: str) -> bytes:
    content = readable_file(personal_data, folder, file_id)
    if content is None:
        raise Refusal("paper_unreadable")
    return content


def _evidence_of(tx: Transaction, holder_id: str, file_id: str) -> Row:
    row: Row | None = queries.evidence_by_id(tx, id=file_id, holder_id=holder_id)
    if row is None:
        raise Refusal("not_found")
    return row


def remove_evidence(
    tx: Transaction, *, holder_id: str, file_id: str, reason: str, **by: Unpack[By]
) -> None:
    """Remove a file from the person's page; call `drop_file` after the commit to delete it."""
    reason = checked_reason(reason)
    _evidence_of(tx, holder_id, file_id)
    queries.remove_evidence(tx, id=file_id, removed_at=instant_text(by["now"]))
    old = {"file": file_id}
    record(tx, "holder.evidence_removed", holder_id, reason=reason, old=old, **by)


def evidence_of(tx: Transaction, holder_id: str) -> list[Row]:
    """A person's files, oldest first."""
    return list(queries.evidence_of(tx, holder_id=holder_id))


def checked_type(content: bytes) -> str:
    """The media type by content, whatever the file's name. Raises FieldProblems on `evidence`."""
    if not content:
        raise field_problem("evidence", "这个文件是空的，请重新选择。")
    if len(content) > FILE_BYTES_MAX:
        raise field_problem("evidence", "文件不能超过 10 MB，请压缩后再上传。")
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise ValueError("too many pixels")
            picture.verify()
            return FORMATS[str(picture.format)]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise field_problem(
            "evidence", "只收 PDF、JPEG 或 PNG 文件，请换成照片或扫描件。"
        ) from error


def _is_gone(path: Path) -> bool:
    """Delete a file; whether there was one."""
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed
