"""The eligibilities of a register's row: kind, first and last day, state and remarks together."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from huimin.core.catalogue import sentence, text
from huimin.core.name_form import simplified_words
from huimin.core.visible_text import visible, without_blanks
from huimin.holders.eligibility_words import ALL_KINDS, kind_reading
from huimin.holders.people import EligibilityDraft
from huimin.holders.registers.being_entitled import (
    UNCLEAR_REMARK,
    UNKNOWN_STATE,
    NotEntitled,
    ended_by_remark,
    ended_by_state,
)
from huimin.holders.registers.cells import Formula
from huimin.holders.registers.dates import NO_END, read_date
from huimin.holders.registers.row_view import FORMULA, Circumstances, RowView
from huimin.holders.registers.supplement import Supplement

EVIDENCE_CHARACTERS_MAX = 60
_RANGE = re.compile(
    "([12][0-9]{3}[年./-][0-9]{1,2}[^至到~—]*?)(?:[至到~]|—+|–+|-+)((?:[12][0-9]{3}|长期|永久|至?今$).*)"
)


def eligibilities_in(
    view: RowView, circumstances: Circumstances
) -> tuple[EligibilityDraft, ...] | NotEntitled:
    """The eligibilities of a row: what it says of kind, first and last day, state and remarks."""
    ended = _ended(view)
    if ended is not None:
        return ended
    starts_on = _starts_on(view, circumstances)
    ends_on = _ends_on(view, circumstances)
    kinds = _kinds(view, circumstances.supplement)
    if isinstance(kinds, NotEntitled):
        return kinds
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        view.refuse_column(
            (*view.header.ends, view.header.columns.get("starts_on"))[0],
            "date",
            sentence("截止日期早于认定日期，请核对这两格。"),
        )
        return ()
    if kinds is None or starts_on is None:
        return ()
    source = f"{circumstances.file_name} {view.sheet} 第 {view.row.number} 行"
    evidence = re.sub(r"\s+", " ", str(view.cell("kind") or "")).strip()[:EVIDENCE_CHARACTERS_MAX]
    return tuple(
        EligibilityDraft(
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            source=source,
            evidence=evidence or None,
        )
        for kind in kinds
    )


def _ended(view: RowView) -> NotEntitled | None:
    """What state, flag or remark say of an end; a state that is not understood is a problem."""
    for place, column in enumerate(view.header.states):
        state = view.at(column, "state")
        reading = None if state is None else ended_by_state(str(state))
        if reading is UNKNOWN_STATE and place == 0:
            view.refuse_column(
                column,
                "state",
                "看不懂这里写的状态；请写“在保”“正常”，或“停保”“死亡”“注销”等。",
            )
        elif reading is not None and reading is not UNKNOWN_STATE:
            return reading
    for column in view.header.flags:
        flag = view.at(column)
        if flag is not None and re.match("是|已|[Yy√1]", without_blanks(str(flag))):
            return NotEntitled(sentence("这一行写明已经停保或已去世"))
    kind = str(view.cell("kind") or view.header.kind_implied or "")
    for column in view.header.remarks:
        remark = view.at(column)
        reading = ended_by_remark(remark, kind) if isinstance(remark, str) else None
        if reading is UNKNOWN_STATE:
            view.refuse_column(column, "state", UNCLEAR_REMARK)
        elif reading is not None:
            return reading
    return None


def _kinds(view: RowView, supplement: Supplement) -> tuple[str, ...] | NotEntitled | None:
    cell = view.cell("kind")
    if cell is None and supplement.kinds:
        return supplement.kinds
    reading = None
    if isinstance(cell, str):
        default = view.header.kind_implied or (
            supplement.kinds[0] if len(supplement.kinds) == 1 else None
        )
        reading = kind_reading(cell, default)
    if reading is None:
        remedy = text("保障类别应为{kinds}，请改正。", kinds=ALL_KINDS)
        view.refuse("kind", "kind", FORMULA if isinstance(cell, Formula) else remedy)
        return None
    if not reading.kinds:
        return NotEntitled(sentence("这一行写明不是、不再是或还不是保障对象"))
    return reading.kinds


def _starts_on(view: RowView, circumstances: Circumstances) -> date | None:
    cell = view.cell("starts_on")
    if cell is None and circumstances.supplement.starts_on is not None:
        return circumstances.supplement.starts_on
    if cell is None:
        view.refuse("starts_on", "date", "没有填写日期，请补填，例如 2023-03-01。")
        return None
    days = _range(cell)
    cell = cell if days is None else days[1]
    try:
        return _date(view, view.header.columns["starts_on"], cell, circumstances)
    except (ValueError, OverflowError):
        if _is_ahead(view, cell, circumstances):
            view.refuse("starts_on", "date", "这一天还没有到；请核对认定日期。")
            return None
        view.refuse(
            "starts_on", "date", "没有这一天或写法不对，请改成年月日俱全的日期，例如 2023-03-01。"
        )
        return None


def _is_ahead(view: RowView, cell: Any, circumstances: Circumstances) -> bool:
    """Whether the cell is a date, and only too far ahead."""
    try:
        day = _date(view, view.header.columns["starts_on"], cell, circumstances, ends=True)
    except (ValueError, OverflowError):
        return False
    return day > circumstances.today


def _ends_on(view: RowView, circumstances: Circumstances) -> date | None:
    """The first of the days on which the row says that the aid ends; None for no end."""
    days = []
    begins = view.header.columns.get("starts_on")
    for column in (*view.header.ends, *([] if begins is None else [begins])):
        cell = view.at(column, "ends_on")
        second = _end_of_range(cell)
        # What begins and ends in one cell ends only where a second day stands there.
        cell = None if column == begins and second is cell else second
        if cell is None or NO_END.fullmatch(simplified_words(without_blanks(str(cell)))):
            continue
        try:
            days.append(_date(view, column, cell, circumstances, ends=True))
        except (ValueError, OverflowError):
            view.refuse_column(
                column,
                "date",
                sentence("没有这一天或写法不对，请改成 2026-12-31 这样的日期，长期写“长期”。"),
            )
    return min(days, default=None)


def _end_of_range(cell: Any) -> Any:
    """The second day of 2024.1-2024.12, as 保障期限 has it; any other cell as it is."""
    return cell if (days := _range(cell)) is None else days[2]


def _range(cell: Any) -> re.Match[str] | None:
    if not isinstance(cell, str):
        return None
    return _RANGE.fullmatch("".join(visible(cell).split()).removeprefix("自").removeprefix("从"))


def _date(
    view: RowView, column: int, cell: Any, circumstances: Circumstances, *, ends: bool = False
) -> date:
    return read_date(
        cell,
        circumstances.today,
        month_counts=column in view.header.months,
        ends=ends,
        epoch=circumstances.epoch,
    )
