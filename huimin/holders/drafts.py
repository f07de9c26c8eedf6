"""Drafts of unfinished forms: encrypted, visible only to their author, deleted on submission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from huimin.core.days import instant_text
from huimin.core.identity import mask_name
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import Refusal, field_problem
from huimin.holders import queries
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

DRAFTS_MAX = 50


def save_draft(
    tx: Transaction,
    personal_data: PersonalData,
    *,
    staff_id: str,
    values: Mapping[str, str],
    now: datetime,
    draft_id: str | None = None,
    form_id: str = "",
) -> str:
    """Store a form as typed; returns the draft's id. Raises FieldProblems at DRAFTS_MAX drafts.

    `form_id` is that of the form as it was shown, a UUID: however often it is sent, it is one
    draft. Raises Refusal `not_found` where it is somebody else's.
    """
    cipher = personal_data.encrypt(write_json(dict(values)), "holder_draft")
    columns = {"staff_id": staff_id, "content_cipher": cipher, "now": instant_text(now)}
    for known in (draft_id, form_id):
        if known and queries.change_draft(tx, id=known, **columns) is not None:
            return known
    if len(queries.drafts_of(tx, staff_id=staff_id)) >= DRAFTS_MAX:
        raise field_problem(
            "", "草稿最多 {drafts_max} 份，请先提交或删除旧的。", drafts_max=DRAFTS_MAX
        )
    new = form_id or new_id()
    if queries.insert_draft(tx, id=new, **columns) is None:
        raise Refusal("not_found")
    return new


def read_draft(
    tx: Transaction, personal_data: PersonalData, *, staff_id: str, draft_id: str
) -> dict[str, str]:
    """The form as typed. Raises Refusal `not_found` for somebody else's draft, SealedProblem for
    one that no key opens."""
    row = own_draft(tx, staff_id=staff_id, draft_id=draft_id)
    content: dict[str, str] = read_json(
        personal_data.decrypt(row["content_cipher"], "holder_draft")
    )
    return content


def own_draft(tx: Transaction, *, staff_id: str, draft_id: str) -> Row:
    """The draft's row, sealed. Raises Refusal `not_found` for somebody else's."""
    row: Row | None = queries.draft_by_id(tx, id=draft_id, staff_id=staff_id)
    if row is None:
        raise Refusal("not_found")
    return row


def draft_values(personal_data: PersonalData, row: Row) -> dict[str, str] | None:
    """What a draft's row holds; None for one that no key can read."""
    content = personal_data.readable(row["content_cipher"], "holder_draft")
    values: dict[str, str] | None = None if content is None else read_json(content)
    return values


def drafts_of(tx: Transaction, personal_data: PersonalData, *, staff_id: str) -> list[Row]:
    """The author's drafts, newest first: id, updated_at, name_masked (None for one that no key
    opens)."""
    drafts = []
    for row in queries.drafts_of(tx, staff_id=staff_id):
        content = draft_values(personal_data, row)
        name = None if content is None else _masked(content.get("name"))
        drafts.append({"id": row["id"], "updated_at": row["updated_at"], "name_masked": name})
    return drafts


def _masked(name: str | None) -> str:
    return mask_name(name) if name else ""


def drop_draft(tx: Transaction, *, staff_id: str, draft_id: str) -> None:
    """Delete one's own draft, if it exists."""
    queries.drop_draft(tx, id=draft_id, staff_id=staff_id)
