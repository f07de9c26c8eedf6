"""The accounts of a demo county, whose passwords everybody may know: in its folder's demo.json."""

from __future__ import annotations

import json
from pathlib import Path

DEMO_FILE = "demo.json"


def trial_accounts(folder: Path) -> list[dict[str, str]]:
    """Accounts with username, password and role; none in a county that is no demo.

    Only `huimin demo` writes that file, for a county that it has invented.
    """
    try:
        accounts = json.loads((folder / DEMO_FILE).read_text(encoding="utf-8"))["staff"]
    except (OSError, ValueError, KeyError):
        return []
    return [
        {name: str(account[name]) for name in ("username", "password", "role")}
        for account in accounts
    ]
