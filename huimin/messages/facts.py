"""The facts that holders are told of: found by a daily task and beside the requests, each once.

A sale knows nothing of this: purchases are read from the ledger after a place that is kept, a
minute behind, so that rows which are being written while it is read are not passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from huimin.core.catalogue import Text, text
from huimin.core.days import county_day, county_start, instant_text
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome
from huimin.messages import queries
from huimin.messages.post import post_message
from huimin.messages.texts import CARD_WAITS, CODE, DISPUTE_ANSWERED, ENTITLEMENT_ENDS, PURCHASE
from huimin.storage.engine import Row, Transaction
from huimin.storage.giving_way import in_parts
from huimin.storage.ids import least_id

ENDS_WITHIN = timedelta(days=30)
PART_ROWS = 50
PURCHASES_AT_ONCE = 200
# Read at once; what is written of them goes in parts.
PAGE_ROWS = 500
# A card may be suspended for a while after it was printed; after so long nobody waits for it here.
PRINTED_BACK = timedelta(days=35)
APPLICATIONS = "applications"
# No transaction lasts as long: what is older than this is written or will never be.
BEHIND = timedelta(minutes=1)
# A place that would move past nothing is moved this seldom.
MOVED_SELDOM = timedelta(hours=1)


def post_daily(instance: Instance) -> Outcome:
    """Write down who is to be told that an entitlement ends, or that a card waits; what is not to
    be told any more leaves the list."""
    outcome = Outcome()
    _drop_what_is_over(instance)
    done: tuple[tuple[Callable[[Instance], int], Callable[[int], Text]], ...] = (
        (_post_endings, lambda count: text("{count} 人的卡快到期，已列入告知。", count=count)),
        (_post_cards, lambda count: text("{count} 张卡等人领取，已列入告知。", count=count)),
        (_post_refusals, lambda count: text("{count} 件申请有答复，已列入告知。", count=count)),
    )
    for post, words in done:
        count = post(instance)
        if count:
            outcome.done.append(words(count))
    return outcome


def post_purchases(instance: Instance) -> int:
    """Write down the purchases of those who want to hear of each; how many were written."""
    now = instance.clock()
    before = least_id(now - BEHIND)
    after = instance.engine.read(lambda tx: queries.cursor_of(tx, what=PURCHASE))
    # A clock that was ahead moved the place to where nothing will be for long.
    if after is None or after > before:
        _move(instance, PURCHASE, before, now)
        return 0
    rows = instance.engine.read(
        lambda tx: list(
            queries.purchases_after(tx, after=after, before=before, row_limit=PURCHASES_AT_ONCE)
        )
    )
    count = sum(
        sum(part)
        for part in in_parts(
            instance.engine, rows, _post_purchase(instance, now), items_max=PART_ROWS
        )
    )
    # After a crash between the two the rows are found again, and are told once all the same.
    if len(rows) == PURCHASES_AT_ONCE:
        _move(instance, PURCHASE, rows[-1]["id"], now)
    elif rows or after < least_id(now - MOVED_SELDOM):
        _move(instance, PURCHASE, before, now)
    return count


def is_still_so(tx: Transaction, message: Row, today: date) -> bool:
    """Whether what a message says is still true, and for somebody: a card may have been fetched
    meanwhile, and a person may have died."""
    if message["kind"] != CODE and queries.has_died(tx, holder_id=message["holder_id"]):
        return False
    if message["kind"] == ENTITLEMENT_ENDS:
        ends_on = str(queries.entitlement_ends_on(tx, holder_id=message["holder_id"]))
        same = message["fact"] == ending_fact(message["holder_id"], ends_on)
        return bool(same and ends_on >= today.isoformat())
    if message["kind"] == CARD_WAITS:
        return queries.card_still_waits(tx, id=message["fact"]) is not None
    return True


def ending_fact(holder_id: str, until: str) -> str:
    """The fact that a person's entitlement ends on a day: a later end is another fact."""
    return f"{holder_id} {until}"


def _post_endings(instance: Instance) -> int:
    now = instance.clock()
    today = county_day(now)
    last = today + ENDS_WITHIN

    def page(before: Row | None) -> list[Row]:
        first = today.isoformat() if before is None else before["entitled_until"]
        place = {"first": first, "after": "" if before is None else before["id"]}
        return instance.engine.read(
            lambda tx: list(
                queries.ending_soon(tx, **place, last=last.isoformat(), row_limit=PAGE_ROWS)
            )
        )

    def post(tx: Transaction, row: Row) -> bool:
        fact = ending_fact(row["id"], row["entitled_until"])
        content = {"until": row["entitled_until"]}
        return _post(tx, instance, row["id"], ENTITLEMENT_ENDS, fact, content, now)

    return _post_pages(instance, page, post)


def _post_cards(instance: Instance) -> int:
    """Cards printed since this was first run: of older ones nobody wrote down who has them."""
    now = instance.clock()
    kept = since = instance.engine.read(lambda tx: queries.cursor_of(tx, what=CARD_WAITS))
    if since is None:
        _move(instance, CARD_WAITS, instant_text(now), now)
        return 0
    today = county_day(now)
    # Printed today: many are fetched on the same day.
    before = instant_text(county_start(today))
    back = instant_text(county_start(today - PRINTED_BACK))
    if since > instant_text(now):
        since = back  # a clock that was ahead moved it
    bounds = {"since": since, "before": before}
    runs = instance.engine.read(lambda tx: list(queries.sheets_printed(tx, **bounds)))

    def pages_of(run_id: str) -> Callable[[Row | None], list[Row]]:
        def page(last: Row | None) -> list[Row]:
            place = {"print_run_id": run_id, "after": "" if last is None else last["id"]}
            limits = {**bounds, "day": f"{today}", "row_limit": PAGE_ROWS}
            return instance.engine.read(
                lambda tx: list(queries.cards_waiting(tx, **place, **limits))
            )

        return page

    def post(tx: Transaction, row: Row) -> bool:
        return _post(tx, instance, row["holder_id"], CARD_WAITS, row["id"], {}, now)

    count = sum(_post_pages(instance, pages_of(run["id"]), post) for run in runs)
    place = max(since, back)
    if place != kept:
        _move(instance, CARD_WAITS, place, now)
    return count


def _post_refusals(instance: Instance) -> int:
    """Applications refused since this was first run; an approved one is told by its card."""
    now = instance.clock()
    since = instance.engine.read(lambda tx: queries.cursor_of(tx, what=APPLICATIONS))
    if since is None or since > instant_text(now):
        _move(instance, APPLICATIONS, instant_text(now), now)
        return 0

    def page(last: Row | None) -> list[Row]:
        place = {"since": since, "after": "" if last is None else last["id"]}
        return instance.engine.read(
            lambda tx: list(queries.applications_refused(tx, **place, row_limit=PAGE_ROWS))
        )

    def post(tx: Transaction, row: Row) -> bool:
        return _post(tx, instance, row["holder_id"], DISPUTE_ANSWERED, row["id"], {}, now)

    return _post_pages(instance, page, post)


def _post_pages(
    instance: Instance,
    page: Callable[[Row | None], list[Row]],
    post: Callable[[Transaction, Row], bool],
) -> int:
    """Post the rows page by page (`page` reads those after a row), each in parts that give way."""
    count, last = 0, None
    while rows := page(last):
        count += sum(sum(p) for p in in_parts(instance.engine, rows, post, items_max=PART_ROWS))
        last = rows[-1]
    return count


def _drop_what_is_over(instance: Instance) -> int:
    """The list is read at each page of the office, so it holds no years of what is over."""
    now = instance.clock()
    day = county_day(now).isoformat()
    rows = instance.engine.read(lambda tx: list(queries.no_longer_to_tell(tx, day=day)))

    def drop(tx: Transaction, row: Row) -> int:
        if queries.message_to_tell(tx, id=row["id"], day=day) is not None:
            return 0  # it is so again meanwhile
        return int(queries.drop_untold(tx, id=row["id"], now=instant_text(now)))

    return sum(sum(p) for p in in_parts(instance.engine, rows, drop, items_max=PART_ROWS))


def _post_purchase(instance: Instance, now: datetime) -> Callable[[Transaction, Row], bool]:
    def post(tx: Transaction, row: Row) -> bool:
        content = {"at": row["occurred_at"], "payable_fen": row["payable_fen"]}
        return _post(
            tx, instance, row["holder_id"], PURCHASE, row["id"], content, now, paper_too=False
        )

    return post


def _post(
    tx: Transaction,
    instance: Instance,
    holder_id: str,
    kind: str,
    fact: str,
    content: dict[str, object],
    now: datetime,
    *,
    paper_too: bool = True,
) -> bool:
    return post_message(
        tx,
        instance.settings,
        instance.personal_data,
        holder_id,
        kind,
        fact,
        content,
        now=now,
        paper_too=paper_too,
    )


def _move(instance: Instance, what: str, place: str, now: datetime) -> None:
    moved_at = instant_text(now)
    instance.engine.write(
        lambda tx: queries.move_cursor(tx, what=what, place=place, moved_at=moved_at)
    )
