-- Every SQL statement of the merchants room.

-- name: merchant_by_id^
SELECT * FROM merchant WHERE id = :id;

-- name: merchant_by_credit_code^
SELECT * FROM merchant WHERE credit_code = :credit_code;

-- name: lock_merchant^
-- Locks the row until the transaction ends, so that nobody ends the merchant in between.
UPDATE merchant SET state = state WHERE id = :id RETURNING *;

-- name: insert_merchant^
-- Returns nothing if the credit code is already enrolled.
INSERT INTO merchant (id, name, credit_code, contact_name, contact_phone, state, created_at)
VALUES (:id, :name, :credit_code, :contact_name, :contact_phone, 'active', :created_at)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: set_merchant_state^
-- Call lock_merchant first, so that the state checked is the state changed.
UPDATE merchant SET state = :state WHERE id = :id RETURNING *;

-- name: change_merchant^
UPDATE merchant SET name = :name, contact_name = :contact_name, contact_phone = :contact_phone
WHERE id = :id
RETURNING *;

-- part: merchant_and_outlets
SELECT m.id, m.name, m.credit_code, m.contact_name, m.contact_phone, m.state, m.created_at,
       (SELECT COUNT(*) FROM outlet AS o WHERE o.merchant_id = m.id AND o.state <> 'ended') AS outlets
FROM merchant AS m

-- name: merchants_after
-- read both ways
-- sorted by: name m.name
-- sorted by: state m.state
-- A page of the list. :pattern is part of a name or a credit code, in lower case, for LIKE.
-- with: merchant_and_outlets
WHERE m.id > :after
  AND (CAST(:state AS TEXT) IS NULL OR m.state = :state)
  AND (CAST(:pattern AS TEXT) IS NULL OR lower(m.name) LIKE :pattern ESCAPE '!'
       OR lower(m.credit_code) LIKE :pattern ESCAPE '!')
ORDER BY m.id
LIMIT :row_limit;

-- name: list_merchants
-- with: merchant_and_outlets
WHERE CAST(:state AS TEXT) IS NULL OR m.state = :state
ORDER BY m.created_at, m.id;

-- name: division_by_code^
SELECT code, name, level FROM division WHERE code = :code AND valid_until IS NULL;

-- name: outlet_by_id^
SELECT o.id, o.merchant_id, o.name, o.kind, o.division_code, o.address, o.opening_hours,
       o.contact_name, o.contact_phone, o.latitude_microdegrees, o.longitude_microdegrees, o.state, o.created_at,
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
-- Returns nothing if the merchant already has an outlet with that name.
INSERT INTO outlet (id, merchant_id, name, kind, division_code, address, opening_hours,
                    contact_name, contact_phone, latitude_microdegrees, longitude_microdegrees,
                    state, created_at)
VALUES (:id, :merchant_id, :name, :kind, :division_code, :address, :opening_hours,
        :contact_name, :contact_phone, :latitude_microdegrees, :longitude_microdegrees,
        'active', :created_at)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: outlet_of_that_name^
-- Another outlet of the merchant with that name.
SELECT id FROM outlet WHERE merchant_id = :merchant_id AND name = :name AND id <> :id;

-- name: change_outlet^
UPDATE outlet SET name = :name, kind = :kind, division_code = :division_code, address = :address,
    opening_hours = :opening_hours, contact_name = :contact_name, contact_phone = :contact_phone,
    latitude_microdegrees = :latitude_microdegrees, longitude_microdegrees = :longitude_microdegrees
WHERE id = :id
RETURNING *;

-- name: set_speaks_payable^
UPDATE outlet SET speaks_payable = :speaks_payable
WHERE id = :id AND merchant_id = :merchant_id AND state <> 'ended' RETURNING *;

-- name: set_outlet_state^
UPDATE outlet SET state = :state WHERE id = :id RETURNING *;

-- name: outlets_not_ended
SELECT id FROM outlet WHERE merchant_id = :merchant_id AND state <> 'ended' ORDER BY id;

-- part: outlet_and_terminals
SELECT o.id, o.merchant_id, o.name, o.kind, o.division_code, o.address, o.opening_hours,
       o.contact_name, o.contact_phone, o.latitude_microdegrees, o.longitude_microdegrees, o.state, o.created_at, o.speaks_payable,
       m.name AS merchant_name, m.state AS merchant_state, d.name AS division_name,
       (SELECT COUNT(*) FROM terminal AS t
        WHERE t.outlet_id = o.id AND t.state = 'active') AS terminals

-- part: outlet_tables
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
JOIN division AS d ON d.code = o.division_code

-- name: list_outlets
-- with: outlet_and_terminals
-- with: outlet_tables
WHERE (CAST(:merchant_id AS TEXT) IS NULL OR o.merchant_id = :merchant_id)
  AND (CAST(:kind AS TEXT) IS NULL OR o.kind = :kind)
  AND (CAST(:state AS TEXT) IS NULL OR o.state = :state)
ORDER BY o.created_at, o.id;

-- name: outlets_after
-- read both ways
-- sorted by: name o.name
-- sorted by: kind o.kind
-- sorted by: place o.division_code
-- sorted by: state o.state
-- A page of the list. :town is the first nine digits of a town's code; :quiet_month keeps only
-- outlets without a redemption in that month.
-- with: outlet_and_terminals
       , (SELECT t.name FROM division AS t
        WHERE t.code = substr(o.division_code, 1, 9) || '000') AS town_name
-- with: outlet_tables
WHERE o.id > :after
  AND (CAST(:merchant_id AS TEXT) IS NULL OR o.merchant_id = :merchant_id)
  AND (CAST(:kind AS TEXT) IS NULL OR o.kind = :kind)
  AND (CAST(:town AS TEXT) IS NULL OR substr(o.division_code, 1, 9) = :town)
  AND (CAST(:state AS TEXT) IS NULL OR o.state = :state)
  AND (CAST(:pattern AS TEXT) IS NULL OR lower(o.name) LIKE :pattern ESCAPE '!'
       OR lower(o.address) LIKE :pattern ESCAPE '!' OR lower(m.name) LIKE :pattern ESCAPE '!')
  AND (CAST(:quiet_month AS TEXT) IS NULL OR NOT EXISTS (
       SELECT 1 FROM rollup_month AS r
       WHERE r.month = :quiet_month AND r.dimension = 'channel' AND r.outlet_id = o.id AND r.redemptions > 0))
ORDER BY o.id
LIMIT :row_limit;

-- name: terminal_by_id^
SELECT * FROM terminal WHERE id = :id;

-- name: terminal_by_code^
SELECT * FROM terminal WHERE code = :code;

-- name: last_terminal_code$
-- Of a county that was restored from a backup, codes that were given after it are not given again.
SELECT MAX(code) FROM (
    SELECT CAST(COALESCE(MAX(code), '0') AS BIGINT) AS code FROM terminal
    UNION ALL
    SELECT MAX(last_terminal_code) FROM epoch
) AS codes;

-- name: insert_terminal^
-- Returns nothing if another terminal took the code in between.
INSERT INTO terminal (id, outlet_id, code, label, key_hash, state, created_at, disabled_at)
VALUES (:id, :outlet_id, :code, :label, :key_hash, 'active', :created_at, NULL)
ON CONFLICT (code) DO NOTHING
RETURNING *;

-- name: renew_terminal_key^
UPDATE terminal SET key_hash = :key_hash WHERE id = :id AND state = 'active' RETURNING *;

-- name: disable_terminal^
UPDATE terminal SET state = 'disabled', disabled_at = :disabled_at
WHERE id = :id AND state = 'active'
RETURNING *;

-- name: disable_terminals_of_outlet
UPDATE terminal SET state = 'disabled', disabled_at = :disabled_at
WHERE outlet_id = :outlet_id AND state = 'active'
RETURNING *;

-- name: list_terminals
-- Without the key's hash.
SELECT t.id, t.code, t.label, t.state, t.created_at, t.disabled_at, t.outlet_id,
       o.name AS outlet_name, o.kind AS outlet_kind, o.state AS outlet_state,
       m.name AS merchant_name, m.state AS merchant_state
FROM terminal AS t
JOIN outlet AS o ON o.id = t.outlet_id
JOIN merchant AS m ON m.id = o.merchant_id
WHERE (CAST(:outlet_id AS TEXT) IS NULL OR t.outlet_id = :outlet_id)
  AND (CAST(:merchant_id AS TEXT) IS NULL OR o.merchant_id = :merchant_id)
  AND (CAST(:state AS TEXT) IS NULL OR t.state = :state)
ORDER BY t.code;

-- name: insert_application^
-- Returns nothing if an application for the same outlet is still undecided.
INSERT INTO merchant_application (
    id, state, merchant_name, credit_code, contact_name, contact_phone, outlet_name, outlet_kind,
    division_code, address, opening_hours, submitted_at)
VALUES (
    :id, 'submitted', :merchant_name, :credit_code, :contact_name, :contact_phone, :outlet_name,
    :outlet_kind, :division_code, :address, :opening_hours, :submitted_at)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: application_by_id^
SELECT a.*, d.name AS division_name
FROM merchant_application AS a JOIN division AS d ON d.code = a.division_code
WHERE a.id = :id;

-- name: lock_application^
UPDATE merchant_application SET state = state WHERE id = :id RETURNING *;

-- name: decide_application^
UPDATE merchant_application
SET state = :state, decided_at = :decided_at, decided_by = :decided_by, reason = :reason,
    merchant_id = :merchant_id
WHERE id = :id AND state = 'submitted'
RETURNING *;

-- name: applications_after
-- read both ways
-- sorted by: at
-- sorted by: outlet a.outlet_name
-- sorted by: merchant a.merchant_name
-- sorted by: state a.state
SELECT a.*, d.name AS division_name
FROM merchant_application AS a JOIN division AS d ON d.code = a.division_code
WHERE a.id > :after
  AND (CAST(:state AS TEXT) IS NULL OR a.state = :state)
ORDER BY a.id
LIMIT :row_limit;

-- part: cashier
SELECT s.id, s.username, s.name, s.state, s.disabled_side, s.locked_until, s.must_change_password, s.created_at,
       s.outlet_id, o.name AS outlet_name
FROM staff AS s JOIN outlet AS o ON o.id = s.outlet_id

-- name: cashiers_of_merchant
-- A merchant's cashiers, or those of one outlet.
-- with: cashier
WHERE s.role = 'cashier' AND o.merchant_id = :merchant_id
  AND (CAST(:outlet_id AS TEXT) IS NULL OR s.outlet_id = :outlet_id)
ORDER BY o.created_at, o.id, s.username;

-- name: cashier_of_merchant^
-- with: cashier
WHERE s.id = :staff_id AND s.role = 'cashier' AND o.merchant_id = :merchant_id;

-- name: set_reversal_confirm_fen^
UPDATE merchant SET reversal_confirm_fen = :reversal_confirm_fen WHERE id = :id RETURNING *;

-- name: turnover^
-- An outlet's month; the keys of one dimension add up to its whole.
SELECT CAST(COALESCE(SUM(redemptions), 0) AS BIGINT) AS redemptions,
    CAST(COALESCE(SUM(reversals), 0) AS BIGINT) AS reversals,
    CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS amount_fen,
    CAST(COALESCE(SUM(discount_fen), 0) AS BIGINT) AS discount_fen,
    CAST(COALESCE(SUM(merchant_share_fen), 0) AS BIGINT) AS merchant_share_fen,
    CAST(COALESCE(SUM(government_share_fen), 0) AS BIGINT) AS government_share_fen,
    COALESCE((SELECT cards FROM rollup_month_cards
        WHERE month = :month AND dimension = 'outlet_id' AND key = :outlet_id), 0) AS cards
FROM rollup_month
WHERE month = :month AND dimension = 'presenter_kind' AND outlet_id = :outlet_id;
