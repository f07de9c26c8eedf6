"""Files of the folder that hold people: whether one names somebody, whatever kind of file it is."""

from __future__ import annotations

import io
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from huimin.holders.registers.import_command import REFUSED_FOLDER
from huimin.keys.personal_data import PersonalData
from huimin.privacy.sealed import sealed_files

# How the programs of offices write Chinese and digits.
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
UNPACKED_BYTES_MAX = 400 * 1024 * 1024
# Copies of the whole database that an upgrade left; this room does not touch them.
COPIES = "huimin-v*.db"


def names_person(content: bytes, texts: Iterable[str]) -> bool:
    """Whether a register, a workbook or a list has one of the texts.

    A workbook that can't be unpacked is taken to have it: what can't be read can't be cleared.
    """
    wanted = {text.encode(encoding) for text in texts for encoding in ENCODINGS}
    if not content.startswith(b"PK"):
        return any(one in content for one in wanted)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(part.file_size for part in book.infolist()) > UNPACKED_BYTES_MAX:
                return True
            return any(one in book.read(part) for part in book.infolist() for one in wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        return True


def job_folders_with(secrets: PersonalData, folder: Path, texts: Iterable[str]) -> list[Path]:
    """The folders of register jobs of whose files one names the person, or can't be read."""
    wanted = tuple(texts)
    folders = {
        file.path.parent
        for file in sealed_files(folder)
        if file.job_id is not None and _sealed_names(secrets, file.path, file.name, wanted)
    }
    return sorted(folders)


def refused_workbooks_with(folder: Path, texts: Iterable[str]) -> list[Path]:
    """The workbooks of rows to correct that name the person."""
    wanted = tuple(texts)
    return [path for path in refused_workbooks(folder) if names_person(path.read_bytes(), wanted)]


def refused_workbooks(folder: Path) -> Iterator[Path]:
    """All workbooks of rows to correct."""
    return iter(sorted(path for path in (folder / REFUSED_FOLDER).glob("*") if path.is_file()))


def delete_all(paths: Iterable[Path]) -> None:
    """Delete files, and folders with what is in them."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def copies_in(folder: Path) -> list[str]:
    """The names of files that hold the database as it was: whoever was erased is still in them."""
    return sorted(path.name for path in folder.glob(COPIES))


def _sealed_names(secrets: PersonalData, path: Path, name: str, texts: tuple[str, ...]) -> bool:
    try:
        return names_person(secrets.unseal(path.read_bytes(), name), texts)
    except FileNotFoundError:
        return False
    except Exception:  # of no key that is here, or damaged
        return True
