"""One stream of a compound file, the container of an old .xls ([MS-CFB] in Microsoft's words)."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Sector numbers from here on mean the end of a chain, or no sector.
NO_SECTOR = 0xFFFFFFFA
ENTRY_BYTES = 128
STREAM, ROOT = 2, 5


def stream_named(data: bytes, names: Iterable[str]) -> bytes:
    """The first of these streams that the file has. Raises ValueError if it is damaged."""
    try:
        return _CompoundFile(data).stream(list(names))
    except (struct.error, IndexError) as error:
        raise ValueError("the compound file is damaged") from error


class EndlessChain(ValueError):
    """Sectors that follow one another in a circle."""


def require_ends(data: bytes) -> None:
    """Require that each chain of sectors has an end: some readers follow a circle for ever.

    Other damage is left to whoever reads the file. Raises EndlessChain.
    """
    try:
        file = _CompoundFile(data)
    except EndlessChain:
        raise
    except (struct.error, IndexError, ValueError):
        return
    for _kind, _name, start, size in file.entries():
        for chain in (file.chain, file.short_chain) if size < file.short_below else (file.chain,):
            if start < len(chain):
                _require_end(chain, start)


def _require_end(chain: array[int], start: int) -> None:
    for _ in range(len(chain) + 1):
        if start >= len(chain):
            return
        start = chain[start]
    raise EndlessChain


class _CompoundFile:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC):
            raise ValueError("no compound file")
        self.data = data
        self.sector_bytes = _power(data, 30)
        self.short_bytes = _power(data, 32)
        directory, _, self.short_below, short_table = struct.unpack_from("<4I", data, 48)
        self.chain = self._chain_table()
        self.directory = self._long(directory)
        self.short_chain = array("I", _whole(self._long(short_table)))
        self.short_stream = b""
        for kind, _name, start, size in self.entries():
            if kind == ROOT:
                self.short_stream = self._long(start)[:size]

    def stream(self, names: list[str]) -> bytes:
        entries = {
            name: (start, size) for kind, name, start, size in self.entries() if kind == STREAM
        }
        for name in names:
            if name in entries:
                start, size = entries[name]
                if size >= self.short_below:
                    return self._long(start)[:size]
                return self._joined(
                    self.short_stream, 0, self.short_bytes, self.short_chain, start
                )[:size]
        raise ValueError("no such stream")

    def _chain_table(self) -> array[int]:
        """For each sector the next one of its chain."""
        listed = list(struct.unpack_from("<109I", self.data, 76))
        (more,) = struct.unpack_from("<I", self.data, 68)
        known: set[int] = set()
        while more < NO_SECTOR:
            if more in known:
                raise EndlessChain
            known.add(more)
            *sectors, more = array("I", _whole(self._sector(more)))
            listed += sectors
        table = array("I")
        for sector in dict.fromkeys(listed):
            if sector < NO_SECTOR:
                table.frombytes(_whole(self._sector(sector)))
        return table

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector_bytes
        return self.data[start : start + self.sector_bytes]

    def _long(self, start: int) -> bytes:
        return self._joined(self.data, self.sector_bytes, self.sector_bytes, self.chain, start)

    @staticmethod
    def _joined(data: bytes, offset: int, size: int, chain: array[int], start: int) -> bytes:
        parts: list[bytes] = []
        while start < NO_SECTOR:
            if len(parts) > len(chain):
                raise EndlessChain
            begin = offset + start * size
            parts.append(data[begin : begin + size])
            start = chain[start]
        return b"".join(parts)

    def entries(self) -> Iterable[tuple[int, str, int, int]]:
        """(kind, name, first sector, size in bytes) of each."""
        for place in range(0, len(self.directory) - ENTRY_BYTES + 1, ENTRY_BYTES):
            entry = self.directory[place : place + ENTRY_BYTES]
            length, kind = struct.unpack_from("<HB", entry, 64)
            start, size = struct.unpack_from("<2I", entry, 116)
            name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            yield kind, name, start, size


def _power(data: bytes, offset: int) -> int:
    (shift,) = struct.unpack_from("<H", data, offset)
    if not 4 <= shift <= 16:
        raise ValueError("the compound file is damaged")
    return 1 << int(shift)


def _whole(data: bytes) -> bytes:
    """As many bytes as make whole numbers of four."""
    return data[: len(data) // 4 * 4]
