"""The secret that signs session cookies and form tokens: from the settings, or the folder's own."""

from __future__ import annotations

import secrets

from huimin.settings import Settings
from huimin.storage.key_file import load_keys, save_keys


def session_key(settings: Settings) -> str:
    """HUIMIN_SECRET_KEY, or one made once and kept in the folder (mode 0600)."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / "session_key.json"
    keys = load_keys(path)
    if keys is None:
        keys = {"secret_key": secrets.token_urlsafe(48)}
        save_keys(path, keys)
    return str(keys["secret_key"])
