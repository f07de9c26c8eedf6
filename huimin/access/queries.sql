-- Every SQL statement of the access room.

-- part: terminal
-- A terminal with its outlet and merchant, as the rooms above know it (terminal_keys.Terminal).
    terminal.id AS terminal_id, terminal.state AS terminal_state,
    terminal.code AS terminal_code, terminal.label AS terminal_label,
    outlet.id AS outlet_id, outlet.name AS outlet_name, outlet.kind AS outlet_kind,
    outlet.state AS outlet_state, outlet.division_code AS outlet_division_code,
    outlet.opening_hours AS outlet_opening_hours,
    merchant.id AS merchant_id, merchant.name AS merchant_name, merchant.state AS merchant_state
FROM terminal
JOIN outlet ON outlet.id = terminal.outlet_id
JOIN merchant ON merchant.id = outlet.merchant_id

-- name: terminal_of_key^
SELECT
    -- with: terminal
WHERE terminal.key_hash = :key_hash;

-- name: terminal_by_id^
SELECT
    -- with: terminal
WHERE terminal.id = :terminal_id;

-- name: terminal_with_key^
SELECT terminal.key_hash,
    -- with: terminal
WHERE terminal.id = :terminal_id;

-- name: terminal_of_device^
SELECT
    -- with: terminal
JOIN till_device ON till_device.terminal_id = terminal.id
WHERE till_device.id = :device_id AND till_device.ended_at IS NULL;

-- name: any_banned_device$
-- A device that somebody ended with a reason: not one that joined anew, or left at itself.
SELECT id FROM till_device
WHERE terminal_id = :terminal_id AND ended_at IS NOT NULL AND ended_reason IS NOT NULL
LIMIT 1;

-- name: step_taken_at$
SELECT applied_at FROM schema_migration WHERE name = :name;

-- name: county_ended_last$
-- A device that the county ended with a reason, if it has not made a code for the terminal since.
-- A renewed key ends devices too, and is not a word against the merchant.
SELECT device.id FROM till_device AS device
WHERE device.terminal_id = :terminal_id AND device.ended_side = 'county'
    AND device.ended_reason <> :key_renewed
    AND NOT EXISTS (
        SELECT 1 FROM till_join_code AS code
        WHERE code.terminal_id = device.terminal_id AND code.made_side = 'county'
            AND code.made_at > device.ended_at)
LIMIT 1;

-- name: void_join_codes!
UPDATE till_join_code SET expires_at = :now
WHERE terminal_id = :terminal_id AND used_at IS NULL AND expires_at > :now;

-- name: insert_join_code!
INSERT INTO till_join_code (
    id, terminal_id, code_hash, made_at, made_by, made_side, expires_at, used_at
) VALUES (
    :id, :terminal_id, :code_hash, :made_at, :made_by, :made_side, :expires_at, NULL
);

-- name: use_join_code^
UPDATE till_join_code SET used_at = :now
WHERE code_hash = :code_hash AND used_at IS NULL AND expires_at > :now
RETURNING id, terminal_id, made_by, made_side;

-- name: insert_device!
INSERT INTO till_device (
    id, terminal_id, join_code_id, joined_at, joined_by, user_agent, last_seen_at, unsent_count,
    unsent_fen
) VALUES (
    :id, :terminal_id, :join_code_id, :now, :joined_by, :user_agent, :now, 0, 0
);

-- name: take_over_unsent!
UPDATE till_device SET
    unsent_count = (SELECT old.unsent_count FROM till_device AS old WHERE old.id = :before),
    unsent_fen = (SELECT old.unsent_fen FROM till_device AS old WHERE old.id = :before)
WHERE id = :id AND EXISTS (SELECT 1 FROM till_device AS old WHERE old.id = :before);

-- name: end_replaced_device!
-- Its sales are the new device's now; what ended it before stays.
UPDATE till_device SET unsent_count = 0, unsent_fen = 0,
    ended_side = CASE WHEN ended_at IS NULL THEN :ended_side ELSE ended_side END,
    ended_by = COALESCE(ended_by, :ended_by), ended_at = COALESCE(ended_at, :now)
WHERE id = :id;

-- name: device_notes^
SELECT app_version, unsent_count, unsent_fen, last_seen_at FROM till_device
WHERE id = :id AND ended_at IS NULL;

-- name: note_device!
UPDATE till_device SET last_seen_at = :now, app_version = COALESCE(:app_version, app_version),
    unsent_count = COALESCE(:unsent_count, unsent_count),
    unsent_fen = COALESCE(:unsent_fen, unsent_fen),
    user_agent = COALESCE(:user_agent, user_agent)
WHERE id = :id AND ended_at IS NULL;

-- name: end_device^
UPDATE till_device SET ended_at = :now, ended_by = :ended_by, ended_side = :ended_side,
    ended_reason = :ended_reason
WHERE id = :id AND ended_at IS NULL
RETURNING id;

-- name: end_devices_of_the_key!
UPDATE till_device SET ended_at = :now, ended_by = :ended_by, ended_side = :ended_side,
    ended_reason = :ended_reason
WHERE terminal_id = :terminal_id AND join_code_id IS NULL AND ended_at IS NULL;

-- part: device
SELECT device.*, CASE WHEN device.ended_at IS NULL THEN 'active' ELSE 'disabled' END AS state,
    terminal.code AS terminal_code, terminal.label AS terminal_label,
    terminal.state AS terminal_state, outlet.id AS outlet_id, outlet.name AS outlet_name,
    outlet.merchant_id
FROM till_device AS device
JOIN terminal ON terminal.id = device.terminal_id
JOIN outlet ON outlet.id = terminal.outlet_id

-- name: device_by_id^
-- with: device
WHERE device.id = :id
    AND (CAST(:merchant_id AS TEXT) IS NULL OR outlet.merchant_id = :merchant_id);

-- name: devices_after
-- read both ways
-- sorted by: joined
-- sorted by: seen COALESCE(device.last_seen_at, '')
-- sorted by number: unsent device.unsent_count
-- with: device
WHERE device.id < :before
    AND (CAST(:merchant_id AS TEXT) IS NULL OR outlet.merchant_id = :merchant_id)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR outlet.id = :outlet_id)
    AND (CAST(:state AS TEXT) IS NULL
        OR CASE WHEN device.ended_at IS NULL THEN 'active' ELSE 'disabled' END = :state)
    AND (CAST(:unsent AS BIGINT) IS NULL OR device.unsent_count > 0)
ORDER BY device.id DESC LIMIT :row_limit;

-- name: terminals_of_outlet
SELECT
    -- with: terminal
WHERE terminal.outlet_id = :outlet_id
ORDER BY terminal.code;

-- name: terminals_of_merchant
SELECT
    -- with: terminal
WHERE merchant.id = :merchant_id
ORDER BY terminal.code;

-- name: staff_by_username^
SELECT * FROM staff WHERE username = :username;

-- name: staff_by_id^
SELECT * FROM staff WHERE id = :id;

-- name: staff_to_change^
-- As it is now, and nobody else changes it before this transaction ends.
UPDATE staff SET state = state WHERE id = :id RETURNING *;

-- name: list_staff
SELECT id, username, name, role, division_code, merchant_id, outlet_id, state, created_at
FROM staff ORDER BY username;

-- name: insert_staff^
INSERT INTO staff (
    id, username, name, role, password_hash, must_change_password, division_code, merchant_id,
    outlet_id, state, failed_sign_ins, locked_until, created_at
) VALUES (
    :id, :username, :name, :role, :password_hash, :must_change_password, :division_code,
    :merchant_id, :outlet_id, 'active', 0, NULL, :created_at
)
ON CONFLICT (username) DO NOTHING
RETURNING *;

-- name: set_password^
UPDATE staff SET password_hash = :password_hash, must_change_password = :must_change_password,
    failed_sign_ins = 0, locked_until = NULL
WHERE username = :username
RETURNING *;

-- name: disable_staff^
-- By the county's command; an account that its merchant switched off becomes the county's matter.
UPDATE staff SET state = 'disabled', disabled_side = 'county'
WHERE username = :username AND (state = 'active' OR disabled_side = 'merchant')
RETURNING *;

-- name: note_failed_sign_in^
UPDATE staff SET failed_sign_ins = failed_sign_ins + 1 WHERE id = :id
RETURNING failed_sign_ins;

-- name: lock_staff!
UPDATE staff SET locked_until = :locked_until, failed_sign_ins = 0 WHERE id = :id;

-- name: forget_failed_sign_ins!
UPDATE staff SET failed_sign_ins = 0, locked_until = NULL WHERE id = :id;

-- name: insert_session!
INSERT INTO staff_session (
    id_hash, id, staff_id, created_at, expires_at, address, user_agent, ended_at
) VALUES (
    :id_hash, :id, :staff_id, :created_at, :expires_at, :address, :user_agent, NULL
);

-- name: staff_of_session^
SELECT staff.*, staff_session.full_names_at FROM staff_session JOIN staff ON staff.id = staff_session.staff_id
WHERE staff_session.id_hash = :id_hash AND staff_session.ended_at IS NULL
    AND staff_session.expires_at > :now AND staff.state = 'active';

-- name: owner_of_session^
SELECT staff_id FROM staff_session WHERE id_hash = :id_hash;

-- name: show_full_names!
UPDATE staff_session SET full_names_at = :now
WHERE id_hash = :id_hash AND ended_at IS NULL AND full_names_at IS NULL;

-- name: mask_names!
UPDATE staff_session SET full_names_at = NULL WHERE id_hash = :id_hash;

-- name: end_session!
UPDATE staff_session SET ended_at = :now WHERE id_hash = :id_hash AND ended_at IS NULL;

-- name: end_sessions_of!
UPDATE staff_session SET ended_at = :now WHERE staff_id = :staff_id AND ended_at IS NULL;

-- name: division_exists$
SELECT code FROM division WHERE code = :key AND valid_until IS NULL;

-- name: merchant_exists$
SELECT id FROM merchant WHERE id = :key;

-- name: outlet_exists$
SELECT id FROM outlet WHERE id = :key;

-- name: use_totp_step^
-- Each step works once: only a step later than the last one used.
UPDATE staff SET totp_step = :step
WHERE id = :id AND (totp_step IS NULL OR totp_step < :step)
RETURNING id;

-- name: set_totp!
UPDATE staff SET totp_cipher = :totp_cipher, totp_step = :totp_step WHERE id = :id;

-- name: add_recovery_codes*!
INSERT INTO staff_recovery_code (staff_id, code_hash) VALUES (:staff_id, :code_hash);

-- name: drop_recovery_codes!
DELETE FROM staff_recovery_code WHERE staff_id = :staff_id;

-- name: use_recovery_code^
UPDATE staff_recovery_code SET used_at = :used_at
WHERE staff_id = :staff_id AND code_hash = :code_hash AND used_at IS NULL
RETURNING staff_id;

-- name: recovery_codes_left$
SELECT CAST(COUNT(*) AS BIGINT) FROM staff_recovery_code
WHERE staff_id = :staff_id AND used_at IS NULL;

-- name: sessions_of
SELECT id, id_hash, created_at, address, user_agent FROM staff_session
WHERE staff_id = :staff_id AND ended_at IS NULL AND expires_at > :now
ORDER BY created_at DESC, id;

-- name: end_session_by_id^
UPDATE staff_session SET ended_at = :now
WHERE id = :id AND staff_id = :staff_id AND ended_at IS NULL
RETURNING id;

-- name: end_other_sessions!
UPDATE staff_session SET ended_at = :now
WHERE staff_id = :staff_id AND id_hash <> :id_hash AND ended_at IS NULL;

-- name: change_staff!
UPDATE staff SET name = :name, role = :role, division_code = :division_code,
    merchant_id = :merchant_id, outlet_id = :outlet_id
WHERE id = :id;

-- name: set_staff_state!
UPDATE staff SET state = :state, disabled_side = :disabled_side WHERE id = :id;

-- name: count_administrators$
SELECT CAST(COUNT(*) AS BIGINT) FROM staff WHERE role = 'administrator' AND state = 'active';

-- name: staff_after
-- read both ways
-- sorted by: username staff.username
-- sorted by: name staff.name
-- sorted by: role staff.role
-- sorted by: state staff.state
SELECT staff.id, staff.username, staff.name, staff.role, staff.state, staff.locked_until,
    staff.must_change_password, staff.created_at,
    CASE WHEN staff.totp_cipher IS NULL THEN 0 ELSE 1 END AS has_second_factor,
    COALESCE(division.name, merchant.name, outlet.name) AS place
FROM staff
LEFT JOIN division ON division.code = staff.division_code
LEFT JOIN merchant ON merchant.id = staff.merchant_id
LEFT JOIN outlet ON outlet.id = staff.outlet_id
WHERE staff.id > :after
    AND (CAST(:role AS TEXT) IS NULL OR staff.role = :role)
    AND (CAST(:state AS TEXT) IS NULL OR staff.state = :state)
    AND (CAST(:locked_at AS TEXT) IS NULL OR staff.locked_until > :locked_at)
    AND (CAST(:pattern AS TEXT) IS NULL OR lower(staff.name) LIKE :pattern ESCAPE '!'
         OR staff.username LIKE :pattern ESCAPE '!')
ORDER BY staff.id LIMIT :row_limit;

-- name: merchants_to_choose
SELECT id, name FROM merchant WHERE state <> 'ended' ORDER BY name;

-- name: outlets_to_choose
SELECT outlet.id, outlet.name, merchant.name AS merchant_name
FROM outlet JOIN merchant ON merchant.id = outlet.merchant_id
WHERE outlet.state <> 'ended' ORDER BY merchant.name, outlet.name;

-- name: towns_to_choose
SELECT code AS id, name FROM division WHERE level = 'town' AND valid_until IS NULL ORDER BY code;

-- name: end_all_sessions!
UPDATE staff_session SET ended_at = :now WHERE ended_at IS NULL AND expires_at > :now;

-- name: expire_join_codes!
UPDATE till_join_code SET expires_at = :now WHERE used_at IS NULL AND expires_at > :now;

-- name: use_up_recovery_codes!
UPDATE staff_recovery_code SET used_at = :now WHERE used_at IS NULL;
