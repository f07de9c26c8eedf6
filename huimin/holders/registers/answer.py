"""The result of an import: as JSON for programs, as sentences for the operator.

The JSON has full names and ID numbers, because it repeats the operator's own file on the operator's
own terminal; the sentences have none, because they end up in logs and messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from huimin.core.catalogue import Text, sentence, text
from huimin.holders.registers.change_words import change_text
from huimin.holders.registers.gains import Change
from huimin.holders.registers.import_register import ImportCounts
from huimin.holders.registers.places import quotable
from huimin.holders.registers.problem import Problem
from huimin.holders.registers.result import AcceptedRow, RegisterCheck, RepeatedRow
from huimin.holders.registers.understood import understood_rows, understood_text

PROBLEMS_SHOWN = 50


def register_json(
    check: RegisterCheck,
    counts: ImportCounts,
    changes: Sequence[tuple[AcceptedRow, list[Change]]],
    *,
    dry_run: bool,
    refused_file: str | None,
) -> Iterator[str]:
    """The pieces of one JSON object: accepted, refused, duplicates, left_out, and the counts.

    One row per line; the whole could need more memory than the import itself.
    """
    lists: dict[str, Iterator[dict[str, Any]]] = {
        "accepted": map(_accepted, check.accepted),
        "refused": map(_problem, check.problems),
        "understood": (row for sheet in check.understood for row in understood_rows(sheet)),
        "duplicates": map(_repeated, check.repeated),
        "left_out": map(asdict, check.left_out),
        "changes": (_changed(row, change) for row, listed in changes for change in listed),
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
        "counts": check.counts,
        "complete": check.complete,
        "former_places": check.former_places,
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


def _changed(row: AcceptedRow, change: Change) -> dict[str, Any]:
    return {"sheet": row.sheet, "row": row.row, **asdict(change)}


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
        "added": list(row.added),
    }


def register_sentences(
    check: RegisterCheck,
    counts: ImportCounts,
    changes: Sequence[tuple[AcceptedRow, list[Change]]],
    *,
    dry_run: bool,
    refused_file: str | None,
) -> list[Text]:
    """The same in sentences, without names and numbers of people."""
    lines = [understood_text(sheet) for sheet in check.understood]
    lines += [
        text(
            "“{written}”是原来的名称或代码，按现在的“{now}”读。", written=quotable(written), now=now
        )
        for written, now in list(check.former_places.items())[:PROBLEMS_SHOWN]
    ]
    for left in check.left_out[:PROBLEMS_SHOWN]:
        why = Text(left.why)
        if left.row:
            lines.append(
                text(
                    "略过 工作表“{sheet}”第 {row} 行：{why}。",
                    sheet=left.sheet,
                    row=left.row,
                    why=why,
                )
            )
        else:
            lines.append(text("略过 工作表“{sheet}”：{why}。", sheet=left.sheet, why=why))
    if len(check.left_out) > PROBLEMS_SHOWN:
        more = len(check.left_out) - PROBLEMS_SHOWN
        lines.append(text("……另略过 {count} 行，见 JSON。", count=more))
    problems = check.problems
    lines += [problem.text for problem in problems[:PROBLEMS_SHOWN]]
    if len(problems) > PROBLEMS_SHOWN:
        more = len(problems) - PROBLEMS_SHOWN
        lines.append(text("……另有 {count} 个问题，见待修改的工作簿或 JSON。", count=more))
    for row in check.repeated[:PROBLEMS_SHOWN]:
        repeated = sentence(
            "工作表“{sheet}”第 {row} 行与工作表“{first_sheet}”第 {first_row} 行是同一人，"
            "没有重复导入。"
        )
        if row.differs:
            repeated = sentence(
                "工作表“{sheet}”第 {row} 行与工作表“{first_sheet}”第 {first_row} 行是同一人，"
                "没有重复导入，两行内容不同，请核对。"
            )
        lines.append(Text(repeated, asdict(row)))
    listed = [(row, change) for row, changed in changes for change in changed]
    lines += [_change_text(row, change) for row, change in listed[:PROBLEMS_SHOWN]]
    if len(listed) > PROBLEMS_SHOWN:
        lines.append(text("……另有 {count} 处改动，见 JSON。", count=len(listed) - PROBLEMS_SHOWN))
    lines.append(
        text(
            "有内容的 {rows} 行：可导入 {accepted} 行，需修改 {refused} 行，重复 {repeated} 行，"
            "略过 {left_out} 行。",
            **check.counts,
        )
    )
    written = sentence("已新增 {new} 人，更新 {updated} 人，{unchanged} 人没有变化。")
    if dry_run:
        written = sentence(
            "试运行，没有写入；导入后将新增 {new} 人，更新 {updated} 人，{unchanged} 人没有变化。"
        )
    lines.append(Text(written, asdict(counts)))
    if refused_file:
        lines.append(text("需修改的行已写入 {file}，改好后直接导入该文件。", file=refused_file))
    return lines


def _change_text(row: AcceptedRow, change: Change) -> Text:
    return text(
        "工作表“{sheet}”第 {row} 行：{change}。",
        sheet=row.sheet,
        row=row.row,
        change=change_text(change),
    )
