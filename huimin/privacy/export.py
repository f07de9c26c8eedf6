"""Everything that the county holds about one person, for that person (PIPL, article 45).

One ZIP file for its owner alone: `data.json` for programs, `data.txt` to be read, and the papers.
Ciphers and hashes are left out; what is encrypted is written in clear. The export is recorded.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.catalogue import Words, text
from huimin.core.days import county_minute, instant_text
from huimin.core.json_text import read_json, write_json
from huimin.keys.personal_data import PersonalData, Purpose
from huimin.keys.sealed_files import readable_file
from huimin.messages.post import CONTENT
from huimin.messages.texts import CODE
from huimin.privacy.person import RECORDS
from huimin.storage.engine import Row, Transaction
from huimin.storage.new_file import clean_file_name, write_whole

HIDDEN = ("_cipher", "_hash")
# Section, text, and for what it is encrypted.
TEXTS: tuple[tuple[str, str, Purpose], ...] = (
    ("contacts", "note", "reach_contact.note"),
    ("ratings", "words", "rating.words"),
    ("complaint_answers", "text", "complaint_step"),
    ("requests", "words", "holder_request"),
    ("requests", "answer", "holder_request"),
)
SECTIONS = Words(
    "export_section",
    {
        "person": "本人",
        "family": "家庭成员",
        "eligibilities": "保障资格",
        "applications": "申请",
        "papers": "材料",
        "cards": "惠民卡",
        "card_events": "卡的变动",
        "redemptions_and_reversals": "优惠交易和退货",
        "discount_used": "用掉的优惠",
        "claims": "补录优惠",
        "ratings": "小票的评价",
        "complaint_answers": "投诉的答复",
        "offline_sales": "断网时的交易",
        "refused_attempts": "收银台没有受理的",
        "alerts": "异常提醒",
        "card_lookups": "谁查过卡",
        "contacts": "联系记录",
        "messages": "短信等告知",
        "messages_told": "工作人员告知的经过",
        "wishes_for_messages": "想收到哪些告知",
        "cards_handed_over": "卡的领取",
        "requests": "持卡人诉求",
        "endings_of_aid": "结束保障的名单",
        "changes_of_division": "行政区划变更",
        "my_card_codes": "“我的卡”的登录码",
        "my_card_sign_ins": "“我的卡”的登录",
        "my_card_phones": "出示动态码的手机",
        "my_card_family": "让哪些家人看“我的卡”",
        "audit_record": "审计记录",
    },
)


def export_person(
    tx: Transaction, secrets: PersonalData, holder: Row, *, reason: str, **by: Unpack[By]
) -> Row:
    """All records of a person by section, in clear; the export is recorded.

    Raises FieldProblems on `reason`.
    """
    record(tx, "holder.exported", holder["id"], reason=checked_reason(reason), **by)
    person = {
        **_in_clear(holder),
        "id_number": secrets.value(holder, "holder.id_number"),
        "phone": secrets.value(holder, "holder.phone"),
    }
    rows_by_section = {name: query(tx, holder_id=holder["id"]) for name, query in RECORDS.items()}
    sections = {name: [_in_clear(row) for row in rows] for name, rows in rows_by_section.items()}
    for row, clear in zip(rows_by_section["family"], sections["family"], strict=True):
        clear["id_number"] = secrets.value(row, "family_member.id_number")
    for section, word, purpose in TEXTS:
        for row, clear in zip(rows_by_section[section], sections[section], strict=True):
            cipher = row[f"{word}_cipher"]
            # What an older program wrote in clear has no cipher yet.
            clear[word] = secrets.decrypt(cipher, purpose) if cipher else clear.get(word)
    for row, clear in zip(rows_by_section["messages"], sections["messages"], strict=True):
        # A code that is still good is on the phone alone.
        cipher = row["content_cipher"] if row["kind"] != CODE else None
        clear["content"] = read_json(secrets.decrypt(cipher, CONTENT)) if cipher else None
    return {"made_at": instant_text(by["now"]), "person": [person], **sections}


def with_request_words(read: Callable[[str, Purpose], str | None], row: Mapping[str, Any]) -> Row:
    """A holder's request with what both sides said in clear; None where nothing was."""
    clear = {
        name: read(row[f"{name}_cipher"], "holder_request") if row[f"{name}_cipher"] else None
        for name in ("words", "answer")
    }
    return {**row, **clear}


def write_export(
    path: Path, exported: Row, secrets: PersonalData, folder: Path, *, language: str, now: datetime
) -> None:
    """Write the ZIP file in one step, mode 0600, without files that nothing opens (they are in the
    log). Raises OSError."""
    packed = io.BytesIO()
    papers = [
        (f"papers/{row['id']} {clean_file_name(row['file_name'])}", row["id"])
        for row in exported["papers"]
        if not row["removed_at"]
    ]
    photos = [
        (f"photos/{row['picture_id']}.jpg", row["picture_id"])
        for row in exported["ratings"]
        if row["picture_id"]
    ]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("data.json", write_json(exported))
        lines = "\r\n".join(_lines(exported, language, now))
        book.writestr("data.txt", "\ufeff" + lines + "\r\n")
        for name, file_id in (*papers, *photos):
            content = readable_file(secrets, folder, file_id)
            if content is not None:
                book.writestr(name, content)
    write_whole(path, packed.getvalue())


def _in_clear(row: Mapping[str, Any]) -> Row:
    """A row without ciphers and hashes; JSON in it as what it means."""
    clear: Row = {}
    for name, value in row.items():
        if name.endswith("_json") and value is not None:
            clear[name.removesuffix("_json")] = read_json(value)
        elif not name.endswith(HIDDEN):
            clear[name] = value
    return clear


def _lines(exported: Row, language: str, now: datetime) -> Iterator[str]:
    title = text("县里登记的个人信息，{at} 导出。", at=county_minute(instant_text(now)))
    yield title.say(language)
    for name in ("person", *RECORDS):
        rows = exported[name]
        yield ""
        yield f"== {SECTIONS.say(name, language)} ({len(rows)}) =="
        for row in rows:
            yield "; ".join(f"{key}: {_word(value)}" for key, value in row.items() if value != "")


def _word(value: Any) -> str:
    if value is None:
        return "—"
    return write_json(value) if isinstance(value, dict | list) else str(value)
