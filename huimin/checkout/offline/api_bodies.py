"""The JSON for tills without network: the pack they take, what they send back, and the answers.

Each item of a call is validated on its own, so that a bad one does not keep the others from being
recorded; the OpenAPI document describes an item all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.dataclasses import dataclass
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from huimin.checkout.api_answers import ChainAnswer, OutletPart, TerminalPart
from huimin.checkout.api_bodies import (
    Body,
    Cashier,
    Checked,
    EarlierOrderNo,
    Identifier,
    PartAmount,
    QuoteBody,
    ShopOrderNo,
)
from huimin.checkout.offline.requests import ITEMS_A_CALL_MAX, OfflineItem
from huimin.checkout.once import fingerprint
from huimin.core.card_token import check_card, read_text
from huimin.core.days import parse_instant
from huimin.core.discount import PolicyTerms
from huimin.core.offline_terms import Bearer, OfflineTerms
from huimin.core.one_case import UUID, one_case
from huimin.core.order_number import earlier_order
from huimin.core.refusals import Refusal, field_problem
from huimin.web.api_documents import FieldAnswer
from huimin.web.problems import INSTANT

# Fields of an item that version 1 did not have.
ADDED_FIELDS = ("pack_id", "shop_order_no")
CLOCK_OFFSET_MS_MAX = 10**12

InstantText = Annotated[str, Field(strict=True, max_length=40, pattern=INSTANT)]


class OfflineItemBody(QuoteBody):
    """A sale that a till made without network. Amounts are whole fen."""

    client_id: Annotated[str, Field(strict=True, pattern=UUID)] = Field(
        description="收银终端生成的 UUID，重发时不变 / made by the till, unchanged in repeats"
    )
    order_no: EarlierOrderNo
    presented_by: Literal["holder", "family_member"]
    identity_checked: Checked
    policy_id: Identifier
    discount_fen: PartAmount
    payable_fen: PartAmount
    occurred_at: InstantText = Field(
        description="付款时刻，设备时钟已校正 / time of payment by the corrected device clock"
    )
    device_clock_offset_ms: Annotated[
        int, Field(strict=True, ge=-CLOCK_OFFSET_MS_MAX, le=CLOCK_OFFSET_MS_MAX)
    ] = Field(0, description="服务器时间减设备时间 / server time minus device time")
    pack_id: Identifier | None = Field(
        None, description="所用离线资料的 id / id of the pack under which the sale was made"
    )
    pack_issued_at: InstantText | None = Field(
        None,
        description="所用离线资料的 issued_at；没有 pack_id 时必填 / issued_at of that pack, "
        "needed without pack_id",
    )
    cashier: Cashier | None = None
    shop_order_no: ShopOrderNo | None = None

    def _first_form(self) -> dict[str, Any]:
        """The fields as version 1 had them: an item sent before the upgrade is known again."""
        values = self.model_dump()
        for name in ADDED_FIELDS:
            if values[name] is None:
                del values[name]
        for item in values["items"] or ():
            item["quantity"] = _number(item["quantity"])
        return values

    def to_item(self, public_keys: Mapping[int, Ed25519PublicKey]) -> OfflineItem:
        """As the use case takes it; a card that can't be read is kept with its reason.

        Raises FieldProblems for a day that does not exist.
        """
        card, unreadable = None, None
        try:
            card = check_card(self.card, public_keys)
        except Refusal as refusal:
            unreadable = refusal
        if self.pack_id is None and self.pack_issued_at is None:
            raise field_problem("pack_id", "请写明所用离线资料的 id。")
        issued_at = self.pack_issued_at
        values = self.values() | {
            "client_id": self.client_id.lower(),
            "order_no": earlier_order(self.order_no),
            "sent_order_no": self.order_no,
            "policy_id": one_case(self.policy_id),
            "pack_id": None if self.pack_id is None else self.pack_id.lower(),
            "occurred_at": _instant("occurred_at", self.occurred_at),
            "pack_issued_at": None if issued_at is None else _instant("pack_issued_at", issued_at),
        }
        sent = self._first_form()
        return OfflineItem(
            card=card,
            unreadable=unreadable,
            fingerprint=fingerprint("offline", sent),
            other_fingerprints=_prints_of_other_forms(sent),
            **values,
        )


def _prints_of_other_forms(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """The fingerprints under which the same item may be known, the one to keep first: with its ids
    in small letters, its card and order number in their one form; and as a till of version 1 may
    have sent it.
    """
    ids = {
        name: sent[name].lower() if name == "pack_id" else one_case(sent[name])
        for name in ("client_id", "policy_id", "pack_id")
        if sent.get(name) is not None
    }
    plain = {"order_no": earlier_order(sent["order_no"]), "card": _plain_card(sent["card"])}
    forms = (
        {**sent, **ids, **plain},
        {**sent, "client_id": sent["client_id"].lower()},
        {**sent, "client_id": sent["client_id"].upper()},
    )
    return tuple(fingerprint("offline", form) for form in forms)


def _plain_card(text: str) -> str:
    try:
        return read_text(text).text
    except Refusal:
        return text


def _number(quantity: str) -> int | str:
    return int(quantity) if quantity.isdigit() else quantity


def _instant(field: str, text: str) -> Any:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise field_problem(field, "没有这个时刻。") from None


class _EachByItself:
    """Any value passes, because items are validated separately; the document describes an item."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(OfflineItemBody.__pydantic_core_schema__)


class OfflineRedemptionsBody(Body):
    """The sales that a till made without network, oldest first."""

    redemptions: Annotated[
        list[Annotated[Any, _EachByItself]], Field(min_length=1, max_length=ITEMS_A_CALL_MAX)
    ]


class OfflineRedemptionPart(BaseModel):
    """The redemption recorded for an item."""

    id: str
    receipt_no: str
    order_no: str
    business_day: str
    recorded_at: str
    chain: ChainAnswer


class OfflineItemAnswer(BaseModel):
    """The outcome of an item; if refused or waiting for people's decision, why, and who bears the
    discount if it is not entered.
    """

    client_id: str
    status: Literal["accepted", "duplicate", "refused", "waiting"]
    redemption: OfflineRedemptionPart | None = None
    code: str | None = None
    detail: str | None = None
    errors: list[FieldAnswer] | None = Field(
        None, description="要改的字段和改法；不是字段的问题时为空 / what to change, field by field"
    )
    cashier_message: str | None = None
    bearer: Bearer | None = None


class OfflineRedemptionsAnswer(BaseModel):
    """One answer for each item, in the order of the items."""

    redemptions: list[OfflineItemAnswer]


@dataclass(frozen=True, kw_only=True)
class FullTermsPart(PolicyTerms):
    """Every term of a policy, so that a till can quote on its own; `labels` are read aloud."""

    offline: OfflineTerms | None
    labels: dict[str, str]


class DenyListPart(BaseModel):
    """Card copies that no longer count: base64url (no padding) of their 7-byte ids, sorted."""

    issued_at: str
    count: int
    copies: str


class CapsPart(BaseModel):
    """How much discount may be given under this pack, in fen: per sale, per card, and in total."""

    redemption_fen: int
    card_fen: int
    terminal_fen: int


class OfflinePackAnswer(BaseModel):
    """What a till takes along. `days` says which policy applies on each county day; each sale made
    under the pack names its `id`.
    """

    id: str
    issued_at: str
    valid_until: str
    server_time: str
    terminal: TerminalPart
    outlet: OutletPart
    keys: dict[str, list[dict[str, str]]]
    revoked_keys: list[str]
    deny_list: DenyListPart
    policies: list[FullTermsPart]
    days: dict[str, str | None]
    caps: CapsPart
    bearer: Bearer
    allows_changing_code: bool
