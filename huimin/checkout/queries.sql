-- Every SQL statement of the checkout room. Ledger rows are written by the ledger room alone.

-- name: terminal_now^
-- What decides whether this till may sell, as it is inside the transaction, and whether its outlet
-- has sold the order already (never where none is named).
SELECT terminal.state AS terminal_state, outlet.state AS outlet_state,
    merchant.state AS merchant_state, EXISTS (
        SELECT 1 FROM ledger
        WHERE ledger.outlet_id = terminal.outlet_id AND ledger.order_no = :order_no
            AND ledger.kind = 'redemption') AS order_exists
FROM terminal
JOIN outlet ON outlet.id = terminal.outlet_id
JOIN merchant ON merchant.id = outlet.merchant_id
WHERE terminal.id = :terminal_id;

-- name: reversal_confirm_fen$
SELECT reversal_confirm_fen FROM merchant WHERE id = :merchant_id;

-- name: take_key^
INSERT INTO idempotency_key (terminal_id, key, fingerprint, response_json, created_at)
VALUES (:terminal_id, :key, :fingerprint, '', :created_at)
ON CONFLICT (terminal_id, key) DO NOTHING
RETURNING key;

-- name: kept_answer^
SELECT fingerprint, response_json FROM idempotency_key
WHERE terminal_id = :terminal_id AND key = :key;

-- name: keep_answer!
UPDATE idempotency_key SET response_json = :response_json
WHERE terminal_id = :terminal_id AND key = :key;

-- name: place_of_receipt^
-- What a receipt says of its place, and who was signed in (nobody at a till that speaks the API).
SELECT outlet.name AS outlet_name, outlet.address AS outlet_address,
    (SELECT staff.username FROM staff WHERE staff.id = :staff_id) AS username
FROM outlet WHERE outlet.id = :outlet_id;

-- name: lock_printing!
UPDATE terminal SET state = state
WHERE id = (SELECT ledger.terminal_id FROM ledger WHERE ledger.id = :ledger_id);

-- name: count_print$
-- Its caller holds lock_printing, so that no number is taken in between.
INSERT INTO receipt_print (
    id, ledger_id, copy_number, width_mm, form, terminal_id, printed_at, printed_by
)
SELECT CAST(:id AS TEXT), CAST(:ledger_id AS TEXT), COALESCE(MAX(copy_number), 0) + 1,
    CAST(:width_mm AS BIGINT), CAST(:form AS TEXT), CAST(:terminal_id AS TEXT),
    CAST(:printed_at AS TEXT), CAST(:printed_by AS TEXT)
FROM receipt_print WHERE ledger_id = :ledger_id
RETURNING copy_number;

-- name: prints_of$
SELECT MAX(copy_number) FROM receipt_print WHERE ledger_id = :ledger_id;

-- name: lock_terminal!
-- The items of one till wait for each other: each sees what the pack's caps still leave.
UPDATE terminal SET state = state WHERE id = :terminal_id;

-- name: offline_item_of^
SELECT * FROM offline_item WHERE terminal_id = :terminal_id AND client_id = :client_id;

-- name: offline_used^
-- The discount promised under one pack of a till: with one card, and in all.
SELECT CAST(COALESCE(SUM(discount_fen), 0) AS BIGINT) AS terminal_fen,
    CAST(COALESCE(SUM(CASE WHEN card_id = :card_id THEN discount_fen ELSE 0 END), 0) AS BIGINT)
        AS card_fen
FROM offline_item WHERE terminal_id = :terminal_id AND pack_issued_at = :pack_issued_at;

-- name: insert_offline_item!
INSERT INTO offline_item (
    id, terminal_id, client_id, fingerprint, status, code, refusal_json, bearer, redemption_id,
    outlet_id, order_no, card_id, policy_id, amount_fen, discount_fen, payable_fen, cashier,
    occurred_at, business_day, pack_issued_at, device_clock_offset_ms, recorded_at
) VALUES (
    :id, :terminal_id, :client_id, :fingerprint, :status, :code, :refusal_json, :bearer,
    :redemption_id, :outlet_id, :order_no, :card_id, :policy_id, :amount_fen, :discount_fen,
    :payable_fen, :cashier, :occurred_at, :business_day, :pack_issued_at,
    :device_clock_offset_ms, :recorded_at
);

-- name: offline_items_before
-- read both ways
-- A page of the list, the latest first.
SELECT offline_item.id, offline_item.status, offline_item.code, offline_item.refusal_json,
    offline_item.bearer, offline_item.order_no, offline_item.amount_fen, offline_item.discount_fen,
    offline_item.payable_fen, offline_item.cashier, offline_item.occurred_at,
    offline_item.business_day, offline_item.recorded_at, offline_item.device_clock_offset_ms,
    outlet.name AS outlet_name, terminal.code AS terminal_code, terminal.label AS till_label,
    card.number AS card_number, holder.name AS holder_name, ledger.receipt_no
FROM offline_item
JOIN outlet ON outlet.id = offline_item.outlet_id
JOIN terminal ON terminal.id = offline_item.terminal_id
LEFT JOIN card ON card.id = offline_item.card_id
LEFT JOIN holder ON holder.id = card.holder_id
LEFT JOIN ledger ON ledger.id = offline_item.redemption_id
WHERE offline_item.id < :before
    AND (CAST(:status AS TEXT) IS NULL OR offline_item.status = :status)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR offline_item.outlet_id = :outlet_id)
    AND (CAST(:bearer AS TEXT) IS NULL OR offline_item.bearer = :bearer)
    AND (CAST(:first AS TEXT) IS NULL OR offline_item.business_day >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR offline_item.business_day <= :last)
ORDER BY offline_item.id DESC LIMIT :row_limit;

-- name: offline_item_sums^
SELECT CAST(COALESCE(SUM(CASE WHEN bearer = 'merchant' THEN discount_fen ELSE 0 END), 0) AS BIGINT)
        AS merchant_fen,
    CAST(COALESCE(SUM(CASE WHEN bearer = 'government' THEN discount_fen ELSE 0 END), 0) AS BIGINT)
        AS government_fen
FROM offline_item
WHERE (CAST(:status AS TEXT) IS NULL OR status = :status)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR outlet_id = :outlet_id)
    AND (CAST(:bearer AS TEXT) IS NULL OR bearer = :bearer)
    AND (CAST(:first AS TEXT) IS NULL OR business_day >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR business_day <= :last);

-- name: outlets_with_offline_items
SELECT outlet.id, outlet.name FROM outlet
WHERE EXISTS (SELECT 1 FROM offline_item WHERE offline_item.outlet_id = outlet.id)
ORDER BY outlet.name;
