"""A stranger's file costs nothing: what no backup of ours holds is refused, and nothing stays."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from huimin.backup.make import make_backup
from huimin.backup.read_archive import unpack
from huimin.instance import Instance
from huimin.storage.engine import StorageProblem
from tests.backup.test_restore import fill

Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]
PARENT = "../outside"


def file_of(name: str, content: bytes = b"x", **over: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in over.items():
        setattr(info, field, value)
    return info, content


def add(name: str, content: bytes = b"x", **over: object) -> Change:
    """One more member, before the manifest."""
    return lambda members: members.insert(-1, file_of(name, content, **over))


def damage(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    info, content = members[1]
    members[1] = (info, content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])


def leave_out(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    del members[2]


STRANGE: dict[str, Change] = {
    "a path above": add(PARENT),
    "a path above, in the middle": add("months/../../outside"),
    "an absolute path": add("/tmp/outside"),  # the member's name, not a place of this test
    "a hidden file": add(".ssh"),
    "a hidden folder": add("months/.git/config"),
    "a backslash": add("months\\outside"),
    "a control character": add("months/a\nb"),
    "an empty part": add("months//a"),
    "a name twice": add("huimin.db"),
    "a file where a folder is": add("card_keys.json/x"),
    "too deep": add("a/b/c/d/e/f/g"),
    "a symbolic link": add("evidence", b"", type=tarfile.SYMTYPE, linkname="/etc"),
    "a hard link": add("copy", b"", type=tarfile.LNKTYPE, linkname="huimin.db"),
    "a device": add("disk", b"", type=tarfile.CHRTYPE),
    "a folder": add("months", b"", type=tarfile.DIRTYPE),
    "an extended header": add("pax", b"13 path=/tmp\n", type=tarfile.XHDTYPE),
    "a long name's header": add("long", b"x" * 200, type=tarfile.GNUTYPE_LONGNAME),
    "a sparse file": add("sparse", b"", type=tarfile.GNUTYPE_SPARSE),
    "a member that the manifest lacks": add("months/more.xlsx"),
    "a damaged member": damage,
    "a member left out": leave_out,
}


@pytest.fixture
def file(sqlite_instance: Instance, backups: Path) -> Path:
    fill(sqlite_instance)
    made = make_backup(sqlite_instance, backups / "county.tar")
    return made.path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "place" / "target"
    folder.mkdir(parents=True)
    return folder


def changed(file: Path, change: Change) -> Path:
    with tarfile.open(file) as tar:
        members = []
        for info in tar.getmembers():
            content = tar.extractfile(info)
            assert content is not None
            members.append((info, content.read()))
    change(members)
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return file


def test_each_is_refused_and_nothing_is_written_outside(file: Path, target: Path) -> None:
    whole = file.read_bytes()
    unpack(file, target, None)
    for name, change in STRANGE.items():
        shutil.rmtree(target)
        target.mkdir()
        file.write_bytes(whole)
        with pytest.raises(StorageProblem, match="未作任何改动"):
            unpack(changed(file, change), target, None)
        assert list(target.parent.iterdir()) == [target], name
        assert not any(path.is_symlink() for path in target.rglob("*")), name


def test_a_size_that_the_disk_has_not_is_refused_before_it_is_written(
    file: Path, target: Path
) -> None:
    def claim(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members.insert(-1, file_of("big"))

    content = bytearray(changed(file, claim).read_bytes())
    head = content.index(b"big\0")
    info = tarfile.TarInfo("big")
    info.size = 1 << 60
    content[head : head + 512] = info.tobuf(tarfile.GNU_FORMAT)
    file.write_bytes(content)
    with pytest.raises(StorageProblem):
        unpack(file, target, None)
    assert not (target / "big").exists()


def test_what_unpacks_to_far_too_much_is_refused(
    file: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimin.backup.read_archive.UNPACKED_BYTES_MIN", 10_000_000)
    bomb = changed(file, add("months/zeros", bytes(60_000_000)))
    packed = bomb.with_suffix(".gz")
    packed.write_bytes(gzip.compress(bomb.read_bytes()))
    with pytest.raises(StorageProblem, match="zeros"):
        unpack(packed, target, None)
    assert not (target / "months" / "zeros").exists()


def test_every_cut_is_noticed(file: Path, target: Path) -> None:
    whole = file.read_bytes()
    for length in (0, 100, 512, 700, 5000, len(whole) // 2, len(whole) - 4000):
        shutil.rmtree(target)
        target.mkdir()
        file.write_bytes(whole[:length])
        with pytest.raises(StorageProblem):
            unpack(file, target, None)


@pytest.mark.parametrize(
    "content",
    [b"", b"x" * 10_000, gzip.compress(b"x" * 10_000)],
    ids=["empty", "letters", "another archive"],
)
def test_a_file_of_something_else_is_refused(content: bytes, file: Path, target: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(StorageProblem):
        unpack(file, target, None)


def test_a_newer_program_s_backup_says_so(file: Path, target: Path) -> None:
    def newer(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        info, content = members[0]
        content = content.replace(b'"format_version": 1', b'"format_version": 2')
        members[0] = (info, content)

    with pytest.raises(StorageProblem, match="更新版本"):
        unpack(changed(file, newer), target, None)
