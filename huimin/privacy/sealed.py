"""All that is encrypted with the keys of personal data: columns of tables, and files of the folder.

Whoever adds an encrypted column or file adds it here, or a rotation would make it unreadable; a
test compares this with the columns of schema.sql that end in _cipher.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huimin.core.phone import BETWEEN
from huimin.holders.registers.jobs import FOLDER as JOBS
from huimin.keys.personal_data import PersonalData, Purpose, encrypting_key_id
from huimin.keys.sealed_files import FOLDER as EVIDENCE
from huimin.keys.sealed_files import NEW
from huimin.privacy import queries
from huimin.storage.append_only import opened
from huimin.storage.engine import Row, Transaction

# A row's new columns, with those before by which a change meanwhile is noticed.
Resealed = dict[str, Any]


@dataclass(frozen=True)
class SealedTable:
    """A table with encrypted columns: its rows by id, their new columns, and how these are written.

    `guarded` is the table's name where it is append-only.
    """

    columns: tuple[str, ...]
    some: Callable[..., list[Row]]
    resealed: Callable[[PersonalData, Row], Resealed]
    write: Callable[..., int]
    guarded: str | None = None

    def opened(self, tx: Transaction) -> AbstractContextManager[None]:
        """A block in which the table may be written."""
        return opened(tx, self.guarded) if self.guarded else nullcontext()

    def is_newest(self, row: Row, key_id: int) -> bool:
        """Whether all of a row is encrypted with that key."""
        ciphers = [row[column] for column in self.columns if row[column]]
        return all(encrypting_key_id(cipher) == key_id for cipher in ciphers)

    def is_right(self, secrets: PersonalData, row: Row) -> bool:
        """Whether a row can be read, and is found by the hashes that stand in it. Raises
        SealedProblem where it can't be read."""
        new = self.resealed(secrets, row)
        return all(row[name] == new[name] for name in row if name.endswith("_hash"))


def _person(secrets: PersonalData, row: Row) -> Resealed:
    number = secrets.decrypt(row["id_number_cipher"], "holder.id_number")
    phones = secrets.value(row, "holder.phone")
    columns = secrets.phone_columns(phones)
    if BETWEEN not in (phones or ""):
        columns["second_phone_hash"] = None
    return {
        "id": row["id"],
        **secrets.columns("holder.id_number", number),
        **columns,
        "id_number_before": row["id_number_cipher"],
        "phone_before": row["phone_cipher"],
    }


def _member(secrets: PersonalData, row: Row) -> Resealed:
    number = secrets.decrypt(row["id_number_cipher"], "family_member.id_number")
    columns = secrets.columns("family_member.id_number", number)
    return {"id": row["id"], **columns, "id_number_before": row["id_number_cipher"]}


def _text(column: str, purpose: Purpose) -> Callable[[PersonalData, Row], Resealed]:
    def resealed(secrets: PersonalData, row: Row) -> Resealed:
        text = secrets.decrypt(row[column], purpose)
        return {"id": row["id"], "cipher": secrets.encrypt(text, purpose), "before": row[column]}

    return resealed


def _request(secrets: PersonalData, row: Row) -> Resealed:
    new: Resealed = {"id": row["id"]}
    for name in ("words", "answer"):
        cipher = row[f"{name}_cipher"]
        text = secrets.decrypt(cipher, "holder_request") if cipher else None
        new[f"{name}_cipher"] = secrets.encrypt(text, "holder_request") if text else None
        new[f"{name}_before"] = cipher
    return new


SEALED_TABLES = {
    "holder": SealedTable(
        ("id_number_cipher", "phone_cipher"),
        queries.sealed_people,
        _person,
        queries.reseal_person,
    ),
    "family_member": SealedTable(
        ("id_number_cipher",), queries.sealed_members, _member, queries.reseal_member
    ),
    "holder_draft": SealedTable(
        ("content_cipher",),
        queries.sealed_drafts,
        _text("content_cipher", "holder_draft"),
        queries.reseal_draft,
    ),
    "staff": SealedTable(
        ("totp_cipher",),
        queries.sealed_second_factors,
        _text("totp_cipher", "staff.totp"),
        queries.reseal_second_factor,
    ),
    "merchant_payee": SealedTable(
        ("content_cipher",),
        queries.sealed_payees,
        _text("content_cipher", "merchant_payee"),
        queries.reseal_payee,
    ),
    "holder_request": SealedTable(
        ("words_cipher", "answer_cipher"),
        queries.sealed_requests,
        _request,
        queries.reseal_request,
    ),
    "reach_contact": SealedTable(
        ("note_cipher",),
        queries.sealed_contacts,
        _text("note_cipher", "reach_contact.note"),
        queries.reseal_contact,
        guarded="reach_contact",
    ),
    "rating_content": SealedTable(
        ("words_cipher",),
        queries.sealed_ratings,
        _text("words_cipher", "rating.words"),
        queries.reseal_rating,
    ),
    "complaint_words": SealedTable(
        ("text_cipher",),
        queries.sealed_complaint_words,
        _text("text_cipher", "complaint_step"),
        queries.reseal_complaint_words,
    ),
    "message": SealedTable(
        ("content_cipher",),
        queries.sealed_messages,
        _text("content_cipher", "message.content"),
        queries.reseal_message,
    ),
}


@dataclass(frozen=True, slots=True)
class SealedFile:
    """An encrypted file: where it is, the name it is sealed for, and whose it is."""

    path: Path
    name: str
    evidence_id: str | None = None
    job_id: str | None = None


def sealed_files(folder: Path) -> Iterator[SealedFile]:
    """Papers of people, photos, and the files of register jobs; half-written ones are left out."""
    for path in sorted((folder / EVIDENCE).glob("[!.]*")):
        file_id = path.name.removesuffix(NEW)
        yield SealedFile(path, file_id, evidence_id=file_id)
    for path in sorted((folder / JOBS).glob("*/*.sealed")):
        job_id = path.parent.name
        yield SealedFile(path, f"{job_id}/{path.name}", job_id=job_id)
