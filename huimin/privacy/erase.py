"""Erase a person (PIPL, article 47): who they are goes, the county's sums stay.

The rows of the ledger, the chains and every report stay as they are: they name a person by an id
that nobody can follow any more. What goes is in `Plan`. Texts of other records that name the person
are freed of it (texts.py). Nothing goes while something is still open that needs the person.

Append-only tables are opened for this within the one transaction that erases
(storage/append_only.py:opened). Files go after it; those that a crash leaves go when their
retention time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Unpack

from huimin.audit.record import checked_reason, record
from huimin.cards.change_state import revoke_card
from huimin.core.acting import By
from huimin.core.catalogue import Text, Words, text
from huimin.core.days import county_day, instant_text
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import Problems, field_problem
from huimin.holders.drafts import draft_values
from huimin.holders.evidence import drop_file
from huimin.holders.name_grams import renew_name_grams
from huimin.keys.personal_data import PersonalData
from huimin.privacy import queries
from huimin.privacy.files import delete_all, job_folders_with, refused_workbooks_with
from huimin.privacy.person import needles_of
from huimin.privacy.texts import FreeText, Needles, free_texts, naming_texts
from huimin.storage.append_only import opened
from huimin.storage.engine import Row, Transaction

LIVE = ("active", "suspended", "lost")
OPEN_ENDINGS = ("draft", "proposed")
# What the record of an act may say of a person: all else of theirs goes.
PERSONAL_FIELDS = frozenset(
    {"name", "phone", "id_number", "note", "evidence", "source", "file_name"}
)
ERASED = Words(
    "erased",
    {
        "person": "姓名、出生日期、身份证号码、电话、按姓名查找的字",
        "family": "家庭成员的姓名、关系和号码",
        "elsewhere": "在别人家庭里的登记",
        "papers": "材料",
        "drafts": "没有提交的草稿",
        "contacts": "联系记录",
        "eligibilities": "保障资格的证明和来源",
        "applications": "申请的原因",
        "claims": "补录优惠的说明和商品",
        "card_events": "卡的变动的原因",
        "my_card": "“我的卡”的登录、登录码、手机和家人",
        "audit_record": "审计记录里本人的姓名、电话和原因",
        "texts": "别的记录里写到本人的文字",
        "jobs": "名册工作的文件",
        "workbooks": "待修改的工作簿",
    },
)

# What "my card" holds of a person, in the order in which it may go.
MY_CARD_ROWS = (
    queries.my_codes_of_person,
    queries.my_sessions_of_person,
    queries.my_devices_of_person,
    queries.my_views_of_person,
)
DROP_MY_CARD = (
    queries.erase_my_codes,
    queries.erase_my_sessions,
    queries.erase_my_devices,
    queries.erase_my_views,
)


@dataclass
class Plan:
    """What goes: how many of each kind, and the rows and files themselves."""

    holder: Row
    needles: Needles
    members: list[Row]
    elsewhere: list[Row]
    papers: list[Row]
    drafts: list[str]
    events: list[Row]
    texts: list[tuple[FreeText, list[str]]]
    files: dict[str, list[Path]]
    counts: dict[str, int] = field(default_factory=dict)
    # Receipt numbers of rows whose typed text names the person: the ledger never changes.
    kept: list[str] = field(default_factory=list)


def plan_erasure(tx: Transaction, secrets: PersonalData, folder: Path, holder: Row) -> Plan:
    """What goes of a person. It reads every text of the database and files of the folder: call it
    outside the transaction that erases."""
    own, needles = {"holder_id": holder["id"]}, needles_of(secrets, holder)
    number = secrets.value(holder, "holder.id_number") or ""
    hashes = secrets.sought("id_number_hash", number)
    plan = Plan(
        holder=holder,
        needles=needles,
        members=list(queries.members_of_person(tx, **own)),
        elsewhere=list(queries.memberships_of_person(tx, **hashes)),
        papers=list(queries.evidence_of_person(tx, **own)),
        drafts=_drafts_with(tx, secrets, needles),
        events=list(queries.events_of_person(tx, **own)),
        texts=list(naming_texts(tx, needles)),
        files={
            "jobs": job_folders_with(secrets, folder, (*needles.numbers, needles.name)),
            "workbooks": refused_workbooks_with(folder, (*needles.numbers, needles.name)),
        },
        kept=[row["receipt_no"] for row in queries.texts_of_ledger(tx, **needles.patterns())],
    )
    plan.counts = {
        "person": 1,
        "family": len(plan.members),
        "elsewhere": len(plan.elsewhere),
        "papers": len(plan.papers),
        "drafts": len(plan.drafts),
        "contacts": len(queries.contacts_of_person(tx, **own)),
        "eligibilities": len(queries.eligibilities_of_person(tx, **own)),
        "applications": len(queries.applications_of_person(tx, **own)),
        "claims": len(queries.claims_of_person(tx, **own)),
        "card_events": len(queries.card_events_of_person(tx, **own)),
        "my_card": sum(len(query(tx, **own)) for query in MY_CARD_ROWS),
        "audit_record": len(plan.events),
        "texts": sum(len(ids) for _free, ids in plan.texts),
        **{name: len(paths) for name, paths in plan.files.items()},
    }
    return plan


def open_matters(tx: Transaction, holder_id: str, today: date) -> list[Text]:
    """What must be ended or decided before the person may be erased, each with how."""
    own = {"holder_id": holder_id}
    found = [
        text("卡 {number} 还有效，请先注销（huimin cards revoke）。", number=card["number"])
        for card in live_cards(tx, holder_id, today)
    ]
    claims = [r["claim_no"] for r in queries.claims_of_person(tx, **own) if _is_open(r)]
    found += [text("补录优惠 {number} 还没有审批。", number=number) for number in claims]
    waiting = len(queries.waiting_of_person(tx, **own))
    if waiting:
        found.append(text("还有 {count} 笔断网交易待核。", count=waiting))
    if any(_is_open(row) for row in queries.applications_of_person(tx, **own)):
        found.append(text("申请还没有审批。"))
    if any(r["ending_state"] in OPEN_ENDINGS for r in queries.endings_of_person(tx, **own)):
        found.append(text("结束保障的名单里有这个人，还没有办完。"))
    if queries.running_registers(tx):
        found.append(text("正在检查或导入名册，请等它做完。"))
    return found


def live_cards(tx: Transaction, holder_id: str, today: date) -> list[Row]:
    """The person's cards that a till would still take, or that could be resumed."""
    return [
        card
        for card in queries.cards_of_person(tx, holder_id=holder_id)
        if card["state"] in LIVE and card["expires_on"] >= today.isoformat()
    ]


def erase_person(
    tx: Transaction, plan: Plan, *, reason: str, end_cards: bool = False, **by: Unpack[By]
) -> None:
    """Erase what the plan names; its files are deleted by `delete_files` after the commit.

    With `end_cards` the person's cards are revoked first. Raises FieldProblems on `person` for what
    is still open, and on `reason`.
    """
    reason, holder_id = checked_reason(reason), plan.holder["id"]
    if plan.needles.are_in(reason):
        raise field_problem("reason", "原因里不要写这个人的姓名和号码：原因会一直留着。")
    today = county_day(by["now"])
    if end_cards:
        for card in live_cards(tx, holder_id, today):
            revoke_card(tx, card_id=card["id"], reason=reason, **by)
    problems = Problems()
    for matter in open_matters(tx, holder_id, today):
        problems.refuse("person", matter)
    problems.finish()
    now = instant_text(by["now"])
    if queries.erase_person(tx, holder_id=holder_id, now=now) == 0:
        return  # another did so meanwhile
    _erase_household(tx, plan, now)
    _erase_records(tx, holder_id, now)
    for draft_id in plan.drafts:
        queries.drop_draft(tx, id=draft_id)
    for free, ids in plan.texts:
        free_texts(tx, free, plan.needles, ids)
    _erase_events(tx, holder_id)
    record(tx, "holder.erased", holder_id, reason=reason, **by)


def delete_files(plan: Plan, folder: Path) -> None:
    """Delete the papers, the files of register jobs and the workbooks that the plan names."""
    for row in plan.papers:
        drop_file(folder, row["id"])
    for paths in plan.files.values():
        delete_all(paths)


def _erase_household(tx: Transaction, plan: Plan, now: str) -> None:
    queries.erase_grams(tx, holder_id=plan.holder["id"])
    for member in (*plan.members, *plan.elsewhere):
        queries.erase_member(tx, id=member["id"], now=now)
    for household in {member["holder_id"] for member in plan.elsewhere} - {plan.holder["id"]}:
        renew_name_grams(tx, household)


def _erase_records(tx: Transaction, holder_id: str, now: str) -> None:
    queries.erase_eligibilities(tx, holder_id=holder_id)
    queries.erase_applications(tx, holder_id=holder_id)
    queries.erase_claims(tx, holder_id=holder_id)
    queries.erase_evidence(tx, holder_id=holder_id, now=now)
    for drop in DROP_MY_CARD:
        drop(tx, holder_id=holder_id)
    with opened(tx, "reach_contact"):
        queries.erase_contacts(tx, holder_id=holder_id)
    with opened(tx, "card_event"):
        queries.erase_card_reasons(tx, holder_id=holder_id)


def _erase_events(tx: Transaction, holder_id: str) -> None:
    """Take reasons and personal fields out of the record of acts; who did what when stays."""
    with opened(tx, "audit_event"):
        for event in queries.events_of_person(tx, holder_id=holder_id):
            queries.write_text_of_event(
                tx,
                id=event["id"],
                reason=None,
                old_json=_impersonal(event["old_json"]),
                new_json=_impersonal(event["new_json"]),
            )


def _impersonal(recorded: str | None) -> str | None:
    if recorded is None:
        return None
    values = read_json(recorded)
    if not isinstance(values, dict):
        return recorded
    return write_json({name: v for name, v in values.items() if name not in PERSONAL_FIELDS})


def _drafts_with(tx: Transaction, secrets: PersonalData, needles: Needles) -> list[str]:
    """The ids of unfinished forms about the person: by number or phone, or by the whole name."""
    found = []
    for row in queries.all_drafts(tx):
        values = draft_values(secrets, row)
        if values is None:
            continue
        typed = write_json(dict(values))
        if needles.are_in(typed, with_name=False) or values.get("name") == needles.name:
            found.append(row["id"])
    return found


def _is_open(row: Mapping[str, Any]) -> bool:
    return bool(row["state"] == "submitted")
