"""Erase a person (PIPL, article 47): who they are goes, the county's sums stay.

The rows of the ledger, the chains and every report stay as they are: they name a person by an id
that nobody can follow any more. What goes is in `Plan`. Texts of other records that name the person
are freed of it (texts.py). Nothing goes while something is still open that needs the person.

Append-only tables are opened for this within the one transaction that erases
(storage/append_only.py:opened). What is recorded under the person's id or number is read in that
transaction. To read every text and file would keep the tills waiting: a plan of them is read before
it, and once more behind it, for what was written in between. Files go last; those that a crash
leaves go when their retention time is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
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
from huimin.holders.name_grams import renew_name_grams
from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.keys.sealed_files import drop_file
from huimin.privacy import queries
from huimin.privacy.files import delete_all, job_folders_with, refused_workbooks_with
from huimin.privacy.person import needles_of
from huimin.privacy.plain_words import PURPOSE
from huimin.privacy.texts import FreeText, Needles, free_texts, naming_texts
from huimin.storage.append_only import opened
from huimin.storage.engine import Row, Transaction
from huimin.storage.giving_way import ROWS_AT_ONCE

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
        "messages": "短信等告知的内容、号码和本人的选择",
        "requests": "诉求里写的话和答复",
        "eligibilities": "保障资格的证明和来源",
        "applications": "申请的原因",
        "claims": "补录优惠的说明和商品",
        "ratings": "小票评价的留言和照片",
        "complaints": "投诉的答复和记录",
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
# Of somebody who may look at another's card.
DROP_MEMBERS_LOOKS = (
    queries.erase_codes_of_member,
    queries.erase_sessions_of_member,
    queries.erase_views_of_member,
)
DROP_MY_CARD = (
    queries.erase_my_codes,
    queries.erase_my_sessions,
    queries.erase_my_devices,
    queries.erase_my_views,
)


@dataclass(frozen=True, slots=True)
class Belongings:
    """The rows of a person's household and papers."""

    members: list[Row]
    elsewhere: list[Row]
    papers: list[Row]


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes: how many of each kind, and the drafts, texts and files that name the person.

    `sealed_words` are ids of steps of others' complaints that name the person; `receipts` are the
    numbers of rows whose typed text does: the ledger never changes.
    """

    holder: Row
    needles: Needles
    drafts: list[str]
    texts: list[tuple[FreeText, list[str]]]
    sealed_words: list[str]
    files: dict[str, list[Path]]
    receipts: list[str]
    counts: dict[str, int]


def plan_erasure(tx: Transaction, secrets: PersonalData, folder: Path, holder: Row) -> Plan:
    """What goes of a person. It reads every text of the database and files of the folder: call it
    outside the transaction that erases."""
    own, needles = {"holder_id": holder["id"]}, needles_of(secrets, holder)
    texts, drafts = list(naming_texts(tx, needles)), _drafts_with(tx, secrets, needles)
    own_words = [row["id"] for row in queries.complaint_words_of_person(tx, **own)]
    sealed_words = [
        row["id"] for row in _sealed_words_with(tx, secrets, needles) if row["id"] not in own_words
    ]
    files = {
        "jobs": job_folders_with(secrets, folder, (*needles.numbers, needles.name)),
        "workbooks": refused_workbooks_with(folder, (*needles.numbers, needles.name)),
    }
    household = _belongings(tx, secrets, holder)
    counts = {
        "person": 1,
        "family": len(household.members),
        "elsewhere": len(household.elsewhere),
        "papers": len(household.papers),
        "drafts": len(drafts),
        "contacts": len(queries.contacts_of_person(tx, **own)),
        "messages": len(queries.messages_of_person(tx, **own)),
        "requests": len(queries.requests_of_person(tx, **own)),
        "eligibilities": len(queries.eligibilities_of_person(tx, **own)),
        "applications": len(queries.applications_of_person(tx, **own)),
        "claims": len(queries.claims_of_person(tx, **own)),
        "ratings": sum(map(_says_something, queries.ratings_of_person(tx, **own))),
        "complaints": len(own_words),
        "card_events": len(queries.card_events_of_person(tx, **own)),
        "my_card": sum(len(query(tx, **own)) for query in MY_CARD_ROWS),
        "audit_record": len(queries.events_of_person(tx, **own)),
        "texts": sum(len(ids) for _free, ids in texts) + len(sealed_words),
        **{name: len(paths) for name, paths in files.items()},
    }
    receipts = [row["receipt_no"] for row in queries.texts_of_ledger(tx, **needles.patterns())]
    return Plan(holder, needles, drafts, texts, sealed_words, files, receipts, counts)


def _belongings(tx: Transaction, secrets: PersonalData, holder: Row) -> Belongings:
    own, number = {"holder_id": holder["id"]}, secrets.value(holder, "holder.id_number") or ""
    return Belongings(
        list(queries.members_of_person(tx, **own)),
        list(queries.memberships_of_person(tx, **secrets.sought("id_number_hash", number))),
        list(queries.evidence_of_person(tx, **own)),
    )


def open_matters(tx: Transaction, holder_id: str, today: date) -> list[Text]:
    """What must be ended or decided before the person may be erased, each with how."""
    own = {"holder_id": holder_id}
    matters = [
        text("卡 {number} 还有效，请先注销（huimin cards revoke）。", number=card["number"])
        for card in live_cards(tx, holder_id, today)
    ]
    claims = [r["claim_no"] for r in queries.claims_of_person(tx, **own) if _is_open(r)]
    matters += [text("补录优惠 {number} 还没有审批。", number=number) for number in claims]
    if any(r["complaint_state"] == "open" for r in queries.ratings_of_person(tx, **own)):
        matters.append(text("有一份小票的投诉还没有办结。"))
    waiting = len(queries.waiting_of_person(tx, **own))
    if waiting:
        matters.append(text("还有 {count} 笔断网交易待核。", count=waiting))
    asked = sum(row["state"] == "open" for row in queries.requests_of_person(tx, **own))
    if asked:
        matters.append(text("还有 {count} 件持卡人诉求没有答复。", count=asked))
    if any(_is_open(row) for row in queries.applications_of_person(tx, **own)):
        matters.append(text("申请还没有审批。"))
    if any(r["ending_state"] in OPEN_ENDINGS for r in queries.endings_of_person(tx, **own)):
        matters.append(text("结束保障的名单里有这个人，还没有办完。"))
    if queries.running_registers(tx):
        matters.append(text("正在检查或导入名册，请等它做完。"))
    return matters


def live_cards(tx: Transaction, holder_id: str, today: date) -> list[Row]:
    """The person's cards that a till would still take, or that could be resumed."""
    return [
        card
        for card in queries.cards_of_person(tx, holder_id=holder_id)
        if card["state"] in LIVE and card["expires_on"] >= today.isoformat()
    ]


def erase_person(
    tx: Transaction,
    secrets: PersonalData,
    plan: Plan,
    *,
    reason: str,
    end_cards: bool = False,
    **by: Unpack[By],
) -> list[str]:
    """Erase the person of the plan; the ids of the papers and photos whose files are to be deleted.

    With `end_cards` the person's cards are revoked first. Raises FieldProblems on `person` for what
    is still open or when the person was changed since the plan was read, and on `reason`.
    """
    reason, holder_id = checked_reason(reason), plan.holder["id"]
    if plan.needles.are_in(reason):
        raise field_problem("reason", "原因里不要写这个人的姓名和号码：原因会一直留着。")
    today, now = county_day(by["now"]), instant_text(by["now"])
    holder = queries.unerased_person(tx, id=holder_id)
    if holder is None:
        return []  # another did so meanwhile
    if needles_of(secrets, holder) != plan.needles:
        raise field_problem("person", "这个人的资料刚刚有改动，没有删除；请核对后再运行一次。")
    if end_cards:
        for card in live_cards(tx, holder_id, today):
            revoke_card(tx, card_id=card["id"], reason=reason, **by)
    problems = Problems()
    for matter in open_matters(tx, holder_id, today):
        problems.refuse("person", matter)
    problems.finish()
    household = _belongings(tx, secrets, holder)
    ratings = list(queries.ratings_of_person(tx, holder_id=holder_id))
    if queries.erase_person(tx, holder_id=holder_id, now=now) == 0:
        return []
    _erase_household(tx, holder_id, household, now)
    _erase_records(tx, holder_id, now)
    for rating in ratings:
        forget_rating(tx, rating, now)
    erase_texts(tx, secrets, plan)
    _erase_events(tx, holder_id)
    record(tx, "holder.erased", holder_id, reason=reason, **by)
    photos = [row["picture_id"] for row in ratings if row["picture_id"]]
    return [*(row["id"] for row in household.papers), *photos]


def erase_texts(tx: Transaction, secrets: PersonalData, plan: Plan) -> None:
    """Drop the drafts of the plan, and free its texts of the person."""
    for draft_id in plan.drafts:
        queries.drop_draft(tx, id=draft_id)
    for free, ids in plan.texts:
        free_texts(tx, free, plan.needles, ids)
    for step_id in plan.sealed_words:
        row = queries.complaint_words_by_id(tx, id=step_id)
        if row is not None:
            text = plan.needles.out_of(secrets.decrypt(row["text_cipher"], PURPOSE)) or ""
            cipher = secrets.encrypt(text, PURPOSE)
            queries.reseal_complaint_words(tx, id=step_id, cipher=cipher, before=row["text_cipher"])


def delete_files(folder: Path, papers: Iterable[str], plan: Plan) -> None:
    """Delete the papers and photos, and the plan's files of register jobs and workbooks."""
    for file_id in papers:
        drop_file(folder, file_id)
    for paths in plan.files.values():
        delete_all(paths)


def forget_rating(tx: Transaction, row: Row, now: str) -> None:
    """Take words and photo from a judgement; its photo's file goes after the commit."""
    if row["picture_id"]:
        queries.forget_picture(tx, id=row["picture_id"], now=now)
    queries.forget_rating(tx, id=row["id"], now=now)


def _says_something(rating: Row) -> bool:
    return bool(rating["words_cipher"] or rating["picture_id"])


def _erase_household(tx: Transaction, holder_id: str, household: Belongings, now: str) -> None:
    queries.erase_grams(tx, holder_id=holder_id)
    for member in (*household.members, *household.elsewhere):
        queries.erase_member(tx, id=member["id"], now=now)
        for drop in DROP_MEMBERS_LOOKS:
            drop(tx, holder_id=member["holder_id"], member_id=member["id"])
    for other_id in {member["holder_id"] for member in household.elsewhere} - {holder_id}:
        renew_name_grams(tx, other_id)


def _erase_records(tx: Transaction, holder_id: str, now: str) -> None:
    queries.erase_eligibilities(tx, holder_id=holder_id)
    queries.erase_applications(tx, holder_id=holder_id)
    queries.erase_claims(tx, holder_id=holder_id)
    queries.erase_requests(tx, holder_id=holder_id)
    queries.erase_complaint_words(tx, holder_id=holder_id)
    with opened(tx, "complaint_step"):
        queries.erase_plain_steps(tx, holder_id=holder_id)
    queries.erase_evidence(tx, holder_id=holder_id, now=now)
    for drop in DROP_MY_CARD:
        drop(tx, holder_id=holder_id)
    queries.erase_messages(tx, holder_id=holder_id, now=now)
    queries.erase_wishes(tx, holder_id=holder_id)
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
    draft_ids = []
    for row in queries.all_drafts(tx):
        values = draft_values(secrets, row)
        if values is None:
            continue
        typed = write_json(dict(values))
        if needles.are_in(typed, with_name=False) or values.get("name") == needles.name:
            draft_ids.append(row["id"])
    return draft_ids


def _sealed_words_with(tx: Transaction, secrets: PersonalData, needles: Needles) -> Iterator[Row]:
    """The encrypted words of complaints that name the person; it reads all of them. Words that no
    key reads name nobody any more, and keep nobody from being erased."""
    after = ""
    while rows := list(queries.sealed_complaint_words(tx, after=after, row_limit=ROWS_AT_ONCE)):
        for row in rows:
            with suppress(*UNREADABLE):
                if needles.are_in(secrets.decrypt(row["text_cipher"], PURPOSE)):
                    yield row
        after = rows[-1]["id"]


def _is_open(row: Mapping[str, Any]) -> bool:
    return bool(row["state"] == "submitted")
