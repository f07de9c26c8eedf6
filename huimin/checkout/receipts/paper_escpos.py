"""A strip of paper as the bytes of an ESC/POS printer: Chinese in GB18030, a native QR code, a cut.

python-escpos (the extra `escpos`) writes the commands; where it is not installed the refusal says
how to install it.
"""

from __future__ import annotations

from huimin.checkout.receipts.paper import Paper
from huimin.checkout.receipts.paper_text import TextLine, text_lines
from huimin.core.refusals import Refusal

CHINESE_MODE = b"\x1c&"  # FS &: what follows may be two-byte characters
MODULE_DOTS = 6  # 0.75 mm at 203 dpi: an address of 80 characters is 28 mm wide
QR_LEVEL_M, QR_MODEL_2 = 1, 2


def escpos_bytes(paper: Paper, width_mm: int) -> bytes:
    """What to send to the printer. Raises Refusal `escpos_missing`."""
    try:
        from escpos.printer import Dummy
    except ImportError:
        raise Refusal("escpos_missing") from None
    printer = Dummy()
    printer.hw("INIT")
    printer._raw(CHINESE_MODE)
    for line in text_lines(paper, width_mm):
        _print(printer, line)
    printer.set(align="left", normal_textsize=True, bold=False)
    printer.cut()
    return bytes(printer.output)


def _print(printer: object, line: TextLine) -> None:
    align = "center" if line.align == "centre" else "left"
    if line.code:
        printer.set(align=align)  # type: ignore[attr-defined]
        printer.qr(  # type: ignore[attr-defined]
            line.code, ec=QR_LEVEL_M, size=MODULE_DOTS, model=QR_MODEL_2, native=True
        )
        return
    size = 2 if line.double else 1
    # GS ! doubles Chinese characters as well; ESC ! does not on every printer.
    printer.set(  # type: ignore[attr-defined]
        align=align, bold=line.bold, custom_size=True, width=size, height=size
    )
    printer._raw(line.text.encode("gb18030") + b"\n")  # type: ignore[attr-defined]
