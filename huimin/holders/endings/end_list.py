"""Read a list of people whose aid has ended: deaths, removals, double aid, aid that was stopped.

It needs names and ID numbers, nothing else; a day, a kind, a state or a remark count where they
stand. A row that can't be read, or that says that the aid goes on, is named with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

from huimin.core.catalogue import Text, sentence
from huimin.core.identity import IdentityProblem, mask_name, parse_id_number
from huimin.core.visible_text import without_blanks
from huimin.holders.eligibility_words import kind_reading
from huimin.holders.endings.ending_words import CAUSES_OF_ALL_AID
from huimin.holders.person_name import NameProblem, read_name
from huimin.holders.registers.being_entitled import (
    DIED,
    MOVED,
    NOT_YET,
    UNCLEAR_REMARK,
    UNKNOWN_STATE,
    ended_by_remark,
    ended_by_state,
)
from huimin.holders.registers.cells import Formula, Sheet, SheetRow
from huimin.holders.registers.dates import EXCEL_EPOCH, NO_END, read_date
from huimin.holders.registers.find_header import (
    SEARCHED_ROWS,
    find_headers,
    is_usable,
    next_table,
    people_above,
)
from huimin.holders.registers.header import REQUIRED, Header
from huimin.holders.registers.problem import file_problem
from huimin.holders.registers.row import not_a_person, who_is_meant
from huimin.holders.registers.row_view import RowView
from huimin.holders.registers.sheets import Opener, open_sheets
from huimin.holders.registers.table import ABOVE, HIDDEN, STRUCK, WHY_LEFT_OUT

NEEDED = ("name", "id_number")
NOT_NEEDED = tuple(name for name in REQUIRED if name not in NEEDED)
# Of a list of deaths, 死者 is the person meant; in a register it would be somebody else's parent.
_THE_DEAD = re.compile("(死者|亡者|逝者|已?死亡人员|已?死亡人|去世人员|去世人|减员人员)(?=.)")
_DIED_ON = re.compile("(去世|病故|身故|亡故)(?=(日期|时间|年月日?)$)")
_AGAIN = re.compile("恢复|复保|续保|重新(享受|纳入)")
_NOTHING = re.compile(r"[-—–/\\无0-9]*")

NO_HEAD = sentence("没有表头：需要有姓名、身份证号码两列，另有日期、原因、备注或序号中的一列")
UNCLEAR = sentence("有几列都可能是本人的姓名或身份证号码，分不清是哪一列，这张表没有读")
HIDDEN_SHEET = sentence("隐藏的工作表")
NO_NAME = sentence("姓名没有填写，或者写的不是一个人的姓名")
FORMULA = sentence("身份证号码是公式，请改为填写好的文字")
UNKNOWN = sentence("看不懂这里写的状态；请写“死亡”“迁出”“停保”等")
IN_FORCE = sentence("这一行写明还在享受，或没有停保")
AGAIN = sentence("备注写着恢复或续保")
NO_DAY = sentence("没有这一天或写法不对，请改成 2026-12-31 这样的日期")
AHEAD = sentence("去世的日期在今天之后")
NO_KIND = sentence("看不懂这里写的保障类别")


@dataclass(frozen=True, slots=True)
class EndRow:
    """A row of somebody whose aid ends. `kinds` is None for all; `last_day` if the row has one."""

    sheet: str
    row: int
    name: str
    id_number: str
    cause: str
    kinds: tuple[str, ...] | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row, or with `row` None a sheet, that is not taken, and why."""

    sheet: str
    row: int | None
    name_masked: str
    why: Text


@dataclass
class EndList:
    """What a list says, row by row."""

    rows: list[EndRow] = field(default_factory=list)
    left: list[LeftRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _About:
    """What the person who uploads a list says of it, and the day on which it is read."""

    cause: str
    kind: str | None
    today: date
    epoch: date = EXCEL_EPOCH


class _NotTaken(Exception):
    """A row that does not end anybody's aid; `why` is said to the office."""

    def __init__(self, why: str | Text) -> None:
        super().__init__()
        self.why = why if isinstance(why, Text) else Text(why)


def read_end_list(
    path: Path, *, cause: str, kind: str | None, today: date, opened: Opener = open_sheets
) -> EndList:
    """Read every row. `cause` and `kind` count where a row has none of its own.

    Raises FieldProblems on `file` when it can't be read, or no sheet has names and ID numbers.
    """
    about, listing, read = _About(cause, kind, today), EndList(), False
    for sheet in opened(path):
        if sheet.hidden:
            listing.left.append(LeftRow(sheet.title, None, "", Text(HIDDEN_SHEET)))
            continue
        its_own = replace(about, epoch=sheet.epoch or about.epoch)
        read = _read_sheet(sheet, its_own, listing) or read
    if not read:
        raise file_problem(
            "没有找到表头：名单需要有姓名、身份证号码两列，另有日期、原因、备注或序号中的一列。"
        )
    return listing


def _read_sheet(sheet: Sheet, about: _About, listing: EndList) -> bool:
    """Whether the sheet has a head."""
    rows = iter(sheet.rows)
    first = list(islice(rows, SEARCHED_ROWS))
    headers = find_headers([_with_plain_heads(row) for row in first], NOT_NEEDED)
    if not headers or headers[0].missing(NOT_NEEDED):
        if any(not row.blank for row in first):
            listing.left.append(LeftRow(sheet.title, None, "", Text(NO_HEAD)))
        return False
    if any(header.unclear for header in headers):
        listing.left.append(LeftRow(sheet.title, None, "", Text(UNCLEAR)))
        return True
    for row in people_above([_with_plain_heads(row) for row in first], headers[0]):
        listing.left.append(LeftRow(sheet.title, row.number, "", Text(ABOVE)))
    below = (row for row in chain(first, rows) if row.number > headers[0].row_number)
    for row in below:
        if row.blank:
            continue
        another = next_table(_with_plain_heads(row), headers[0], NOT_NEEDED)
        headers = another if is_usable(another, NOT_NEEDED) else headers
        _take(sheet.title, headers, row, about, listing)
    return True


def _take(
    sheet: str, headers: Sequence[Header], row: SheetRow, about: _About, listing: EndList
) -> None:
    for header in _headers_of(row, headers):
        try:
            listing.rows.append(_read(sheet, header, row, about))
        except _NotTaken as left:
            name, _ = who_is_meant(header, row, about.today)
            masked = mask_name(name) if name else ""
            listing.left.append(LeftRow(sheet, row.number, masked, left.why))


def _headers_of(row: SheetRow, headers: Sequence[Header]) -> Iterable[Header]:
    """The blocks of columns that have somebody in this row; the first if none has."""
    with_person = [h for h in headers if any(_cell(h, row, name) is not None for name in NEEDED)]
    return with_person or headers[:1]


def _read(sheet: str, header: Header, row: SheetRow, about: _About) -> EndRow:
    """Raises _NotTaken."""
    if row.hidden or any(header.columns[name] in row.struck for name in NEEDED):
        raise _NotTaken(HIDDEN if row.hidden else STRUCK)
    nobody = not_a_person(header, row)
    if nobody is not None:
        raise _NotTaken(WHY_LEFT_OUT[nobody])
    name, number = who_is_meant(header, row, about.today)
    if number is None:
        raise _NotTaken(_why_no_number(header, row, about.today))
    if name is None:
        raise _NotTaken(_why_no_name(header, row))
    cause = _cause(header, row, about)
    return EndRow(
        sheet=sheet,
        row=row.number,
        name=name,
        id_number=number,
        cause=cause,
        kinds=_kinds(header, row, cause, about),
        last_day=_last_day(header, row, cause, about),
    )


def _cause(header: Header, row: SheetRow, about: _About) -> str:
    """Why this person's aid ends; that somebody died or moved away counts before the list's."""
    flag = _cell(header, row, "ended_flag")
    if flag is not None and re.match("否|没|未|无|[Nn×0]", without_blanks(str(flag))):
        raise _NotTaken(IN_FORCE)
    readings = []
    state = _cell(header, row, "state")
    if state is not None and not _NOTHING.fullmatch(without_blanks(str(state))):
        reading = ended_by_state(str(state))
        if reading is None or reading is UNKNOWN_STATE or reading.why == NOT_YET:
            unknown = reading is UNKNOWN_STATE
            raise _NotTaken(IN_FORCE if reading is None else UNKNOWN if unknown else NOT_YET)
        readings.append(reading)
    for remark in _remarks(header, row):
        if _AGAIN.search(without_blanks(remark)):
            raise _NotTaken(AGAIN)
        ended = ended_by_remark(remark)
        if ended is UNKNOWN_STATE:
            raise _NotTaken(UNCLEAR_REMARK)
        if ended is not None:
            readings.append(ended)
    causes = [{DIED: "died", MOVED: "moved"}.get(reading.why) for reading in readings]
    return next((cause for cause in causes if cause is not None), about.cause)


def _remarks(header: Header, row: SheetRow) -> Iterator[str]:
    for column in header.remarks:
        cell = row.cells[column] if column < len(row.cells) else None
        if isinstance(cell, str):
            yield cell


def _kinds(header: Header, row: SheetRow, cause: str, about: _About) -> tuple[str, ...] | None:
    if cause in CAUSES_OF_ALL_AID:
        return None
    cell = _cell(header, row, "kind")
    if cell is None:
        return (about.kind,) if about.kind else None
    reading = kind_reading(str(cell), header.kind_implied or about.kind)
    if reading is None:
        raise _NotTaken(NO_KIND)
    # 停发低保 and 原低保户 are just what such a list is about.
    return (*reading.kinds, *reading.ended)


def _last_day(header: Header, row: SheetRow, cause: str, about: _About) -> date | None:
    """The first of the days on which the row says that the aid ends."""
    view, days = RowView("", header, row), []
    for column in header.ends:
        cell = view.at(column, "ends_on")
        if cell is None or (isinstance(cell, str) and NO_END.fullmatch(without_blanks(cell))):
            continue
        try:
            # A month alone counts to its last day, whatever the head asks for.
            days.append(
                read_date(cell, about.today, month_counts=True, ends=True, epoch=about.epoch)
            )
        except (ValueError, OverflowError):
            raise _NotTaken(NO_DAY) from None
    day = min(days, default=None)
    if cause != "died" or day is None or day <= about.today:
        return day
    if (day.year, day.month) != (about.today.year, about.today.month):
        raise _NotTaken(AHEAD)
    return about.today


def _why_no_number(header: Header, row: SheetRow, today: date) -> str | Text:
    cell = _cell(header, row, "id_number")
    if isinstance(cell, Formula):
        return FORMULA
    try:
        parse_id_number(cell, today=today)
    except IdentityProblem as error:
        return error.text
    except (ValueError, OverflowError):
        pass
    return sentence("身份证号码应为 18 位，请对照证件修改。")


def _why_no_name(header: Header, row: SheetRow) -> str | Text:
    try:
        read_name(_cell(header, row, "name"))
    except NameProblem as error:
        return error.text
    return NO_NAME


def _cell(header: Header, row: SheetRow, name: str) -> Any:
    return RowView("", header, row).cell(name)


def _with_plain_heads(row: SheetRow) -> SheetRow:
    """The row with the heads that only a list of deaths has, as a register would have them."""
    cells = tuple(
        _DIED_ON.sub("死亡", _THE_DEAD.sub("", cell)) if isinstance(cell, str) else cell
        for cell in row.cells
    )
    return replace(row, cells=cells)
