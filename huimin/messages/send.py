"""Send what is due: claim a message, try it once, and write down how it ended.

The content is read and the person's number looked up when it is sent, so that a number that was
corrected meanwhile is the one that counts, and what is no longer so is not said. Nobody is woken:
between 20:00 and 8:00 county time nothing but codes goes out. A gateway that does not answer is
asked once in a look, so that one which hangs does not keep the look from the messages of tomorrow.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Unpack

import structlog

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import COUNTY_ZONE, county_day, county_start, instant_text, parse_instant
from huimin.core.identity import mask_phone
from huimin.core.json_text import read_json
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.messages import queries
from huimin.messages.choices import choice_of
from huimin.messages.facts import is_still_so
from huimin.messages.gateway import CodeSweeps, hand_on, sweep_codes
from huimin.messages.post import CONTENT, mobile_of, phone_channel
from huimin.messages.templates import with_template
from huimin.messages.texts import CODE, PURCHASE, written
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.notices.send import WAITS
from huimin.settings import PAPER, Settings
from huimin.storage.engine import Row, Transaction

log = structlog.get_logger(__name__)

FROM_HOUR, UNTIL_HOUR = 8, 20
# A code is worth nothing after minutes.
CODE_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60))
# Longer than an attempt (public_address.py:WHOLE_SECONDS_MAX): meanwhile nobody else tries it.
IN_HAND = timedelta(minutes=1)
AT_ONCE = 4
MESSAGES_A_LOOK = 200
What = Literal["codes", "others"]
Again = Literal["due", "ended", "no_phone"]
# What no repeat mends.
FINAL = ("number_refused", "phone_missing")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; `problem` is None on success, else as stored (see problem_words)."""

    message_id: str
    kind: str
    channel: str
    sent_to: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A message that this sender alone tries now, with the number that it goes to."""

    row: Row
    phone: str
    content: dict[str, Any]


def is_quiet(now: datetime) -> bool:
    """Whether people may be asleep: nothing but codes goes out."""
    return not FROM_HOUR <= now.astimezone(COUNTY_ZONE).hour < UNTIL_HOUR


def send_due(instance: Instance, *what: What) -> list[Attempt]:
    """Try what is due of `codes`, of `others`, or of both; returns when all have been tried."""
    engine, now = instance.engine, instance.clock()
    what = what or ("codes", "others")
    if "codes" in what:
        _forget_codes(instance, now)
    due = {
        "codes": int("codes" in what),
        "others": int("others" in what and not is_quiet(now)),
        "now": instant_text(now),
        "row_limit": MESSAGES_A_LOOK,
    }
    ids = [row["id"] for row in engine.read(lambda tx: list(queries.due_messages(tx, **due)))]
    if not ids:
        return []
    look = _Look(instance)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="messages") as pool:
        return [attempt for attempt in pool.map(look.send, ids) if attempt is not None]


class _Look:
    """One look at what is due: it ends where the gateway does not answer."""

    def __init__(self, instance: Instance) -> None:
        self._instance, self._unreachable = instance, False

    def send(self, message_id: str) -> Attempt | None:
        """Try one, unless the gateway was found not to answer."""
        if self._unreachable:
            return None
        try:
            attempt = send_one(self._instance, message_id)
        except Exception as error:
            # One that can't be sent holds up no other; it is due again a minute later at the most.
            log.error(
                "a message could not be tried", message=message_id, error=type(error).__name__
            )
            return None
        if attempt is not None and (attempt.problem or "").startswith("webhook_unreachable"):
            self._unreachable = True
        return attempt


def send_one(instance: Instance, message_id: str) -> Attempt | None:
    """Try one message; None if it is not due, is not to be said on the phone any more, or another
    has it."""
    settings, now = instance.settings, instance.clock()
    claimed = instance.engine.write(
        lambda tx: _claim(tx, settings, instance.personal_data, message_id, now)
    )
    if claimed is None or isinstance(claimed, Attempt):
        return claimed
    row, problem = claimed.row, None
    try:
        hand_on(settings, row["channel"], _sent(settings, claimed, now), now)
    except DeliveryProblem as error:
        problem = str(error)
    except Exception as error:
        # Neither the number nor the text stands in the log.
        log.error("a message could not be sent", message=message_id, error=type(error).__name__)
        problem = str(DeliveryProblem("program", type(error).__name__))
    sent_to = str(mask_phone(claimed.phone))
    ended = instance.clock()
    instance.engine.write(lambda tx: _note(tx, row, sent_to, problem, ended))
    return Attempt(message_id, row["kind"], row["channel"], sent_to, problem)


def send_again(
    tx: Transaction, settings: Settings, secrets: PersonalData, message_id: str, **by: Unpack[By]
) -> Again:
    """Let a message that did not arrive be tried from the beginning, to the number of today.

    One that has ended meanwhile, or that no phone takes today, stays as it is. Raises Refusal
    `not_found`.
    """
    message = queries.message_by_id(tx, id=message_id)
    if message is None:
        raise Refusal("not_found")
    holder = {"id": message["holder_id"], "phone_cipher": message["phone_cipher"]}
    channel = phone_channel(tx, settings, secrets, holder)
    if channel == PAPER:
        return "no_phone"
    now = instant_text(by["now"])
    row = queries.send_again(tx, id=message_id, now=now, channel=channel)
    if row is None:
        return "ended"
    record(
        tx,
        "message.sent_again",
        row["holder_id"],
        subject_kind="holder",
        new={"kind": row["kind"]},
        **by,
    )
    return "due"


def _claim(
    tx: Transaction, settings: Settings, secrets: PersonalData, message_id: str, now: datetime
) -> _Claimed | Attempt | None:
    """The message with what it needs; an Attempt if it has failed before anything was sent."""
    at = instant_text(now)
    row = queries.take_message(tx, id=message_id, now=at, next_at=instant_text(now + IN_HAND))
    if row is None:
        return None
    if row["kind"] == CODE and row["expires_at"] <= at:
        queries.forget_code(tx, id=row["id"], now=at)
        return None
    if not is_still_so(tx, row, county_day(now)):
        queries.drop_message(tx, id=row["id"], problem="no_longer_so", now=at)
        return None
    if row["kind"] != CODE and not (_is_wanted(tx, row, at) and _has_room(tx, settings, row, now)):
        return None
    holder, problem = queries.holder_to_tell(tx, id=row["holder_id"]), "phone_missing"
    try:
        phone = mobile_of(secrets.value(holder, "holder.phone")) if holder else None
        if phone is not None:
            return _Claimed(row, phone, _content(secrets, row))
    except UNREADABLE as error:
        log.error("a message can't be decrypted", message=row["id"], error=type(error).__name__)
        problem = "content_unreadable"
    failed = {"state": "failed", "problem": problem, "sent_to": None, "next_at": at}
    queries.note_failed(tx, id=row["id"], **failed)
    return Attempt(row["id"], row["kind"], row["channel"], "", problem)


def _content(secrets: PersonalData, row: Row) -> dict[str, Any]:
    content: dict[str, Any] = read_json(secrets.decrypt(row["content_cipher"] or "", CONTENT))
    return content


def _is_wanted(tx: Transaction, row: Row, at: str) -> bool:
    """Whether the person still wants it on the phone; else it goes to the list, or nowhere."""
    choice = choice_of(tx, row["holder_id"])
    if row["kind"] == PURCHASE:
        if choice.purchases and choice.by_phone:
            return True
        queries.drop_message(tx, id=row["id"], problem="not_wanted", now=at)
        return False
    if not choice.by_phone:
        queries.to_paper(tx, id=row["id"])
    return choice.by_phone


def _has_room(tx: Transaction, settings: Settings, row: Row, now: datetime) -> bool:
    """Whether the person has had fewer messages today than one person gets in a day."""
    today, most = county_day(now), settings.messages_a_day
    since = instant_text(county_start(today))
    others = queries.count_others_since(tx, id=row["id"], holder_id=row["holder_id"], since=since)
    if others < most:
        return True
    if row["kind"] == PURCHASE:
        problem = str(DeliveryProblem("too_many", most))
        queries.drop_message(tx, id=row["id"], problem=problem, now=instant_text(now))
        return False
    tomorrow = county_start(today + timedelta(days=1)) + timedelta(hours=FROM_HOUR)
    queries.put_off_message(tx, id=row["id"], next_at=instant_text(tomorrow))
    return False


def _sent(settings: Settings, claimed: _Claimed, now: datetime) -> dict[str, Any]:
    row, content = claimed.row, claimed.content
    if row["kind"] == CODE:
        # A code that waited for the gateway is good for less than it was made for.
        left = parse_instant(row["expires_at"]) - now
        content = {**content, "minutes": max(1, left // timedelta(minutes=1))}
    message = written(row["kind"], content, row["language"], settings)
    sent = {
        "id": row["id"],
        "kind": row["kind"],
        "phone": claimed.phone,
        "text": message.text,
        "fields": dict(message.fields),
        "language": row["language"],
        "created_at": row["made_at"],
        "expires_at": row["expires_at"],
    }
    return with_template(settings, sent)


def _note(tx: Transaction, row: Row, sent_to: str, problem: str | None, now: datetime) -> None:
    if problem is None:
        queries.note_sent(tx, id=row["id"], now=instant_text(now), sent_to=sent_to)
        return
    waits = CODE_WAITS if row["kind"] == CODE else WAITS
    # A code is tried as long as it is good: a minute without a gateway is not its end.
    given_up = row["kind"] != CODE and row["attempts"] > len(waits)
    final = given_up or problem.partition(" ")[0] in FINAL
    next_at = now + waits[min(row["attempts"], len(waits)) - 1]
    queries.note_failed(
        tx,
        id=row["id"],
        state="failed" if final else "waiting",
        problem=problem,
        sent_to=sent_to,
        next_at=instant_text(next_at),
    )


def _forget_codes(instance: Instance, now: datetime) -> None:
    """Codes whose life is over, wherever they lie."""
    sweep_codes(instance.settings, instance.part(CodeSweeps), now)
    engine, at = instance.engine, instant_text(now)
    ids = engine.read(
        lambda tx: [
            row["id"] for row in queries.expired_codes(tx, now=at, row_limit=MESSAGES_A_LOOK)
        ]
    )
    if ids:
        engine.write(lambda tx: [queries.forget_code(tx, id=one, now=at) for one in ids])
