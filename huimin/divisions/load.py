"""Load a county's towns and villages: the package's own table, or another county's.

The county's own row is one of them, so that the database knows whose it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from io import StringIO

from huimin.core.catalogue import Text, text
from huimin.core.refusals import FieldProblem, FieldProblems
from huimin.divisions import queries
from huimin.storage.engine import Transaction

COLUMNS = ("code", "name", "level", "parent_code")
DIVISIONS_MAX, NAME_MAX = 5_000, 60
# Level → the level above it, and what a code of it ends with (GB/T 2260 and its extension: six
# digits of the county, three of the town, three of the village).
ABOVE = {"county": None, "town": "county", "village": "town"}
ENDING = {"county": "000000", "town": "000", "village": ""}
DivisionRow = Mapping[str, str | None]


def load_divisions(tx: Transaction, rows: Iterable[DivisionRow] | None = None) -> int:
    """Store every division, parents first, and return how many; idempotent.

    `rows` are those of `read_divisions`; without them the package's own county is loaded.
    """
    loaded = package_divisions() if rows is None else list(rows)
    queries.put_division(tx, loaded)
    return len(loaded)


def county_code(tx: Transaction) -> str:
    """The six digits of the county whose divisions were loaded, with which its card numbers begin.

    Raises FieldProblems on `divisions` while none are loaded.
    """
    code: str | None = queries.county_code(tx)
    if code is None:
        raise FieldProblems(
            [FieldProblem("divisions", "数据库里没有行政区划，请用 huimin init 建库。")]
        )
    return code[:6]


def package_divisions() -> list[DivisionRow]:
    """The rows of lezhi_divisions.csv (see SOURCE.md), parents before their children."""
    table = files("huimin.divisions") / "lezhi_divisions.csv"
    return read_divisions(table.read_text(encoding="utf-8"))


def read_divisions(content: str) -> list[DivisionRow]:
    """Parse a county's CSV with the columns code, name, level (county, town or village) and
    parent_code; parents come before their children in the result.

    Codes have 12 digits, all with the county's six in front. Raises FieldProblems that name each
    wrong line, and on `divisions` where there is not exactly one county.
    """
    reader = csv.DictReader(StringIO(content.removeprefix("\ufeff")))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise FieldProblems(
            [line_problem(1, text("第一行要有 {columns} 四列。", columns=",".join(COLUMNS)))]
        )
    rows: dict[str, dict[str, str | None]] = {}
    lines: dict[str, int] = {}
    problems = []
    for row in reader:
        if len(rows) >= DIVISIONS_MAX:
            problems.append(
                line_problem(
                    reader.line_num, text("一个县最多 {most} 个区划。", most=DIVISIONS_MAX)
                )
            )
            break
        values = {name: (row[name] or "").strip() for name in COLUMNS}
        problem = _problem_of(values, rows)
        if problem is not None:
            problems.append(line_problem(reader.line_num, problem))
            continue
        rows[values["code"]] = {**values, "parent_code": values["parent_code"] or None}
        lines[values["code"]] = reader.line_num
    problems += [
        line_problem(
            lines[code],
            text("上级 {parent} 不在表里，或级别不对。", parent=row["parent_code"] or ""),
        )
        for code, row in rows.items()
        if not _fits_above(row, rows)
    ]
    counties = [code for code, row in rows.items() if row["level"] == "county"]
    if len(counties) != 1:
        problems.append(FieldProblem("divisions", "表里要有正好一个县（level 写 county）。"))
    if problems:
        raise FieldProblems(problems)
    order = list(ABOVE)
    return sorted(rows.values(), key=lambda row: (order.index(str(row["level"])), str(row["code"])))


def _problem_of(values: Mapping[str, str], rows: Mapping[str, DivisionRow]) -> Text | None:
    """What is wrong with a line by itself; None when nothing is."""
    code, level = values["code"], values["level"]
    if not re.fullmatch(r"[0-9]{12}", code, re.ASCII):
        return text("区划代码要写 12 位数字。")
    if level not in ABOVE:
        return text("级别只能写 {levels}。", levels="、".join(ABOVE))
    if not code.endswith(ENDING[level]):
        return text("{code} 的末尾与级别不符。", code=code)
    if code in rows:
        return text("{code} 写了两次。", code=code)
    if not 1 <= len(values["name"]) <= NAME_MAX:
        return text("名称要写，不超过 {most} 字。", most=NAME_MAX)
    return None


def _fits_above(row: DivisionRow, rows: Mapping[str, DivisionRow]) -> bool:
    above, parent = ABOVE[str(row["level"])], row["parent_code"]
    if above is None or parent is None:
        return above is None and parent is None
    digits = len(parent) - len(ENDING[above])
    same_start = str(row["code"]).startswith(parent[:digits])
    return parent in rows and rows[parent]["level"] == above and same_start


def line_problem(line: int, problem: Text) -> FieldProblem:
    """What is wrong with a line of a table of divisions."""
    return FieldProblem("file", "第 {line} 行：{problem}", line=line, problem=problem)
