-- Every SQL statement of the checkout room. Ledger rows are written by the ledger room alone.

-- name: terminal_now^
-- What decides whether this till may sell, as it is inside the transaction.
SELECT terminal.state AS terminal_state, outlet.state AS outlet_state,
    merchant.state AS merchant_state
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

-- name: take_code^
-- Takes a changing code, or tells who has it; a rival is waited for.
INSERT INTO code_use (copy_id, issued_at, terminal_id, taken_at, redemption_id)
VALUES (:copy_id, :issued_at, :terminal_id, :taken_at, NULL)
ON CONFLICT (copy_id, issued_at) DO UPDATE SET taken_at = code_use.taken_at
RETURNING terminal_id, taken_at, redemption_id;

-- name: code_use_of^
SELECT terminal_id, taken_at, redemption_id FROM code_use
WHERE copy_id = :copy_id AND issued_at = :issued_at;

-- name: use_code^
UPDATE code_use SET redemption_id = :redemption_id
WHERE copy_id = :copy_id AND issued_at = :issued_at AND redemption_id IS NULL
RETURNING copy_id;
