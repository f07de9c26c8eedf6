"""Approve and publish a draft, or withdraw a policy that has not begun.

Publishing is the last change of a policy: from its first day it can only be replaced by the next
version of its code. No step may leave two published policies that tie.
"""

from __future__ import annotations

from typing import Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import FieldProblems, field_problem
from huimin.policies import queries
from huimin.policies.drafts import refuse_tie
from huimin.policies.ties import find_tie
from huimin.storage.engine import Row, Transaction

RECORDED = ("state", "code", "version")


def approve(tx: Transaction, policy_id: str, **by: Unpack[By]) -> Row:
    """Approve somebody else's draft, so that it can be published; returns its row.

    Raises FieldProblems when it is not a draft, or one's own.
    """
    queries.lock_policies(tx)
    draft = policy_by_id(tx, policy_id)
    if draft["state"] != "draft":
        raise field_problem("policy", "只有草稿需要审批。")
    if draft["created_by"] == by["actor"]:
        raise field_problem(
            "policy", "这份草稿是您起草的，请由另一位管理员审批（或设置 HUIMIN_FOUR_EYES=0）。"
        )
    row: Row = queries.set_approved(
        tx, id=policy_id, approved_at=instant_text(by["now"]), approved_by=by["actor"]
    )
    record(tx, "policy.approved", policy_id, old=draft, new=row, only=RECORDED, **by)
    return row


def publish(tx: Transaction, policy_id: str, *, four_eyes: bool = False, **by: Unpack[By]) -> Row:
    """Publish a draft, which replaces earlier versions on its first day; returns its row.

    With `four_eyes` a second administrator must have approved it. Raises FieldProblems when it does
    not exist, is not a draft, starts before today (discounts are never changed afterwards) or would
    tie with another published policy.
    """
    queries.lock_policies(tx)
    draft = policy_by_id(tx, policy_id)
    if four_eyes and draft["state"] == "draft":
        raise field_problem(
            "policy", "发布前须由另一位管理员审批这份草稿（或设置 HUIMIN_FOUR_EYES=0）。"
        )
    if draft["state"] not in ("draft", "approved"):
        raise field_problem("policy", "只有草稿可以发布；已发布的政策不能改，请保存新版本。")
    if draft["starts_on"] < county_day(by["now"]).isoformat():
        raise field_problem(
            "starts_on", "开始日期已过，不能追溯；请把草稿的开始日期改为今天或以后。"
        )
    refuse_tie(queries.published(tx), draft)
    row: Row = queries.set_published(
        tx, id=policy_id, published_at=instant_text(by["now"]), published_by=by["actor"]
    )
    record(tx, "policy.published", policy_id, old=draft, new=row, only=RECORDED, **by)
    return row


def withdraw(tx: Transaction, policy_id: str, *, reason: str, **by: Unpack[By]) -> Row:
    """Withdraw a draft, or a published policy whose first day is still to come; returns its row.

    Raises FieldProblems when it does not exist, has begun or is already withdrawn, or when the
    version before it would continue and tie with another policy.
    """
    reason = checked_reason(reason)
    queries.lock_policies(tx)
    old = policy_by_id(tx, policy_id)
    if old["state"] == "withdrawn":
        raise field_problem("policy", "这项政策已撤回。")
    if old["state"] == "published" and old["starts_on"] <= county_day(by["now"]).isoformat():
        raise field_problem(
            "policy",
            "这项政策已经开始执行，不能撤回；请保存并发布它的新版本来接替，"
            "要停止就给新版本写上结束日期。",
        )
    remaining = [row for row in queries.published(tx) if row["id"] != policy_id]
    tie = find_tie(remaining, old["code"])
    if tie is not None:
        raise FieldProblems([tie.as_problem()])
    row: Row = queries.set_withdrawn(tx, id=policy_id)
    record(tx, "policy.withdrawn", policy_id, reason=reason, old=old, new=row, only=RECORDED, **by)
    return row


def find_policy(tx: Transaction, text: str) -> Row:
    """A policy by id, by "code@version", or by code (its draft, else its last published version).

    Raises FieldProblems when there is none.
    """
    if not text.isprintable():
        raise _unknown()
    code, _, version = text.strip().partition("@")
    if version:
        number = int(version) if version.isascii() and version.isdigit() else 0
        row = queries.policy_by_version(tx, code=code, version=min(number, 10**9))
        if row is None:
            raise _unknown()
        return dict(row)
    versions = list(queries.versions_of_code(tx, code=code))
    for state in ("draft", "approved", "published", "withdrawn"):
        of_state = [row for row in versions if row["state"] == state]
        if of_state:
            return dict(of_state[-1])
    return policy_by_id(tx, code)


def policy_by_id(tx: Transaction, policy_id: str) -> Row:
    """The policy's row. Raises FieldProblems when there is none."""
    row: Row | None = queries.policy_by_id(tx, id=policy_id)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> FieldProblems:
    return field_problem("policy", "没有这项政策，请用 huimin policies list 查看代码和版本。")
