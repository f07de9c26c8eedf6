"""What came of a register: each of its rows accepted, refused, repeated or left out by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from huimin.holders.people import HolderDraft
from huimin.holders.registers.cells import SheetRow
from huimin.holders.registers.header import Header
from huimin.holders.registers.problem import Problem


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A row that can be imported."""

    sheet: str
    row: int
    draft: HolderDraft


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that needs correction, with its original cells.

    `name` and `id_number` are None if they can't be read.
    """

    sheet: str
    row: int
    cells: tuple[Any, ...]
    problems: tuple[Problem, ...]
    name: str | None = None
    id_number: str | None = None


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row whose person has appeared before; `differs` if its data are different.

    `added` are the eligibilities that the person has because of this row.
    """

    sheet: str
    row: int
    id_number: str
    first_sheet: str
    first_row: int
    differs: bool
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sheet (`row` is None) or a row that is not taken, and why.

    `lost` if somebody entitled may be in it; not if it is a sum, a note, a family member who is
    entered with the household, or somebody of whom the row says that the aid has ended.
    """

    sheet: str
    row: int | None
    why: str
    lost: bool = False
    # How many rows it stands for: all of a sheet's.
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of a sheet's columns, and its first rows to look at."""

    sheet: str
    headers: list[Header]
    samples: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A field for which several columns of a sheet may be meant, and nothing decides."""

    sheet: str
    name: str
    columns: tuple[int, ...]
    header: Header
    samples: tuple[SheetRow, ...]


@dataclass
class RegisterCheck:
    """A checked register. `headers` are the sheets' header cells, for the workbook to correct."""

    file_name: str
    file_sha256: str = ""
    accepted: list[AcceptedRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    repeated: list[RepeatedRow] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    headers: dict[str, dict[int, str]] = field(default_factory=dict)
    understood: list[Understood] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    # The rows below the headers that hold anything; of tables beside each other, one for each.
    rows: int = 0
    # Places written by a former name or code: as written, and the name that is used now.
    former_places: dict[str, str] = field(default_factory=dict)
    # Places in `accepted` of rows that a later row has put in doubt.
    withdrawn: set[int] = field(default_factory=set)

    def settle(self) -> None:
        """Drop the accepted rows that a later row has put in doubt; called once, at the end."""
        if self.withdrawn:
            pairs = enumerate(self.accepted)
            self.accepted = [row for place, row in pairs if place not in self.withdrawn]
            self.withdrawn = set()

    @property
    def complete(self) -> bool:
        """Whether nobody can be missing from the accepted rows who is in the file."""
        return not self.refused and not any(left.lost for left in self.left_out)

    @property
    def counts(self) -> dict[str, int]:
        """The rows below the headers that hold anything, and what came of them; they add up."""
        counts = {
            "accepted": len(self.accepted),
            "refused": len(self.refused),
            "repeated": len(self.repeated),
            "left_out": sum(left.rows for left in self.left_out),
        }
        return {"rows": self.rows, **counts}

    @property
    def problems(self) -> list[Problem]:
        """All problems of all refused rows, in order."""
        return [problem for row in self.refused for problem in row.problems]
