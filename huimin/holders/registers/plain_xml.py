"""Look through a part of a workbook for what no workbook has, before it is parsed.

A parser that is fed piece by piece begins a tag again with each piece: one attribute of 20 MB costs
it many seconds. Elements that stand ten thousand deep cost it memory.
"""

from __future__ import annotations

import re
from typing import IO

from huimin.holders.registers.problem import file_problem

CHUNK_BYTES = 64 * 1024
# A cell has up to 32,767 characters, each written with up to eight bytes.
BETWEEN_TAGS_MAX = 512 * 1024
DEPTH_MAX = 100

_OPENED_IN_A_ROW = re.compile(rb"(?:<[A-Za-z_][^<>/]*>\s*){%d}" % DEPTH_MAX)


def require_plain_xml(part: IO[bytes]) -> None:
    """Read it through. Raises FieldProblems on `file` for endless tags or texts, and for depth."""
    depth = 0
    since_tag, rest = 0, b""
    while chunk := part.read(CHUNK_BYTES):
        end = chunk.rfind(b">") + 1
        since_tag = len(chunk) - end if end else since_tag + len(chunk)
        text = rest + chunk
        # A tag that is cut here is counted with the next piece.
        cut = text.rfind(b"<")
        if cut > text.rfind(b">"):
            text, rest = text[:cut], text[cut:]
        else:
            rest = b""
        depth += _depth_of(text)
        if (
            since_tag > BETWEEN_TAGS_MAX
            or depth > DEPTH_MAX
            or _OPENED_IN_A_ROW.search(text) is not None
        ):
            raise file_problem(
                "文件里有表格不会有的内容，请在 Excel 或 WPS 里打开后另存为 .xlsx 再试。"
            )


def _depth_of(text: bytes) -> int:
    """How many more elements it opens than it closes."""
    closed = text.count(b"</")
    alone = text.count(b"/>") + text.count(b"<?") + text.count(b"<!")
    return text.count(b"<") - 2 * closed - alone
