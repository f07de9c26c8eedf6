"""The result of an import: as JSON for programs, as sentences for the operator.

The JSON has full names and ID numbers, because it repeats the operator's own file on the operator's
own terminal; the sentences have none, because they end up in logs and messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from huimin.holders.registers.check_register import AcceptedRow, RegisterCheck, RepeatedRow
from huimin.holders.registers.import_register import ImportCounts
from huimin.holders.registers.problem import Problem

PROBLEMS_SHOWN = 50


def register_json(
    check: RegisterCheck, counts: ImportCounts, *, dry_run: bool, refused_file: str | None
) -> Iterator[str]:
    """The pieces of one JSON object: accepted, refused, duplicates, left_out, and the counts.

    One row per line; the whole could need more memory than the import itself.
    """
    lists: dict[str, Iterator[dict[str, Any]]] = {
        "accepted": map(_accepted, check.accepted),
        "refused": map(_problem, check.problems),
        "duplicates": map(_repeated, check.repeated),
        "left_out": map(asdict, check.left_out),
    }
    yield "{\n"
    for name, rows in lists.items():
        yield f" {json.dumps(name)}: ["
        for place, row in enumerate(rows):
            yield (",\n  " if place else "\n  ") + json.dumps(row, ensure_ascii=False)
        yield "],\n"
    rest = {
        "file": check.file_name,
        "dry_run": dry_run,
        # Without `proposed`: only the web console proposes applications in the same step.
        "written": {name: getattr(counts, name) for name in ("new", "updated", "unchanged")},
        "refused_file": refused_file,
    }
    yield json.dumps(rest, ensure_ascii=False, indent=1)[2:] + "\n"


def _accepted(row: AcceptedRow) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "row": row.row,
        "id": row.draft.id_number.number,
        "name": row.draft.name,
        "family": len(row.draft.family),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "message": problem.message,
    }


def _repeated(row: RepeatedRow) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "row": row.row,
        "id": row.id_number,
        "first_sheet": row.first_sheet,
        "first_row": row.first_row,
        "differs": row.differs,
    }


def register_sentences(
    check: RegisterCheck, counts: ImportCounts, *, dry_run: bool, refused_file: str | None
) -> list[str]:
    """The result in Chinese sentences, without names and numbers of people."""
    lines = []
    for left in check.left_out:
        place = f"工作表“{left.sheet}”" + (f"第 {left.row} 行" if left.row else "")
        lines.append(f"略过 {place}：{left.why}。")
    problems = check.problems
    lines += [problem.message for problem in problems[:PROBLEMS_SHOWN]]
    if len(problems) > PROBLEMS_SHOWN:
        lines.append(f"……另有 {len(problems) - PROBLEMS_SHOWN} 个问题，见待修改的工作簿或 JSON。")
    for row in check.repeated[:PROBLEMS_SHOWN]:
        more = "，两行内容不同，请核对" if row.differs else ""
        lines.append(
            f"工作表“{row.sheet}”第 {row.row} 行与工作表“{row.first_sheet}”第 {row.first_row} 行"
            f"是同一人，没有重复导入{more}。"
        )
    lines.append(
        f"可导入 {len(check.accepted)} 行，需修改 {len(check.refused)} 行，"
        f"重复 {len(check.repeated)} 行。"
    )
    will = "试运行，没有写入；导入后将" if dry_run else "已"
    lines.append(
        f"{will}新增 {counts.new} 人，更新 {counts.updated} 人，{counts.unchanged} 人没有变化。"
    )
    if refused_file:
        lines.append(f"需修改的行已写入 {refused_file}，改好后直接导入该文件。")
    return lines
