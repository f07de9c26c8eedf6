"""The ids of those who were erased, in a file of the folder: a backup of before still has them.

After a restore `huimin privacy erase --again` erases them in the restored database too. The ids say
nothing without the database that they are of. A restore into a new folder needs the newest list
from the old folder, or from where it is kept beside the anchors.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import field_problem
from huimin.storage.engine import Row
from huimin.storage.new_file import write_whole

FILE_NAME = "erased.jsonl"


def read_list(path: Path) -> dict[str, str]:
    """Holder id → when they were erased first. Raises FieldProblems on `list` for another file."""
    erased: dict[str, str] = {}
    if not path.exists():
        return erased
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = read_json(line)
            erased.setdefault(str(row["holder_id"]), str(row["erased_at"]))
    except (ValueError, KeyError, TypeError):  # UnicodeDecodeError is a ValueError
        raise field_problem("list", "{path} 不是已删除人员的名单。", path=path) from None
    return erased


def add_to_list(folder: Path, rows: Iterable[Row]) -> int:
    """Add those who are missing in it (id, erased_at); returns how many. The file is 0600."""
    path = folder / FILE_NAME
    erased = read_list(path)
    missing = {row["id"]: row["erased_at"] for row in rows if row["id"] not in erased}
    if missing:
        lines = [
            write_json({"holder_id": holder_id, "erased_at": at})
            for holder_id, at in {**erased, **missing}.items()
        ]
        write_whole(path, ("\n".join(lines) + "\n").encode())
    return len(missing)
