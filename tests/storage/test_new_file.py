"""Files that take a place: durable with their names, of the right mode from the first moment."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from huimin.command_line import sentence_of
from huimin.storage import new_file as new_file_module
from huimin.storage.new_file import delete_large, new_file, write_whole


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the disk from now on: "file" or "folder"."""
    kinds: list[str] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        kinds.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    return kinds


def test_a_name_is_sent_to_the_disk_behind_its_content(tmp_path: Path, synced: list[str]) -> None:
    write_whole(tmp_path / "keys", b"new")
    assert synced == ["file", "folder"]
    with new_file(tmp_path / "backup") as half_made:
        half_made.write_bytes(b"new")
    assert synced == ["file", "folder", "folder"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "keys"]


def test_a_disk_that_fails_is_said_and_a_folder_that_can_not_be_sent_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(code: int) -> None:
        def sync(handle: int) -> None:
            if stat.S_ISDIR(os.fstat(handle).st_mode):
                raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", sync)

    refused(errno.EINVAL)  # a file system of another machine
    write_whole(tmp_path / "keys", b"new")
    refused(errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_whole(tmp_path / "keys", b"newer")


def test_a_full_disk_names_the_file_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says it in a sentence needs the place; the system names none where it can't write."""

    def full(_file: Path, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as raised:
        write_whole(tmp_path / "anchor.txt", b"anchor")
    assert raised.value.filename == str(tmp_path / "anchor.txt")
    assert sentence_of(raised.value) == f"{tmp_path / 'anchor.txt'}：磁盘已满。"
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_and_nothing_takes_its_place(tmp_path: Path) -> None:
    """`--out /dev/null` as root would leave the machine without it."""
    pipe, file = tmp_path / "pipe", tmp_path / "file"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"anchor")
    assert os.read(reader, 100) == b"anchor"
    os.close(reader)
    assert list(tmp_path.iterdir()) == [pipe]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    # What leads to a device is no file either, and a folder is none.
    file.symlink_to("/dev/null")
    write_whole(file, b"anchor")
    assert file.is_symlink()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"anchor")


def test_what_others_may_read_leaves_the_process_its_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The umask is every thread's: a key that another makes meanwhile would be open to all."""
    before = os.umask(0o027)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, "umask", lambda mask: pytest.fail("set for all threads"))
            write_whole(tmp_path / "report", b"x", for_all=True)
            write_whole(tmp_path / "keys", b"x")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"report": 0o640, "keys": 0o600}


def test_a_large_file_is_deleted_in_steps_and_one_that_is_gone_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_file_module, "DELETED_AT_ONCE", 1_000)
    for size in (0, 1, 1_000, 2_500):
        path = tmp_path / f"{size}"
        path.write_bytes(bytes(size))
        delete_large(path)
        assert not path.exists()
        delete_large(path)


def test_a_large_file_that_cannot_be_shortened_is_deleted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "copy").write_bytes(b"1")
    delete_large(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
