"""A person's data as they take it home from "my card": what is theirs, and nobody else's.

Each section shows only what is named here, so that a new column stays out until somebody decides
otherwise. Left out are names and accounts of staff, numbers of family members, what the office
notes for itself (alerts, contacts' notes), and the papers; the own number and phone are masked,
because the file lies on a phone. The whole of it is given at the office (export.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.catalogue import Words, text
from huimin.core.days import county_minute, instant_text
from huimin.core.identity import mask_id_number, mask_phone
from huimin.core.money import money_text
from huimin.core.recorded_reasons import REASONS, reason_words
from huimin.core.words import (
    CARD_STATES,
    CHANNELS,
    CONTACT_RESULTS,
    ELIGIBILITIES,
    LEDGER_KINDS,
    PRESENTERS,
    STATES,
)
from huimin.keys.personal_data import PersonalData, Purpose
from huimin.privacy.export import SECTIONS, with_request_words
from huimin.privacy.person import RECORDS
from huimin.storage.engine import Row, Transaction

SHOWN: Mapping[str, tuple[str, ...]] = {
    "family": ("name", "relation", "added_at", "ended_at"),
    "eligibilities": ("kind", "starts_on", "ends_on"),
    "applications": ("state", "submitted_at", "decided_at", "reason"),
    "papers": ("file_name", "uploaded_at", "removed_at"),
    "cards": ("number", "state", "issued_on", "expires_on", "ended_on", "first_used_on"),
    "card_events": ("event", "recorded_at", "reason"),
    "redemptions_and_reversals": (
        *("kind", "receipt_no", "occurred_at", "outlet_name"),
        *("amount_fen", "discount_fen", "payable_fen"),
        *("presenter_kind", "presenter_name", "channel"),
    ),
    "claims": ("claim_no", "state", "occurred_at", "amount_fen", "note", "reason"),
    "contacts": ("contacted_on", "result"),
    "requests": ("kind", "about", "state", "words", "raised_at", "due_on", "answer", "answered_at"),
}
FIELD_NAMES = Words(
    "own_field",
    {
        "about": "更正哪一样",
        "added_at": "登记时间",
        "amount_fen": "原价",
        "answer": "答复",
        "answered_at": "答复时间",
        "birth_date": "出生日期",
        "channel": "方式",
        "claim_no": "补录号",
        "contacted_on": "联系日期",
        "decided_at": "决定时间",
        "discount_fen": "优惠",
        "due_on": "答复期限",
        "ended_at": "结束时间",
        "ended_on": "停用日期",
        "ends_on": "最后一天",
        "event": "变动",
        "expires_on": "有效期至",
        "file_name": "文件",
        "first_used_on": "第一次使用",
        "id_number": "身份证号码",
        "issued_on": "发卡日期",
        "kind": "类别",
        "name": "姓名",
        "note": "说明",
        "number": "卡号",
        "occurred_at": "时间",
        "outlet_name": "示范点",
        "payable_fen": "实付",
        "phone": "电话",
        "presenter_kind": "出示人",
        "presenter_name": "出示人姓名",
        "raised_at": "提出时间",
        "reason": "理由",
        "receipt_no": "收据号",
        "recorded_at": "时间",
        "relation": "与持卡人的关系",
        "removed_at": "移除时间",
        "result": "联系结果",
        "starts_on": "开始日期",
        "state": "状态",
        "submitted_at": "提交时间",
        "uploaded_at": "上传时间",
        "words": "写了什么",
    },
)
# Codes that stand in more than one of these mean the same, but for those of a request.
CODES = (CARD_STATES, STATES, ELIGIBILITIES, LEDGER_KINDS, PRESENTERS, CHANNELS, CONTACT_RESULTS)
REQUEST_CODES = Words(
    "own_request_code",
    {
        "purchase": "不是本人的消费",
        "correction": "更正资料",
        "open": "正在办理",
        "accepted": "已经办好",
        "declined": "已经答复",
        "name": "姓名",
        "id_number": "身份证号码",
        "phone": "电话",
        "address": "住址",
        "family": "家庭成员",
        "aid": "优惠资格的日期",
        "other": "其他",
    },
)
EVENTS = Words(
    "own_card_event",
    {
        "issued": "发卡",
        "printed": "打印",
        "suspended": "暂停",
        "lost": "挂失",
        "resumed": "恢复",
        "replaced": "补卡",
        "revoked": "注销",
        "expired": "到期",
    },
)


def record_download(tx: Transaction, holder_id: str, **by: Unpack[By]) -> None:
    """Record that the holder takes the file; before it is read, so that no file is unrecorded."""
    record(tx, "holder.downloaded", holder_id, reason=REASONS["downloaded_by_holder"], **by)


def own_file(tx: Transaction, secrets: PersonalData, holder: Row, now: datetime) -> Row:
    """The person's own data by section. It reads years of purchases: not for the writer.

    `unreadable` counts what no key opens, which is left out.
    """
    unreadable = 0

    def read(cipher: str, purpose: Purpose) -> str | None:
        nonlocal unreadable
        clear = secrets.readable(cipher, purpose)
        unreadable += clear is None
        return clear

    number, phone = holder["id_number_cipher"], holder["phone_cipher"]
    person = {
        "name": holder["name"],
        "birth_date": holder["birth_date"],
        "id_number": mask_id_number((number and read(number, "holder.id_number")) or ""),
        "phone": mask_phone(read(phone, "holder.phone") if phone else None),
    }
    sections: Row = {"made_at": instant_text(now), "person": [person]}
    for name, columns in SHOWN.items():
        rows = RECORDS[name](tx, holder_id=holder["id"])
        if name == "requests":
            rows = [with_request_words(read, row) for row in rows]
        sections[name] = [{column: row[column] for column in columns} for row in rows]
    return {**sections, "unreadable": unreadable}


def own_text(own: Mapping[str, Any], language: str, now: datetime) -> str:
    """The same to be read: a section for each kind of thing, a line for each one."""
    return "\ufeff" + "\r\n".join(_lines(own, language, now)) + "\r\n"


def _lines(own: Mapping[str, Any], language: str, now: datetime) -> Iterator[str]:
    made = text("我的惠民卡资料，{at} 下载。", at=county_minute(instant_text(now)))
    yield made.say(language)
    if own["unreadable"]:
        missing = text("有 {count} 处现在读不出来，请打服务电话问一问。", count=own["unreadable"])
        yield missing.say(language)
    colon, comma = (": ", "; ") if language == "en" else ("：", "；")
    for name in ("person", *SHOWN):
        rows = own[name]
        yield ""
        yield f"【{SECTIONS.say(name, language)}】" + ("" if rows else " —")
        for row in rows:
            yield comma.join(
                f"{FIELD_NAMES.say(field, language)}{colon}{_words(name, field, value, language)}"
                for field, value in row.items()
                if value not in (None, "")
            )


def _words(section: str, field: str, value: Any, language: str) -> str:
    if field.endswith("_fen"):
        return money_text(value)
    if field.endswith("_at"):
        return county_minute(value)
    if field == "reason":
        return reason_words(value, language)
    if section == "requests" and field in ("kind", "about", "state"):
        return REQUEST_CODES.say(value, language)
    if field == "event":
        return EVENTS.say(value, language)
    if field in ("kind", "state", "presenter_kind", "channel", "result"):
        return next((one.say(value, language) for one in CODES if value in one), str(value))
    return " ".join(str(value).split("\n"))
