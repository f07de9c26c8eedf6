"""Encrypted files of people in the instance folder: papers and photos.

A file stands under its row's id, mode 0600; what it is called is only in the database. It is
written before its row, as ID.new until the row is committed, and deleted after it: no row lacks its
file, and a file that never got a row is known by its name and swept away (holders/evidence.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.storage.engine import StorageProblem
from huimin.storage.ids import new_id
from huimin.storage.new_file import write_whole

log = structlog.get_logger(__name__)
FOLDER = "evidence"
# Ends the name of a file whose row is not yet known to be committed.
NEW = ".new"


class NewFiles:
    """Writes the files of one block."""

    def __init__(self, personal_data: PersonalData, folder: Path) -> None:
        self._personal_data, self._folder = personal_data, folder
        self.ids: list[str] = []

    def write(self, content: bytes) -> str:
        """Write one; returns its id, for the row."""
        file_id = write_new(self._personal_data, self._folder, content)
        self.ids.append(file_id)
        return file_id


def write_new(personal_data: PersonalData, folder: Path, content: bytes) -> str:
    """Write a file whose row is still to come; returns its id.

    It is called outside a transaction, so that the only writer never waits for a large file.
    """
    file_id, files = new_id(), folder / FOLDER
    sealed = personal_data.seal(content, file_id)
    files.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(files / (file_id + NEW), sealed)
    return file_id


@contextmanager
def new_sealed_files(personal_data: PersonalData, folder: Path) -> Iterator[NewFiles]:
    """Files whose rows the block commits. When it raises, they are gone again."""
    new = NewFiles(personal_data, folder)
    try:
        yield new
    except StorageProblem:
        raise  # the rows may have been committed: the sweep looks
    except BaseException:
        for file_id in new.ids:
            drop_file(folder, file_id)
        raise
    for file_id in new.ids:
        settle(folder, file_id)


def settle(folder: Path, file_id: str) -> None:
    """Give a file its name for good. Another process may have done so."""
    with suppress(FileNotFoundError):
        (folder / FOLDER / (file_id + NEW)).replace(folder / FOLDER / file_id)


def read_file(personal_data: PersonalData, folder: Path, file_id: str) -> bytes:
    """The content in clear. Raises FileNotFoundError."""
    try:
        sealed = (folder / FOLDER / file_id).read_bytes()
    except FileNotFoundError:  # just committed, or the process ended before the name was settled
        sealed = (folder / FOLDER / (file_id + NEW)).read_bytes()
    return personal_data.unseal(sealed, file_id)


def readable_file(personal_data: PersonalData, folder: Path, file_id: str) -> bytes | None:
    """The content for a page that goes on without it: None where no file or no key is here."""
    try:
        return read_file(personal_data, folder, file_id)
    except FileNotFoundError:
        problem = "its file is gone"
    except UNREADABLE:
        problem = "no key that is here opens it"
    log.error("a file can't be read", file=file_id, problem=problem)
    return None


def drop_file(folder: Path, file_id: str) -> None:
    """Delete the content of a removed file."""
    for name in (file_id, file_id + NEW):
        (folder / FOLDER / name).unlink(missing_ok=True)
