"""`huimin holders end-list`: a list of deaths, removals, double or stopped aid becomes a draft.

It ends nobody's aid: in the console one person checks the draft name by name and proposes it, and
another approves it. A dry run makes the same draft and takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from huimin.command_line import Answer, acting, answers, language
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day
from huimin.core.kept_refusal import text_of
from huimin.core.money import money_text
from huimin.core.words import ELIGIBILITIES
from huimin.holders.endings.decide_ending import ending_by_id
from huimin.holders.endings.draft_ending import draft_from_list, match_list
from huimin.holders.endings.end_list import read_end_list
from huimin.holders.endings.ending_words import CAUSES, LIST_CAUSES
from huimin.holders.endings.read_ending import ROWS_MAX, ending_rows, unmatched_rows
from huimin.holders.registers.sheets_apart import lists_apart
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction

FILE_NAME_MAX = 120
LISTED = (
    *("list_row", "name_masked", "town_name", "village_name", "kind", "starts_on", "cause"),
    *("last_day", "card_end", "left_kinds", "since"),
)


class _TakenBack(Exception):
    """Rolls the draft of a dry run back; carries what it held."""

    def __init__(self, outcome: Row) -> None:
        super().__init__()
        self.outcome = outcome


@click.command("end-list")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--cause",
    required=True,
    type=click.Choice(LIST_CAUSES),
    help="为什么停保：died 去世、moved 迁出、twice 重复享受、stopped 停保或退出；"
    "某一行自己写着死亡或迁出的，按那一行。",
)
@click.option(
    "--eligibility",
    "kind",
    type=click.Choice(list(ELIGIBILITIES)),
    help="没写类别的行结束哪一类；不写就是全部类别。",
)
@click.option("--dry-run", is_flag=True, help="只对照、不写入。")
@answers
def end_list_command(
    instance: Instance, file: Path, cause: str, kind: str | None, dry_run: bool
) -> Answer:
    """对照停保名单（死亡、迁出、重复享受、停保），列成草稿；不结束任何人的保障，等人核对和审批。"""
    by, secrets = acting(instance), instance.personal_data
    today, name = county_day(by["now"]), file.name[-FILE_NAME_MAX:]
    listing = read_end_list(file, cause=cause, kind=kind, today=today, opened=lists_apart)
    matched = instance.engine.read(lambda tx: match_list(tx, secrets, listing, now=by["now"]))

    def draft(tx: Transaction) -> Row:
        ending_id = draft_from_list(tx, matched, file_name=name, **by)
        rows = ending_rows(tx, ending_id, today=today, count=ROWS_MAX, all_rows=True)
        left = unmatched_rows(ending_by_id(tx, ending_id))
        stays = bool(rows) and not dry_run
        outcome = {
            "file": name,
            "dry_run": dry_run,
            "ending": ending_id if stays else None,
            "people": len({row["holder_id"] for row in rows}),
            "listed": [{column: row[column] for column in LISTED} for row in rows],
            "left": [_in_words(one) for one in left],
        }
        if not stays:
            raise _TakenBack(outcome)
        return outcome

    try:
        outcome = instance.engine.write(draft)
    except _TakenBack as taken_back:
        outcome = taken_back.outcome
    return Answer(outcome, list(_lines(outcome)))


def _in_words(left: Row) -> Row:
    return {**left, "why": text_of(left["why"], language()).say(language())}


def _lines(outcome: Row) -> Iterator[Text | str]:
    for row in outcome["listed"]:
        yield _line(row)
    for one in outcome["left"]:
        place = f"{one['sheet']} {one['row'] or ''}".strip()
        yield text("没有列入 {place} {name}：{why}", place=place, name=one["name"], why=one["why"])
    counts = {
        "people": outcome["people"],
        "count": len(outcome["listed"]),
        "left": len(outcome["left"]),
    }
    yield text("列入 {people} 人的 {count} 项保障，另有 {left} 行没有列入。", **counts)
    if outcome["ending"]:
        yield text(
            "已列成草稿 {id}，没有结束任何人的保障：请在“结束保障”里逐人核对后提出，"
            "由另一位工作人员审批。",
            id=outcome["ending"],
        )
    elif outcome["dry_run"]:
        yield text("试运行，没有写入。")
    else:
        yield text("没有要结束的，没有列成草稿。")


def _line(row: Row) -> Text:
    left = row["left_kinds"]
    return text(
        "{place} {name} {village}  {kind}  {cause}  最后一天 {day}  卡号末四位 {card}"
        "  之后还有 {left}  那天以后的优惠交易 {since}",
        place=row["list_row"],
        name=row["name_masked"],
        village=f"{row['town_name']}{row['village_name']}",
        kind=ELIGIBILITIES.text(row["kind"]),
        cause=CAUSES.text(row["cause"]),
        day=row["last_day"] or "—",
        card=row["card_end"] or "—",
        left=tuple(ELIGIBILITIES.text(kind) for kind in left) or "—",
        since=_since(row["since"]),
    )


def _since(since: dict[str, Any] | None) -> Text | str:
    if since is None or not since["sales"]:
        return "—"
    return text(
        "{count} 笔，优惠 {discount}",
        count=since["sales"],
        discount=money_text(since["discount_fen"]),
    )
