"""The keys with which a civil-affairs system sends its register: made, used, ended.

A key stands for one source, and for one town or the county. It is returned once, when it is made,
and only its SHA-256 is stored. Unknown, ended and expired keys are answered alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Unpack

from huimin.access.terminal_keys import KEY_LENGTH_MAX, hash_key, new_key
from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.divisions.find import find
from huimin.divisions.lives import living_code
from huimin.holders import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

REGISTER_KEY_PREFIX = "hmr_"
SOURCE_CHARACTERS_MAX = 40
DAYS_VALID, DAYS_VALID_MAX = 365, 1_096
# How exactly the last use is known.
USE_NOTED_EVERY = timedelta(minutes=1)
TOWN = "town"
ACTIVE, ENDED, EXPIRED = "active", "ended", "expired"


class _Tokens(ListQuery[None]):
    """The list of keys, each as a reader may see it."""

    def seen(self, tx: Transaction, rows: list[Row]) -> list[Any]:
        return [_as_shown(tx, row) for row in rows]


# The latest first.
register_tokens_before = _Tokens(queries, "register_tokens_before", lambda _none: {})


def make_register_token(
    tx: Transaction,
    *,
    source: str,
    division_code: str | None,
    may_import: bool,
    days: int,
    reason: str,
    **by: Unpack[By],
) -> tuple[Row, str]:
    """Make a key that is valid for `days`; returns its row and, only here, the key.

    `division_code` is a town, or None for the county. Raises FieldProblems on source, division,
    days or reason.
    """
    source, reason = _checked_source(source), checked_reason(reason)
    if division_code is not None:
        division = find(tx, division_code)
        if division is None or division["level"] != TOWN:
            raise field_problem("division", "请从列表里选择乡镇（街道），或不写，代表全县。")
    if not 1 <= days <= DAYS_VALID_MAX:
        raise field_problem("days", "有效天数应在 1 到 {most} 之间。", most=DAYS_VALID_MAX)
    key = new_key(REGISTER_KEY_PREFIX)
    row = queries.insert_register_token(
        tx,
        id=new_id(),
        source=source,
        division_code=division_code,
        may_import=int(may_import),
        key_hash=hash_key(key),
        reason=reason,
        now=instant_text(by["now"]),
        actor=by["actor"],
        expires_at=instant_text(by["now"] + timedelta(days=days)),
    )
    if row is None:
        raise field_problem(
            "source", "这个来源已有一个密钥；请先停用那一个，再发新的，或者换一个来源名称。"
        )
    _record(tx, "made", row, reason, **by)
    return register_token_by_id(tx, row["id"]), key


def register_token_of_key(tx: Transaction, key: str, now: datetime) -> Row:
    """The token with that key, if it may be used, with the living code of its town.

    Raises Refusal `unauthorized`.
    """
    row: Row | None = None
    if len(key) <= KEY_LENGTH_MAX:
        row = queries.register_token_of_key(tx, key_hash=hash_key(key))
    if row is None or state_of(row, now) != ACTIVE:
        raise Refusal("unauthorized")
    return _as_shown(tx, row)


def register_token_by_id(tx: Transaction, token_id: str) -> Row:
    """The token in any state, with its town's name. Raises Refusal `not_found`."""
    row = queries.register_token_by_id(tx, id=token_id)
    if row is None:
        raise Refusal("not_found")
    return _as_shown(tx, row)


def end_register_token(tx: Transaction, token_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """End a key at once and for good. Raises FieldProblems on `reason` or `token`."""
    reason = checked_reason(reason)
    now = instant_text(by["now"])
    row = queries.end_register_token(tx, id=token_id, reason=reason, now=now, actor=by["actor"])
    if row is None:
        register_token_by_id(tx, token_id)
        raise field_problem("token", "这个密钥已经停用了。")
    _record(tx, "ended", row, reason, **by)


def needs_noting(token: Row, now: datetime) -> bool:
    """Whether its last use was noted too long ago."""
    last = token["last_used_at"]
    return last is None or last < instant_text(now - USE_NOTED_EVERY)


def note_register_token_use(tx: Transaction, token_id: str, now: datetime) -> None:
    """Note that it was used now."""
    queries.use_register_token(tx, id=token_id, now=instant_text(now))


def state_of(token: Row, now: datetime) -> str:
    """ACTIVE, ENDED or EXPIRED."""
    if token["ended_at"] is not None:
        return ENDED
    return ACTIVE if instant_text(now) < token["expires_at"] else EXPIRED


def actor_of(token: Row) -> str:
    """Who acts, for the record."""
    return f"register:{token['source']}"


def _as_shown(tx: Transaction, row: Row) -> Row:
    """The row without the hash, and with the town as it is now.

    A town's key goes along when the town is merged or gets another code, as its accounts do.
    """
    shown = {name: value for name, value in row.items() if name != "key_hash"}
    town = row["division_code"] and find(tx, living_code(tx, row["division_code"]))
    return (
        {**shown, "division_code": town["code"], "division_name": town["name"]} if town else shown
    )


def _checked_source(source: str) -> str:
    text = " ".join(source.split())
    if not text or len(text) > SOURCE_CHARACTERS_MAX or not text.isprintable():
        raise field_problem(
            "source",
            "请写明名册来自哪里，例如“民政局低保系统”，最多 {most} 个字。",
            most=SOURCE_CHARACTERS_MAX,
        )
    return text


def _record(tx: Transaction, event: str, row: Row, reason: str, **by: Unpack[By]) -> None:
    names = ("source", "division_code", "may_import", "expires_at")
    new = {name: row[name] for name in names}
    record(tx, f"register_token.{event}", row["id"], reason=reason, new=new, **by)
