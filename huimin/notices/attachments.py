"""Files that go with a notice: they lie in the instance folder, named by their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from huimin.core.json_text import read_json
from huimin.notices.delivery_problem import DeliveryProblem

FOLDER = "mailed"


def attachment_path(folder: Path, sha256: str) -> Path:
    """Where a file to send lies in the instance folder."""
    return folder / FOLDER / sha256


def attach(message: EmailMessage, folder: Path, notice: Mapping[str, Any]) -> None:
    """Add the files that the notice's data name, and where to stop it.

    Raises DeliveryProblem for a file that is lost or is not what was recorded.
    """
    data = read_json(notice["data_json"])
    if "stop_address" in data:
        message["List-Unsubscribe"] = f"<{data['stop_address']}>"
    for file in data.get("attachments", ()):
        try:
            content = attachment_path(folder, file["sha256"]).read_bytes()
        except OSError as error:
            raise DeliveryProblem("attachment_lost", type(error).__name__) from error
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise DeliveryProblem("attachment_differs")
        kind, _, subtype = file["content_type"].partition(";")[0].partition("/")
        message.add_attachment(content, kind, subtype, filename=file["name"])
