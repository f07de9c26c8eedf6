"""The charts of a report's workbook: the spreadsheet's own, over the cells of its tables.

The same pictures as on the page and on paper: the discount of each group with that of the period
before in a tint, bars with the first group on top, columns in their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from huimin.core.chart_shapes import ACCENT, TINT
from huimin.web.workbook import Sheet, Workbook

# Two charts beside each other; a place of the sheet's grid is COLUMN wide and ROW high, in pixels.
WIDTH, HEIGHT, PER_LINE, LINES_PER_PAGE = 620, 380, 2, 2
COLUMN, ROW = 64, 20
COLUMNS = PER_LINE * WIDTH // COLUMN
# More bars under each other take a chart of twice the height.
BARS_OF_ONE_HEIGHT = 14
# How long the axis of bars is, in per cent of the longest.
ROOM_PERCENT = 130
FONT = {"name": "宋体", "size": 9}


@dataclass(frozen=True, slots=True)
class Cells:
    """What a chart is drawn from: rows of a sheet (first and last), the columns of names and of
    values, and of the values before; `columns` stand upright, bars lie. All counted from 0."""

    title: str
    sheet_name: str
    columns: bool
    rows: tuple[int, int]
    names: int
    values: int
    heading: int
    before: int | None = None
    # The largest of the values, in yuan: a bar's value stands behind its end.
    highest: int = 0

    @property
    def bars(self) -> int:
        """How many bars lie under each other."""
        return 0 if self.columns else self.rows[1] - self.rows[0] + 1


def draw_charts(
    workbook: Workbook, sheet: Sheet, title: str, period: str, drawn: Sequence[Cells]
) -> None:
    """Every chart on one sheet, four to a printed page."""
    sheet.title(title, COLUMNS - 1)
    sheet.halves(period, "", COLUMNS - 1, ROW)
    first, rows_each = sheet.row, HEIGHT // ROW + 1
    taken: set[tuple[int, int]] = set()
    for cells in drawn:
        slots = _free_slots(taken, high=cells.bars > BARS_OF_ONE_HEIGHT)
        taken |= slots
        line, place = min(slots)
        at = (first + line * rows_each, place * (COLUMNS // PER_LINE))
        sheet.sheet.insert_chart(*at, _chart(workbook, cells, len(slots)))
    lines = max((line for line, _ in taken), default=-1) + 1
    sheet.row = first + lines * rows_each
    sheet.print_setup(COLUMNS - 1)
    pages = range(LINES_PER_PAGE, lines, LINES_PER_PAGE)
    sheet.sheet.set_h_pagebreaks([first + line * rows_each for line in pages])


def _free_slots(taken: set[tuple[int, int]], *, high: bool) -> set[tuple[int, int]]:
    """The first place (line, column) where a chart fits; a high one takes two lines of a page."""
    for line in count(step=2 if high else 1):
        for place in range(PER_LINE):
            slots = {(line, place), (line + 1, place)} if high else {(line, place)}
            if not slots & taken:
                return slots
    raise AssertionError("there is always a further line")


def _chart(workbook: Workbook, cells: Cells, lines: int) -> Any:
    chart = workbook.chart("column" if cells.columns else "bar")
    first, last = cells.rows

    def series(column: int, colour: str, labelled: bool) -> None:
        chart.add_series(
            {
                "name": [cells.sheet_name, cells.heading, column],
                "categories": [cells.sheet_name, first, cells.names, last, cells.names],
                "values": [cells.sheet_name, first, column, last, column],
                "fill": {"color": colour},
                "gap": 60,
                **({"data_labels": {"value": True, "font": FONT}} if labelled else {}),
            }
        )

    series(cells.values, ACCENT, labelled=not cells.columns)
    if cells.before is not None:
        series(cells.before, TINT, labelled=False)
    chart.set_title({"name": cells.title, "name_font": {**FONT, "size": 12}, "overlay": False})
    names = {"num_font": FONT, "interval_unit": 1}
    values = {
        "num_font": FONT,
        "num_format": "#,##0",
        "major_gridlines": {"visible": cells.columns},
    }
    if cells.columns:
        chart.set_x_axis(names)
        chart.set_y_axis(values)
    else:
        # The first group stands on top, as in the table.
        chart.set_y_axis({**names, "reverse": True})
        room = {"max": cells.highest * ROOM_PERCENT // 100} if cells.highest > 0 else {}
        chart.set_x_axis({**values, **room, "visible": False})
    chart.set_legend({"position": "bottom", "font": FONT} if cells.before else {"none": True})
    chart.set_size({"width": WIDTH - 12, "height": lines * HEIGHT - 8})
    return chart
