-- Every SQL statement of the merchants room.

-- name: merchant_by_id^
SELECT * FROM merchant WHERE id = :id;

-- name: merchant_by_credit_code^
SELECT * FROM merchant WHERE credit_code = :credit_code;

-- name: lock_merchant^
-- The row, held until the transaction ends, so that nobody ends the merchant in between.
UPDATE merchant SET state = state WHERE id = :id RETURNING *;

-- name: insert_merchant^
-- Nothing comes back when the credit code is enrolled already.
INSERT INTO merchant (id, name, credit_code, contact_name, contact_phone, state, created_at)
VALUES (:id, :name, :credit_code, :contact_name, :contact_phone, 'active', :created_at)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: set_merchant_state^
-- After lock_merchant, so that the state decided on is the state changed.
UPDATE merchant SET state = :state WHERE id = :id RETURNING *;

-- name: list_merchants
SELECT m.id, m.name, m.credit_code, m.contact_name, m.contact_phone, m.state, m.created_at,
       (SELECT COUNT(*) FROM outlet AS o WHERE o.merchant_id = m.id AND o.state <> 'ended') AS outlets
FROM merchant AS m
WHERE CAST(:state AS TEXT) IS NULL OR m.state = :state
ORDER BY m.created_at, m.id;

-- name: division_by_code^
SELECT code, name, level FROM division WHERE code = :code;

-- name: outlet_by_id^
SELECT o.id, o.merchant_id, o.name, o.kind, o.division_code, o.address, o.state, o.created_at,
       m.name AS merchant_name, m.state AS merchant_state
FROM outlet AS o JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.id = :id;

-- name: outlets_by_name
SELECT o.id, o.name, m.name AS merchant_name
FROM outlet AS o JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.name = :name
ORDER BY o.created_at, o.id;

-- name: lock_outlet^
UPDATE outlet SET state = state WHERE id = :id RETURNING *;

-- name: insert_outlet^
-- Nothing comes back when the merchant has an outlet of that name.
INSERT INTO outlet (id, merchant_id, name, kind, division_code, address, state, created_at)
VALUES (:id, :merchant_id, :name, :kind, :division_code, :address, 'active', :created_at)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: set_outlet_state^
UPDATE outlet SET state = :state WHERE id = :id RETURNING *;

-- name: outlets_not_ended
SELECT id FROM outlet WHERE merchant_id = :merchant_id AND state <> 'ended' ORDER BY id;

-- name: list_outlets
SELECT o.id, o.merchant_id, o.name, o.kind, o.division_code, o.address, o.state, o.created_at,
       m.name AS merchant_name, m.state AS merchant_state, d.name AS division_name,
       (SELECT COUNT(*) FROM terminal AS t
        WHERE t.outlet_id = o.id AND t.state = 'active') AS terminals
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
JOIN division AS d ON d.code = o.division_code
WHERE (CAST(:merchant_id AS TEXT) IS NULL OR o.merchant_id = :merchant_id)
  AND (CAST(:kind AS TEXT) IS NULL OR o.kind = :kind)
  AND (CAST(:state AS TEXT) IS NULL OR o.state = :state)
ORDER BY o.created_at, o.id;

-- name: terminal_by_id^
SELECT * FROM terminal WHERE id = :id;

-- name: terminal_by_code^
SELECT * FROM terminal WHERE code = :code;

-- name: last_terminal_code$
SELECT COALESCE(MAX(code), '000000') FROM terminal;

-- name: insert_terminal^
-- Nothing comes back when another terminal took the code in between.
INSERT INTO terminal (id, outlet_id, code, label, key_hash, state, created_at, disabled_at)
VALUES (:id, :outlet_id, :code, :label, :key_hash, 'active', :created_at, NULL)
ON CONFLICT (code) DO NOTHING
RETURNING *;

-- name: disable_terminal^
UPDATE terminal SET state = 'disabled', disabled_at = :disabled_at
WHERE id = :id AND state = 'active'
RETURNING *;

-- name: disable_terminals_of_outlet
UPDATE terminal SET state = 'disabled', disabled_at = :disabled_at
WHERE outlet_id = :outlet_id AND state = 'active'
RETURNING *;

-- name: list_terminals
-- Without the key's hash, which nobody needs to see.
SELECT t.id, t.code, t.label, t.state, t.created_at, t.disabled_at, t.outlet_id,
       o.name AS outlet_name, o.kind AS outlet_kind, o.state AS outlet_state,
       m.name AS merchant_name, m.state AS merchant_state
FROM terminal AS t
JOIN outlet AS o ON o.id = t.outlet_id
JOIN merchant AS m ON m.id = o.merchant_id
WHERE (CAST(:outlet_id AS TEXT) IS NULL OR t.outlet_id = :outlet_id)
  AND (CAST(:state AS TEXT) IS NULL OR t.state = :state)
ORDER BY t.code;
