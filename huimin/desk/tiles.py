"""What waits for this request's reader, in words: the tiles of today's page and the counts of the
navigation, which are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext

from huimin.access.full_names import names_for_reader
from huimin.access.guards import member, own_division
from huimin.core.days import county_day, parse_instant
from huimin.core.period_words import month_words
from huimin.core.permissions import AUDITOR, MERCHANT_MANAGER, allows
from huimin.desk.kinds import KINDS, LOOK, Kind
from huimin.desk.merchant_kinds import MERCHANT_KINDS
from huimin.desk.merchant_today import waiting_at_merchant
from huimin.desk.today import COUNT_MAX, Oldest, Reader, Waiting, waiting_today
from huimin.holders.working_days import WorkingDays
from huimin.web.current import instance
from huimin.web.language import request_language
from huimin.web.words import day_words

MONTH_LENGTH, DAY_LENGTH = len("2026-10"), len("2026-10-31")


def tiles() -> list[dict[str, Any]]:
    """Of each kind: count, words, the list's address, the oldest, and the button of the next step.

    `address` is None where the role may not open the list; `under` is the navigation's page.
    """
    role = member().role
    kinds, waiting = _of_merchant() if role == MERCHANT_MANAGER else _of_office()
    by_code = {one.code: one for one in waiting}
    return [
        _tile(kind, by_code[code], role)
        for code, kind in kinds.items()
        if code in by_code and _is_for(role, kind)
    ]


def _of_office() -> tuple[Mapping[str, Kind], list[Waiting]]:
    user, instance_now = member(), instance()
    reader = Reader(user.username, own_division(), instance_now.settings.four_eyes)
    waiting = instance_now.engine.read(
        lambda tx: waiting_today(
            tx,
            reader,
            now=instance_now.clock(),
            verify_months=instance_now.settings.verify_months,
            working_days=instance_now.part(WorkingDays),
        )
    )
    return KINDS, waiting


def _of_merchant() -> tuple[Mapping[str, Kind], list[Waiting]]:
    merchant_id, now = member().merchant_id or "", instance().clock()
    return MERCHANT_KINDS, instance().engine.read(
        lambda tx: waiting_at_merchant(tx, merchant_id, now=now)
    )


def _is_for(role: str, kind: Kind) -> bool:
    return role == AUDITOR or not kind.act or allows(role, kind.act)


def _tile(kind: Kind, waiting: Waiting, role: str) -> dict[str, Any]:
    may_open = allows(role, kind.action)
    return {
        "code": waiting.code,
        "words": str(kind.words),
        "urgent": kind.urgent,
        "count": f"{COUNT_MAX:,}+" if waiting.count >= COUNT_MAX else f"{waiting.count:,}",
        "under": kind.under or kind.endpoint,
        "address": url_for(kind.endpoint, **kind.arguments) if may_open else None,
        "oldest": _oldest_words(kind, waiting.oldest),
        "button": str(kind.button if not kind.act or allows(role, kind.act) else LOOK),
        "step": _step(kind, waiting.oldest, role) if may_open else None,
    }


def _step(kind: Kind, oldest: Oldest, role: str) -> str:
    may_act = not kind.act or allows(role, kind.act)
    if kind.one:
        names = kind.id_as.split("/")
        its_ids: dict[str, Any] = dict(zip(names, oldest.id.split("/"), strict=True))
        return url_for(kind.one, **its_ids)
    if kind.step and may_act:
        return url_for(kind.step)
    return url_for(kind.endpoint, **kind.arguments)


def _oldest_words(kind: Kind, oldest: Oldest) -> str:
    """Such as "最早的从 2026年11月20日 起：黄*平"; "" where nothing is to be said."""
    # Whoever is limited to a town sees nobody's tile of another.
    names = names_for_reader()
    name = names(oldest.name, own_division() or "") if kind.of_person else oldest.name
    if not oldest.since:
        return gettext("例如 {name}", name=name) if name else ""
    since = str(kind.since).format(since=_since_words(oldest.since))
    return f"{since}：{name}" if name else since


def _since_words(since: str) -> str:
    if len(since) == MONTH_LENGTH:
        return month_words(since, request_language())
    return day_words(since if len(since) == DAY_LENGTH else county_day(parse_instant(since)))
