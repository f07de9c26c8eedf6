"""A small ESC/POS printer to test with: it reads the bytes and tells what would stand on the paper.

It knows just the commands that printers of this kind share, and stops at any other byte, so that
nothing can reach a printer that it would not understand.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Printed:
    """The lines as (text, align, size), the QR codes, and whether the paper was cut."""

    lines: list[tuple[str, str, int]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    cut: bool = False
    chinese: bool = False

    @property
    def text(self) -> str:
        return "\n".join(text for text, _, _ in self.lines)

    def columns(self) -> int:
        """How many columns the widest line takes, as the printer counts them."""
        return max(
            sum(1 if ord(letter) < 128 else 2 for letter in text) * size
            for text, _, size in self.lines
        )


def read_escpos(sent: bytes) -> Printed:
    """What the printer would print."""
    return _Printer(sent).printed


class _Printer:
    def __init__(self, sent: bytes) -> None:
        self.sent, self.place = sent, 0
        self.printed, self.text = Printed(), bytearray()
        self.align, self.size, self.stored = "left", 1, ""
        orders = {b"\n": self._line, b"\x1b": self._esc, b"\x1c": self._fs, b"\x1d": self._gs}
        while self.place < len(sent):
            head = self._take(1)
            orders.get(head, lambda head=head: self._letter(head))()
        assert not self.text, "the last line has no end"

    def _take(self, count: int) -> bytes:
        self.place += count
        assert self.place <= len(self.sent), "a command without its end"
        return self.sent[self.place - count : self.place]

    def _line(self) -> None:
        self.printed.lines.append((self.text.decode("gb18030"), self.align, self.size))
        self.text.clear()

    def _letter(self, head: bytes) -> None:
        assert head[0] >= 0x20, f"control byte {head!r}"
        self.text += head
        if head[0] >= 0x81:
            second = self._take(1)
            self.text += second
            if 0x30 <= second[0] <= 0x39:
                self.text += self._take(2)

    def _esc(self) -> None:
        order = self._take(1)
        if order == b"@":
            self.align, self.size = "left", 1
        elif order == b"a":
            self.align = ("left", "centre", "right")[self._take(1)[0]]
        elif order == b"!":
            self.size = 2 if self._take(1)[0] & 0x30 else 1
        else:
            assert order in b"EM-{td", f"ESC {order!r}"
            self._take(1)

    def _fs(self) -> None:
        assert self._take(1) == b"&"
        self.printed.chinese = True

    def _gs(self) -> None:
        order = self._take(1)
        if order == b"!":
            width = self._take(1)[0]
            assert width >> 4 == width & 7
            self.size = (width & 7) + 1
        elif order == b"V":
            assert self._take(1) in b"\x00\x01"
            self.printed.cut = True
        elif order == b"(":
            self._symbol()
        else:
            assert order in b"bB", f"GS {order!r}"
            self._take(1)

    def _symbol(self) -> None:
        assert self._take(1) == b"k"
        low, high = self._take(2)
        body = self._take(low + 256 * high)
        if body[:2] == b"1P":
            self.stored = body[3:].decode("ascii")
        elif body[:2] == b"1Q":
            self.printed.codes.append(self.stored)
