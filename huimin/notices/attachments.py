"""Files that go with a notice: they lie in the instance folder, named by their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from huimin.core.json_text import read_json
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.storage.new_file import write_whole

FOLDER = "mailed"


def attachment_path(folder: Path, sha256: str) -> Path:
    """Where a file to send lies in the instance folder."""
    return folder / FOLDER / sha256


def store_attachment(folder: Path, content: bytes) -> str:
    """Lay down a file to send; returns its SHA-256, by which a notice names it."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = attachment_path(folder, sha256)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(path, content)
    return sha256


def with_texts(folder: Path, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a notice for a program, which gets the content of its text files with them.

    Raises DeliveryProblem for a file that is lost or is not what was recorded.
    """
    if "attachments" not in data:
        return dict(data)
    files = [
        {**file, "text": _content(folder, file).decode()}
        if file["content_type"].startswith("text/plain")
        else file
        for file in data["attachments"]
    ]
    return {**data, "attachments": files}


def attach(message: EmailMessage, folder: Path, notice: Mapping[str, Any]) -> None:
    """Add the files that the notice's data name, and where to stop it.

    Raises DeliveryProblem for a file that is lost or is not what was recorded.
    """
    data = read_json(notice["data_json"])
    if "stop_address" in data:
        message["List-Unsubscribe"] = f"<{data['stop_address']}>"
    for file in data.get("attachments", ()):
        kind, _, subtype = file["content_type"].partition(";")[0].partition("/")
        message.add_attachment(_content(folder, file), kind, subtype, filename=file["name"])


def _content(folder: Path, file: Mapping[str, Any]) -> bytes:
    try:
        content = attachment_path(folder, file["sha256"]).read_bytes()
    except OSError as error:
        raise DeliveryProblem("attachment_lost", type(error).__name__) from error
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise DeliveryProblem("attachment_differs")
    return content
