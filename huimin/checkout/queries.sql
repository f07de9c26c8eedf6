-- Every SQL statement of the checkout room. Ledger rows are written by the ledger room alone.

-- name: terminal_now^
-- What decides whether this till may sell, as it is inside the transaction.
SELECT terminal.state AS terminal_state, outlet.state AS outlet_state,
    merchant.state AS merchant_state
FROM terminal
JOIN outlet ON outlet.id = terminal.outlet_id
JOIN merchant ON merchant.id = outlet.merchant_id
WHERE terminal.id = :terminal_id;

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
