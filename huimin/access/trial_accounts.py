"""The accounts of a demo county, whose passwords everybody may know: in its folder's demo.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DEMO_FILE = "demo.json"


def trial_accounts(folder: Path) -> list[dict[str, str]]:
    """Accounts with username, password and role; none in a county that is no demo."""
    accounts = _demo(folder).get("staff", [])
    return [
        {name: str(account[name]) for name in ("username", "password", "role")}
        for account in accounts
    ]


def built_at(folder: Path) -> str | None:
    """The instant at which the demo county was built, as text; None in a county that is no demo."""
    instant = _demo(folder).get("built_at")
    return str(instant) if instant else None


def _demo(folder: Path) -> dict[str, Any]:
    """The demo's file. Only `huimin demo` writes it, for a county that it has invented."""
    try:
        content = json.loads((folder / DEMO_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
