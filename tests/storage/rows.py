"""One row of each kind that the ledger points to, written straight into the tables."""

from __future__ import annotations

from typing import Any

from huimin.storage.engine import Transaction
from huimin.storage.fingerprint import objects_in

AT = "2026-10-31T02:00:00.000Z"

ROWS: list[tuple[str, dict[str, Any]]] = [
    ("division", {"code": "512022000000", "name": "乐至县", "level": "county"}),
    (
        "merchant",
        {"id": "m", "name": "商户", "credit_code": "9" * 18, "state": "active", "created_at": AT},
    ),
    (
        "outlet",
        {
            "id": "o",
            "merchant_id": "m",
            "name": "示范点",
            "kind": "pharmacy",
            "division_code": "512022000000",
            "address": "某街",
            "state": "active",
            "created_at": AT,
        },
    ),
    (
        "terminal",
        {
            "id": "t",
            "outlet_id": "o",
            "code": "000001",
            "label": "一号",
            "key_hash": "k",
            "state": "active",
            "created_at": AT,
        },
    ),
    (
        "holder",
        {
            "id": "h",
            "name": "黄筱平",
            "gender": "female",
            "birth_date": "1950-01-01",
            "id_number_cipher": "c",
            "id_number_hash": "i",
            "division_code": "512022000000",
            "created_at": AT,
            "updated_at": AT,
        },
    ),
    (
        "card",
        {
            "id": "c",
            "copy_id": "0" * 14,
            "number": "0" * 16,
            "holder_id": "h",
            "state": "active",
            "key_id": 1,
            "issued_on": "2026-10-01",
            "expires_on": "2029-10-01",
            "created_at": AT,
        },
    ),
    (
        "revoked_card_key",
        {"id": "rk", "key_id": 1, "reason": "泄露", "revoked_at": AT, "revoked_by": "test"},
    ),
    (
        "card_event",
        {
            "id": "e",
            "card_id": "c",
            "event": "issued",
            "reason": "新发卡",
            "actor": "test",
            "recorded_at": AT,
        },
    ),
    (
        "audit_event",
        {
            "id": "a",
            "at": AT,
            "actor": "test",
            "action": "card.issue",
            "subject_kind": "card",
            "subject_id": "c",
        },
    ),
    (
        "policy",
        {
            "id": "p",
            "code": "jiuerzhe",
            "version": 1,
            "name": "九二折",
            "state": "published",
            "scope": "all",
            "scope_value": "",
            "starts_on": "2026-01-01",
            "rate_bp": 800,
            "rounding_unit_fen": 1,
            "minimum_spend_fen": 0,
            "excluded_categories": "",
            "base": "market_price",
            "merchant_share_bp": 10000,
            "government_share_bp": 0,
            "offline_hours": 0,
            "offline_bearer": "merchant",
            "offline_changing_code": 0,
            "offline_clock_minutes": 2,
            "offline_send_days": 31,
            "offline_two_people_fen": 10_000,
            "created_at": AT,
            "created_by": "test",
        },
    ),
    (
        "ledger",
        {
            "id": "l",
            "kind": "redemption",
            "receipt_no": "r",
            "terminal_id": "t",
            "sequence": 1,
            "outlet_id": "o",
            "merchant_id": "m",
            "outlet_kind": "pharmacy",
            "order_no": "1",
            "card_id": "c",
            "holder_id": "h",
            "presenter_kind": "holder",
            "presenter_id": "h",
            "identity_checked": 1,
            "eligibility": "dibao",
            "division_code": "512022000000",
            "town_code": "512022000000",
            "policy_id": "p",
            "policy_code": "jiuerzhe",
            "policy_version": 1,
            "rate_bp": 800,
            "amount_fen": 1000,
            "insurance_fen": 0,
            "excluded_fen": 0,
            "eligible_fen": 1000,
            "discount_fen": 80,
            "payable_fen": 920,
            "merchant_share_fen": 80,
            "government_share_fen": 0,
            "detail_json": "{}",
            "channel": "online",
            "occurred_at": AT,
            "recorded_at": AT,
            "business_day": "2026-10-31",
            "month": "2026-10",
            "previous_hash": "0" * 64,
            "hash": "1" * 64,
        },
    ),
    (
        "day_comparison",
        {
            "id": "dc",
            "outlet_id": "o",
            "day": "2026-10-31",
            "file_name": "day.csv",
            "file_sha256": "2" * 64,
            "row_count": 1,
            "listing_json": "{}",
            "compared_at": AT,
            "compared_by": "test",
        },
    ),
    (
        "day_close",
        {
            "id": "d",
            "outlet_id": "o",
            "day": "2026-10-31",
            "comparison_id": "dc",
            "file_sha256": "2" * 64,
            "statement_sha256": "3" * 64,
            "redemptions": 1,
            "reversals": 0,
            "amount_fen": 1000,
            "discount_fen": 80,
            "payable_fen": 920,
            "heads_json": '{"t": 1}',
            "differences": 0,
            "reasons_json": "[]",
            "closed_at": AT,
            "closed_by": "test",
        },
    ),
    (
        "offline_pack",
        {
            "id": "k",
            "terminal_id": "t",
            "policy_id": "p",
            "tag": "g",
            "deny_list_sha256": "d",
            "cap_redemption_fen": 3000,
            "cap_card_fen": 6000,
            "cap_terminal_fen": 100_000,
            "issued_at": AT,
            "valid_until": "2026-11-01T04:05:06.789Z",
        },
    ),
    (
        "offline_item",
        {
            "id": "i",
            "terminal_id": "t",
            "client_id": "0" * 36,
            "fingerprint": "f",
            "status": "accepted",
            "redemption_id": "l",
            "outlet_id": "o",
            "order_no": "1",
            "card_id": "c",
            "policy_id": "p",
            "amount_fen": 1000,
            "discount_fen": 80,
            "payable_fen": 920,
            "occurred_at": AT,
            "business_day": "2026-10-31",
            "pack_issued_at": AT,
            "device_clock_offset_ms": 0,
            "recorded_at": AT,
        },
    ),
    (
        "waiting_sale",
        {"id": "i", "purchase_json": "{}", "evidence_json": "{}", "two_people_fen": 0},
    ),
    (
        "waiting_decision",
        {
            "id": "w",
            "sale_id": "i",
            "verdict": "refused",
            "bearer": "merchant",
            "reason": "r",
            "is_final": 1,
            "decided_at": AT,
            "decided_by": "a",
        },
    ),
    (
        "receipt_print",
        {
            "id": "rp",
            "ledger_id": "l",
            "copy_number": 1,
            "width_mm": 58,
            "form": "page",
            "terminal_id": "t",
            "printed_at": AT,
            "printed_by": "terminal:000001",
        },
    ),
    (
        "refused_attempt",
        {
            "id": "ra",
            "act": "redeem",
            "code": "cap_reached",
            "refusal_json": "{}",
            "terminal_id": "t",
            "outlet_id": "o",
            "card_id": "c",
            "typed": 0,
            "order_no": "S2",
            "amount_fen": 1000,
            "occurred_at": AT,
            "recorded_at": AT,
            "times": 1,
        },
    ),
    (
        "shop_order",
        {
            "id": "so",
            "redemption_id": "l",
            "outlet_id": "o",
            "order_no": "S-1",
            "source": "till",
            "recorded_at": AT,
            "recorded_by": "test",
        },
    ),
    (
        "month_close",
        {
            "id": "mc",
            "month": "2026-10",
            "version": 1,
            "state": "draft",
            "county_name": "某县",
            "report_json": "{}",
            "report_sha256": "4" * 64,
            "checks_json": "[]",
            "drafted_at": AT,
            "drafted_by": "test",
        },
    ),
    (
        "month_file",
        {"id": "mf", "close_id": "mc", "form": "csv", "sha256": "5" * 64, "size_bytes": 1},
    ),
    (
        "settlement",
        {
            "id": "s",
            "number": "JS202610-001",
            "close_id": "mc",
            "month": "2026-10",
            "serial": 1,
            "version": 1,
            "merchant_id": "m",
            "merchant_name": "商户",
            "credit_code": "9" * 18,
            "redemptions": 1,
            "reversals": 0,
            "amount_fen": 1000,
            "discount_fen": 80,
            "merchant_share_fen": 0,
            "government_share_fen": 80,
            "carried_in_fen": 0,
            "due_fen": 80,
            "carried_fen": 0,
            "paid_before_fen": 0,
            "content_sha256": "4" * 64,
            "made_at": AT,
            "made_by": "test",
            "state": "confirmed",
            "confirm_by": "2026-11-07",
            "confirmed_at": AT,
            "confirmed_on": "2026-10-31",
            "confirmed_by": "test",
            "confirmed_how": "manager",
            "paid_fen": 40,
        },
    ),
    (
        "settlement_line",
        {
            "id": "sl",
            "settlement_id": "s",
            "line_no": 1,
            "kind": "policy",
            "outlet_id": "o",
            "outlet_name": "示范点",
            "policy_id": "p",
            "redemptions": 1,
            "reversals": 0,
            "amount_fen": 1000,
            "discount_fen": 80,
            "merchant_share_fen": 0,
            "government_share_fen": 80,
        },
    ),
    (
        "settlement_payment",
        {
            "id": "sp",
            "settlement_id": "s",
            "amount_fen": 40,
            "paid_on": "2026-10-31",
            "bank_reference": "B1",
            "recorded_at": AT,
            "recorded_by": "test",
        },
    ),
    (
        "publication_month",
        {
            "id": "pm",
            "month": "2026-10",
            "version": 1,
            "close_id": "mc",
            "state": "withdrawn",
            "published_at": AT,
        },
    ),
    ("publication_digest", {"id": "pd", "day": "2026-10-31", "digest": "6" * 64, "made_at": AT}),
    (
        "division_change_list",
        {
            "id": "dl",
            "state": "approved",
            "file_name": "区划变更.csv",
            "file_sha256": "7" * 64,
            "proposed_at": AT,
            "proposed_by": "x",
            "decided_at": AT,
            "decided_by": "y",
        },
    ),
    (
        "division_change",
        {
            "id": "dc",
            "list_id": "dl",
            "place": 1,
            "line": 2,
            "kind": "dissolved",
            "level": "town",
            "effective_on": "2026-10-01",
            "old_code": "512022000000",
            "old_name": "乐至县",
            "basis": "某号",
        },
    ),
    (
        "division_past",
        {
            "id": "dp",
            "change_id": "dc",
            "code": "512022000000",
            "name": "乐至县",
            "valid_from": "",
            "valid_until": "2026-09-30",
        },
    ),
    (
        "division_move",
        {
            "id": "dm",
            "change_id": "dc",
            "subject_kind": "holder",
            "subject_id": "h",
            "effective_on": "2026-10-01",
            "old_code": "512022000000",
            "new_code": "512022001000",
        },
    ),
]


def insert(tx: Transaction, table: str, row: dict[str, Any]) -> None:
    """Insert one row on either engine."""
    mark = "?" if tx.engine == "sqlite" else "%s"
    marks = ", ".join([mark] * len(row))
    tx.connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
    )


def insert_all(tx: Transaction) -> None:
    """One row in every table that an append-only row points to, and one in each of those.

    A database of an older version gets those of the tables and columns that it has.
    """
    tables = objects_in(tx)
    for table, row in ROWS:
        if f"table {table}" in tables:
            columns = columns_of(tx, table)
            insert(tx, table, {name: value for name, value in row.items() if name in columns})


def columns_of(tx: Transaction, table: str) -> set[str]:
    """The names of a table's columns, on either engine."""
    cursor = tx.connection.execute(f"SELECT * FROM {table} LIMIT 0")
    return {column[0] for column in cursor.description}
