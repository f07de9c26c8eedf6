"""Keys of personal data that are lost while everything sealed with them is still there."""

from __future__ import annotations

import base64
import json
import secrets

from huimin.instance import Instance


def lose_the_keys(instance: Instance) -> None:
    """Put other keys in the place of those that everything here is sealed with."""
    path = instance.settings.folder / "personal_keys.json"
    key, hash_key = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    path.write_text(json.dumps({"keys": {"1": key}, "hash_key": hash_key}))
