-- Every SQL statement of the checkout room. Ledger rows are written by the ledger room alone.

-- name: terminal_now^
-- What decides whether this till may sell, as it is inside the transaction, and whether its outlet
-- has sold the order already or keeps it for people to decide (never where none is named).
SELECT terminal.state AS terminal_state, outlet.state AS outlet_state,
    merchant.state AS merchant_state, EXISTS (
        SELECT 1 FROM ledger
        WHERE ledger.outlet_id = terminal.outlet_id AND ledger.order_no = :order_no
            AND ledger.kind = 'redemption') AS order_exists, (
        SELECT MIN(offline_item.recorded_at) FROM offline_item
        WHERE offline_item.outlet_id = terminal.outlet_id AND offline_item.order_no = :order_no
            AND offline_item.status = 'waiting'
            AND NOT EXISTS (SELECT 1 FROM waiting_decision
                WHERE waiting_decision.sale_id = offline_item.id AND waiting_decision.is_final = 1)
            AND NOT EXISTS (SELECT 1 FROM cancelled_order
                WHERE cancelled_order.outlet_id = offline_item.outlet_id
                    AND cancelled_order.order_no = offline_item.order_no)) AS order_waiting_since
FROM terminal
JOIN outlet ON outlet.id = terminal.outlet_id
JOIN merchant ON merchant.id = outlet.merchant_id
WHERE terminal.id = :terminal_id;

-- name: speaks_payable$
-- 1 where the outlet's tills say the sum to be paid aloud.
SELECT speaks_payable FROM outlet WHERE id = :outlet_id;

-- name: reversal_confirm_fen$
SELECT reversal_confirm_fen FROM merchant WHERE id = :merchant_id;

-- name: take_key^
-- :capitals is the same key in the other form in which it may have been kept, or the key itself.
INSERT INTO idempotency_key (terminal_id, key, fingerprint, response_json, created_at)
SELECT :terminal_id, :key, :fingerprint, '', :created_at
WHERE NOT EXISTS (
    SELECT 1 FROM idempotency_key AS other
    WHERE other.terminal_id = :terminal_id AND other.key = :capitals)
ON CONFLICT (terminal_id, key) DO NOTHING
RETURNING key;

-- name: kept_answer^
SELECT fingerprint, response_json FROM idempotency_key
WHERE terminal_id = :terminal_id AND key IN (:key, :capitals)
ORDER BY CASE WHEN key = :capitals THEN 0 ELSE 1 END
LIMIT 1;

-- name: put_answer!
INSERT INTO idempotency_key (terminal_id, key, fingerprint, response_json, created_at)
VALUES (:terminal_id, :key, :fingerprint, :response_json, :created_at);

-- name: keep_answer!
-- not awaited
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

-- name: latest_pack^
-- With whether anything was sold under it.
SELECT offline_pack.*, EXISTS (
    SELECT 1 FROM offline_item
    WHERE offline_item.terminal_id = offline_pack.terminal_id
        AND offline_item.pack_issued_at = offline_pack.issued_at) AS is_used
FROM offline_pack
WHERE terminal_id = :terminal_id
    AND ((device_id IS NULL AND CAST(:device_id AS TEXT) IS NULL) OR device_id = :device_id)
ORDER BY issued_at DESC, id DESC LIMIT 1;

-- name: insert_pack!
INSERT INTO offline_pack (
    id, terminal_id, device_id, policy_id, tag, deny_list_sha256, cap_redemption_fen, cap_card_fen,
    cap_terminal_fen, issued_at, valid_until
) VALUES (
    :id, :terminal_id, :device_id, :policy_id, :tag, :deny_list_sha256, :cap_redemption_fen,
    :cap_card_fen, :cap_terminal_fen, :issued_at, :valid_until
);

-- name: pack_by_id^
SELECT * FROM offline_pack WHERE id = :id;

-- name: pack_by_issue^
SELECT * FROM offline_pack WHERE terminal_id = :terminal_id AND issued_at = :issued_at
ORDER BY id LIMIT 1;

-- name: packs_recorded_since$
-- When the database began to record packs; nothing where it always has.
SELECT applied_at FROM schema_migration WHERE name = :step;

-- name: newer_packs
-- What the till, or another device of the same terminal that can't be told from it, was given later.
SELECT issued_at FROM offline_pack
WHERE terminal_id = :terminal_id AND issued_at > :since AND issued_at <= :until
    AND (device_id IS NULL OR CAST(:device_id AS TEXT) IS NULL OR device_id = :device_id)
ORDER BY issued_at;

-- name: card_refused_since$
-- When this terminal was first told, since then, that the card can't be used.
SELECT MIN(recorded_at) FROM refused_attempt
WHERE card_id = :card_id AND terminal_id = :terminal_id AND recorded_at >= :since
    AND code IN ('card_suspended', 'card_lost', 'card_replaced', 'card_revoked', 'card_expired',
        'not_entitled');

-- name: card_refusals_counted$
-- When this terminal was first told so, since then, of cards that were not kept one by one.
SELECT MIN(recorded_at) FROM refused_attempt
WHERE outlet_id = :outlet_id AND terminal_id = :terminal_id AND recorded_at >= :since
    AND card_id IS NULL AND act <> 'offline'
    AND code IN ('card_suspended', 'card_lost', 'card_replaced', 'card_revoked', 'card_expired',
        'not_entitled');

-- name: place_begun^
SELECT terminal.created_at AS terminal_at, outlet.created_at AS outlet_at,
    merchant.created_at AS merchant_at
FROM terminal
JOIN outlet ON outlet.id = terminal.outlet_id
JOIN merchant ON merchant.id = outlet.merchant_id
WHERE terminal.id = :terminal_id;

-- name: entered_about
-- What was entered for a till's offline sales of these instants without a person's decision.
SELECT occurred_at, discount_fen FROM offline_item
WHERE terminal_id = :terminal_id AND status = 'accepted'
    AND occurred_at > :after AND occurred_at < :before;

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
    occurred_at, business_day, pack_id, pack_issued_at, device_clock_offset_ms, recorded_at
) VALUES (
    :id, :terminal_id, :client_id, :fingerprint, :status, :code, :refusal_json, :bearer,
    :redemption_id, :outlet_id, :order_no, :card_id, :policy_id, :amount_fen, :discount_fen,
    :payable_fen, :cashier, :occurred_at, :business_day, :pack_id, :pack_issued_at,
    :device_clock_offset_ms, :recorded_at
);

-- name: insert_waiting_sale!
INSERT INTO waiting_sale (id, purchase_json, evidence_json, two_people_fen, staff_id)
VALUES (:id, :purchase_json, :evidence_json, :two_people_fen, :staff_id);

-- name: decisions_of
SELECT * FROM waiting_decision WHERE sale_id = :sale_id ORDER BY id;

-- name: insert_decision!
INSERT INTO waiting_decision (
    id, sale_id, verdict, bearer, reason, is_final, redemption_id, decided_at, decided_by
) VALUES (
    :id, :sale_id, :verdict, :bearer, :reason, :is_final, :redemption_id, :decided_at, :decided_by
);

-- name: waiting_sale^
SELECT offline_item.*, waiting_sale.purchase_json, waiting_sale.evidence_json,
    waiting_sale.two_people_fen, waiting_sale.staff_id, final.verdict,
    final.redemption_id AS entered_id, final.reason AS decided_reason,
    final.bearer AS decided_bearer, cancelled_order.cancelled_at,
    outlet.name AS outlet_name, outlet.merchant_id, terminal.code AS terminal_code,
    terminal.label AS till_label, card.number AS card_number, card.holder_id,
    card.state AS card_state, card.expires_on, holder.name AS holder_name, holder.erased_at,
    holder.division_code, ledger.receipt_no
FROM waiting_sale
JOIN offline_item ON offline_item.id = waiting_sale.id
JOIN outlet ON outlet.id = offline_item.outlet_id
JOIN terminal ON terminal.id = offline_item.terminal_id
JOIN card ON card.id = offline_item.card_id
JOIN holder ON holder.id = card.holder_id
LEFT JOIN waiting_decision AS final ON final.sale_id = waiting_sale.id AND final.is_final = 1
LEFT JOIN ledger ON ledger.id = final.redemption_id
LEFT JOIN cancelled_order ON cancelled_order.outlet_id = offline_item.outlet_id
    AND cancelled_order.order_no = offline_item.order_no
WHERE waiting_sale.id = :id;

-- name: count_waiting^
-- Of sales of these county days: neither decided nor cancelled.
SELECT CAST(COUNT(*) AS BIGINT) AS sales,
    CAST(COALESCE(SUM(offline_item.discount_fen), 0) AS BIGINT) AS discount_fen
FROM offline_item
WHERE status = 'waiting' AND business_day >= :first_day AND business_day <= :last_day
    AND (CAST(:outlet_id AS TEXT) IS NULL OR offline_item.outlet_id = :outlet_id)
    AND NOT EXISTS (SELECT 1 FROM waiting_decision
        WHERE waiting_decision.sale_id = offline_item.id AND waiting_decision.is_final = 1)
    AND NOT EXISTS (SELECT 1 FROM cancelled_order
        WHERE cancelled_order.outlet_id = offline_item.outlet_id
            AND cancelled_order.order_no = offline_item.order_no);

-- part: outcome
CASE WHEN offline_item.status <> 'waiting' THEN offline_item.status
        WHEN final.verdict = 'accepted' THEN 'waiting_accepted'
        WHEN final.verdict = 'refused' THEN 'waiting_refused'
        WHEN cancelled_order.order_no IS NOT NULL THEN 'waiting_cancelled'
        ELSE 'waiting' END

-- part: offline_items
FROM offline_item
LEFT JOIN waiting_decision AS final ON final.sale_id = offline_item.id AND final.is_final = 1
LEFT JOIN cancelled_order ON offline_item.status = 'waiting'
    AND cancelled_order.outlet_id = offline_item.outlet_id
    AND cancelled_order.order_no = offline_item.order_no

-- part: offline_filters
    AND (CAST(:status AS TEXT) IS NULL OR CASE WHEN :status =
        -- with: outcome
        THEN 1 ELSE 0 END <> 0)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR offline_item.outlet_id = :outlet_id)
    AND (CAST(:bearer AS TEXT) IS NULL OR COALESCE(final.bearer, offline_item.bearer) = :bearer)
    AND (CAST(:number AS TEXT) IS NULL OR offline_item.order_no = :number)
    AND (CAST(:first AS TEXT) IS NULL OR offline_item.business_day >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR offline_item.business_day <= :last)

-- name: offline_items_before
-- read both ways
-- sorted by: sent
-- A page of the list, the latest first.
SELECT offline_item.id, offline_item.code, offline_item.refusal_json,
        -- with: outcome
    AS status, CASE WHEN offline_item.status = 'waiting' THEN 1 ELSE 0 END AS is_waiting_sale,
    COALESCE(final.bearer, offline_item.bearer) AS bearer, final.reason,
    offline_item.order_no, offline_item.amount_fen, offline_item.discount_fen,
    offline_item.payable_fen, offline_item.cashier, offline_item.occurred_at,
    offline_item.business_day, offline_item.recorded_at, offline_item.device_clock_offset_ms,
    outlet.name AS outlet_name, terminal.code AS terminal_code, terminal.label AS till_label,
    card.number AS card_number, holder.name AS holder_name, holder.division_code,
    holder.erased_at, ledger.receipt_no
    -- with: offline_items
JOIN outlet ON outlet.id = offline_item.outlet_id
JOIN terminal ON terminal.id = offline_item.terminal_id
LEFT JOIN card ON card.id = offline_item.card_id
LEFT JOIN holder ON holder.id = card.holder_id
LEFT JOIN ledger ON ledger.id = COALESCE(final.redemption_id, offline_item.redemption_id)
WHERE offline_item.id < :before
    -- with: offline_filters
ORDER BY offline_item.id DESC LIMIT :row_limit;

-- name: offline_item_sums^
-- The discounts that were not entered, by who bears them.
SELECT CAST(COALESCE(SUM(CASE WHEN borne.bearer = 'merchant' THEN borne.discount_fen ELSE 0 END), 0)
        AS BIGINT) AS merchant_fen,
    CAST(COALESCE(SUM(CASE WHEN borne.bearer = 'government' THEN borne.discount_fen ELSE 0 END), 0)
        AS BIGINT) AS government_fen
FROM (
    SELECT COALESCE(final.bearer, offline_item.bearer) AS bearer, offline_item.discount_fen
    -- with: offline_items
    WHERE (offline_item.status = 'refused' OR final.verdict = 'refused')
    -- with: offline_filters
) AS borne;

-- name: waiting_facts_holder_day
-- What the holder got anywhere on the county day.
SELECT ledger.id, ledger.receipt_no, ledger.order_no, ledger.kind, ledger.amount_fen,
    ledger.discount_fen, ledger.occurred_at, ledger.channel, outlet.name AS outlet_name
FROM ledger JOIN outlet ON outlet.id = ledger.outlet_id
WHERE ledger.business_day = :day AND ledger.card_id IN (
    SELECT card.id FROM card WHERE card.holder_id = :holder_id)
ORDER BY ledger.occurred_at, ledger.id;

-- name: waiting_facts_answers
-- What this terminal was answered about the card since its pack was made.
SELECT recorded_at AS at, refusal_json FROM refused_attempt
WHERE card_id = :card_id AND terminal_id = :terminal_id AND recorded_at >= :since
ORDER BY recorded_at LIMIT :row_limit;

-- name: waiting_facts_packs
-- The packs that this terminal was given from the one in use until the sale was sent.
SELECT id, issued_at, valid_until FROM offline_pack
WHERE terminal_id = :terminal_id AND issued_at >= :since AND issued_at <= :until
ORDER BY issued_at LIMIT :row_limit;

-- name: waiting_facts_till^
-- What this terminal sent in all: how many sales, how many were refused, and how many waited.
SELECT CAST(COUNT(*) AS BIGINT) AS sales,
    CAST(COALESCE(SUM(CASE WHEN status = 'refused' THEN 1 ELSE 0 END), 0) AS BIGINT) AS refused,
    CAST(COALESCE(SUM(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting
FROM offline_item WHERE terminal_id = :terminal_id;

-- name: outlets_with_offline_items
SELECT outlet.id, outlet.name FROM outlet
WHERE EXISTS (SELECT 1 FROM offline_item WHERE offline_item.outlet_id = outlet.id)
ORDER BY outlet.name;

-- name: insert_shop_order!
INSERT INTO shop_order (
    id, redemption_id, outlet_id, order_no, source, recorded_at, recorded_by
) VALUES (:id, :redemption_id, :outlet_id, :order_no, :source, :recorded_at, :recorded_by);

-- name: shop_orders_of_redemption
SELECT order_no, source, recorded_at, recorded_by FROM shop_order
WHERE redemption_id = :redemption_id
ORDER BY id;

-- name: shop_orders_of_day
-- Of every sale that a row of the outlet's day is about; the newest of a sale comes last.
SELECT redemption_id, order_no, source, recorded_at, recorded_by FROM shop_order
WHERE outlet_id = :outlet_id AND redemption_id IN (
    SELECT COALESCE(ledger.reverses_id, ledger.id) FROM ledger
    WHERE ledger.outlet_id = :outlet_id AND ledger.business_day = :day
)
ORDER BY id;
