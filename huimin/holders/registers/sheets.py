"""Open a register file as sheets. Its format is recognised by its first bytes, not by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from huimin.holders.registers.cells import Sheet
from huimin.holders.registers.csv_file import csv_sheets
from huimin.holders.registers.problem import file_problem

FILE_BYTES_MAX = 64 * 1024 * 1024
UNPACKED_BYTES_MAX = 400 * 1024 * 1024
OLE_BYTES = b"\xd0\xcf\x11\xe0"
ZIP_BYTES = b"PK\x03\x04"

# How a reader of lists opens a file: in its own process, or in another.
Opener = Callable[[Path], Iterable[Sheet]]


def open_sheets(path: Path, unpacked_bytes_max: int = UNPACKED_BYTES_MAX) -> Iterable[Sheet]:
    """The sheets of an .xlsx, .xls or .csv file, in order.

    The serving process opens them with sheets_apart.py, because a malicious file costs much.
    Raises FieldProblems on `file` for any other file, or one that is damaged or too large.
    """
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise file_problem(
            "文件有 {size} MB，上限 {file_bytes_max} MB，请拆成几个文件。",
            size=size // 2**20,
            file_bytes_max=FILE_BYTES_MAX // 2**20,
        )
    with path.open("rb") as file:
        start = file.read(512)
    if not start.strip():
        raise file_problem("文件是空的。")
    if start.startswith(ZIP_BYTES):
        # Imported only when needed: openpyxl takes more than a tenth of a second.
        from huimin.holders.registers.xlsx_file import xlsx_sheets

        return xlsx_sheets(path, unpacked_bytes_max)
    if start.startswith(OLE_BYTES):
        from huimin.holders.registers.calamine_file import calamine_sheets

        return calamine_sheets(path)
    if _is_web_page(start):
        raise file_problem(
            "这个文件虽然可能叫 .xls，其实是网页（HTML 或 MHT），不是电子表格；"
            "请在 Excel 或 WPS 里打开后另存为 .xlsx 再试。"
        )
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"%PDF", b"{\\rtf")):
        raise file_problem("这不是电子表格，请在 Excel 或 WPS 里打开后另存为 .xlsx 再试。")
    return csv_sheets(path)


def _is_web_page(start: bytes) -> bool:
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"mime-version:")):
        return True
    return text.startswith((b"from:", b"content-type: multipart")) and b"mime-version" in text
