"""What a program sends to the API of registers, and what it is answered, as pydantic models.

Closed and bounded: an unknown field is refused, and nothing can be larger than a register could be.
What a row means is judged where every register is read, row by row.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from flask_openapi3.models.file import FileStorage
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from huimin.core.one_case import one_case
from huimin.core.words import ELIGIBILITIES
from huimin.holders.people import FAMILY_MAX

ROWS_MAX = 50_000
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
KINDS = tuple(ELIGIBILITIES)

Short = Annotated[str, Field(strict=True, max_length=200, pattern=PRINTABLE)]
Word = Annotated[str, Field(strict=True, max_length=60, pattern=PRINTABLE)]
Kind = Literal["dibao", "tekun", "major_illness", "disability", "orphan", "other"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FamilyBody(_Closed):
    """A family member of the row's person."""

    name: Word
    relation: Word | None = None
    id_number: Word | None = None


class RowBody(_Closed):
    """A person. The place is a village's `division_code`, or `town` and `village`, or `place`."""

    person_id: Annotated[
        str | None,
        Field(
            max_length=64,
            pattern=PRINTABLE,
            description="发送方自己的编号，答复里照样带回 / the sender's own id, given back",
        ),
    ] = None
    name: Word
    id_number: Word
    phone: Short | None = None
    division_code: Annotated[str | None, Field(pattern=r"^[0-9]{12}$")] = None
    town: Word | None = None
    village: Word | None = None
    place: Short | None = None
    kind: Annotated[
        str | None,
        Field(
            max_length=60,
            pattern=PRINTABLE,
            description="dibao、tekun … 或名册里的写法 / a code, or as registers write it",
        ),
    ] = None
    starts_on: Word | None = None
    ends_on: Word | None = None
    state: Short | None = None
    remark: Short | None = None
    family: Annotated[list[FamilyBody], Field(max_length=FAMILY_MAX)] = []


class _Supplemented(_Closed):
    eligibility: Annotated[
        Kind | None, Field(description="没有保障类别的行用它 / for rows without a kind")
    ] = None
    town: Word | None = None
    village: Word | None = None
    starts_on: date | None = None
    register_date: Annotated[
        date | None,
        Field(
            description="名册的日期；写了它，可以改动这一天以前由人更正过的住址和电话 / "
            "with it, the register may change what was corrected by hand before that day"
        ),
    ] = None


class RegisterBody(_Supplemented):
    """A register as rows; what is given beside them counts for rows that do not say it."""

    rows: Annotated[list[RowBody], Field(min_length=1, max_length=ROWS_MAX)]


class RegisterForm(_Supplemented):
    """A register as a file: .xlsx, .xls or .csv."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: FileStorage


class ImportBody(_Closed):
    """The digest of the check whose result is to be imported."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    propose_endings: Annotated[
        bool,
        Field(
            strict=True,
            description="名册是完整的：名册里已没有的人列成“结束保障”的草稿，由县里两位工作人员核对、"
            "审批 / the register is whole: who is missing becomes a draft for people to decide",
        ),
    ] = False


class RegisterPath(BaseModel):
    """A check or an import."""

    register_id: Annotated[str, Field(max_length=64), AfterValidator(one_case)]


class RegisterQuery(BaseModel):
    """Which part of the lists."""

    after: Annotated[
        int,
        Field(ge=0, le=1_000_000, description="每个名单跳过几项 / entries to skip of each list"),
    ] = 0


class PlaceAnswer(BaseModel):
    """A row: the sheet ("JSON" for rows), its number, and the sender's own id of the person."""

    sheet: str
    row: int | None
    person_id: str | None


class ChangeAnswer(PlaceAnswer):
    """One thing that a row changes, old and new; `kept` if the old value stands."""

    field: str
    old: str | None
    new: str
    kept: bool
    sentence: str


class RefusedAnswer(PlaceAnswer):
    """One problem of a row that is not taken."""

    column: str | None
    field: str | None
    code: str
    sentence: str
    remedy: str


class RepeatedAnswer(PlaceAnswer):
    """A row whose person stands in an earlier one; `added` are the kinds that it adds."""

    first_sheet: str
    first_row: int
    differs: bool
    added: list[str]


class LeftOutAnswer(PlaceAnswer):
    """A row or a sheet (`row` is null) that is not taken; `lost` if somebody may be in it."""

    sentence: str
    lost: bool


class UnderstoodAnswer(BaseModel):
    """A column and what it was understood to be; "unread" if nothing was read from it."""

    sheet: str
    column: str
    head: str
    field: str
    of: str


class CountsAnswer(BaseModel):
    """The rows that hold anything; the other four add up to them."""

    rows: int
    accepted: int
    refused: int
    repeated: int
    left_out: int


class PeopleAnswer(BaseModel):
    """What the import would do: people by group; a card is applied for those without one."""

    new: int
    changed: int
    unchanged: int
    without_card: int
    missing: int


class WrittenAnswer(BaseModel):
    """What the import did; `passed` were not written: they changed at the same moment."""

    new: int
    updated: int
    unchanged: int
    proposed: int
    passed: int


class EndingAnswer(BaseModel):
    """The draft that people decide; `id` is null when nobody is missing."""

    id: str | None
    eligibilities: int


class FailureAnswer(BaseModel):
    """Why it failed."""

    code: str
    detail: str
    errors: list[dict[str, str]]


class RegisterAnswer(BaseModel):
    """A check or an import, and what came of it."""

    id: str
    kind: Literal["check", "import"]
    state: Literal["running", "done", "failed", "cancelled"]
    file: str
    step: str
    done_count: int
    total_count: int
    digest: str | None
    complete: bool | None
    counts: CountsAnswer | None
    people: PeopleAnswer | None
    written: WrittenAnswer | None
    ending: EndingAnswer | None
    failure: FailureAnswer | None
    understood: list[UnderstoodAnswer]
    new: list[PlaceAnswer]
    changes: list[ChangeAnswer]
    refused: list[RefusedAnswer]
    repeated: list[RepeatedAnswer]
    left_out: list[LeftOutAnswer]
    more: bool


def flat_rows(body: RegisterBody) -> list[dict[str, Any]]:
    """The rows as `json_rows.file_of` takes them."""
    return [row.model_dump() for row in body.rows]
