"""Files of secrets: for their owner alone, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from huimin.keys.key_file import load_keys, save_keys
from huimin.settings import SECRET_FILE, Settings, secret_key_of
from huimin.storage.engine import StorageProblem


def test_what_is_saved_is_loaded_and_nobody_else_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    assert load_keys(path) is None
    for keys in ({"一": "1"}, {"二": ["2"]}):
        save_keys(path, keys)
        assert load_keys(path) == keys
        assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"null"])
def test_a_damaged_file_is_said_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(StorageProblem, match="damaged"):
        load_keys(path)
    assert path.read_bytes() == content


def test_what_can_not_be_saved_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    save_keys(path, {"a": 1})
    with pytest.raises(TypeError):
        save_keys(path, {"a": object()})
    assert load_keys(path) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


def test_the_session_key_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    settings = Settings.from_environment(tmp_path, {})
    key = secret_key_of(settings)
    assert len(key) >= 43
    assert secret_key_of(settings) == key
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600
    given = Settings.from_environment(tmp_path / "other", {"HUIMIN_SECRET_KEY": "given"})
    assert secret_key_of(given) == "given"
    assert not (tmp_path / "other").exists()
